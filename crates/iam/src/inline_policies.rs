use crate::attachments::{audit_holder, find_holder, holder_path};
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope, count};
use crate::policies::check_original;
use crate::policy::{Document, Kind};
use crate::records::{Holder, INLINE_POLICIES, PolicyVersionRecord, pair, second};
use async_trait::async_trait;
use store::{Range, Txn};
use types::{AccountId, Action, Failure, PolicyName, Reason, Result};

/// Policies that one holder alone has.
pub(crate) const INLINE_MOST: usize = 10;

/// Gives a user, group or role a policy that it alone has, in the place of one of the same name if there is one.
pub struct PutInlinePolicy {
    /// To whom.
    pub holder: Holder,
    /// The name, among those of this holder.
    pub name: PolicyName,
    /// The text.
    pub document: String,
    /// The text that this is a translation of, to be shown again.
    pub original: Option<String>,
}

/// Shows a policy that a user, group or role alone has.
pub struct GetInlinePolicy {
    /// Whose.
    pub holder: Holder,
    /// Which.
    pub name: PolicyName,
}

/// Lists the names of the policies that a user, group or role alone has.
pub struct ListInlinePolicies {
    /// Whose.
    pub holder: Holder,
}

/// Deletes a policy that a user, group or role alone has.
pub struct DeleteInlinePolicy {
    /// Whose.
    pub holder: Holder,
    /// Which.
    pub name: PolicyName,
}

/// The text of such a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlinePolicy {
    /// The text that is decided by.
    pub document: String,
    /// The text that this is a translation of, if it is one.
    pub original: Option<String>,
}

fn place(holder: &Holder, name: &PolicyName) -> Vec<u8> {
    pair(&holder.place(), name.as_str())
}

fn missing(name: &PolicyName) -> Failure {
    Failure::of(Reason::PolicyNotFound).with("PolicyName", name.as_str())
}

fn audit(audit: &mut Audit, holder: &Holder, name: &PolicyName) {
    audit_holder(audit, holder);
    audit.parameter("PolicyName", name.as_str());
}

/// Gives the policies of a holder to the same one under another name.
pub(crate) async fn move_inline_policies(txn: &mut Txn, account: AccountId, from: &Holder, to: &Holder) -> Result<()> {
    let range = Range::prefix(&pair(&from.place(), ""), INLINE_MOST);
    for (key, record) in txn.view().scan(INLINE_POLICIES, account, &range).await? {
        let name = second(&key).ok_or_else(|| Failure::corrupt("a policy of one holder"))?;
        txn.put(INLINE_POLICIES, account, &pair(&to.place(), name), &record).await?;
        txn.delete(INLINE_POLICIES, account, &key);
    }
    Ok(())
}

impl Operation for PutInlinePolicy {
    type Output = ();

    fn action(&self) -> Action {
        match self.holder {
            Holder::User(_) => write("PutUserPolicy"),
            Holder::Group(_) => write("PutGroupPolicy"),
            Holder::Role(_) => write("PutRolePolicy"),
        }
    }

    fn audit(&self, out: &mut Audit) {
        audit(out, &self.holder, &self.name);
        out.parameter("PolicyDocument", self.original.as_deref().unwrap_or(&self.document));
    }
}

#[async_trait]
impl Own for PutInlinePolicy {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![holder_path(&self.holder)])
    }

    fn check(&self) -> Result<()> {
        Document::parse(&self.document, Kind::Identity)?;
        self.original.as_deref().map_or(Ok(()), check_original)
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        find_holder(txn, scope.account, &self.holder).await?;
        let place = place(&self.holder, &self.name);
        let others = pair(&self.holder.place(), "");
        if txn.get(INLINE_POLICIES, scope.account, &place).await?.is_none()
            && count(txn.view(), INLINE_POLICIES, scope.account, &others, INLINE_MOST).await? >= INLINE_MOST
        {
            return Err(Reason::TooManyAttachments.into());
        }
        let (document, original) = (self.document.clone(), self.original.clone());
        let record = PolicyVersionRecord { document, original, created: scope.now };
        txn.put(INLINE_POLICIES, scope.account, &place, &record).await
    }
}

impl Operation for GetInlinePolicy {
    type Output = InlinePolicy;

    fn action(&self) -> Action {
        match self.holder {
            Holder::User(_) => read("GetUserPolicy"),
            Holder::Group(_) => read("GetGroupPolicy"),
            Holder::Role(_) => read("GetRolePolicy"),
        }
    }

    fn audit(&self, out: &mut Audit) {
        audit(out, &self.holder, &self.name);
    }
}

#[async_trait]
impl Own for GetInlinePolicy {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![holder_path(&self.holder)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<InlinePolicy> {
        find_holder(txn, scope.account, &self.holder).await?;
        let found = txn.get(INLINE_POLICIES, scope.account, &place(&self.holder, &self.name)).await?;
        let PolicyVersionRecord { document, original, created: _ } = found.ok_or_else(|| missing(&self.name))?;
        Ok(InlinePolicy { document, original })
    }
}

impl Operation for ListInlinePolicies {
    type Output = Vec<String>;

    fn action(&self) -> Action {
        match self.holder {
            Holder::User(_) => read("ListUserPolicies"),
            Holder::Group(_) => read("ListGroupPolicies"),
            Holder::Role(_) => read("ListRolePolicies"),
        }
    }

    fn audit(&self, out: &mut Audit) {
        audit_holder(out, &self.holder);
    }
}

#[async_trait]
impl Own for ListInlinePolicies {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![holder_path(&self.holder)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Vec<String>> {
        find_holder(txn, scope.account, &self.holder).await?;
        let range = Range::prefix(&pair(&self.holder.place(), ""), INLINE_MOST);
        let found = txn.view().keys(INLINE_POLICIES, scope.account, &range).await?;
        let lost = || Failure::corrupt("a policy of one holder");
        found.iter().map(|key| second(key).map(str::to_owned).ok_or_else(lost)).collect()
    }
}

impl Operation for DeleteInlinePolicy {
    type Output = ();

    fn action(&self) -> Action {
        match self.holder {
            Holder::User(_) => write("DeleteUserPolicy"),
            Holder::Group(_) => write("DeleteGroupPolicy"),
            Holder::Role(_) => write("DeleteRolePolicy"),
        }
    }

    fn audit(&self, out: &mut Audit) {
        audit(out, &self.holder, &self.name);
    }
}

#[async_trait]
impl Own for DeleteInlinePolicy {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![holder_path(&self.holder)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        find_holder(txn, scope.account, &self.holder).await?;
        let place = place(&self.holder, &self.name);
        if txn.get(INLINE_POLICIES, scope.account, &place).await?.is_none() {
            return Err(missing(&self.name));
        }
        txn.delete(INLINE_POLICIES, scope.account, &place);
        Ok(())
    }
}
