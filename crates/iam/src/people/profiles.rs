use super::hashing::{Password, StoredHash};
use super::password_policy::policy_of;
use super::records::{LOGIN_PROFILES, LoginProfileRecord, PasswordPolicy, TRIES};
use super::tries::forget;
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use crate::users::{audit_user, find_user, user_path};
use async_trait::async_trait;
use std::time::Duration;
use store::{Txn, View};
use types::{AccountId, Action, Failure, Reason, Result, Timestamp, UserName};

/// Passwords remembered of each profile, the present one among them: as many as a policy can ask for.
const REMEMBERED: usize = 24;

/// A day, in seconds.
const DAY: u64 = 86_400;

/// Lets a user sign in with a password.
pub struct CreateLoginProfile {
    /// Who.
    pub user: UserName,
    /// With what.
    pub password: Password,
    /// Whether the user has to change it first of all.
    pub reset_required: bool,
    /// Whether the user has to bind an MFA device first of all.
    pub mfa_required: bool,
}

/// Shows how a user signs in.
pub struct GetLoginProfile {
    /// Who.
    pub user: UserName,
}

/// Changes how a user signs in. What is `None` stays. A new password unlocks the user and ends its sessions.
pub struct UpdateLoginProfile {
    /// Who.
    pub user: UserName,
    /// Another password.
    pub password: Option<Password>,
    /// Whether the user has to change it first of all.
    pub reset_required: Option<bool>,
    /// Whether the user has to bind an MFA device first of all.
    pub mfa_required: Option<bool>,
}

/// Lets a user sign in no more; sessions of signing in end with it.
pub struct DeleteLoginProfile {
    /// Who.
    pub user: UserName,
}

/// How a user signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginProfile {
    /// Who.
    pub user: UserName,
    /// Whether the user has to change the password first of all.
    pub reset_required: bool,
    /// Whether the user has to bind an MFA device first of all.
    pub mfa_required: bool,
    /// Since when there is one.
    pub created: Timestamp,
}

impl LoginProfileRecord {
    fn shown(&self, user: &UserName) -> LoginProfile {
        let Self { reset_required, mfa_required, created, .. } = *self;
        LoginProfile { user: user.clone(), reset_required, mfa_required, created }
    }

    /// Puts another password in the place of the present one, which is remembered.
    pub(super) fn set_password(
        &mut self,
        hash: &StoredHash,
        policy: &PasswordPolicy,
        initial: bool,
        now: Timestamp,
    ) -> Result<()> {
        let barred = usize::try_from(policy.reuse).unwrap_or(REMEMBERED);
        if std::iter::once(&self.hash).chain(&self.earlier).take(barred).any(|before| before.is(hash)) {
            let text = format!("The password is one of the last {barred}, which may not be used again.");
            return Err(Failure::new(Reason::PasswordWeak, text));
        }
        let before = std::mem::replace(&mut self.hash, hash.clone());
        self.earlier.insert(0, before);
        self.earlier.truncate(REMEMBERED - 1);
        // Later than before, whatever the clock says: sessions are told apart by it.
        let later = self.changed.plus(Duration::from_millis(1));
        (self.changed, self.initial) = (now.max(later), initial);
        Ok(())
    }

    /// Whether the password is past the time that the rules say it is good for.
    pub(super) fn is_expired(&self, policy: &PasswordPolicy, now: Timestamp) -> bool {
        self.is_older(policy.max_age_days, now)
    }

    /// Whether a password that someone else set was not used in time.
    pub(super) fn is_unused(&self, policy: &PasswordPolicy, now: Timestamp) -> bool {
        self.initial && self.is_older(policy.initial_age_days, now)
    }

    fn is_older(&self, days: u32, now: Timestamp) -> bool {
        days > 0 && self.changed.plus(Duration::from_secs(DAY * u64::from(days))) <= now
    }
}

/// Whether a user has a login profile.
pub(crate) async fn has_profile(txn: &mut Txn, account: AccountId, user: &UserName) -> Result<bool> {
    Ok(txn.get(LOGIN_PROFILES, account, user.as_str().as_bytes()).await?.is_some())
}

/// Gives a user's login profile, and its wrong tries, to the same user under another name.
pub(crate) async fn move_profile(txn: &mut Txn, account: AccountId, from: &UserName, to: &UserName) -> Result<()> {
    let (from, to) = (from.as_str().as_bytes(), to.as_str().as_bytes());
    if let Some(profile) = txn.get(LOGIN_PROFILES, account, from).await? {
        txn.delete(LOGIN_PROFILES, account, from);
        txn.put(LOGIN_PROFILES, account, to, &profile).await?;
    }
    if let Some(tries) = txn.get(TRIES, account, from).await? {
        txn.delete(TRIES, account, from);
        txn.put(TRIES, account, to, &tries).await?;
    }
    Ok(())
}

fn missing(user: &UserName) -> Failure {
    Failure::of(Reason::LoginProfileNotFound).with("UserName", user.as_str())
}

/// The user's profile, or that there is no such user, or no profile.
pub(super) async fn find_profile(txn: &mut Txn, account: AccountId, user: &UserName) -> Result<LoginProfileRecord> {
    find_user(txn, account, user).await?;
    txn.get(LOGIN_PROFILES, account, user.as_str().as_bytes()).await?.ok_or_else(|| missing(user))
}

/// Hashes a password as the user's profile asks for. If there is none, what needs it will say so.
pub(super) async fn prepare(scope: &Scope<'_>, view: &View, user: &UserName, password: &mut Password) -> Result<()> {
    match view.get(LOGIN_PROFILES, scope.account, user.as_str().as_bytes()).await? {
        Some(profile) => password.prepare(profile.hashing, scope.iam.turns()).await,
        None => Ok(()),
    }
}

impl Operation for CreateLoginProfile {
    type Output = LoginProfile;

    fn action(&self) -> Action {
        write("CreateLoginProfile")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
        audit.parameter("PasswordResetRequired", self.reset_required);
        audit.parameter("MFABindRequired", self.mfa_required);
    }
}

#[async_trait]
impl Own for CreateLoginProfile {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    fn check(&self) -> Result<()> {
        self.password.check("Password")
    }

    async fn prepare(&mut self, scope: &Scope<'_>) -> Result<()> {
        let hashing = super::hashing::Hashing::new(scope.iam.identity_store().rng().as_ref());
        self.password.prepare(hashing, scope.iam.turns()).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<LoginProfile> {
        find_user(txn, scope.account, &self.user).await?;
        if has_profile(txn, scope.account, &self.user).await? {
            return Err(Failure::of(Reason::LoginProfileExists).with("UserName", self.user.as_str()));
        }
        policy_of(txn.view(), scope.account).await?.allow(self.password.expose(), &self.user)?;
        let hashing = self.password.hashing()?.clone();
        let profile = LoginProfileRecord {
            hash: self.password.hash(&hashing)?.clone(),
            hashing,
            earlier: Vec::new(),
            changed: scope.now,
            initial: true,
            reset_required: self.reset_required,
            mfa_required: self.mfa_required,
            created: scope.now,
        };
        txn.put(LOGIN_PROFILES, scope.account, self.user.as_str().as_bytes(), &profile).await?;
        Ok(profile.shown(&self.user))
    }
}

impl Operation for GetLoginProfile {
    type Output = LoginProfile;

    fn action(&self) -> Action {
        read("GetLoginProfile")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
    }
}

#[async_trait]
impl Own for GetLoginProfile {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<LoginProfile> {
        Ok(find_profile(txn, scope.account, &self.user).await?.shown(&self.user))
    }
}

impl Operation for UpdateLoginProfile {
    type Output = LoginProfile;

    fn action(&self) -> Action {
        write("UpdateLoginProfile")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
        audit.parameter("PasswordChanged", self.password.is_some());
        audit.optional("PasswordResetRequired", self.reset_required);
        audit.optional("MFABindRequired", self.mfa_required);
    }
}

#[async_trait]
impl Own for UpdateLoginProfile {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    fn check(&self) -> Result<()> {
        self.password.as_ref().map_or(Ok(()), |password| password.check("Password"))
    }

    async fn prepare(&mut self, scope: &Scope<'_>) -> Result<()> {
        let Some(password) = &mut self.password else { return Ok(()) };
        let view = scope.iam.identity_store().view().await?;
        prepare(scope, &view, &self.user, password).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<LoginProfile> {
        let mut profile = find_profile(txn, scope.account, &self.user).await?;
        if let Some(password) = &self.password {
            let policy = policy_of(txn.view(), scope.account).await?;
            policy.allow(password.expose(), &self.user)?;
            let hash = password.hash(&profile.hashing)?;
            profile.set_password(hash, &policy, true, scope.now)?;
            forget(txn, scope.account, &self.user);
        }
        profile.reset_required = self.reset_required.unwrap_or(profile.reset_required);
        profile.mfa_required = self.mfa_required.unwrap_or(profile.mfa_required);
        txn.put(LOGIN_PROFILES, scope.account, self.user.as_str().as_bytes(), &profile).await?;
        Ok(profile.shown(&self.user))
    }
}

impl Operation for DeleteLoginProfile {
    type Output = ();

    fn action(&self) -> Action {
        write("DeleteLoginProfile")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
    }
}

#[async_trait]
impl Own for DeleteLoginProfile {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        find_profile(txn, scope.account, &self.user).await?;
        txn.delete(LOGIN_PROFILES, scope.account, self.user.as_str().as_bytes());
        forget(txn, scope.account, &self.user);
        Ok(())
    }
}
