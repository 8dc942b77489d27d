use crate::attachments::{audit_holder, holder_path};
use crate::caller::Caller;
use crate::directory::document;
use crate::iam::write;
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use crate::policies::{PolicyInfo, audit_policy};
use crate::policy::{Context, Labelled};
use crate::records::{AttachmentRecord, BOUNDED, Holder, PolicyRef, ROLES, USERS, pair};
use crate::roles::find_role;
use crate::things::boundary_facts;
use crate::users::find_user;
use async_trait::async_trait;
use store::{Txn, View};
use types::{AccountId, Action, Failure, Reason, Result, RoleName, UserName};

/// A user or a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// A user.
    User(UserName),
    /// A role.
    Role(RoleName),
}

impl From<Bearer> for Holder {
    fn from(bearer: Bearer) -> Self {
        match bearer {
            Bearer::User(name) => Self::User(name),
            Bearer::Role(name) => Self::Role(name),
        }
    }
}

/// Sets the ceiling over a user or role: a policy without whose word it may do nothing, whatever else allows it. It takes
/// the place of the one there was.
pub struct PutBoundary {
    /// Over whom.
    pub bearer: Bearer,
    /// Which policy.
    pub policy: PolicyRef,
}

/// Takes the ceiling over a user or role away.
pub struct DeleteBoundary {
    /// Over whom.
    pub bearer: Bearer,
}

/// The ceiling that a record names, compiled.
pub(crate) async fn boundary_of(
    view: &View,
    account: AccountId,
    policy: Option<&PolicyRef>,
) -> Result<Option<Labelled>> {
    match policy {
        Some(policy) => Ok(Some(Labelled::new(policy.name(), document(view, account, policy).await?))),
        None => Ok(None),
    }
}

/// Notes that a policy is the ceiling over someone, if it is one that there is.
pub(crate) async fn hold(txn: &mut Txn, scope: &Scope<'_>, bearer: &Holder, policy: &PolicyRef) -> Result<()> {
    PolicyInfo::find(txn.view(), scope.account, policy).await?;
    let record = AttachmentRecord { attached: scope.now };
    txn.put(BOUNDED, scope.account, &pair(&policy.place(), &bearer.place()), &record).await
}

/// Notes that it is so no more.
pub(crate) fn release(txn: &mut Txn, account: AccountId, bearer: &Holder, policy: Option<&PolicyRef>) {
    if let Some(policy) = policy {
        txn.delete(BOUNDED, account, &pair(&policy.place(), &bearer.place()));
    }
}

/// Writes a bearer's ceiling; gives back the one there was.
async fn set(
    txn: &mut Txn,
    scope: &Scope<'_>,
    bearer: &Bearer,
    policy: Option<PolicyRef>,
) -> Result<Option<PolicyRef>> {
    match bearer {
        Bearer::User(name) => {
            let mut user = find_user(txn, scope.account, name).await?;
            let before = std::mem::replace(&mut user.boundary, policy);
            user.updated = scope.now;
            txn.put(USERS, scope.account, name.as_str().as_bytes(), &user).await?;
            Ok(before)
        }
        Bearer::Role(name) => {
            let mut role = find_role(txn, scope.account, name).await?;
            let before = std::mem::replace(&mut role.boundary, policy);
            role.updated = scope.now;
            txn.put(ROLES, scope.account, name.as_str().as_bytes(), &role).await?;
            Ok(before)
        }
    }
}

impl Operation for PutBoundary {
    type Output = ();

    fn action(&self) -> Action {
        match self.bearer {
            Bearer::User(_) => write("PutUserPermissionsBoundary"),
            Bearer::Role(_) => write("PutRolePermissionsBoundary"),
        }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_holder(audit, &self.bearer.clone().into());
        audit_policy(audit, &self.policy);
    }
}

#[async_trait]
impl Own for PutBoundary {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![holder_path(&self.bearer.clone().into())])
    }

    /// What is asked for counts, not what is there.
    fn facts(&self, account: AccountId) -> Context {
        let mut facts = Context::new();
        boundary_facts(&mut facts, account, Some(&self.policy));
        facts
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let holder = self.bearer.clone().into();
        let before = set(txn, scope, &self.bearer, Some(self.policy.clone())).await?;
        release(txn, scope.account, &holder, before.as_ref());
        hold(txn, scope, &holder, &self.policy).await
    }
}

impl Operation for DeleteBoundary {
    type Output = ();

    fn action(&self) -> Action {
        match self.bearer {
            Bearer::User(_) => write("DeleteUserPermissionsBoundary"),
            Bearer::Role(_) => write("DeleteRolePermissionsBoundary"),
        }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_holder(audit, &self.bearer.clone().into());
    }
}

#[async_trait]
impl Own for DeleteBoundary {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![holder_path(&self.bearer.clone().into())])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let before = set(txn, scope, &self.bearer, None).await?;
        let none = || Failure::new(Reason::PolicyNotAttached, "There is no permissions boundary to take away.");
        let before = before.ok_or_else(none)?;
        release(txn, scope.account, &self.bearer.clone().into(), Some(&before));
        Ok(())
    }
}
