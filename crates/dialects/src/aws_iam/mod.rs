//! Amazon's identity services (IAM 2010-05-08, STS 2011-06-15) in the query protocol: one path, an action and its parameters
//! in a form or a query, XML back. The identities are those of the domain, which Alibaba's dialect shows too.

mod access_keys;
mod answer;
mod arn;
mod attachments;
mod boundaries;
mod context;
mod errors;
mod groups;
mod inline;
mod input;
mod oidc;
mod policies;
mod refused;
mod reports;
mod roles;
mod row;
mod saml;
mod serve;
mod shape;
mod simulate;
mod sts;
mod tags;
mod users;
mod versions;

pub use row::{ROWS, Row, ServiceName};
pub(crate) use serve::serve;
