//! As for keys, the values that live are wrapped anew when an erasure epoch ends.

use super::secret_value::VersionRecord;
use super::secrets::Secrets;
use super::tables::{VALUES, value_of};
use super::value_sealer::ValuePlace;
use async_trait::async_trait;
use crypto::Key;
use store::{Holds, Wrapped};
use types::{AccountId, Result};

#[async_trait]
impl Holds<VersionRecord> for Secrets {
    fn wrapped<'r>(&self, record: &'r mut VersionRecord) -> &'r mut Wrapped {
        &mut record.key
    }

    async fn place(&self, account: AccountId, suffix: &[u8], _: &VersionRecord) -> Result<(Key, Vec<u8>)> {
        let (secret, version) = value_of(suffix)?;
        let place = ValuePlace { account, secret: &secret, version: &version };
        Ok((self.value_parent(account).await?, place.wrap_context(self.store.region())))
    }
}

impl Secrets {
    /// Wraps the keys of all values, as far as they are wrapped in an earlier epoch, in the one the store is in. Says how
    /// many it wrapped.
    pub async fn rewrap(&self) -> Result<u64> {
        self.store.rewrap(VALUES, self).await
    }

    /// How many values' keys are wrapped in an earlier epoch than the one the store is in.
    pub async fn behind(&self) -> Result<u64> {
        self.store.behind(VALUES, self).await
    }
}
