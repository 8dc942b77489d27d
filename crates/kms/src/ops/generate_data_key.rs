use crate::ciphertext::Ciphertext;
use crate::encryption_context::EncryptionContext;
use crate::key_ref::KeyRef;
use crate::kms::{KEY_KIND, Kms};
use crate::ops::encrypt::Encrypted;
use crate::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Failure, KeyId, Result, Secret};

/// How long a data key is to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataKeyLength {
    /// 32 bytes, for AES-256.
    #[default]
    Aes256,
    /// 16 bytes, for AES-128.
    Aes128,
    /// This many bytes, 1 to [`limits::DATA_KEY_BYTES`].
    Bytes(u32),
}

/// Makes a data key, and gives it in the open and encrypted under a key.
#[derive(Clone, Debug)]
pub struct GenerateDataKey {
    /// Which key; an alias will do.
    pub key: KeyRef,
    /// How long.
    pub length: DataKeyLength,
    /// What the ciphertext is bound to.
    pub context: EncryptionContext,
}

/// Makes a data key, and gives it only encrypted under a key, for whoever is to decrypt it later.
#[derive(Clone, Debug)]
pub struct GenerateDataKeyWithoutPlaintext {
    /// Which key; an alias will do.
    pub key: KeyRef,
    /// How long.
    pub length: DataKeyLength,
    /// What the ciphertext is bound to.
    pub context: EncryptionContext,
}

/// A data key.
pub struct DataKey {
    /// The key it is encrypted under.
    pub key: KeyId,
    /// The version of that key.
    pub version: KeyId,
    /// The data key.
    pub plaintext: Secret<Vec<u8>>,
    /// The data key, encrypted.
    pub ciphertext: Ciphertext,
}

impl DataKeyLength {
    fn bytes(self) -> Result<usize> {
        match self {
            Self::Aes256 => Ok(32),
            Self::Aes128 => Ok(16),
            Self::Bytes(n) if (1..=limits::DATA_KEY_BYTES).contains(&n) => Ok(n as usize),
            Self::Bytes(_) => Err(Failure::invalid("NumberOfBytes", format!("1 to {}", limits::DATA_KEY_BYTES))),
        }
    }

    pub(crate) fn audit(self, audit: &mut Audit) {
        match self {
            Self::Aes256 => audit.parameter("KeySpec", "AES_256"),
            Self::Aes128 => audit.parameter("KeySpec", "AES_128"),
            Self::Bytes(n) => audit.parameter("NumberOfBytes", n),
        }
    }
}

impl Kms {
    pub(crate) fn random_data_key(&self, length: DataKeyLength) -> Result<Secret<Vec<u8>>> {
        let mut data_key = Secret::new(vec![0; length.bytes()?]);
        self.store.rng().fill(data_key.expose_mut());
        Ok(data_key)
    }
}

impl Operation for GenerateDataKey {
    type Output = DataKey;

    fn action(&self) -> Action {
        action::GENERATE_DATA_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        self.length.audit(audit);
        self.context.audit(audit);
    }

    fn outcome(&self, output: &DataKey, audit: &mut Audit) {
        audit.resource(KEY_KIND, output.key.as_str());
        audit.answer("KeyVersionId", output.version.as_str());
    }
}

#[async_trait]
impl Run<GenerateDataKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GenerateDataKey, caller: &Caller, view: &View) -> Result<Target> {
        self.bound_target(op.action(), &op.key, &op.context, caller, view).await
    }

    async fn run(&self, permit: &Permit<GenerateDataKey>, op: &GenerateDataKey, txn: &mut Txn) -> Result<DataKey> {
        let (plaintext, sealed) = self.new_data_key(permit, txn, op.length, &op.context).await?;
        let Encrypted { key, version, ciphertext } = sealed;
        Ok(DataKey { key, version, plaintext, ciphertext })
    }
}

impl Operation for GenerateDataKeyWithoutPlaintext {
    type Output = Encrypted;

    fn action(&self) -> Action {
        action::GENERATE_DATA_KEY_WITHOUT_PLAINTEXT
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        self.length.audit(audit);
        self.context.audit(audit);
    }

    fn outcome(&self, output: &Encrypted, audit: &mut Audit) {
        audit.resource(KEY_KIND, output.key.as_str());
        audit.answer("KeyVersionId", output.version.as_str());
    }
}

#[async_trait]
impl Run<GenerateDataKeyWithoutPlaintext> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GenerateDataKeyWithoutPlaintext, caller: &Caller, view: &View) -> Result<Target> {
        self.bound_target(op.action(), &op.key, &op.context, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<GenerateDataKeyWithoutPlaintext>,
        op: &GenerateDataKeyWithoutPlaintext,
        txn: &mut Txn,
    ) -> Result<Encrypted> {
        Ok(self.new_data_key(permit, txn, op.length, &op.context).await?.1)
    }
}
