use super::hashing::Password;
use super::password_policy::policy_of;
use super::preference::preference_of;
use super::profiles::{find_profile, prepare};
use super::records::LOGIN_PROFILES;
use super::tried::Tried;
use super::tries::{count_wrong, forget, tries};
use crate::caller::Caller;
use crate::iam::write;
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use crate::users::user_path;
use async_trait::async_trait;
use store::{Txn, View};
use types::{AccountId, Action, Failure, Principal, Reason, Result, UserName};

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

    /// Whoever has to change the password may.
    async fn open(&self, caller: &Caller, account: AccountId, view: &View) -> Result<bool> {
        let profile = view.get(LOGIN_PROFILES, account, own_name(caller)?.as_str().as_bytes()).await?;
        let must = profile.is_some_and(|profile| profile.reset_required);
        Ok(must || preference_of(view, account).await?.change_password)
    }

    async fn prepare(&mut self, scope: &Scope<'_>) -> Result<()> {
        let (user, view) = (own_name(scope.caller)?, scope.iam.identity_store().view().await?);
        prepare(scope, &view, user, &mut self.old).await?;
        prepare(scope, &view, user, &mut self.new).await
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
        policy.allow(self.new.expose(), user)?;
        profile.set_password(self.new.hash(&profile.hashing)?, &policy, false, scope.now)?;
        profile.reset_required = false;
        forget(txn, account, user);
        txn.put(LOGIN_PROFILES, account, user.as_str().as_bytes(), &profile).await?;
        Ok(Tried::done(()))
    }
}
