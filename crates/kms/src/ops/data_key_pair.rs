use crate::action;
use crate::encryption_context::EncryptionContext;
use crate::key_kind::{Family, KeySpec};
use crate::key_ref::KeyRef;
use crate::kms::Kms;
use crate::ops::draw::Drawn;
use crate::ops::encrypt::Encrypted;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Failure, Reason, Result, Secret};

/// Makes a key pair for use outside, and gives its private key encrypted under a key, and in the open if wanted. It is
/// kept nowhere.
pub struct GenerateDataKeyPair {
    /// Under which key; an alias will do.
    pub key: KeyRef,
    /// What kind of pair.
    pub spec: KeySpec,
    /// What the ciphertext is bound to.
    pub context: EncryptionContext,
    /// Whether the private key is wanted in the open. To ask for that is another action than not to.
    pub plaintext: bool,
    /// Nothing yet.
    pub drawn: Drawn,
}

/// A key pair for use outside.
pub struct DataKeyPair {
    /// The private key, encrypted: PKCS#8 in DER.
    pub sealed: Encrypted,
    /// The public key: SubjectPublicKeyInfo in DER.
    pub public: Vec<u8>,
    /// The private key, if it was wanted.
    pub private: Option<Secret<Vec<u8>>>,
}

impl Operation for GenerateDataKeyPair {
    type Output = DataKeyPair;

    fn action(&self) -> Action {
        match self.plaintext {
            true => action::GENERATE_DATA_KEY_PAIR,
            false => action::GENERATE_DATA_KEY_PAIR_WITHOUT_PLAINTEXT,
        }
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("KeyPairSpec", format!("{:?}", self.spec));
        self.context.audit(audit);
    }

    fn outcome(&self, output: &DataKeyPair, audit: &mut Audit) {
        output.sealed.audit(audit);
    }
}

#[async_trait]
impl Run<GenerateDataKeyPair> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GenerateDataKeyPair, caller: &Caller, view: &View) -> Result<Target> {
        self.bound_target(op.action(), &op.key, &op.context, caller, view).await
    }

    async fn prepare(&self, permit: &Permit<GenerateDataKeyPair>, op: &mut GenerateDataKeyPair) -> Result<()> {
        if !matches!(op.spec.family(), Family::Pair(_)) {
            return Err(Failure::invalid("KeyPairSpec", "the spec of a key pair"));
        }
        // A key that can seal nothing needs no pair made: what is wrong with it is for the run to say.
        if self.looked_up(permit).await?.is_some_and(|(_, record)| record.spec.is_symmetric()) {
            op.drawn = self.draw(op.spec).await?;
        }
        Ok(())
    }

    async fn run(
        &self,
        permit: &Permit<GenerateDataKeyPair>,
        op: &GenerateDataKeyPair,
        txn: &mut Txn,
    ) -> Result<DataKeyPair> {
        self.key_to_use(permit, txn).await?;
        // Switched on since it was looked at: others are changing it, and the caller can try again.
        let pair = op.drawn.material().ok_or(Reason::Contended)?.pair()?;
        let sealed = self.seal(permit, txn, &op.context, pair.expose_pkcs8()).await?;
        let private = op.plaintext.then(|| Secret::new(pair.expose_pkcs8().to_vec()));
        Ok(DataKeyPair { sealed, public: pair.public().der().to_vec(), private })
    }
}
