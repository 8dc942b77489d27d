use crate::key_kind::KeyUsage;
use crate::kms::Kms;
use crate::ops::asymmetric::{PairRef, UsedVersion};
use crate::{action, limits};
use async_trait::async_trait;
use crypto::{MacKind, hash};
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Failure, Result, Secret};

/// Makes a message authentication code.
pub struct GenerateMac {
    /// With which key.
    pub key: PairRef,
    /// How.
    pub kind: MacKind,
    /// Of what.
    pub message: Secret<Vec<u8>>,
}

/// Verifies a message authentication code.
pub struct VerifyMac {
    /// With which key.
    pub key: PairRef,
    /// How it was made.
    pub kind: MacKind,
    /// Of what.
    pub message: Secret<Vec<u8>>,
    /// The code.
    pub mac: Vec<u8>,
}

impl Kms {
    async fn code<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        txn: &mut Txn,
        key: &PairRef,
        kind: MacKind,
        message: &[u8],
    ) -> Result<(UsedVersion, Vec<u8>)> {
        if message.is_empty() || message.len() > limits::MESSAGE_BYTES {
            return Err(Failure::invalid("Message", format!("1 to {} bytes", limits::MESSAGE_BYTES)));
        }
        let version = key.version.as_ref();
        let (used, material) = self.version_for(permit, txn, KeyUsage::GenerateVerifyMac, version).await?;
        let code = self.mac_with(&material, kind, message).await?;
        Ok((used, code))
    }
}

impl Operation for GenerateMac {
    type Output = (UsedVersion, Vec<u8>);

    fn action(&self) -> Action {
        action::GENERATE_MAC
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("Algorithm", format!("{:?}", self.kind));
    }

    fn outcome(&self, output: &Self::Output, audit: &mut Audit) {
        output.0.audit(audit);
    }
}

#[async_trait]
impl Run<GenerateMac> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GenerateMac, caller: &Caller, view: &View) -> Result<Target> {
        self.named_target(op.action(), &op.key.key, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<GenerateMac>,
        op: &GenerateMac,
        txn: &mut Txn,
    ) -> Result<(UsedVersion, Vec<u8>)> {
        self.code(permit, txn, &op.key, op.kind, op.message.expose()).await
    }
}

impl Operation for VerifyMac {
    type Output = (UsedVersion, bool);

    fn action(&self) -> Action {
        action::VERIFY_MAC
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("Algorithm", format!("{:?}", self.kind));
    }

    fn outcome(&self, output: &Self::Output, audit: &mut Audit) {
        output.0.audit(audit);
        audit.answer("Value", output.1);
    }
}

#[async_trait]
impl Run<VerifyMac> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &VerifyMac, caller: &Caller, view: &View) -> Result<Target> {
        self.named_target(op.action(), &op.key.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<VerifyMac>, op: &VerifyMac, txn: &mut Txn) -> Result<(UsedVersion, bool)> {
        let (used, code) = self.code(permit, txn, &op.key, op.kind, op.message.expose()).await?;
        Ok((used, hash::eq(&code, &op.mac)))
    }
}
