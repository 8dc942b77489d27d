//! Data keys under a tenant's own key: asked of the key service through the gate, on the caller's behalf, so that who
//! may not use the key may not use the object.

use crate::bucket::Bucket;
use async_trait::async_trait;
use crypto::Key;
use iam::{Caller, Gate};
use kms::Kms;
use std::collections::BTreeMap;
use std::sync::Arc;
use types::{AccountId, Failure, ObjectKey, Reason, RegionId, Result};

/// A data key as the key service gives it out.
pub(crate) struct Given {
    pub(crate) key: Key,
    /// The id of the key it is under.
    pub(crate) under: String,
    pub(crate) ciphertext: Vec<u8>,
}

/// What the data key is bound to, in the key service's own form.
pub(crate) type KeyContext = BTreeMap<String, String>;

pub(crate) fn key_context(region: &RegionId, bucket: &Bucket, key: &ObjectKey) -> KeyContext {
    let arn = format!("acs:oss:{region}:{}:{}/{key}", bucket.owner, bucket.name);
    KeyContext::from([("acs:oss:arn".to_owned(), arn)])
}

/// The key service, as far as objects need it.
#[async_trait]
pub(crate) trait TenantKeys: Send + Sync + 'static {
    /// A new data key under a key of the tenant; `None` for the account's default.
    async fn generate(
        &self,
        caller: &Caller,
        owner: AccountId,
        key: Option<&str>,
        context: KeyContext,
    ) -> Result<Given>;

    /// Opens a data key.
    async fn open(&self, caller: &Caller, ciphertext: &[u8], context: KeyContext) -> Result<Key>;
}
