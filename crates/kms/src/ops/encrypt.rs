use crate::ciphertext::Ciphertext;
use crate::encryption_context::EncryptionContext;
use crate::key_record::KeyRecord;
use crate::key_ref::KeyRef;
use crate::kms::{KEY_KIND, KeyPlace, Kms};
use crate::material::Material;
use crate::ops::generate_data_key::DataKeyLength;
use crate::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, Failure, KeyId, Result, Secret};

/// Encrypts a small plaintext under the primary version of a key.
pub struct Encrypt {
    /// Which key; an alias will do.
    pub key: KeyRef,
    /// The plaintext.
    pub plaintext: Secret<Vec<u8>>,
    /// What the ciphertext is bound to.
    pub context: EncryptionContext,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Encrypted {
    /// The key.
    pub key: KeyId,
    /// The version of the key.
    pub version: KeyId,
    /// The ciphertext.
    pub ciphertext: Ciphertext,
}

impl Encrypted {
    pub(crate) fn audit(&self, audit: &mut Audit) {
        audit.resource(KEY_KIND, self.key.as_str());
        audit.answer("KeyVersionId", self.version.as_str());
    }
}

impl Kms {
    /// The primary version of the key that the gate allowed, to encrypt with.
    pub(crate) async fn primary<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        txn: &mut Txn,
    ) -> Result<(KeyPlace, KeyRecord, Arc<Material>)> {
        let (place, record) = self.key_to_use(permit, txn).await?;
        let material = self.material(txn.view(), &place, &record, &record.primary).await?;
        Ok((place, record, material))
    }

    /// Makes a data key and seals it under the primary version of the key that the gate allowed.
    pub(crate) async fn new_data_key<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        txn: &mut Txn,
        length: DataKeyLength,
        context: &EncryptionContext,
    ) -> Result<(Secret<Vec<u8>>, Encrypted)> {
        let mut plaintext = self.random_data_key(length)?;
        let (place, record, material) = self.primary(permit, txn).await?;
        self.mix_random(&material, &mut plaintext).await?;
        let version = (&place, &record.primary);
        let ciphertext = self.seal_with(version, &material, context, plaintext.expose()).await?;
        Ok((plaintext, Encrypted { key: record.id, version: record.primary, ciphertext }))
    }

    /// Seals a plaintext under the primary version of the key that the gate allowed.
    pub(crate) async fn seal<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        txn: &mut Txn,
        context: &EncryptionContext,
        plaintext: &[u8],
    ) -> Result<Encrypted> {
        let (place, record, material) = self.primary(permit, txn).await?;
        let ciphertext = self.seal_with((&place, &record.primary), &material, context, plaintext).await?;
        Ok(Encrypted { key: record.id, version: record.primary, ciphertext })
    }
}

/// A plaintext that is neither empty nor too long.
pub(crate) fn check_plaintext(plaintext: &Secret<Vec<u8>>) -> Result<()> {
    if (1..=limits::PLAINTEXT_BYTES).contains(&plaintext.expose().len()) {
        return Ok(());
    }
    Err(Failure::invalid("Plaintext", format!("1 to {} bytes", limits::PLAINTEXT_BYTES)))
}

impl Operation for Encrypt {
    type Output = Encrypted;

    fn action(&self) -> Action {
        action::ENCRYPT
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        self.context.audit(audit);
    }

    fn outcome(&self, output: &Encrypted, audit: &mut Audit) {
        output.audit(audit);
    }
}

#[async_trait]
impl Run<Encrypt> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &Encrypt, caller: &Caller, view: &View) -> Result<Target> {
        self.bound_target(op.action(), &op.key, &op.context, caller, view).await
    }

    async fn run(&self, permit: &Permit<Encrypt>, op: &Encrypt, txn: &mut Txn) -> Result<Encrypted> {
        check_plaintext(&op.plaintext)?;
        self.seal(permit, txn, &op.context, op.plaintext.expose()).await
    }
}
