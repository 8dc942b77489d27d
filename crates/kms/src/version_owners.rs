//! Which key, and whose, a version belongs to: how a ciphertext, which names only the version, finds its key.

use crate::ciphertext::Ciphertext;
use crate::key_ref::KeyRef;
use crate::kms::{KeyPlace, Kms, home};
use crate::tables::{KEYS, VERSION_HOLDERS, VERSION_OWNERS};
use crate::version_record::{VersionHolder, VersionOwner};
use iam::Caller;
use store::{Txn, View};
use types::{AccountId, KeyId, Result};

impl Kms {
    /// Notes whose a version is, and of which key.
    pub(crate) async fn add_version_owner(&self, txn: &mut Txn, place: &KeyPlace, version: &KeyId) -> Result<()> {
        let (suffix, key) = (version.as_str().as_bytes(), place.id.clone());
        txn.put(VERSION_OWNERS, place.account, suffix, &VersionOwner { key }).await?;
        let holder = VersionHolder { account: place.account };
        txn.put(VERSION_HOLDERS, AccountId::PLATFORM, suffix, &holder).await
    }

    /// Forgets it.
    pub(crate) fn forget_version_owner(&self, txn: &mut Txn, account: AccountId, version: &KeyId) {
        txn.delete(VERSION_OWNERS, account, version.as_str().as_bytes());
        txn.delete(VERSION_HOLDERS, AccountId::PLATFORM, version.as_str().as_bytes());
    }

    /// The key that a version belongs to.
    pub(crate) async fn owner_of(&self, view: &View, account: AccountId, version: &KeyId) -> Result<Option<KeyId>> {
        if let Some(open) = self.open.get(account, version) {
            return Ok(Some(open.key));
        }
        Ok(view.get(VERSION_OWNERS, account, version.as_str().as_bytes()).await?.map(|owner| owner.key))
    }

    /// The key of an account that a version belongs to. A version that is not there, or is another account's, stands for a
    /// key of its own name that is not there.
    pub(crate) async fn key_of_version(&self, view: &View, account: AccountId, version: &KeyId) -> Result<KeyPlace> {
        let id = self.owner_of(view, account, version).await?.unwrap_or_else(|| version.clone());
        Ok(KeyPlace { account, id })
    }

    /// The key that a ciphertext is to be opened with: of the account of the key that the caller named; or of its own; or, if
    /// that has no such version, of the one that has, as long as its owner shares the key with anybody. Of a key that is not
    /// shared nobody else learns that it is there.
    pub(crate) async fn key_of_ciphertext(
        &self,
        named: Option<&KeyRef>,
        ciphertext: &Ciphertext,
        caller: &Caller,
        view: &View,
    ) -> Result<KeyPlace> {
        let version = ciphertext.version();
        if let Some(key) = named {
            return self.key_of_version(view, self.account_of(key, caller)?, version).await;
        }
        let own = home(caller)?;
        if let Some(id) = self.owner_of(view, own, version).await? {
            return Ok(KeyPlace { account: own, id });
        }
        let shared = self.shared_key(view, version).await?;
        Ok(shared.unwrap_or_else(|| KeyPlace { account: own, id: version.clone() }))
    }

    /// The key that a version belongs to, if its owner shares it.
    async fn shared_key(&self, view: &View, version: &KeyId) -> Result<Option<KeyPlace>> {
        let holder = view.get(VERSION_HOLDERS, AccountId::PLATFORM, version.as_str().as_bytes()).await?;
        let Some(VersionHolder { account }) = holder else { return Ok(None) };
        let Some(id) = self.owner_of(view, account, version).await? else { return Ok(None) };
        let record = view.get(KEYS, account, id.as_str().as_bytes()).await?;
        let shared = record.is_some_and(|record| record.policy.is_some() || record.grants > 0);
        Ok(shared.then_some(KeyPlace { account, id }))
    }
}
