//! What there is in an account, and how well it is kept.

use crate::access_keys::listed;
use crate::caller::Caller;
use crate::iam::read;
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope, count};
use crate::people::PasswordPolicy;
use crate::people::has_factor;
use crate::people::records::{LOGIN_PROFILES, MFA_DEVICES, PASSWORD_POLICIES, SIGN_INS, USER_DEVICES};
use crate::records::{GROUPS, KEY_USES, KeyHolder, POLICIES, ROLES, USERS, UserRecord};
use async_trait::async_trait;
use std::time::Duration;
use store::{Range, Txn};
use types::{AccessKeyId, AccountId, Action, Result, Timestamp};

/// More than there are of any kind in one account.
const OF_A_KIND: usize = 4_096;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Counts what there is of identities in the account.
pub struct GetAccountSummary;

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountSummary {
    /// Users.
    pub users: usize,
    /// Groups.
    pub groups: usize,
    /// Roles.
    pub roles: usize,
    /// Policies of the account's own.
    pub policies: usize,
    /// MFA devices.
    pub devices: usize,
    /// Those of them that are somebody's.
    pub devices_in_use: usize,
    /// Access keys of the account itself, whom no second factor guards.
    pub root_keys: usize,
}

/// Shows by what domain the account's users are named.
pub struct GetDefaultDomain;

/// Shows whether a second factor guards the account itself. It has no password to sign in with, so there is none.
pub struct GetAccountMfa;

/// Says that a report can be had. Nothing is made in advance: each report is of the moment it is asked for.
pub struct PrepareCredentialReport;

/// Reports the credentials of the account itself and of all its users.
pub struct ReportCredentials {
    /// Which of the operations that show the report is meant.
    pub purpose: ReportPurpose,
}

/// What a report of credentials is for. Each purpose is an action of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportPurpose {
    /// To be shown line by line.
    Credentials,
    /// To be counted.
    Practice,
}

/// The credentials of an account.
#[derive(Clone, Debug)]
pub struct CredentialReport {
    /// As of when.
    pub made: Timestamp,
    /// The account's own first, then those of its users by name.
    pub rows: Vec<CredentialRow>,
    /// What passwords have to be like.
    pub password_policy: PasswordPolicy,
}

/// The credentials of one user, or of the account itself.
#[derive(Clone, Debug)]
pub struct CredentialRow {
    /// The user; `None` for the account itself.
    pub user: Option<UserRecord>,
    /// The password, if there is one: when it was set, and until when it is good.
    pub password: Option<(Timestamp, Option<Timestamp>)>,
    /// When it last signed in, if it ever did.
    pub signed_in: Option<Timestamp>,
    /// Whether there is an MFA device or a passkey.
    pub mfa: bool,
    /// The access keys, in the order of their ids.
    pub keys: Vec<CredentialKey>,
}

/// An access key in a report.
#[derive(Clone, Debug)]
pub struct CredentialKey {
    /// Its id.
    pub id: AccessKeyId,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, if it ever was.
    pub used: Option<Timestamp>,
}

impl Operation for GetAccountSummary {
    type Output = AccountSummary;

    fn action(&self) -> Action {
        read("GetAccountSummary")
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Own for GetAccountSummary {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<AccountSummary> {
        let (view, account) = (txn.view(), scope.account);
        Ok(AccountSummary {
            users: count(view, USERS, account, b"", OF_A_KIND).await?,
            groups: count(view, GROUPS, account, b"", OF_A_KIND).await?,
            roles: count(view, ROLES, account, b"", OF_A_KIND).await?,
            policies: count(view, POLICIES, account, b"", OF_A_KIND).await?,
            devices: count(view, MFA_DEVICES, account, b"", OF_A_KIND).await?,
            devices_in_use: count(view, USER_DEVICES, account, b"", OF_A_KIND).await?,
            root_keys: listed(view, account, &KeyHolder::Root).await?.len(),
        })
    }
}

impl Operation for GetDefaultDomain {
    type Output = AccountId;

    fn action(&self) -> Action {
        read("GetDefaultDomain")
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Own for GetDefaultDomain {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, _: &mut Txn) -> Result<AccountId> {
        Ok(scope.account)
    }
}

impl Operation for GetAccountMfa {
    type Output = bool;

    fn action(&self) -> Action {
        read("GetAccountMFAInfo")
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Own for GetAccountMfa {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    async fn apply(&self, _: &Scope<'_>, _: &mut Txn) -> Result<bool> {
        Ok(false)
    }
}

impl Operation for PrepareCredentialReport {
    type Output = ();

    fn action(&self) -> Action {
        read("GenerateCredentialReport")
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Own for PrepareCredentialReport {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    async fn apply(&self, _: &Scope<'_>, _: &mut Txn) -> Result<()> {
        Ok(())
    }
}

impl Operation for ReportCredentials {
    type Output = CredentialReport;

    fn action(&self) -> Action {
        match self.purpose {
            ReportPurpose::Credentials => read("GetCredentialReport"),
            ReportPurpose::Practice => read("GetAccountSecurityPracticeReport"),
        }
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Own for ReportCredentials {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<CredentialReport> {
        let policy = txn.view().get(PASSWORD_POLICIES, scope.account, b"").await?.unwrap_or_default();
        let mut rows = vec![row(scope, txn, None, &policy).await?];
        for (_, user) in txn.view().scan(USERS, scope.account, &Range::all(OF_A_KIND)).await? {
            rows.push(row(scope, txn, Some(user), &policy).await?);
        }
        Ok(CredentialReport { made: scope.now, rows, password_policy: policy })
    }
}

async fn row(scope: &Scope<'_>, txn: &Txn, user: Option<UserRecord>, policy: &PasswordPolicy) -> Result<CredentialRow> {
    let (view, account) = (txn.view(), scope.account);
    let (mut password, mut signed_in, mut mfa) = (None, None, false);
    if let Some(user) = &user {
        let name = user.name.as_str().as_bytes();
        if let Some(profile) = view.get(LOGIN_PROFILES, account, name).await? {
            let initial = profile.initial && policy.initial_age_days > 0;
            let days = if initial { policy.initial_age_days } else { policy.max_age_days };
            password = Some((profile.changed, (days > 0).then(|| profile.changed.plus(DAY * days))));
        }
        signed_in = view.get(SIGN_INS, account, name).await?.map(|last| last.at);
        mfa = has_factor(view, account, &user.name).await?;
    }
    let holder = user.as_ref().map_or(KeyHolder::Root, |user| KeyHolder::User(user.name.clone()));
    let mut keys = Vec::new();
    for key in listed(view, account, &holder).await? {
        let written = view.get(KEY_USES, account, key.id.as_str().as_bytes()).await?.map(|known| known.used);
        let used = scope.iam.gate().directory().uses().last(&key.id).max(written);
        keys.push(CredentialKey { id: key.id, active: key.active, created: key.created, used });
    }
    Ok(CredentialRow { user, password, signed_in, mfa, keys })
}
