use crate::key_kind::KeyUsage;
use crate::key_ref::KeyRef;
use crate::kms::{KEY_KIND, Kms};
use crate::material::Material;
use crate::ops::encrypt::check_plaintext;
use crate::{action, limits};
use async_trait::async_trait;
use crypto::pair::{EncryptionScheme, PublicKey};
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, Failure, KeyId, Reason, Result, Secret};

/// A key pair, and which of its versions.
#[derive(Clone, Debug)]
pub struct PairRef {
    /// Which; an alias will do.
    pub key: KeyRef,
    /// Which version; the first if not given.
    pub version: Option<KeyId>,
}

/// Encrypts to a public key.
pub struct AsymmetricEncrypt {
    /// To which.
    pub pair: PairRef,
    /// How.
    pub scheme: EncryptionScheme,
    /// What.
    pub plaintext: Secret<Vec<u8>>,
}

/// Decrypts with a private key.
#[derive(Clone, Debug)]
pub struct AsymmetricDecrypt {
    /// With which.
    pub pair: PairRef,
    /// How it was encrypted.
    pub scheme: EncryptionScheme,
    /// What.
    pub ciphertext: Vec<u8>,
}

/// Shows a public key.
#[derive(Clone, Debug)]
pub struct GetPublicKey {
    /// Which.
    pub pair: PairRef,
}

/// A version of a key that something was done with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedVersion {
    /// The key.
    pub key: KeyId,
    /// The version.
    pub version: KeyId,
}

/// A public key, and what its pair is for.
#[derive(Clone, Debug)]
pub struct ShownKey {
    /// Whose.
    pub used: UsedVersion,
    /// The key.
    pub public: PublicKey,
    /// Algorithm and size.
    pub spec: crate::key_kind::KeySpec,
    /// What it is for.
    pub usage: KeyUsage,
}

impl PairRef {
    pub(crate) fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.optional("KeyVersionId", self.version.as_ref().map(KeyId::as_str));
    }

    pub(crate) fn audit_with(&self, scheme: EncryptionScheme, audit: &mut Audit) {
        self.audit(audit);
        audit.parameter("Algorithm", format!("{scheme:?}"));
    }
}

impl UsedVersion {
    pub(crate) fn audit(&self, audit: &mut Audit) {
        audit.resource(KEY_KIND, self.key.as_str());
        audit.answer("KeyVersionId", self.version.as_str());
    }
}

impl Kms {
    /// The material of the version that the caller means, of the key that the gate allowed and that is for this.
    pub(crate) async fn version_for<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        txn: &mut Txn,
        usage: KeyUsage,
        version: Option<&KeyId>,
    ) -> Result<(UsedVersion, Arc<Material>)> {
        let (place, record) = self.key_for(permit, txn, usage).await?;
        let version = version.unwrap_or(&record.primary).clone();
        let material = self.material(txn.view(), &place, &record, &version).await?;
        Ok((UsedVersion { key: place.id, version }, material))
    }

    /// Encrypts to the public key that the gate allowed.
    pub(crate) async fn encrypt_paired<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        txn: &mut Txn,
        pair: &PairRef,
        scheme: EncryptionScheme,
        plaintext: &Secret<Vec<u8>>,
    ) -> Result<(UsedVersion, Vec<u8>)> {
        let version = pair.version.as_ref();
        let (used, material) = self.version_for(permit, txn, KeyUsage::EncryptDecrypt, version).await?;
        check_plaintext(plaintext)?;
        if scheme == EncryptionScheme::Sm2 && plaintext.expose().len() > limits::SM2_PLAINTEXT_BYTES {
            return Err(Failure::invalid("Plaintext", format!("1 to {} bytes", limits::SM2_PLAINTEXT_BYTES)));
        }
        Ok((used, self.encrypt_with(&material, scheme, plaintext.expose())?))
    }

    /// Decrypts with the private key that the gate allowed.
    pub(crate) async fn decrypt_paired<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        txn: &mut Txn,
        pair: &PairRef,
        scheme: EncryptionScheme,
        ciphertext: &[u8],
    ) -> Result<(UsedVersion, Secret<Vec<u8>>)> {
        let version = pair.version.as_ref();
        let (used, material) = self.version_for(permit, txn, KeyUsage::EncryptDecrypt, version).await?;
        if ciphertext.len() > limits::PAIR_CIPHERTEXT_BYTES {
            return Err(Reason::CiphertextInvalid.into());
        }
        Ok((used, self.decrypt_with(&material, scheme, ciphertext).await?))
    }
}

impl Operation for AsymmetricEncrypt {
    type Output = (UsedVersion, Vec<u8>);

    fn action(&self) -> Action {
        action::ASYMMETRIC_ENCRYPT
    }

    fn audit(&self, audit: &mut Audit) {
        self.pair.audit_with(self.scheme, audit);
    }

    fn outcome(&self, output: &Self::Output, audit: &mut Audit) {
        output.0.audit(audit);
    }
}

#[async_trait]
impl Run<AsymmetricEncrypt> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &AsymmetricEncrypt, caller: &Caller, view: &View) -> Result<Target> {
        self.named_target(op.action(), &op.pair.key, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<AsymmetricEncrypt>,
        op: &AsymmetricEncrypt,
        txn: &mut Txn,
    ) -> Result<(UsedVersion, Vec<u8>)> {
        self.encrypt_paired(permit, txn, &op.pair, op.scheme, &op.plaintext).await
    }
}

impl Operation for AsymmetricDecrypt {
    type Output = (UsedVersion, Secret<Vec<u8>>);

    fn action(&self) -> Action {
        action::ASYMMETRIC_DECRYPT
    }

    fn audit(&self, audit: &mut Audit) {
        self.pair.audit_with(self.scheme, audit);
    }

    fn outcome(&self, output: &Self::Output, audit: &mut Audit) {
        output.0.audit(audit);
    }
}

#[async_trait]
impl Run<AsymmetricDecrypt> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &AsymmetricDecrypt, caller: &Caller, view: &View) -> Result<Target> {
        self.named_target(op.action(), &op.pair.key, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<AsymmetricDecrypt>,
        op: &AsymmetricDecrypt,
        txn: &mut Txn,
    ) -> Result<(UsedVersion, Secret<Vec<u8>>)> {
        self.decrypt_paired(permit, txn, &op.pair, op.scheme, &op.ciphertext).await
    }
}

impl Operation for GetPublicKey {
    type Output = ShownKey;

    fn action(&self) -> Action {
        action::GET_PUBLIC_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        self.pair.audit(audit);
    }

    fn outcome(&self, output: &ShownKey, audit: &mut Audit) {
        output.used.audit(audit);
    }
}

#[async_trait]
impl Run<GetPublicKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetPublicKey, caller: &Caller, view: &View) -> Result<Target> {
        self.named_target(op.action(), &op.pair.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<GetPublicKey>, op: &GetPublicKey, txn: &mut Txn) -> Result<ShownKey> {
        let record = self.key(txn, &crate::kms::chosen(permit)?).await?;
        let version = op.pair.version.as_ref();
        let (used, material) = self.version_for(permit, txn, record.usage, version).await?;
        Ok(ShownKey { used, public: material.public()?.clone(), spec: record.spec, usage: record.usage })
    }
}
