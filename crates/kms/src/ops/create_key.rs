use crate::key_kind::{KeySpec, KeyUsage, Origin, Protection};
use crate::key_record::{Creator, KeyInfo};
use crate::kms::{Draft, KEY_KIND, Kms, home};
use crate::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Failure, Reason, Result};

/// Makes a key in the caller's account.
#[derive(Clone, Debug, Default)]
pub struct CreateKey {
    /// Algorithm and size.
    pub spec: KeySpec,
    /// What it is for; if not given, what such keys can do.
    pub usage: Option<KeyUsage>,
    /// Where its material comes from.
    pub origin: Origin,
    /// What guards its material.
    pub protection: Protection,
    /// What it is for, in the owner's words.
    pub description: String,
    /// Whether its deletion is refused from the start.
    pub deletion_protection: bool,
}

/// A description that is not too long.
pub(crate) fn check_description(text: &str) -> Result<()> {
    if text.chars().count() > limits::DESCRIPTION_CHARS {
        return Err(Failure::invalid("Description", format!("at most {} characters", limits::DESCRIPTION_CHARS)));
    }
    Ok(())
}

impl CreateKey {
    /// Whether such a key can be made here.
    fn check(&self) -> Result<()> {
        self.spec.supported()?;
        if self.usage.is_some_and(|usage| usage != KeyUsage::EncryptDecrypt) {
            return Err(Reason::KeyUsageInvalid.into());
        }
        if self.origin != Origin::Own {
            return Err(Reason::OriginUnsupported.into());
        }
        if self.protection != Protection::Software {
            return Err(Reason::ProtectionLevelUnsupported.into());
        }
        check_description(&self.description)
    }
}

impl Operation for CreateKey {
    type Output = KeyInfo;

    fn action(&self) -> Action {
        action::CREATE_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("KeySpec", format!("{:?}", self.spec));
        audit.optional("KeyUsage", self.usage.map(|usage| format!("{usage:?}")));
        audit.parameter("Origin", format!("{:?}", self.origin));
        audit.parameter("ProtectionLevel", format!("{:?}", self.protection));
        audit.parameter("Description", self.description.chars().take(256).collect::<String>());
    }

    fn outcome(&self, output: &KeyInfo, audit: &mut Audit) {
        audit.answer("KeyId", output.record.id.as_str());
        audit.resource(KEY_KIND, output.record.id.as_str());
    }
}

#[async_trait]
impl Run<CreateKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &CreateKey, caller: &Caller, _: &View) -> Result<Target> {
        Ok(Target::one(op.action(), self.resource(home(caller)?, "key")))
    }

    async fn run(&self, permit: &Permit<CreateKey>, op: &CreateKey, txn: &mut Txn) -> Result<KeyInfo> {
        op.check()?;
        let caller = permit.caller();
        let account = home(caller)?;
        let mut used = self.used(txn, account).await?;
        if used.keys >= limits::KEYS {
            return Err(Reason::TooManyKeys.into());
        }
        used.keys += 1;
        self.set_used(txn, account, used).await?;
        let draft = Draft {
            description: op.description.clone(),
            creator: Creator::Principal { arn: caller.principal().arn().unwrap_or_default() },
            deletion_protection: op.deletion_protection,
            created: caller.call().time,
        };
        let record = self.make_key(txn, account, draft).await?;
        Ok(self.info(account, record))
    }
}
