use super::hashing::Password;
use super::password_policy::policy_of;
use super::preference::preference_of;
use super::profiles::{find_profile, prepare};
use super::records::LOGIN_PROFILES;
use super::tried::Tried;
use super::tries::{count_wrong, forget, tries};
use crate::caller::Caller;
use crate::iam::{touch, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use crate::users::user_path;
use async_trait::async_trait;
use store::{Txn, View};
use types::{Action, Failure, Principal, Reason, Result, UserName};

/// Changes the calling user's own password. Wrong old passwords count like wrong ones in signing in. All its sessions of
/// signing in end, this one among them.
pub struct ChangePassword {
    /// The present one.
    pub old: Password,
    /// The one to come.
    pub new: Password,
}

fn own_name(caller: &Caller) -> Result<&UserName> {
    match caller.principal() {
        Principal::User { name, .. } => Ok(name),
        _ => Err(Failure::new(Reason::LoginProfileNotFound, "Only a user has a password; the caller is none.")),
    }
}

impl Operation for ChangePassword {
    type Output = Tried<()>;

    fn action(&self) -> Action {
        write("ChangePassword")
    }

    fn audit(&self, _: &mut Audit) {}

    fn refusal(output: &Tried<()>) -> Option<&Failure> {
        output.refusal()
    }
}

#[async_trait]
impl Own for ChangePassword {
    fn paths(&self, caller: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(own_name(caller)?)])
    }

    fn check(&self) -> Result<()> {
        self.old.check("OldPassword")?;
        self.new.check("NewPassword")
    }

    /// Whoever has to change the password may, also because it is past its time.
    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        let place = own_name(scope.caller)?.as_str().as_bytes();
        let profile = view.get(LOGIN_PROFILES, scope.account, place).await?;
        let policy = policy_of(view, scope.account).await?;
        let must = profile.is_some_and(|profile| profile.reset_required || profile.is_expired(&policy, scope.now));
        Ok(must || preference_of(view, scope.account).await?.change_password)
    }

    async fn prepare(&mut self, scope: &Scope<'_>) -> Result<()> {
        let (user, view) = (own_name(scope.caller)?, scope.iam.identity_store().view().await?);
        prepare(scope, &view, user, &mut self.old).await?;
        prepare(scope, &view, user, &mut self.new).await
    }

    /// Only if the password is changed: nothing else rests on wrong tries, and they must cost others nothing.
    fn touches(&self) -> bool {
        false
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Tried<()>> {
        let (user, account) = (own_name(scope.caller)?, scope.account);
        let mut profile = find_profile(txn, account, user).await?;
        let policy = policy_of(txn.view(), account).await?;
        if tries(txn, account, user).await?.is_locked(scope.now) {
            return Ok(Tried::refused(Reason::PasswordWrong));
        }
        if !self.old.hash(&profile.hashing)?.is(&profile.hash) {
            count_wrong(txn, account, user, &policy, scope.now).await?;
            return Ok(Tried::refused(Reason::PasswordWrong));
        }
        touch(txn, account).await?;
        policy.allow(self.new.expose(), user)?;
        profile.set_password(self.new.hash(&profile.hashing)?, &policy, false, scope.now)?;
        profile.reset_required = false;
        forget(txn, account, user);
        txn.put(LOGIN_PROFILES, account, user.as_str().as_bytes(), &profile).await?;
        Ok(Tried::done(()))
    }
}
