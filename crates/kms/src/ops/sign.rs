use crate::key_kind::KeyUsage;
use crate::kms::Kms;
use crate::ops::asymmetric::{PairRef, UsedVersion};
use crate::use_material::wrong_algorithm;
use crate::{action, limits};
use async_trait::async_trait;
use crypto::pair::{PublicKey, SignatureScheme};
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Failure, Result};

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// A digest that the caller computed.
    Digest(Vec<u8>),
    /// A message, of at most [`limits::MESSAGE_BYTES`].
    Message(Vec<u8>),
}

/// Signs with a private key.
#[derive(Clone, Debug)]
pub struct Sign {
    /// With which.
    pub pair: PairRef,
    /// How.
    pub scheme: SignatureScheme,
    /// What.
    pub signed: Signed,
}

/// Verifies a signature with a public key.
#[derive(Clone, Debug)]
pub struct Verify {
    /// With which.
    pub pair: PairRef,
    /// How it was signed.
    pub scheme: SignatureScheme,
    /// What was signed.
    pub signed: Signed,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Signed {
    /// The digest, of the width that the scheme takes.
    fn digest(&self, scheme: SignatureScheme, public: &PublicKey) -> Result<Vec<u8>> {
        match self {
            Self::Message(message) if message.is_empty() || message.len() > limits::MESSAGE_BYTES => {
                Err(Failure::invalid("Message", format!("1 to {} bytes", limits::MESSAGE_BYTES)))
            }
            Self::Message(message) => public.digest(scheme, message).map_err(wrong_algorithm),
            Self::Digest(digest) => match scheme.digest_width() {
                Some(width) if digest.len() == width => Ok(digest.clone()),
                Some(width) => Err(Failure::invalid("Digest", format!("{width} bytes"))),
                None => Err(Failure::invalid("Algorithm", "one that signs digests")),
            },
        }
    }
}

fn audit(pair: &PairRef, scheme: SignatureScheme, audit: &mut Audit) {
    pair.audit(audit);
    audit.parameter("Algorithm", format!("{scheme:?}"));
}

impl Operation for Sign {
    type Output = (UsedVersion, Vec<u8>);

    fn action(&self) -> Action {
        action::ASYMMETRIC_SIGN
    }

    fn audit(&self, out: &mut Audit) {
        audit(&self.pair, self.scheme, out);
    }

    fn outcome(&self, output: &Self::Output, audit: &mut Audit) {
        output.0.audit(audit);
    }
}

#[async_trait]
impl Run<Sign> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &Sign, caller: &Caller, view: &View) -> Result<Target> {
        self.named_target(op.action(), &op.pair.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<Sign>, op: &Sign, txn: &mut Txn) -> Result<(UsedVersion, Vec<u8>)> {
        let version = op.pair.version.as_ref();
        let (used, material) = self.version_for(permit, txn, KeyUsage::SignVerify, version).await?;
        let digest = op.signed.digest(op.scheme, material.public()?)?;
        Ok((used, self.sign_with(&material, op.scheme, digest).await?))
    }
}

impl Operation for Verify {
    type Output = (UsedVersion, bool);

    fn action(&self) -> Action {
        action::ASYMMETRIC_VERIFY
    }

    fn audit(&self, out: &mut Audit) {
        audit(&self.pair, self.scheme, out);
    }

    fn outcome(&self, output: &Self::Output, audit: &mut Audit) {
        output.0.audit(audit);
        audit.answer("Value", output.1);
    }
}

#[async_trait]
impl Run<Verify> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &Verify, caller: &Caller, view: &View) -> Result<Target> {
        self.named_target(op.action(), &op.pair.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<Verify>, op: &Verify, txn: &mut Txn) -> Result<(UsedVersion, bool)> {
        let version = op.pair.version.as_ref();
        let (used, material) = self.version_for(permit, txn, KeyUsage::SignVerify, version).await?;
        let public = material.public()?;
        let digest = op.signed.digest(op.scheme, public)?;
        Ok((used, public.verify(op.scheme, &digest, &op.signature).map_err(wrong_algorithm)?))
    }
}
