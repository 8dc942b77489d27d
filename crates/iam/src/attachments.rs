use crate::caller::Caller;
use crate::groups::{audit_group, find_group, group_path};
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use crate::policies::{HOLDERS, PolicyInfo, audit_policy, policy_path};
use crate::records::{
    ATTACHED_TO, ATTACHMENTS, AttachmentRecord, GroupRecord, Holder, PolicyRef, RoleRecord, UserRecord, pair, second,
};
use crate::roles::{audit_role, find_role, role_path};
use crate::users::{audit_user, find_user, user_path};
use async_trait::async_trait;
use store::{Range, Txn};
use types::{AccountId, Action, Failure, Reason, Result, Timestamp};

/// System policies attached to one holder (RAM limits).
pub const SYSTEM_MOST: usize = 20;
/// Custom policies attached to one user.
pub const USER_CUSTOM_MOST: usize = 10;
/// Custom policies attached to one group, and to one role.
pub const OTHER_CUSTOM_MOST: usize = 5;

/// Attaches a policy to a user, group or role. It needs the permission on both: on whom, and on which policy.
pub struct AttachPolicy {
    /// To whom.
    pub holder: Holder,
    /// Which.
    pub policy: PolicyRef,
}

/// Detaches a policy from a user, group or role.
pub struct DetachPolicy {
    /// From whom.
    pub holder: Holder,
    /// Which.
    pub policy: PolicyRef,
}

/// Lists the policies attached to a user, group or role.
pub struct ListAttachedPolicies {
    /// To whom.
    pub holder: Holder,
}

/// Lists to whom a policy is attached.
pub struct ListEntitiesForPolicy {
    /// Which.
    pub policy: PolicyRef,
}

/// Someone a policy is attached to.
#[derive(Clone, Debug)]
pub enum PolicyEntity {
    /// A user.
    User(UserRecord, Timestamp),
    /// A group.
    Group(GroupRecord, Timestamp),
    /// A role.
    Role(RoleRecord, Timestamp),
}

/// A policy attached to someone.
#[derive(Clone, Debug)]
pub struct AttachedPolicy {
    /// Which.
    pub policy: PolicyRef,
    /// Its notes.
    pub description: String,
    /// Its default version.
    pub version: String,
    /// Since when it is attached.
    pub attached: Timestamp,
}

pub(crate) fn holder_path(holder: &Holder) -> String {
    match holder {
        Holder::User(name) => user_path(name),
        Holder::Group(name) => group_path(name),
        Holder::Role(name) => role_path(name),
    }
}

pub(crate) async fn find_holder(txn: &mut Txn, account: AccountId, holder: &Holder) -> Result<()> {
    match holder {
        Holder::User(name) => find_user(txn, account, name).await.map(|_| ()),
        Holder::Group(name) => find_group(txn, account, name).await.map(|_| ()),
        Holder::Role(name) => find_role(txn, account, name).await.map(|_| ()),
    }
}

pub(crate) fn audit_holder(audit: &mut Audit, holder: &Holder) {
    match holder {
        Holder::User(name) => audit_user(audit, name),
        Holder::Group(name) => audit_group(audit, name),
        Holder::Role(name) => audit_role(audit, name),
    }
}

fn of_policy(reason: Reason, policy: &PolicyRef) -> Failure {
    Failure::of(reason).with("PolicyName", policy.name()).with("PolicyType", policy.kind())
}

/// What is attached to a holder, since when. There is never more than the limits for both kinds.
async fn attached(txn: &Txn, account: AccountId, holder: &Holder) -> Result<Vec<(PolicyRef, Timestamp)>> {
    let range = Range::prefix(&pair(&holder.place(), ""), 2 * SYSTEM_MOST);
    let found = txn.view().scan(ATTACHMENTS, account, &range).await?;
    let lost = || Failure::corrupt("an attachment");
    let read = |(key, record): (Vec<u8>, AttachmentRecord)| {
        let policy = second(&key).and_then(PolicyRef::from_place).ok_or_else(lost)?;
        Ok((policy, record.attached))
    };
    found.into_iter().map(read).collect()
}

/// Gives what is attached to a holder to the same one under another name.
pub(crate) async fn move_attachments(txn: &mut Txn, account: AccountId, from: &Holder, to: &Holder) -> Result<()> {
    let (from_place, to_place) = (from.place(), to.place());
    for (policy, attached) in attached(txn, account, from).await? {
        let (policy, record) = (policy.place(), AttachmentRecord { attached });
        txn.delete(ATTACHMENTS, account, &pair(&from_place, &policy));
        txn.delete(ATTACHED_TO, account, &pair(&policy, &from_place));
        txn.put(ATTACHMENTS, account, &pair(&to_place, &policy), &record).await?;
        txn.put(ATTACHED_TO, account, &pair(&policy, &to_place), &record).await?;
    }
    Ok(())
}

impl Operation for AttachPolicy {
    type Output = ();

    fn action(&self) -> Action {
        match self.holder {
            Holder::User(_) => write("AttachPolicyToUser"),
            Holder::Group(_) => write("AttachPolicyToGroup"),
            Holder::Role(_) => write("AttachPolicyToRole"),
        }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_holder(audit, &self.holder);
        audit_policy(audit, &self.policy);
    }
}

#[async_trait]
impl Own for AttachPolicy {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![holder_path(&self.holder), policy_path(&self.policy)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        find_holder(txn, scope.account, &self.holder).await?;
        PolicyInfo::find(txn.view(), scope.account, &self.policy).await?;
        let others = attached(txn, scope.account, &self.holder).await?;
        if others.iter().any(|(policy, _)| *policy == self.policy) {
            return Err(of_policy(Reason::PolicyAttached, &self.policy));
        }
        let most = match (&self.policy, &self.holder) {
            (PolicyRef::System(_), _) => SYSTEM_MOST,
            (PolicyRef::Custom(_), Holder::User(_)) => USER_CUSTOM_MOST,
            (PolicyRef::Custom(_), Holder::Group(_) | Holder::Role(_)) => OTHER_CUSTOM_MOST,
        };
        if others.iter().filter(|(policy, _)| policy.kind() == self.policy.kind()).count() >= most {
            return Err(Reason::TooManyAttachments.into());
        }
        let (holder, policy) = (self.holder.place(), self.policy.place());
        let record = AttachmentRecord { attached: scope.now };
        txn.put(ATTACHMENTS, scope.account, &pair(&holder, &policy), &record).await?;
        txn.put(ATTACHED_TO, scope.account, &pair(&policy, &holder), &record).await
    }
}

impl Operation for DetachPolicy {
    type Output = ();

    fn action(&self) -> Action {
        match self.holder {
            Holder::User(_) => write("DetachPolicyFromUser"),
            Holder::Group(_) => write("DetachPolicyFromGroup"),
            Holder::Role(_) => write("DetachPolicyFromRole"),
        }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_holder(audit, &self.holder);
        audit_policy(audit, &self.policy);
    }
}

#[async_trait]
impl Own for DetachPolicy {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![holder_path(&self.holder), policy_path(&self.policy)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        find_holder(txn, scope.account, &self.holder).await?;
        PolicyInfo::find(txn.view(), scope.account, &self.policy).await?;
        let (holder, policy) = (self.holder.place(), self.policy.place());
        if txn.get(ATTACHMENTS, scope.account, &pair(&holder, &policy)).await?.is_none() {
            return Err(of_policy(Reason::PolicyNotAttached, &self.policy));
        }
        txn.delete(ATTACHMENTS, scope.account, &pair(&holder, &policy));
        txn.delete(ATTACHED_TO, scope.account, &pair(&policy, &holder));
        Ok(())
    }
}

impl Operation for ListAttachedPolicies {
    type Output = Vec<AttachedPolicy>;

    fn action(&self) -> Action {
        match self.holder {
            Holder::User(_) => read("ListPoliciesForUser"),
            Holder::Group(_) => read("ListPoliciesForGroup"),
            Holder::Role(_) => read("ListPoliciesForRole"),
        }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_holder(audit, &self.holder);
    }
}

#[async_trait]
impl Own for ListAttachedPolicies {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![holder_path(&self.holder)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Vec<AttachedPolicy>> {
        find_holder(txn, scope.account, &self.holder).await?;
        let mut found = Vec::new();
        for (policy, attached) in attached(txn, scope.account, &self.holder).await? {
            let info = PolicyInfo::find(txn.view(), scope.account, &policy).await?;
            let PolicyInfo { description, version, .. } = info;
            found.push(AttachedPolicy { policy, description, version, attached });
        }
        Ok(found)
    }
}

impl Operation for ListEntitiesForPolicy {
    type Output = Vec<PolicyEntity>;

    fn action(&self) -> Action {
        read("ListEntitiesForPolicy")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_policy(audit, &self.policy);
    }
}

#[async_trait]
impl Own for ListEntitiesForPolicy {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![policy_path(&self.policy)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Vec<PolicyEntity>> {
        PolicyInfo::find(txn.view(), scope.account, &self.policy).await?;
        let range = Range::prefix(&pair(&self.policy.place(), ""), HOLDERS);
        let mut found = Vec::new();
        for (key, record) in txn.view().scan(ATTACHED_TO, scope.account, &range).await? {
            let holder = second(&key).and_then(Holder::from_place);
            let holder = holder.ok_or_else(|| Failure::corrupt("an attachment"))?;
            found.push(entity(txn, scope.account, &holder, record.attached).await?);
        }
        Ok(found)
    }
}

async fn entity(txn: &mut Txn, account: AccountId, holder: &Holder, since: Timestamp) -> Result<PolicyEntity> {
    Ok(match holder {
        Holder::User(name) => PolicyEntity::User(find_user(txn, account, name).await?, since),
        Holder::Group(name) => PolicyEntity::Group(find_group(txn, account, name).await?, since),
        Holder::Role(name) => PolicyEntity::Role(find_role(txn, account, name).await?, since),
    })
}
