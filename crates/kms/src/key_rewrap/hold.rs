use super::record::LateRecord;
use crate::ciphertext::Ciphertext;
use crate::kms::Kms;
use crate::tables::{KEYS, LATE, RETIRED, version_suffix};
use store::Txn;
use types::{AccountId, Failure, KeyId, Reason, Result};

impl Kms {
    /// Sees to it that a data key, which the transaction stores as the key service gave it out, can be opened once that is
    /// committed. To be called in every transaction that stores one.
    ///
    /// It reads the key's record, which a rotation and a retirement change: whoever comes after one of them sees it. Under
    /// the primary version nothing more is to be done. Under an older one the data key counts as late, since a rewrap that has
    /// begun may have looked at its place already; under a retired one it must not be stored any more.
    pub async fn hold_data_key(&self, txn: &mut Txn, account: AccountId, key: &KeyId, kept: &[u8]) -> Result<()> {
        let kept = Ciphertext::from_bytes(kept.to_vec()).map_err(Failure::internal)?;
        let record = txn.shared(KEYS, account, key.as_str().as_bytes()).await?.ok_or(Reason::KeyNotFound)?;
        let version = kept.version();
        if record.primary == *version {
            return Ok(());
        }
        let suffix = version_suffix(key, version);
        if record.retired > 0 && txn.view().get(RETIRED, account, &suffix).await?.is_some() {
            return Err(Reason::Contended.into());
        }
        let late = txn.get(LATE, account, &suffix).await?.unwrap_or_default();
        let late = LateRecord { data_keys: late.data_keys.saturating_add(1) };
        txn.put(LATE, account, &suffix, &late).await
    }
}
