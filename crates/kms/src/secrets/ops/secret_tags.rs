use crate::kms::{add_request_tags, home};
use crate::page::following;
use crate::secrets::secret_record::SecretRecord;
use crate::secrets::secret_ref::SecretRef;
use crate::secrets::secrets::{SecretPlace, Secrets};
use crate::secrets::tables::SECRETS;
use crate::secrets::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Need, Operation, Permit, Run, Target};
use std::collections::BTreeMap;
use store::{Store, Txn, View};
use types::{Action, Failure, Reason, Result, SecretName};

/// Secrets that one call tags at most.
const SECRETS_MOST: usize = 50;

/// Marks secrets. A tag that is there gets the new value.
#[derive(Clone, Debug)]
pub struct TagSecrets {
    /// Which.
    pub secrets: Vec<SecretRef>,
    /// The tags.
    pub tags: BTreeMap<String, String>,
}

/// Takes tags away; no error if they are not there.
#[derive(Clone, Debug)]
pub struct UntagSecrets {
    /// From which.
    pub secrets: Vec<SecretRef>,
    /// The tags' keys; `None`: all.
    pub keys: Option<Vec<String>>,
}

/// Says how secrets of the caller's account are tagged.
#[derive(Clone, Debug, Default)]
pub struct ListSecretTags {
    /// Which; none named: all.
    pub secrets: Vec<SecretRef>,
    /// Only these keys, or a key with a value; none: all.
    pub only: Vec<(String, Option<String>)>,
}

/// A tag of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretTag {
    /// The secret.
    pub secret: SecretName,
    /// The tag's key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// Refuses tags that cannot be.
pub(crate) fn check(tags: &BTreeMap<String, String>) -> Result<()> {
    let fits = |text: &str| text.chars().count() <= limits::TAG_CHARS;
    let reserved = |key: &str| key.starts_with("aliyun") || key.starts_with("acs:");
    for (key, value) in tags {
        if key.is_empty() || !fits(key) || !fits(value) || reserved(key) {
            let rule = format!(
                "keys and values of at most {} characters; a key is not empty and does not begin with aliyun or acs:",
                limits::TAG_CHARS
            );
            return Err(Failure::invalid("Tags", rule));
        }
    }
    if tags.len() > limits::TAGS { Err(Reason::TooManyTags.into()) } else { Ok(()) }
}

fn check_count(secrets: &[SecretRef]) -> Result<()> {
    if (1..=SECRETS_MOST).contains(&secrets.len()) {
        return Ok(());
    }
    Err(Failure::invalid("ResourceId", format!("1 to {SECRETS_MOST} secrets")))
}

impl Secrets {
    /// The target of an operation on several secrets of one account.
    async fn targets(&self, action: Action, secrets: &[SecretRef], caller: &Caller, view: &View) -> Result<Target> {
        check_count(secrets)?;
        let Some((first, more)) = secrets.split_first() else { return Err(Failure::missing("ResourceId")) };
        let mut target = self.secret_target(action, first, caller, view).await?;
        if !more.is_empty() {
            // One context and one policy speak of one thing only.
            target = Target { needs: target.needs, owner: target.owner, ..Target::default() };
        }
        for secret in more {
            let place = self.place(secret, caller)?;
            if target.owner != Some(place.account) {
                return Err(Failure::invalid("ResourceId", "secrets of one account"));
            }
            target.needs.push(Need { action, resource: self.secret_resource(place.account, &place.name) });
        }
        Ok(target)
    }

    async fn change_tags(
        &self,
        txn: &mut Txn,
        place: &SecretPlace,
        change: impl Fn(&mut BTreeMap<String, String>) + Send,
    ) -> Result<()> {
        let before = self.secret(txn, place).await?.live()?;
        let mut record = before.clone();
        change(&mut record.tags);
        check(&record.tags)?;
        self.put_secret(txn, place, Some(&before), &record).await
    }
}

impl Operation for TagSecrets {
    type Output = ();

    fn action(&self) -> Action {
        action::TAG_RESOURCE
    }

    fn audit(&self, audit: &mut Audit) {
        self.secrets.iter().take(SECRETS_MOST).for_each(|secret| secret.audit(audit));
        audit.parameter("Tags", serde_json::json!(self.tags));
    }
}

#[async_trait]
impl Run<TagSecrets> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &TagSecrets, caller: &Caller, view: &View) -> Result<Target> {
        let mut target = self.targets(op.action(), &op.secrets, caller, view).await?;
        add_request_tags(&mut target.context, &op.tags);
        Ok(target)
    }

    async fn run(&self, permit: &Permit<TagSecrets>, op: &TagSecrets, txn: &mut Txn) -> Result<()> {
        if op.tags.is_empty() {
            return Err(Failure::missing("Tags"));
        }
        check(&op.tags)?;
        for secret in &op.secrets {
            let place = self.place(secret, permit.caller())?;
            self.change_tags(txn, &place, |tags| tags.extend(op.tags.clone())).await?;
        }
        Ok(())
    }
}

impl Operation for UntagSecrets {
    type Output = ();

    fn action(&self) -> Action {
        action::UNTAG_RESOURCE
    }

    fn audit(&self, audit: &mut Audit) {
        self.secrets.iter().take(SECRETS_MOST).for_each(|secret| secret.audit(audit));
        audit.optional("TagKeys", self.keys.as_ref().map(|keys| serde_json::json!(keys)));
    }
}

#[async_trait]
impl Run<UntagSecrets> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &UntagSecrets, caller: &Caller, view: &View) -> Result<Target> {
        self.targets(op.action(), &op.secrets, caller, view).await
    }

    async fn run(&self, permit: &Permit<UntagSecrets>, op: &UntagSecrets, txn: &mut Txn) -> Result<()> {
        let stays = |key: &String| op.keys.as_ref().is_some_and(|keys| !keys.contains(key));
        for secret in &op.secrets {
            let place = self.place(secret, permit.caller())?;
            self.change_tags(txn, &place, |tags| tags.retain(|key, _| stays(key))).await?;
        }
        Ok(())
    }
}

impl Operation for ListSecretTags {
    type Output = Vec<SecretTag>;

    fn action(&self) -> Action {
        action::LIST_RESOURCE_TAGS
    }

    fn audit(&self, audit: &mut Audit) {
        self.secrets.iter().take(SECRETS_MOST).for_each(|secret| secret.audit(audit));
    }
}

impl ListSecretTags {
    fn wants(&self, key: &str, value: &str) -> bool {
        let one = |(k, v): &(String, Option<String>)| k == key && v.as_ref().is_none_or(|v| v == value);
        self.only.is_empty() || self.only.iter().any(one)
    }

    fn of(&self, record: &SecretRecord) -> Vec<SecretTag> {
        let wanted = record.tags.iter().filter(|(key, value)| self.wants(key, value));
        let tag = |(key, value): (&String, &String)| SecretTag {
            secret: record.name.clone(),
            key: key.clone(),
            value: value.clone(),
        };
        wanted.map(tag).collect()
    }
}

#[async_trait]
impl Run<ListSecretTags> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListSecretTags, caller: &Caller, view: &View) -> Result<Target> {
        if op.secrets.is_empty() {
            return Ok(Target::one(op.action(), self.resource(home(caller)?, "secret")));
        }
        self.targets(op.action(), &op.secrets, caller, view).await
    }

    async fn run(&self, permit: &Permit<ListSecretTags>, op: &ListSecretTags, txn: &mut Txn) -> Result<Vec<SecretTag>> {
        if op.secrets.is_empty() {
            let all = following(txn.view(), SECRETS, home(permit.caller())?, None).await?;
            return Ok(all.iter().flat_map(|record| op.of(record)).collect());
        }
        let mut found = Vec::new();
        for secret in &op.secrets {
            let place = self.place(secret, permit.caller())?;
            found.extend(op.of(&self.secret(txn, &place).await?));
        }
        Ok(found)
    }
}
