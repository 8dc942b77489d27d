//! Passkeys: several of each user, each with a name of its own.

use super::challenges::{CHALLENGE_TIME, Purpose, challenge, take};
use super::devices::device_name;
use super::preference::{is_oneself, preference_of};
use super::records::{PASSKEY_OWNERS, PASSKEYS, PasskeyOwnerRecord, PasskeyRecord};
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope, check_text};
use crate::records::pair;
use crate::users::{audit_user, find_user, user_path};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use federation::webauthn::{NewPasskey, Refusal, Registration};
use std::time::Duration;
use store::{Range, Txn, View};
use types::{AccountId, Action, Failure, PasskeyId, Reason, Result, Timestamp, UserId, UserName};

/// Passkeys of one user.
pub const PASSKEYS_MOST: usize = 10;
/// Characters of a passkey's name.
const NAME_CHARS: usize = 64;

/// Asks for what an authenticator needs to make a passkey for a user.
pub struct BeginPasskeyRegistration {
    /// For whom.
    pub user: UserName,
}

/// What an authenticator needs to make a passkey (WebAuthn §5.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyOptions {
    /// What it has to sign, once.
    pub challenge: Vec<u8>,
    /// How long that is good for.
    pub lasts: Duration,
    /// The id of the relying party: of this deployment.
    pub party: String,
    /// The name of the relying party.
    pub party_name: String,
    /// By what the authenticator knows the user again. It says nothing about who that is.
    pub handle: Vec<u8>,
    /// What people are shown of the user.
    pub user: UserName,
    /// The account, to be shown with it.
    pub account: AccountId,
    /// What people call the user.
    pub display_name: String,
    /// The ids of the user's passkeys: an authenticator that has one of them makes no other.
    pub present: Vec<Vec<u8>>,
}

/// Gives a user a passkey that an authenticator made.
pub struct RegisterPasskey {
    /// To whom.
    pub user: UserName,
    /// What it is to be called.
    pub name: String,
    /// What the browser answered, as JSON.
    pub answer: Vec<u8>,
}

/// Lists a user's passkeys.
pub struct ListPasskeys {
    /// Whose.
    pub user: UserName,
}

/// Gives a passkey another name.
pub struct UpdatePasskey {
    /// Whose it is.
    pub user: UserName,
    /// Which.
    pub id: PasskeyId,
    /// The name.
    pub name: String,
}

/// Deletes a passkey. What was signed in with it stays signed in.
pub struct DeletePasskey {
    /// Whose it is.
    pub user: UserName,
    /// Which.
    pub id: PasskeyId,
}

/// A passkey as listings show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// What it goes by.
    pub id: PasskeyId,
    /// What its user calls it.
    pub name: String,
    /// When it was registered.
    pub created: Timestamp,
    /// When it was last used.
    pub used: Option<Timestamp>,
    /// Whether it is copied to other devices.
    pub backed_up: bool,
}

impl PasskeyRecord {
    fn shown(&self) -> Passkey {
        let Self { id, name, created, used, backed_up, .. } = self;
        Passkey { id: id.clone(), name: name.clone(), created: *created, used: *used, backed_up: *backed_up }
    }
}

/// By what authenticators know a user: the same for all its passkeys, and nothing that says who it is (WebAuthn §14.6.1). No
/// other user has it, under whatever name.
pub(super) fn handle(account: AccountId, user: &UserId) -> [u8; 32] {
    crypto::sha256(
        &[b"bailee passkey user\0", account.get().to_be_bytes().as_slice(), user.as_str().as_bytes()].concat(),
    )
}

/// Under what a credential's owner is kept.
pub(super) fn owner_place(credential: &[u8]) -> [u8; 32] {
    crypto::sha256(credential)
}

/// What a passkey goes by: the start of its credential's hash.
pub(super) fn passkey_id(credential: &[u8]) -> Result<PasskeyId> {
    let hash = owner_place(credential);
    let start = hash.first_chunk::<16>().copied().unwrap_or_default();
    hex::encode(start).parse().map_err(Failure::internal)
}

pub(super) fn place(user: &UserName, id: &PasskeyId) -> Vec<u8> {
    pair(user.as_str(), id.as_str())
}

fn missing(id: &PasskeyId) -> Failure {
    Failure::of(Reason::PasskeyNotFound).with("PasskeyId", id.as_str())
}

/// The passkeys of a user, in the order of their ids.
async fn passkeys_of(view: &View, account: AccountId, user: &UserName) -> Result<Vec<PasskeyRecord>> {
    let all = Range::prefix(&pair(user.as_str(), ""), PASSKEYS_MOST);
    Ok(view.scan(PASSKEYS, account, &all).await?.into_iter().map(|(_, record)| record).collect())
}

/// Whether a user has a passkey.
pub(crate) async fn has_passkeys(view: &View, account: AccountId, user: &UserName) -> Result<bool> {
    Ok(!view.keys(PASSKEYS, account, &Range::prefix(&pair(user.as_str(), ""), 1)).await?.is_empty())
}

/// Gives a user's passkeys to the same user under another name.
pub(crate) async fn move_passkeys(txn: &mut Txn, account: AccountId, from: &UserName, to: &UserName) -> Result<()> {
    for passkey in passkeys_of(txn.view(), account, from).await? {
        txn.delete(PASSKEYS, account, &place(from, &passkey.id));
        put_passkey(txn, account, to, &passkey).await?;
        let owner = PasskeyOwnerRecord { account, user: to.clone() };
        txn.put(PASSKEY_OWNERS, AccountId::PLATFORM, &owner_place(&passkey.credential()?), &owner).await?;
    }
    Ok(())
}

pub(super) async fn put_passkey(
    txn: &mut Txn,
    account: AccountId,
    user: &UserName,
    passkey: &PasskeyRecord,
) -> Result<()> {
    txn.put(PASSKEYS, account, &place(user, &passkey.id), passkey).await
}

async fn find_passkey(txn: &mut Txn, account: AccountId, user: &UserName, id: &PasskeyId) -> Result<PasskeyRecord> {
    txn.get(PASSKEYS, account, &place(user, id)).await?.ok_or_else(|| missing(id))
}

fn check_name(name: &str) -> Result<()> {
    if name.is_empty() || name.contains(['\n', '\r', '\t']) {
        return Err(Failure::invalid("PasskeyName", format_args!("1 to {NAME_CHARS} characters")));
    }
    check_text("PasskeyName", name, NAME_CHARS)
}

/// What somebody did to a passkey of its own.
#[derive(Clone, Copy)]
enum Deed {
    Look,
    Add,
    Change,
    Remove,
}

/// Whether users may do this to their own passkeys without a policy that says so. A passkey lets in whoever has it: an access
/// key alone adds none, nor does a session without the second factor where the user has one.
async fn lets(deed: Deed, scope: &Scope<'_>, user: &UserName, view: &View) -> Result<bool> {
    if !is_oneself(scope.caller, user) || !preference_of(view, scope.account).await?.manage_mfa {
        return Ok(false);
    }
    let session = scope.caller.session();
    let (signed_in, showed) = session.map_or((false, false), |session| (session.signed_in, session.mfa));
    Ok(match deed {
        Deed::Look => true,
        Deed::Change | Deed::Remove => signed_in && showed,
        Deed::Add => signed_in && (showed || !has_factor(view, scope.account, user).await?),
    })
}

/// Whether a user has anything to show beside a password.
pub(crate) async fn has_factor(view: &View, account: AccountId, user: &UserName) -> Result<bool> {
    Ok(device_name(view, account, user).await?.is_some() || has_passkeys(view, account, user).await?)
}

fn audit_passkey(audit: &mut Audit, user: &UserName, id: &PasskeyId) {
    audit_user(audit, user);
    audit.parameter("PasskeyId", id.as_str());
}

/// A refusal that says what is wrong to whoever registers a passkey, who is known.
fn unfit(refusal: Refusal) -> Failure {
    Failure::new(Reason::PasskeyInvalid, format!("The passkey is not registered: {refusal}."))
}

impl Operation for BeginPasskeyRegistration {
    type Output = PasskeyOptions;

    /// Nothing is written: the challenge is kept by whoever asked for it.
    fn action(&self) -> Action {
        read("BeginPasskeyRegistration")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
    }
}

#[async_trait]
impl Own for BeginPasskeyRegistration {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets(Deed::Add, scope, &self.user, view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<PasskeyOptions> {
        let party = scope.iam.relying_party()?;
        let user = find_user(txn, scope.account, &self.user).await?;
        let present = passkeys_of(txn.view(), scope.account, &self.user).await?;
        Ok(PasskeyOptions {
            challenge: challenge(scope.iam, Purpose::Registration(scope.account, &user.id), scope.now).await?,
            lasts: CHALLENGE_TIME,
            party: party.id().to_owned(),
            party_name: party.name().to_owned(),
            handle: handle(scope.account, &user.id).to_vec(),
            account: scope.account,
            display_name: if user.display_name.is_empty() { user.name.to_string() } else { user.display_name },
            user: user.name,
            present: present.iter().map(PasskeyRecord::credential).collect::<Result<_>>()?,
        })
    }
}

impl Operation for RegisterPasskey {
    type Output = Passkey;

    fn action(&self) -> Action {
        write("RegisterPasskey")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
        audit.parameter("PasskeyName", self.name.as_str());
    }

    fn outcome(&self, output: &Passkey, audit: &mut Audit) {
        audit.answer("PasskeyId", output.id.as_str());
    }
}

#[async_trait]
impl Own for RegisterPasskey {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    fn check(&self) -> Result<()> {
        check_name(&self.name)
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets(Deed::Add, scope, &self.user, view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Passkey> {
        let account = scope.account;
        let party = scope.iam.relying_party()?;
        let user = find_user(txn, account, &self.user).await?;
        let answer = Registration::read(&self.answer).map_err(unfit)?;
        let given = answer.client_data().challenge();
        let purpose = [Purpose::Registration(account, &user.id)];
        if take(scope.iam, txn, given, &purpose, scope.now).await?.is_none() {
            return Err(unfit(Refusal::Challenge));
        }
        // What is shown without a password has to know its user, so every passkey has to be able to.
        let made = answer.verify(party, given, true).map_err(unfit)?;
        // §7.1 step 26: whosever it is, of whatever account.
        let place = owner_place(&made.id);
        if txn.get(PASSKEY_OWNERS, AccountId::PLATFORM, &place).await?.is_some() {
            return Err(Reason::PasskeyExists.into());
        }
        if passkeys_of(txn.view(), account, &self.user).await?.len() >= PASSKEYS_MOST {
            return Err(Failure::of(Reason::TooManyPasskeys).with("UserName", self.user.as_str()));
        }
        let passkey = record(&made, &self.name, scope.now)?;
        put_passkey(txn, account, &self.user, &passkey).await?;
        let owner = PasskeyOwnerRecord { account, user: self.user.clone() };
        txn.put(PASSKEY_OWNERS, AccountId::PLATFORM, &place, &owner).await?;
        Ok(passkey.shown())
    }
}

fn record(made: &NewPasskey, name: &str, now: Timestamp) -> Result<PasskeyRecord> {
    Ok(PasskeyRecord {
        id: passkey_id(&made.id)?,
        name: name.to_owned(),
        credential: URL_SAFE_NO_PAD.encode(&made.id),
        key: URL_SAFE_NO_PAD.encode(&made.key),
        model: hex::encode(made.model),
        count: made.count,
        backup_eligible: made.backup_eligible,
        backed_up: made.backed_up,
        created: now,
        used: None,
    })
}

impl Operation for ListPasskeys {
    type Output = Vec<Passkey>;

    fn action(&self) -> Action {
        read("ListPasskeys")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
    }
}

#[async_trait]
impl Own for ListPasskeys {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets(Deed::Look, scope, &self.user, view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Vec<Passkey>> {
        find_user(txn, scope.account, &self.user).await?;
        let found = passkeys_of(txn.view(), scope.account, &self.user).await?;
        Ok(found.iter().map(PasskeyRecord::shown).collect())
    }
}

impl Operation for UpdatePasskey {
    type Output = ();

    fn action(&self) -> Action {
        write("UpdatePasskey")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_passkey(audit, &self.user, &self.id);
        audit.parameter("PasskeyName", self.name.as_str());
    }
}

#[async_trait]
impl Own for UpdatePasskey {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    fn check(&self) -> Result<()> {
        check_name(&self.name)
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets(Deed::Change, scope, &self.user, view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        find_user(txn, scope.account, &self.user).await?;
        let mut passkey = find_passkey(txn, scope.account, &self.user, &self.id).await?;
        passkey.name.clone_from(&self.name);
        put_passkey(txn, scope.account, &self.user, &passkey).await
    }
}

impl Operation for DeletePasskey {
    type Output = ();

    fn action(&self) -> Action {
        write("DeletePasskey")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_passkey(audit, &self.user, &self.id);
    }
}

#[async_trait]
impl Own for DeletePasskey {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets(Deed::Remove, scope, &self.user, view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        find_user(txn, scope.account, &self.user).await?;
        let passkey = find_passkey(txn, scope.account, &self.user, &self.id).await?;
        txn.delete(PASSKEYS, scope.account, &place(&self.user, &self.id));
        txn.delete(PASSKEY_OWNERS, AccountId::PLATFORM, &owner_place(&passkey.credential()?));
        Ok(())
    }
}
