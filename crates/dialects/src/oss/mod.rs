//! Alibaba Cloud OSS.

use crate::arrival::Arrival;
use crate::body::Response;
use crate::domains::Domains;
use crate::serve::Incoming;
use std::sync::Arc;
use types::Failure;
use wire::signature::Scheme;
