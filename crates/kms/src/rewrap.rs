//! Keys and values that live are wrapped anew when an erasure epoch ends. It changes nothing that a tenant can see, so it
//! is no operation: that an epoch began and ended is recorded ([`crate::seal`]).

use crate::kms::{KeyPlace, Kms};
use crate::tables::VERSIONS;
use crate::version_record::KeyVersionRecord;
use async_trait::async_trait;
use crypto::Key;
use store::{Holds, Wrapped};
use types::{AccountId, Result};

#[async_trait]
impl Holds<KeyVersionRecord> for Kms {
    fn wrapped<'r>(&self, record: &'r mut KeyVersionRecord) -> &'r mut Wrapped {
        &mut record.wrapped
    }

    async fn place(&self, account: AccountId, _: &[u8], record: &KeyVersionRecord) -> Result<(Key, Vec<u8>)> {
        let place = KeyPlace { account, id: record.key.clone() };
        let context = self.version_place(&place, &record.id).wrap_context();
        Ok((self.wrapping_key(account).await?, context.into_bytes()))
    }
}

impl Kms {
    /// Wraps the material of all key versions, as far as it is wrapped in an earlier epoch, in the one the store is in. Says
    /// how many it wrapped.
    pub async fn rewrap(&self) -> Result<u64> {
        self.store.rewrap(VERSIONS, self).await
    }

    /// How many key versions are wrapped in an earlier epoch than the one the store is in.
    pub async fn behind(&self) -> Result<u64> {
        self.store.behind(VERSIONS, self).await
    }
}
