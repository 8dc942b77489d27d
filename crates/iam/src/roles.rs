use crate::boundaries::{hold, release};
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope, check_text, count};
use crate::page::{Page, PageRequest};
use crate::policies::{DESCRIPTION_CHARS, check_original};
use crate::policy::{Context, Document, Kind};
use crate::records::{ATTACHMENTS, Holder, INLINE_POLICIES, PolicyRef, ROLES, RoleRecord, pair};
use crate::tags::Tags;
use crate::things::{audit_start, start_facts};
use async_trait::async_trait;
use std::ops::RangeInclusive;
use store::Txn;
use types::{AccountId, Action, Failure, Reason, Result, RoleId, RoleName};

/// Roles of one account (RAM limits).
pub const ROLES_MOST: usize = 1_000;
/// What the longest session of a role may be set to, in seconds.
const SESSION_SECS: RangeInclusive<u32> = 3_600..=43_200;
/// What it is if not said.
const SESSION_SECS_DEFAULT: u32 = 3_600;

/// Makes a role.
pub struct CreateRole {
    /// The name.
    pub name: RoleName,
    /// Who may assume it: a trust policy.
    pub trust: String,
    /// The text that this is a translation of, to be shown again.
    pub original: Option<String>,
    /// Notes.
    pub description: String,
    /// The longest a session may last, in seconds: 3,600 to 43,200, an hour if not said.
    pub max_session_secs: Option<u32>,
    /// Its tags. Whoever gives any must be allowed to tag it, too.
    pub tags: Tags,
    /// The policy that is to be the ceiling over it.
    pub boundary: Option<PolicyRef>,
}

/// Shows a role.
pub struct GetRole {
    /// The name.
    pub name: RoleName,
}

/// Changes a role. What is `None` stays.
pub struct UpdateRole {
    /// The name.
    pub name: RoleName,
    /// A new trust policy.
    pub trust: Option<String>,
    /// The text that the new one is a translation of.
    pub original: Option<String>,
    /// New notes.
    pub description: Option<String>,
    /// A new longest session, for sessions given out from now on.
    pub max_session_secs: Option<u32>,
}

/// Lists the account's roles.
pub struct ListRoles {
    /// Which part.
    pub page: PageRequest,
}

/// Deletes a role that has no policies left. Its sessions end with it.
pub struct DeleteRole {
    /// The name.
    pub name: RoleName,
}

/// What a role is called in policies, below the account.
pub(crate) fn role_path(name: &RoleName) -> String {
    format!("role/{name}")
}

/// That there is no such role.
pub(crate) fn no_such_role(name: &RoleName) -> Failure {
    Failure::of(Reason::RoleNotFound).with("RoleName", name.as_str())
}

/// The role, or that there is none.
pub(crate) async fn find_role(txn: &mut Txn, account: AccountId, name: &RoleName) -> Result<RoleRecord> {
    txn.get(ROLES, account, name.as_str().as_bytes()).await?.ok_or_else(|| no_such_role(name))
}

/// Notes the role an operation is about.
pub(crate) fn audit_role(audit: &mut Audit, name: &RoleName) {
    audit.parameter("RoleName", name.as_str());
    audit.resource("ACS::RAM::Role", name.as_str());
}

fn check(
    trust: Option<&str>,
    original: Option<&str>,
    description: Option<&str>,
    max_session_secs: Option<u32>,
) -> Result<()> {
    if max_session_secs.is_some_and(|secs| !SESSION_SECS.contains(&secs)) {
        return Err(Failure::invalid("MaxSessionDuration", "3600 to 43200 seconds"));
    }
    description.map(|text| check_text("Description", text, DESCRIPTION_CHARS)).transpose()?;
    trust.map(|text| Document::parse(text, Kind::Trust)).transpose()?;
    original.map_or(Ok(()), check_original)
}

impl Operation for CreateRole {
    type Output = RoleRecord;

    fn action(&self) -> Action {
        write("CreateRole")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_role(audit, &self.name);
        audit.parameter("AssumeRolePolicyDocument", self.original.as_deref().unwrap_or(&self.trust));
        audit.parameter("Description", self.description.as_str());
        audit.optional("MaxSessionDuration", self.max_session_secs);
        audit_start(audit, &self.tags, self.boundary.as_ref());
    }

    fn outcome(&self, output: &RoleRecord, audit: &mut Audit) {
        audit.answer("RoleId", output.id.as_str());
    }
}

#[async_trait]
impl Own for CreateRole {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![role_path(&self.name)])
    }

    fn besides(&self) -> Vec<(Action, String)> {
        if self.tags.is_empty() { Vec::new() } else { vec![(write("TagResources"), role_path(&self.name))] }
    }

    fn facts(&self, account: AccountId) -> Context {
        start_facts(account, &self.tags, self.boundary.as_ref())
    }

    fn check(&self) -> Result<()> {
        check(Some(&self.trust), self.original.as_deref(), Some(&self.description), self.max_session_secs)
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<RoleRecord> {
        let suffix = self.name.as_str().as_bytes();
        if txn.get(ROLES, scope.account, suffix).await?.is_some() {
            return Err(Failure::of(Reason::RoleExists).with("RoleName", self.name.as_str()));
        }
        if count(txn.view(), ROLES, scope.account, b"", ROLES_MOST).await? >= ROLES_MOST {
            return Err(Reason::TooManyRoles.into());
        }
        let role = RoleRecord {
            id: RoleId::random(scope.iam.identity_store().rng().as_ref()),
            name: self.name.clone(),
            description: self.description.clone(),
            trust: self.trust.clone(),
            original: self.original.clone(),
            max_session_secs: self.max_session_secs.unwrap_or(SESSION_SECS_DEFAULT),
            tags: self.tags.clone(),
            boundary: self.boundary.clone(),
            created: scope.now,
            updated: scope.now,
        };
        if let Some(policy) = &self.boundary {
            hold(txn, scope, &Holder::Role(self.name.clone()), policy).await?;
        }
        txn.put(ROLES, scope.account, suffix, &role).await?;
        Ok(role)
    }
}

impl Operation for GetRole {
    type Output = RoleRecord;

    fn action(&self) -> Action {
        read("GetRole")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_role(audit, &self.name);
    }
}

#[async_trait]
impl Own for GetRole {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![role_path(&self.name)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<RoleRecord> {
        find_role(txn, scope.account, &self.name).await
    }
}

impl Operation for UpdateRole {
    type Output = RoleRecord;

    fn action(&self) -> Action {
        write("UpdateRole")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_role(audit, &self.name);
        audit.optional("NewAssumeRolePolicyDocument", self.original.as_deref().or(self.trust.as_deref()));
        audit.optional("NewDescription", self.description.as_deref());
        audit.optional("NewMaxSessionDuration", self.max_session_secs);
    }
}

#[async_trait]
impl Own for UpdateRole {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![role_path(&self.name)])
    }

    fn check(&self) -> Result<()> {
        check(self.trust.as_deref(), self.original.as_deref(), self.description.as_deref(), self.max_session_secs)
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<RoleRecord> {
        let before = find_role(txn, scope.account, &self.name).await?;
        let (trust, original) = match &self.trust {
            Some(trust) => (trust.clone(), self.original.clone()),
            None => (before.trust, before.original),
        };
        let role = RoleRecord {
            trust,
            original,
            description: self.description.clone().unwrap_or(before.description),
            max_session_secs: self.max_session_secs.unwrap_or(before.max_session_secs),
            updated: scope.now,
            ..before
        };
        txn.put(ROLES, scope.account, self.name.as_str().as_bytes(), &role).await?;
        Ok(role)
    }
}

impl Operation for ListRoles {
    type Output = Page<RoleRecord>;

    fn action(&self) -> Action {
        read("ListRoles")
    }

    fn audit(&self, audit: &mut Audit) {
        self.page.audit(audit);
    }
}

#[async_trait]
impl Own for ListRoles {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["role/*".to_owned()])
    }

    fn check(&self) -> Result<()> {
        self.page.check()
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Page<RoleRecord>> {
        self.page.of_table(txn.view(), ROLES, scope.account, |role| role.name.to_string()).await
    }
}

impl Operation for DeleteRole {
    type Output = ();

    fn action(&self) -> Action {
        write("DeleteRole")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_role(audit, &self.name);
    }
}

#[async_trait]
impl Own for DeleteRole {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![role_path(&self.name)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let role = find_role(txn, scope.account, &self.name).await?;
        let attached = pair(&Holder::Role(self.name.clone()).place(), "");
        if count(txn.view(), ATTACHMENTS, scope.account, &attached, 1).await? > 0
            || count(txn.view(), INLINE_POLICIES, scope.account, &attached, 1).await? > 0
        {
            return Err(Failure::of(Reason::RoleHasPolicies).with("RoleName", self.name.as_str()));
        }
        release(txn, scope.account, &Holder::Role(self.name.clone()), role.boundary.as_ref());
        txn.delete(ROLES, scope.account, self.name.as_str().as_bytes());
        Ok(())
    }
}
