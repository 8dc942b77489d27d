use crate::action;
use crate::ciphertext::Ciphertext;
use crate::encryption_context::EncryptionContext;
use crate::key_ref::{KeyName, KeyRef};
use crate::kms::{KEY_KIND, KeyPlace, Kms};
use crate::tables::ALIASES;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{AccountId, Action, KeyId, Reason, Result, Secret};

/// Decrypts what [`Encrypt`](crate::Encrypt) or a data key's making gave. The ciphertext says under which key.
#[derive(Clone, Debug)]
pub struct Decrypt {
    /// The ciphertext.
    pub ciphertext: Ciphertext,
    /// What it is bound to.
    pub context: EncryptionContext,
    /// Whose key it must be. Only other parts of the house give one, for a thing whose owner they know.
    pub account: Option<AccountId>,
    /// The key that must have made it, if the caller says so; an alias will do. Otherwise it may be any of its own account's,
    /// or of those that other accounts share.
    pub key: Option<KeyRef>,
}

/// What came of it.
pub struct Decrypted {
    /// The key.
    pub key: KeyId,
    /// The version of the key.
    pub version: KeyId,
    /// The plaintext.
    pub plaintext: Secret<Vec<u8>>,
}

impl Decrypted {
    pub(crate) fn audit(&self, audit: &mut Audit) {
        audit.answer("KeyId", self.key.as_str());
        audit.resource(KEY_KIND, self.key.as_str());
    }
}

impl Kms {
    /// Refuses a ciphertext of another key than the one that was named. An alias that stands for nothing is such, too.
    async fn check_named<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        txn: &mut Txn,
        place: &KeyPlace,
        key: &KeyRef,
    ) -> Result<()> {
        let account = self.account_of(key, permit.caller())?;
        let id = match key.name() {
            KeyName::Id(id) => Some(id.clone()),
            KeyName::Alias(alias) => {
                txn.get(ALIASES, account, alias.as_str().as_bytes()).await?.map(|record| record.key)
            }
        };
        if account == place.account && id.as_ref() == Some(&place.id) {
            return Ok(());
        }
        Err(Reason::CiphertextKeyDiffers.into())
    }

    /// Opens a ciphertext with the key that the gate allowed; `named` is the one the caller says it is of.
    pub(crate) async fn open_ciphertext<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        txn: &mut Txn,
        ciphertext: &Ciphertext,
        context: &EncryptionContext,
        named: Option<&KeyRef>,
    ) -> Result<Decrypted> {
        let (place, record) = self.key_to_use(permit, txn).await?;
        if let Some(key) = named {
            self.check_named(permit, txn, &place, key).await?;
        }
        let version = ciphertext.version();
        let material = self.material(txn.view(), &place, &record, version).await?;
        let plaintext = self.open_with(&place, &material, ciphertext, context).await?;
        Ok(Decrypted { key: record.id, version: version.clone(), plaintext })
    }
}

impl Operation for Decrypt {
    type Output = Decrypted;

    fn action(&self) -> Action {
        action::DECRYPT
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("KeyVersionId", self.ciphertext.version().as_str());
        audit.optional("KeyId", self.key.as_ref().map(KeyRef::to_string));
        self.context.audit(audit);
    }

    fn outcome(&self, output: &Decrypted, audit: &mut Audit) {
        output.audit(audit);
    }
}

#[async_trait]
impl Run<Decrypt> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &Decrypt, caller: &Caller, view: &View) -> Result<Target> {
        let place = match op.account {
            Some(account) => self.key_of_version(view, account, op.ciphertext.version()).await?,
            None => self.key_of_ciphertext(op.key.as_ref(), &op.ciphertext, caller, view).await?,
        };
        self.use_target(op.action(), place, &op.context, caller, view).await
    }

    async fn run(&self, permit: &Permit<Decrypt>, op: &Decrypt, txn: &mut Txn) -> Result<Decrypted> {
        self.open_ciphertext(permit, txn, &op.ciphertext, &op.context, op.key.as_ref()).await
    }
}
