use super::challenges::{CHALLENGE_TIME, Purpose, challenge, take};
use super::guesses::Named;
use super::passkeys::{handle, owner_place, place, put_passkey};
use super::preference::preference_of;
use super::records::{LOGIN_PROFILES, PASSKEY_OWNERS, PASSKEYS, PasskeyOwnerRecord, PasskeyRecord};
use super::sign_in::{Known, SignedIn, audit_signed_in};
use super::tried::Tried;
use crate::caller::Caller;
use crate::iam::Iam;
use crate::operation::{Audit, Need, Operation, Run, Target};
use crate::permit::Permit;
use crate::records::{GENERATIONS, USERS, UserRecord};
use crate::saml::user_sso::user_sso;
use async_trait::async_trait;
use federation::webauthn::{Assertion, KnownPasskey, Refusal};
use std::time::Duration;
use store::{Store, Txn, View};
use types::{
    AccountId, Action, Failure, PasskeyId, Principal, Reason, Resource, Result, Secret, Service, Timestamp, UserName,
};

/// Asks for what a passkey needs to let somebody in. Who that is, it says itself: nothing here depends on who asks, so nobody
/// learns which users there are (WebAuthn §14.6.2).
pub struct BeginPasskeySignIn {
    /// Whether the passkey is to be shown beside a password. Then it need not verify its user.
    pub second_factor: bool,
}

/// What a passkey needs to let somebody in (WebAuthn §5.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRequest {
    /// What it has to sign, once.
    pub challenge: Vec<u8>,
    /// How long that is good for.
    pub lasts: Duration,
    /// The id of the relying party: of this deployment.
    pub party: String,
    /// Whether its user has to be verified.
    pub verified: bool,
}

/// Signs a person in with a passkey alone, which verified its user: it is two factors in one.
pub struct SignInWithPasskey {
    /// What the browser answered, as JSON.
    pub answer: Secret<Vec<u8>>,
}

/// A passkey that was shown, with what is to be kept of that.
pub(super) struct Presented {
    pub(super) user: UserName,
    record: PasskeyRecord,
}

impl Presented {
    /// Keeps in mind how often it has signed.
    pub(super) async fn keep(&self, txn: &mut Txn, account: AccountId) -> Result<()> {
        put_passkey(txn, account, &self.user, &self.record).await
    }
}

/// Whose a credential is, if it is anybody's.
async fn owner(view: &View, answer: &Assertion) -> Result<Option<PasskeyOwnerRecord>> {
    view.get(PASSKEY_OWNERS, AccountId::PLATFORM, &owner_place(answer.id())).await
}

/// Takes what a passkey of this user answered (§7.2): the challenge is used up, whatever comes of it. The inner error says why
/// it is not taken.
pub(super) async fn present(
    iam: &Iam,
    txn: &mut Txn,
    answer: &Assertion,
    (account, user): (AccountId, &UserRecord),
    beside_password: bool,
    now: Timestamp,
) -> Result<Result<Presented, Refusal>> {
    let purposes: &[Purpose<'_>] =
        if beside_password { &[Purpose::SecondFactor, Purpose::SignIn] } else { &[Purpose::SignIn] };
    let challenge = answer.client_data().challenge();
    if take(iam, txn, challenge, purposes, now).await?.is_none() {
        return Ok(Err(Refusal::Challenge));
    }
    let id = id_of(answer)?;
    let Some(mut record) = txn.get(PASSKEYS, account, &place(&user.name, &id)).await? else {
        return Ok(Err(Refusal::User));
    };
    let (key, handle) = (record.key()?, handle(account, &user.id));
    let known = KnownPasskey { key: &key, user: &handle, count: record.count, backup_eligible: record.backup_eligible };
    let party = iam.relying_party()?;
    Ok(answer.verify(party, challenge, !beside_password, beside_password, &known).map(|shown| {
        (record.count, record.backed_up, record.used) = (shown.count, shown.backed_up, Some(now));
        Presented { user: user.name.clone(), record }
    }))
}

fn id_of(answer: &Assertion) -> Result<PasskeyId> {
    super::passkeys::passkey_id(answer.id())
}

/// Nobody learns what was wrong, but whoever reads the log.
fn refused(refusal: Refusal) -> Failure {
    Failure::of(Reason::SignInFailed).caused_by(refusal)
}

/// Whoever signs is somebody already, whose record of it would be one of another account's.
fn nobody(caller: &Caller) -> Result<()> {
    match caller.principal() {
        Principal::Anonymous => Ok(()),
        _ => Err(Failure::new(Reason::AccessDenied, "Signing in takes no signature.")),
    }
}

impl Operation for BeginPasskeySignIn {
    type Output = PasskeyRequest;

    fn action(&self) -> Action {
        Action::read(Service::Sts, "BeginPasskeySignIn")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("SecondFactor", self.second_factor);
    }
}

#[async_trait]
impl Run<BeginPasskeySignIn> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &BeginPasskeySignIn, caller: &Caller, _: &View) -> Result<Target> {
        nobody(caller)?;
        let needs =
            vec![Need { action: op.action(), resource: Resource::global(Service::Ram, AccountId::PLATFORM, "user/*") }];
        Ok(Target { needs, open: true, ..Target::default() })
    }

    async fn run(
        &self,
        _: &Permit<BeginPasskeySignIn>,
        op: &BeginPasskeySignIn,
        _: &mut Txn,
    ) -> Result<PasskeyRequest> {
        let party = self.relying_party()?.id().to_owned();
        let purpose = if op.second_factor { Purpose::SecondFactor } else { Purpose::SignIn };
        let challenge = challenge(self, purpose, self.now()).await?;
        Ok(PasskeyRequest { challenge, lasts: CHALLENGE_TIME, party, verified: !op.second_factor })
    }
}

impl Operation for SignInWithPasskey {
    type Output = Tried<SignedIn>;

    fn action(&self) -> Action {
        Action::write(Service::Sts, "SignInWithPasskey")
    }

    /// Nothing of what was answered.
    fn audit(&self, _: &mut Audit) {}

    fn outcome(&self, output: &Tried<SignedIn>, audit: &mut Audit) {
        audit_signed_in(output, audit);
    }

    fn refusal(output: &Tried<SignedIn>) -> Option<&Failure> {
        output.refusal()
    }

    fn strict(&self) -> bool {
        true
    }
}

#[async_trait]
impl Run<SignInWithPasskey> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    /// Nobody needs a policy to sign in. The event goes to the account whose passkey it is, if it is anybody's. Passkeys cannot
    /// be guessed; those who try are held back as those are who try tokens.
    async fn target(&self, op: &SignInWithPasskey, caller: &Caller, view: &View) -> Result<Target> {
        nobody(caller)?;
        let answer = Assertion::read(op.answer.expose()).map_err(refused);
        let account = match &answer {
            Ok(answer) => owner(view, answer).await?.map(|owner| owner.account),
            Err(_) => None,
        };
        let named = account.map_or_else(|| Named::unknown(""), Named::Account);
        self.token_guesses().admit(caller.call().source_ip, named, self.gate().clock().elapsed())?;
        answer?;
        let resource = Resource::global(Service::Ram, account.unwrap_or(AccountId::PLATFORM), "user/*");
        let needs = vec![Need { action: op.action(), resource }];
        Ok(Target { needs, owner: account, open: true, ..Target::default() })
    }

    async fn run(
        &self,
        permit: &Permit<SignInWithPasskey>,
        op: &SignInWithPasskey,
        txn: &mut Txn,
    ) -> Result<Tried<SignedIn>> {
        let now = self.now();
        let answer = Assertion::read(op.answer.expose()).map_err(refused)?;
        let Some(PasskeyOwnerRecord { account, user }) = owner(txn.view(), &answer).await? else {
            return Ok(Tried::refused(refused(Refusal::User)));
        };
        // What is read below holds until the commit, or the try starts again: each change moves this on.
        txn.get(GENERATIONS, account, b"").await?;
        let place = user.as_str().as_bytes();
        let found = txn.get(USERS, account, place).await?;
        let user = found.ok_or_else(|| Failure::corrupt("the user of a passkey"))?;
        let name = user.name.clone();
        let presented = match present(self, txn, &answer, (account, &user), false, now).await? {
            Ok(presented) => presented,
            Err(refusal) => return Ok(Tried::refused(refused(refusal)).about(&name)),
        };
        presented.keep(txn, account).await?;
        let settings = user_sso(txn.view(), account).await?;
        let preference = preference_of(txn.view(), account).await?;
        let profile = txn.get(LOGIN_PROFILES, account, place).await?;
        // As with a password: whoever may not sign in, or not here, or not from there, may not with a passkey either.
        let admitted = preference.passkeys && preference.admits(permit.caller().call().source_ip);
        let Some(profile) = profile.filter(|_| admitted && !settings.enabled) else {
            return Ok(Tried::refused(Reason::SignInFailed).about(&name));
        };
        let since = profile.changed.max(settings.changed);
        let made = self.give(txn, Known { account, user, profile, since }, &preference, false, true, now).await?;
        Ok(Tried::done(made).about(&name))
    }
}
