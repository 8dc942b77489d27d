use crate::action;
use crate::ciphertext::Ciphertext;
use crate::encryption_context::EncryptionContext;
use crate::key_ref::KeyRef;
use crate::kms::Kms;
use crate::ops::decrypt::Decrypted;
use crate::ops::encrypt::{Encrypted, check_plaintext};
use async_trait::async_trait;
use iam::{Audit, Caller, Gate, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result, Secret};

/// The first half of encrypting something under another key: opens it. What it gives stays in the house.
struct ReEncryptFrom {
    ciphertext: Ciphertext,
    key: Option<KeyRef>,
    context: EncryptionContext,
}

/// The second half: seals it under the other key's primary version.
struct ReEncryptTo {
    key: KeyRef,
    plaintext: Secret<Vec<u8>>,
    context: EncryptionContext,
}

/// Encrypts under another key what is encrypted under one, without showing it. Two permissions on two keys, each decided
/// by that key's own policy and tags; so two operations, and two events.
pub struct ReEncrypt {
    /// What there is.
    pub source: Ciphertext,
    /// What that is bound to.
    pub source_context: EncryptionContext,
    /// The key that must have made it, if the caller says so; an alias will do.
    pub source_key: Option<KeyRef>,
    /// The other key; an alias will do.
    pub key: KeyRef,
    /// What the new ciphertext is bound to.
    pub context: EncryptionContext,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct ReEncrypted {
    /// Under which key and version it was.
    pub source: (types::KeyId, types::KeyId),
    /// The new ciphertext.
    pub new: Encrypted,
}

impl ReEncrypt {
    /// Asks the gate for both halves.
    pub async fn perform(self, gate: &Gate, caller: &Caller, kms: &Kms) -> Result<ReEncrypted> {
        let from = ReEncryptFrom { ciphertext: self.source, key: self.source_key, context: self.source_context };
        // The trial of a dry run comes last: only then is it known that all of it would have worked.
        let opened = gate.perform(&caller.in_earnest(), kms, from).await?;
        let source = (opened.key, opened.version);
        let to = ReEncryptTo { key: self.key, plaintext: opened.plaintext, context: self.context };
        Ok(ReEncrypted { source, new: gate.perform(caller, kms, to).await? })
    }
}

impl Operation for ReEncryptFrom {
    type Output = Decrypted;

    fn action(&self) -> Action {
        action::RE_ENCRYPT_FROM
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
impl Run<ReEncryptFrom> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ReEncryptFrom, caller: &Caller, view: &View) -> Result<Target> {
        let place = self.key_of_ciphertext(op.key.as_ref(), &op.ciphertext, caller, view).await?;
        self.use_target(op.action(), place, &op.context, caller, view).await
    }

    async fn run(&self, permit: &Permit<ReEncryptFrom>, op: &ReEncryptFrom, txn: &mut Txn) -> Result<Decrypted> {
        self.open_ciphertext(permit, txn, &op.ciphertext, &op.context, op.key.as_ref()).await
    }
}

impl Operation for ReEncryptTo {
    type Output = Encrypted;

    fn action(&self) -> Action {
        action::RE_ENCRYPT_TO
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
impl Run<ReEncryptTo> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ReEncryptTo, caller: &Caller, view: &View) -> Result<Target> {
        self.bound_target(op.action(), &op.key, &op.context, caller, view).await
    }

    async fn run(&self, permit: &Permit<ReEncryptTo>, op: &ReEncryptTo, txn: &mut Txn) -> Result<Encrypted> {
        check_plaintext(&op.plaintext)?;
        self.seal(permit, txn, &op.context, op.plaintext.expose()).await
    }
}
