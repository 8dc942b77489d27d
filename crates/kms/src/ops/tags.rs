use crate::key_ref::KeyRef;
use crate::key_state::Deed;
use crate::kms::{Kms, add_request_tags, chosen};
use crate::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::collections::BTreeMap;
use store::{Store, Txn, View};
use types::{Action, Failure, Reason, Result};

/// Marks a key with tags, in place of those of the same names.
#[derive(Clone, Debug)]
pub struct TagKey {
    /// Which; no alias.
    pub key: KeyRef,
    /// With what.
    pub tags: BTreeMap<String, String>,
}

/// Takes tags off a key. No error if it has none of them.
#[derive(Clone, Debug)]
pub struct UntagKey {
    /// Which; no alias.
    pub key: KeyRef,
    /// Their names.
    pub names: Vec<String>,
}

/// Shows a key's tags.
#[derive(Clone, Debug)]
pub struct ListKeyTags {
    /// Which; no alias.
    pub key: KeyRef,
}

/// Beginnings of names that are the vendor's own (KMS, tags).
const RESERVED: [&str; 2] = ["aliyun", "acs:"];

/// Tags that a key can have.
pub(crate) fn check_tags(tags: &BTreeMap<String, String>) -> Result<()> {
    if tags.len() > limits::TAGS {
        return Err(Failure::new(Reason::TooManyTags, format!("A key has at most {} tags.", limits::TAGS)));
    }
    for (name, value) in tags {
        let most = limits::TAG_CHARS;
        if name.is_empty() || name.chars().count() > most || value.chars().count() > most {
            return Err(Failure::invalid(
                "Tags",
                format!("names of 1 to {most} and values of at most {most} characters"),
            ));
        }
        if RESERVED.iter().any(|start| name.starts_with(start)) {
            return Err(Failure::invalid("Tags", "names that do not begin with aliyun or acs:"));
        }
    }
    Ok(())
}

impl Operation for TagKey {
    type Output = ();

    fn action(&self) -> Action {
        action::TAG_RESOURCE
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        let names: Vec<&str> = self.tags.keys().map(String::as_str).collect();
        audit.parameter("TagKeys", names.join(","));
    }
}

#[async_trait]
impl Run<TagKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &TagKey, caller: &Caller, view: &View) -> Result<Target> {
        let mut target = self.id_target(op.action(), &op.key, caller, view).await?;
        add_request_tags(&mut target.context, &op.tags);
        Ok(target)
    }

    async fn run(&self, permit: &Permit<TagKey>, op: &TagKey, txn: &mut Txn) -> Result<()> {
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Describe).await?;
        record.tags.extend(op.tags.clone());
        check_tags(&record.tags)?;
        self.put_key(txn, &place, &record).await
    }
}

impl Operation for UntagKey {
    type Output = ();

    fn action(&self) -> Action {
        action::UNTAG_RESOURCE
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("TagKeys", self.names.join(","));
    }
}

#[async_trait]
impl Run<UntagKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &UntagKey, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<UntagKey>, op: &UntagKey, txn: &mut Txn) -> Result<()> {
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Describe).await?;
        record.tags.retain(|name, _| !op.names.contains(name));
        self.put_key(txn, &place, &record).await
    }
}

impl Operation for ListKeyTags {
    type Output = BTreeMap<String, String>;

    fn action(&self) -> Action {
        action::LIST_RESOURCE_TAGS
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
    }
}

#[async_trait]
impl Run<ListKeyTags> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListKeyTags, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<ListKeyTags>,
        _: &ListKeyTags,
        txn: &mut Txn,
    ) -> Result<BTreeMap<String, String>> {
        Ok(self.key(txn, &chosen(permit)?).await?.tags)
    }
}
