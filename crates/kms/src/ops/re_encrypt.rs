use crate::action;
use crate::ciphertext::Ciphertext;
use crate::encryption_context::EncryptionContext;
use crate::key_ref::KeyRef;
use crate::kms::Kms;
use crate::ops::asymmetric::{PairRef, UsedVersion};
use crate::ops::decrypt::Decrypted;
use crate::ops::encrypt::check_plaintext;
use async_trait::async_trait;
use crypto::pair::EncryptionScheme;
use iam::{Audit, Caller, Gate, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result, Secret};

/// What is to be encrypted under another key.
#[derive(Clone, Debug)]
pub enum ReEncryptSource {
    /// What a symmetric key sealed.
    Sealed {
        /// What there is.
        ciphertext: Ciphertext,
        /// What it is bound to.
        context: EncryptionContext,
        /// The key that must have made it, if the caller says so; an alias will do.
        key: Option<KeyRef>,
    },
    /// What was encrypted to a public key, which does not say to whose.
    Paired {
        /// Whose private key opens it.
        pair: PairRef,
        /// How it was encrypted.
        scheme: EncryptionScheme,
        /// What there is.
        ciphertext: Vec<u8>,
    },
}

/// What it is to be encrypted under.
#[derive(Clone, Debug)]
pub enum ReEncryptDestination {
    /// A symmetric key's primary version.
    Sealed {
        /// Which key; an alias will do.
        key: KeyRef,
        /// What the new ciphertext is bound to.
        context: EncryptionContext,
    },
    /// A public key.
    Paired {
        /// Whose.
        pair: PairRef,
        /// How.
        scheme: EncryptionScheme,
    },
}

/// The first half of encrypting something under another key: opens it. What it gives stays in the house.
struct ReEncryptFrom(ReEncryptSource);

/// The second half: seals it under the other key.
struct ReEncryptTo {
    to: ReEncryptDestination,
    plaintext: Secret<Vec<u8>>,
}

/// Encrypts under another key what is encrypted under one, without showing it. Two permissions on two keys, each decided
/// by that key's own policy and tags; so two operations, and two events.
pub struct ReEncrypt {
    /// What there is.
    pub from: ReEncryptSource,
    /// The other key.
    pub to: ReEncryptDestination,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct ReEncrypted {
    /// Under which key and version it was.
    pub from: UsedVersion,
    /// Under which it is.
    pub to: UsedVersion,
    /// The new ciphertext; of a symmetric key, the bytes of a [`Ciphertext`].
    pub ciphertext: Vec<u8>,
}

impl ReEncrypt {
    /// Asks the gate for both halves.
    pub async fn perform(self, gate: &Gate, caller: &Caller, kms: &Kms) -> Result<ReEncrypted> {
        // The trial of a dry run comes last: only then is it known that all of it would have worked.
        let opened = gate.perform(&caller.in_earnest(), kms, ReEncryptFrom(self.from)).await?;
        let from = UsedVersion { key: opened.key, version: opened.version };
        let (to, ciphertext) =
            gate.perform(caller, kms, ReEncryptTo { to: self.to, plaintext: opened.plaintext }).await?;
        Ok(ReEncrypted { from, to, ciphertext })
    }
}

impl Operation for ReEncryptFrom {
    type Output = Decrypted;

    fn action(&self) -> Action {
        action::RE_ENCRYPT_FROM
    }

    fn audit(&self, audit: &mut Audit) {
        match &self.0 {
            ReEncryptSource::Sealed { ciphertext, context, key } => {
                audit.parameter("KeyVersionId", ciphertext.version().as_str());
                audit.optional("KeyId", key.as_ref().map(KeyRef::to_string));
                context.audit(audit);
            }
            ReEncryptSource::Paired { pair, scheme, .. } => pair.audit_with(*scheme, audit),
        }
    }

    fn outcome(&self, output: &Decrypted, audit: &mut Audit) {
        output.audit(audit);
    }
}

#[async_trait]
impl Run<ReEncryptFrom> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ReEncryptFrom, caller: &Caller, view: &View) -> Result<Target> {
        match &op.0 {
            ReEncryptSource::Sealed { ciphertext, context, key } => {
                let place = self.key_of_ciphertext(key.as_ref(), ciphertext, caller, view).await?;
                self.use_target(op.action(), place, context, caller, view).await
            }
            ReEncryptSource::Paired { pair, .. } => self.named_target(op.action(), &pair.key, caller, view).await,
        }
    }

    async fn run(&self, permit: &Permit<ReEncryptFrom>, op: &ReEncryptFrom, txn: &mut Txn) -> Result<Decrypted> {
        match &op.0 {
            ReEncryptSource::Sealed { ciphertext, context, key } => {
                self.open_ciphertext(permit, txn, ciphertext, context, key.as_ref()).await
            }
            ReEncryptSource::Paired { pair, scheme, ciphertext } => {
                let (used, plaintext) = self.decrypt_paired(permit, txn, pair, *scheme, ciphertext).await?;
                Ok(Decrypted { key: used.key, version: used.version, plaintext })
            }
        }
    }
}

impl Operation for ReEncryptTo {
    type Output = (UsedVersion, Vec<u8>);

    fn action(&self) -> Action {
        action::RE_ENCRYPT_TO
    }

    fn audit(&self, audit: &mut Audit) {
        match &self.to {
            ReEncryptDestination::Sealed { key, context } => {
                key.audit(audit);
                context.audit(audit);
            }
            ReEncryptDestination::Paired { pair, scheme } => pair.audit_with(*scheme, audit),
        }
    }

    fn outcome(&self, output: &(UsedVersion, Vec<u8>), audit: &mut Audit) {
        output.0.audit(audit);
    }
}

#[async_trait]
impl Run<ReEncryptTo> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ReEncryptTo, caller: &Caller, view: &View) -> Result<Target> {
        match &op.to {
            ReEncryptDestination::Sealed { key, context } => {
                self.bound_target(op.action(), key, context, caller, view).await
            }
            ReEncryptDestination::Paired { pair, .. } => self.named_target(op.action(), &pair.key, caller, view).await,
        }
    }

    async fn run(
        &self,
        permit: &Permit<ReEncryptTo>,
        op: &ReEncryptTo,
        txn: &mut Txn,
    ) -> Result<(UsedVersion, Vec<u8>)> {
        match &op.to {
            ReEncryptDestination::Sealed { context, .. } => {
                check_plaintext(&op.plaintext)?;
                let sealed = self.seal(permit, txn, context, op.plaintext.expose()).await?;
                let used = UsedVersion { key: sealed.key, version: sealed.version };
                Ok((used, sealed.ciphertext.bytes().to_vec()))
            }
            ReEncryptDestination::Paired { pair, scheme } => {
                self.encrypt_paired(permit, txn, pair, *scheme, &op.plaintext).await
            }
        }
    }
}
