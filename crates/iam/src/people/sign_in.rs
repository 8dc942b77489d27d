use super::factors::{Factor, Given, second_factor};
use super::guesses::Named;
use super::hashing::{Hashing, Password};
use super::password_policy::policy_of;
use super::preference::preference_of;
use super::records::{ALIASES, LOGIN_PROFILES, LoginProfileRecord, SIGN_INS, SecurityPreference, SignInRecord};
use super::tried::Tried;
use super::tries::{count_wrong, forget, tries};
use crate::caller::Caller;
use crate::iam::Iam;
use crate::operation::{Audit, Need, Operation, Run, Target};
use crate::permit::Permit;
use crate::records::{ACCOUNTS, GENERATIONS, USERS, UserRecord};
use crate::saml::user_sso::user_sso;
use crate::sessions::{Behind, Claims, NewSession};
use crate::token::SessionOf;
use async_trait::async_trait;
use std::time::Duration;
use store::{Store, Txn, View};
use types::{
    AccessKeyId, AccountAlias, AccountId, Action, Failure, Principal, Reason, Resource, Result, Secret, Service,
    Timestamp, UserName,
};

/// Signs a person in: gives a session of the user's for its password and, if it has any, a second factor.
///
/// What is refused looks the same whatever was wrong, takes as long, and is written down as durably, so that nobody learns
/// which accounts and users there are. Only who knows the password is told that it is past its time.
pub struct SignIn {
    /// The account's id or alias.
    pub account: String,
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: Password,
    /// The code that the user's MFA device shows.
    pub code: Option<Secret<String>>,
    /// What the browser answered when it was asked for a passkey to be shown beside the password, as JSON.
    pub passkey: Option<Secret<Vec<u8>>>,
}

/// A person's session, the one time its secret is shown.
pub struct SignedIn {
    /// The account.
    pub account: AccountId,
    /// The user.
    pub user: UserRecord,
    /// The temporary access key.
    pub access_key: AccessKeyId,
    /// Its secret.
    pub secret: Secret<String>,
    /// The token that has to come with it.
    pub token: Secret<String>,
    /// When it ends.
    pub expires: Timestamp,
    /// Whether a second factor was shown.
    pub mfa: bool,
    /// Whether the session may do nothing but change the password.
    pub must_change_password: bool,
    /// Whether the session may do nothing but bind an MFA device.
    pub must_bind_mfa: bool,
}

/// Who a name means, as one transaction sees it.
pub(super) struct Known {
    pub(super) account: AccountId,
    pub(super) user: UserRecord,
    pub(super) profile: LoginProfileRecord,
    /// What its sessions rest on: when the password was set, or where people sign in was settled, whichever was later.
    pub(super) since: Timestamp,
}

/// The account of an id or an alias, if there is one.
pub(crate) async fn account_of(view: &View, text: &str) -> Result<Option<AccountId>> {
    if let Ok(id) = text.parse::<AccountId>() {
        let place = id.get().to_be_bytes();
        let there = id != AccountId::PLATFORM && view.get(ACCOUNTS, AccountId::PLATFORM, &place).await?.is_some();
        return Ok(there.then_some(id));
    }
    let Ok(alias) = text.parse::<AccountAlias>() else { return Ok(None) };
    let found = view.get(ALIASES, AccountId::PLATFORM, alias.as_str().as_bytes()).await?;
    Ok(found.map(|record| record.account))
}

async fn known(view: &View, op: &SignIn) -> Result<Option<Known>> {
    let Some(account) = account_of(view, &op.account).await? else { return Ok(None) };
    let Ok(name) = op.user.parse::<UserName>() else { return Ok(None) };
    let place = name.as_str().as_bytes();
    let user = view.get(USERS, account, place).await?;
    let profile = view.get(LOGIN_PROFILES, account, place).await?;
    let settled = user_sso(view, account).await?.changed;
    let known = |(user, profile): (UserRecord, LoginProfileRecord)| {
        let since = profile.changed.max(settled);
        Known { account, user, profile, since }
    };
    Ok(user.zip(profile).map(known))
}

impl Known {
    /// What the session keeps of the user's rights while something has to be done first.
    fn ceiling(&self, change: bool, bind: bool) -> Option<String> {
        let (account, name) = (self.account, &self.user.name);
        let statement = |actions: &[&str]| {
            serde_json::json!({
                "Effect": "Allow",
                "Action": actions,
                "Resource": [format!("acs:ram:*:{account}:user/{name}"), format!("acs:ram:*:{account}:mfa/{name}")],
            })
        };
        let mut statements = Vec::new();
        if change {
            statements.push(statement(&["ram:ChangePassword"]));
        }
        if bind {
            statements.push(statement(&[
                "ram:CreateVirtualMFADevice",
                "ram:DeleteVirtualMFADevice",
                "ram:BindMFADevice",
                "ram:GetUserMFAInfo",
                "ram:BeginPasskeyRegistration",
                "ram:RegisterPasskey",
                "ram:ListPasskeys",
            ]));
        }
        (change || bind).then(|| serde_json::json!({ "Version": "1", "Statement": statements }).to_string())
    }
}

/// Notes who signed in, or tried to.
pub(super) fn audit_signed_in(output: &Tried<SignedIn>, audit: &mut Audit) {
    if let Some(name) = output.user() {
        audit.answer("UserName", name.as_str());
        audit.resource("ACS::RAM::User", name.as_str());
    }
    if let Some(made) = output.value() {
        audit.answer("UserId", made.user.id.as_str());
        audit.answer("AccessKeyId", made.access_key.as_str());
        audit.answer("Expiration", made.expires.iso_seconds());
        audit.answer("MFAAuthenticated", made.mfa);
    }
}

/// Keeps in mind that a user signed in.
pub(crate) async fn note_sign_in(txn: &mut Txn, account: AccountId, user: &UserName, at: Timestamp) -> Result<()> {
    txn.put(SIGN_INS, account, user.as_str().as_bytes(), &SignInRecord { at }).await
}

/// Gives the last time of signing in to the same user under another name.
pub(crate) async fn move_sign_in(txn: &mut Txn, account: AccountId, from: &UserName, to: &UserName) -> Result<()> {
    if let Some(last) = txn.get(SIGN_INS, account, from.as_str().as_bytes()).await? {
        forget_sign_in(txn, account, from);
        txn.put(SIGN_INS, account, to.as_str().as_bytes(), &last).await?;
    }
    Ok(())
}

/// Forgets when a user last signed in.
pub(crate) fn forget_sign_in(txn: &mut Txn, account: AccountId, user: &UserName) {
    txn.delete(SIGN_INS, account, user.as_str().as_bytes());
}

impl Operation for SignIn {
    type Output = Tried<SignedIn>;

    fn action(&self) -> Action {
        Action::write(Service::Sts, "SignIn")
    }

    /// Nothing of what was typed: people type their passwords where their names belong.
    fn audit(&self, _: &mut Audit) {}

    fn outcome(&self, output: &Tried<SignedIn>, audit: &mut Audit) {
        audit_signed_in(output, audit);
    }

    fn refusal(output: &Tried<SignedIn>) -> Option<&Failure> {
        output.refusal()
    }

    /// A wrong try of someone who is not there takes as long to write down as one of someone who is.
    fn strict(&self) -> bool {
        true
    }
}

#[async_trait]
impl Run<SignIn> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    /// Nobody needs a policy to sign in. The event goes to the account that was named, if there is one.
    async fn target(&self, op: &SignIn, caller: &Caller, view: &View) -> Result<Target> {
        // Whoever signs it is somebody already, whose record of it would be one of another account's.
        if !matches!(caller.principal(), Principal::Anonymous) {
            return Err(Failure::new(Reason::AccessDenied, "Signing in takes no signature."));
        }
        let account = account_of(view, &op.account).await?;
        let named = account.map_or_else(|| Named::unknown(&op.account), Named::Account);
        self.guesses().admit(caller.call().source_ip, named, self.gate().clock().elapsed())?;
        let resource = Resource::global(Service::Ram, account.unwrap_or(AccountId::PLATFORM), "user/*");
        let needs = vec![Need { action: op.action(), resource }];
        Ok(Target { needs, owner: account, open: true, ..Target::default() })
    }

    /// The password is hashed whether or not there is such a user.
    async fn prepare(&self, _: &Permit<SignIn>, op: &mut SignIn) -> Result<()> {
        let found = known(&self.identity_store().view().await?, op).await?;
        let hashing = match found {
            Some(known) => known.profile.hashing,
            None => Hashing::new(self.identity_store().rng().as_ref()),
        };
        op.password.prepare(hashing, self.turns()).await
    }

    async fn run(&self, permit: &Permit<SignIn>, op: &SignIn, txn: &mut Txn) -> Result<Tried<SignedIn>> {
        let now = self.now();
        let Some(known) = known(txn.view(), op).await? else { return Ok(Tried::refused(Reason::SignInFailed)) };
        let Known { account, user, profile, .. } = &known;
        let refused = |reason: Reason| Ok(Tried::refused(reason).about(&user.name));
        // What is read below holds until the commit, or the try starts again: each change moves this on.
        txn.get(GENERATIONS, *account, b"").await?;
        let policy = policy_of(txn.view(), *account).await?;
        let preference = preference_of(txn.view(), *account).await?;
        let locked = tries(txn, *account, &user.name).await?.is_locked(now);
        let given = Given {
            code: op.code.as_ref().map(|code| code.expose().as_str()),
            passkey: op.passkey.as_ref().map(|answer| answer.expose().as_slice()),
        };
        // Both are looked at, whichever is wrong.
        let factor = second_factor(self, txn, (*account, user), given, now).await?;
        let right = op.password.hash(&profile.hashing)?.is(&profile.hash);
        // Whose users sign in elsewhere takes no passwords.
        let elsewhere = user_sso(txn.view(), *account).await?.enabled;
        if locked || elsewhere || !preference.admits(permit.caller().call().source_ip) {
            return refused(Reason::SignInFailed);
        }
        if !right || matches!(factor, Factor::Wrong) {
            count_wrong(txn, *account, &user.name, &policy, now).await?;
            return refused(Reason::SignInFailed);
        }
        forget(txn, *account, &user.name);
        let mfa = factor.keep(txn, *account).await?;
        let expired = profile.is_expired(&policy, now);
        if expired && policy.hard_expiry || profile.is_unused(&policy, now) {
            return refused(Reason::PasswordExpired);
        }
        let name = user.name.clone();
        let change = expired || profile.reset_required;
        Ok(Tried::done(self.give(txn, known, &preference, change, mfa, now).await?).about(&name))
    }
}

impl Iam {
    /// Gives whoever signed in a session.
    pub(super) async fn give(
        &self,
        txn: &mut Txn,
        known: Known,
        preference: &SecurityPreference,
        must_change_password: bool,
        mfa: bool,
        now: Timestamp,
    ) -> Result<SignedIn> {
        note_sign_in(txn, known.account, &known.user.name, now).await?;
        let must_bind_mfa = known.profile.mfa_required && !mfa;
        let policy = known.ceiling(must_change_password, must_bind_mfa);
        let lasts = Duration::from_secs(3_600 * u64::from(preference.session_hours));
        let of = SessionOf::User {
            user: known.user.id.clone(),
            user_name: known.user.name.clone(),
            since: known.since,
            elsewhere: false,
        };
        let behind = Behind { mfa, ..Behind::default() };
        let claims = Claims { of, issued: now, expires: now.plus(lasts), policy, behind };
        let made = self.seal_session(known.account, claims)?;
        let Known { account, user, .. } = known;
        let NewSession { access_key, secret, token, expires } = made;
        Ok(SignedIn { account, user, access_key, secret, token, expires, mfa, must_change_password, must_bind_mfa })
    }
}
