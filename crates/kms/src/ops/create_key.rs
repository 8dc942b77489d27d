use crate::key_kind::{KeySpec, KeyUsage, Origin, Protection};
use crate::key_record::{Creator, KeyInfo};
use crate::kms::{Draft, KEY_KIND, KeyPlace, Kms, add_request_tags, home};
use crate::ops::draw::Drawn;
use crate::ops::key_policy::{KeyPolicy, check_policy};
use crate::ops::rotation::check_interval;
use crate::ops::tags::check_tags;
use crate::tables::USED;
use crate::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::collections::BTreeMap;
use store::{Store, Txn, View};
use types::{Action, Failure, KeyId, Reason, Result};

/// Makes a key in the caller's account.
#[derive(Default)]
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
    /// What it is marked with.
    pub tags: BTreeMap<String, String>,
    /// How often it is to get a new version by itself, in seconds, if at all.
    pub rotation: Option<u64>,
    /// The policy attached to it from the start, if any.
    pub policy: Option<KeyPolicy>,
    /// Nothing yet.
    pub drawn: Drawn,
}

/// A description that is not too long.
pub(crate) fn check_description(text: &str) -> Result<()> {
    if text.chars().count() > limits::DESCRIPTION_CHARS {
        return Err(Failure::invalid("Description", format!("at most {} characters", limits::DESCRIPTION_CHARS)));
    }
    Ok(())
}

impl CreateKey {
    /// What it is for: as asked, or what such keys are for.
    fn usage(&self) -> Result<KeyUsage> {
        let possible = self.spec.usages();
        let usage = self.usage.or(possible.first().copied()).ok_or(Reason::KeyUsageInvalid)?;
        if possible.contains(&usage) { Ok(usage) } else { Err(Reason::KeyUsageInvalid.into()) }
    }

    /// Whether such a key can be made here.
    fn check(&self) -> Result<()> {
        let usage = self.usage()?;
        // Pairs and keys for codes are not versioned by themselves, and material that is brought cannot be.
        if self.rotation.is_some() && (usage != KeyUsage::EncryptDecrypt || !self.spec.is_symmetric()) {
            return Err(Reason::KeySpecUnsupported.into());
        }
        if self.rotation.is_some() && self.origin == Origin::External {
            return Err(Reason::OriginUnsupported.into());
        }
        self.rotation.map_or(Ok(()), check_interval)?;
        check_tags(&self.tags)?;
        if let Some(policy) = &self.policy {
            check_policy(policy)?;
        }
        if self.protection == Protection::Hsm && self.origin == Origin::External {
            let text = "Material that is brought cannot be put into the HSM: what is there was made there.";
            return Err(Failure::new(Reason::OriginUnsupported, text));
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
        let mut target = Target::one(op.action(), self.resource(home(caller)?, "key"));
        add_request_tags(&mut target.context, &op.tags);
        Ok(target)
    }

    async fn prepare(&self, permit: &Permit<CreateKey>, op: &mut CreateKey) -> Result<()> {
        op.check()?;
        op.drawn = match (op.origin, op.protection) {
            (Origin::External, _) => Drawn::default(),
            (Origin::Own, Protection::Software) => self.draw(op.spec).await?,
            (Origin::Own, Protection::Hsm) => {
                self.check_token(op.spec, op.usage()?).await?;
                let account = home(permit.caller())?;
                // Looked at here already, so that nobody fills the token with what comes to nothing.
                if self
                    .store
                    .view()
                    .await?
                    .get(USED, account, b"")
                    .await?
                    .is_some_and(|used| used.keys >= self.quotas.keys)
                {
                    return Err(Reason::TooManyKeys.into());
                }
                let place = KeyPlace { account, id: KeyId::random(self.store.rng().as_ref()) };
                self.draw_in_token(&place, op.spec, op.usage()?, permit.caller().call().time).await?
            }
        };
        Ok(())
    }

    async fn run(&self, permit: &Permit<CreateKey>, op: &CreateKey, txn: &mut Txn) -> Result<KeyInfo> {
        let caller = permit.caller();
        let account = home(caller)?;
        let mut used = self.used(txn, account).await?;
        if used.keys >= self.quotas.keys {
            return Err(Reason::TooManyKeys.into());
        }
        used.keys += 1;
        self.set_used(txn, account, used).await?;
        let draft = Draft {
            spec: op.spec,
            usage: op.usage()?,
            protection: op.protection,
            drawn: &op.drawn,
            tags: op.tags.clone(),
            description: op.description.clone(),
            creator: Creator::Principal { arn: caller.principal().arn().unwrap_or_default() },
            deletion_protection: op.deletion_protection,
            created: caller.call().time,
        };
        let mut record = self.make_key(txn, account, draft).await?;
        let place = KeyPlace { account, id: record.id.clone() };
        if let Some(seconds) = op.rotation {
            self.set_rotation(txn, &place, &mut record, Some(seconds), caller.call().time).await?;
        }
        if let Some(policy) = &op.policy {
            self.attach_policy(txn, &place, &mut record, policy).await?;
        }
        self.put_key(txn, &place, &record).await?;
        Ok(self.info(account, record))
    }
}
