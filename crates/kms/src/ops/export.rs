use crate::action;
use crate::ciphertext::Ciphertext;
use crate::encryption_context::EncryptionContext;
use crate::key_ref::KeyRef;
use crate::kms::{KEY_KIND, Kms};
use crate::limits;
use crate::ops::encrypt::Encrypted;
use crate::ops::generate_data_key::DataKeyLength;
use async_trait::async_trait;
use crypto::pair::{EncryptionScheme, PairKind, PublicKey};
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Failure, KeyId, Result};

/// A public key outside, and how to encrypt to it.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// What kind of key.
    pub kind: PairKind,
    /// SubjectPublicKeyInfo in DER.
    pub public: Vec<u8>,
    /// How.
    pub scheme: EncryptionScheme,
}

/// Gives a data key, which is encrypted under a key, to someone outside, encrypted to their public key.
#[derive(Clone, Debug)]
pub struct ExportDataKey {
    /// The data key.
    pub ciphertext: Ciphertext,
    /// What that is bound to.
    pub context: EncryptionContext,
    /// To whom.
    pub to: Recipient,
}

/// Makes a data key, and gives it encrypted under a key and encrypted to a public key.
#[derive(Clone, Debug)]
pub struct GenerateAndExportDataKey {
    /// Under which key; an alias will do.
    pub key: KeyRef,
    /// How long.
    pub length: DataKeyLength,
    /// What the ciphertext is bound to.
    pub context: EncryptionContext,
    /// To whom.
    pub to: Recipient,
}

/// A data key on its way out.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The key it is under.
    pub key: KeyId,
    /// The version.
    pub version: KeyId,
    /// The data key, encrypted to the public key.
    pub exported: Vec<u8>,
}

impl Recipient {
    fn encrypt(&self, kms: &Kms, plaintext: &[u8]) -> Result<Vec<u8>> {
        if self.public.len() > limits::PUBLIC_KEY_BYTES {
            return Err(Failure::invalid("PublicKeyBlob", format!("at most {} bytes", limits::PUBLIC_KEY_BYTES)));
        }
        let public = PublicKey::from_der(self.kind, self.public.clone());
        let sealed = public.encrypt(self.scheme, kms.store.rng().as_ref(), plaintext);
        let rule = "a public key of the given kind, to which the data key can be encrypted so";
        sealed.map_err(|error| Failure::invalid("PublicKeyBlob", rule).caused_by(error))
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("WrappingKeySpec", format!("{:?}", self.kind));
        audit.parameter("WrappingAlgorithm", format!("{:?}", self.scheme));
        let hash = crypto::sha256(&self.public);
        audit.parameter("PublicKeySha256", hex::encode(hash));
    }
}

impl Operation for ExportDataKey {
    type Output = Exported;

    fn action(&self) -> Action {
        action::EXPORT_DATA_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("KeyVersionId", self.ciphertext.version().as_str());
        self.context.audit(audit);
        self.to.audit(audit);
    }

    fn outcome(&self, output: &Exported, audit: &mut Audit) {
        audit.resource(KEY_KIND, output.key.as_str());
    }

    fn strict(&self) -> bool {
        true
    }
}

#[async_trait]
impl Run<ExportDataKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ExportDataKey, caller: &Caller, view: &View) -> Result<Target> {
        let place = self.key_of_ciphertext(None, &op.ciphertext, caller, view).await?;
        self.use_target(op.action(), place, &op.context, caller, view).await
    }

    async fn run(&self, permit: &Permit<ExportDataKey>, op: &ExportDataKey, txn: &mut Txn) -> Result<Exported> {
        let opened = self.open_ciphertext(permit, txn, &op.ciphertext, &op.context, None).await?;
        let exported = op.to.encrypt(self, opened.plaintext.expose())?;
        Ok(Exported { key: opened.key, version: opened.version, exported })
    }
}

impl Operation for GenerateAndExportDataKey {
    type Output = (Encrypted, Vec<u8>);

    fn action(&self) -> Action {
        action::GENERATE_AND_EXPORT_DATA_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        self.length.audit(audit);
        self.context.audit(audit);
        self.to.audit(audit);
    }

    fn outcome(&self, output: &Self::Output, audit: &mut Audit) {
        audit.resource(KEY_KIND, output.0.key.as_str());
        audit.answer("KeyVersionId", output.0.version.as_str());
    }

    fn strict(&self) -> bool {
        true
    }
}

#[async_trait]
impl Run<GenerateAndExportDataKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GenerateAndExportDataKey, caller: &Caller, view: &View) -> Result<Target> {
        self.bound_target(op.action(), &op.key, &op.context, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<GenerateAndExportDataKey>,
        op: &GenerateAndExportDataKey,
        txn: &mut Txn,
    ) -> Result<(Encrypted, Vec<u8>)> {
        let (plaintext, sealed) = self.new_data_key(permit, txn, op.length, &op.context).await?;
        Ok((sealed, op.to.encrypt(self, plaintext.expose())?))
    }
}
