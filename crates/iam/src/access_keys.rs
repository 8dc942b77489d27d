use crate::accounts::NewAccessKey;
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::operators::operator_path;
use crate::own::{Own, Scope, count};
use crate::people::lets_manage_keys;
use crate::records::{
    ACCESS_KEYS, AccessKeyRecord, AttachmentRecord, KEY_NETWORKS, KEY_OWNERS, KEY_USES, KeyHolder, USER_KEYS, pair,
    second,
};
use crate::users::{find_user, user_path};
use async_trait::async_trait;
use store::{Range, Txn, View};
use types::{AccessKeyId, AccountId, Action, Failure, Principal, Reason, Result, Timestamp, UserName};

/// Access keys of one user, and of the account itself (RAM limits).
pub const KEYS_MOST: usize = 2;
/// More than any holder has.
const KEYS_SEEN: usize = 16;

/// Makes an access key. This is the one time its secret is shown.
pub struct CreateAccessKey {
    /// Whose; the caller's own if `None`.
    pub user: Option<UserName>,
}

/// Lists access keys, without their secrets.
pub struct ListAccessKeys {
    /// Whose; the caller's own if `None`.
    pub user: Option<UserName>,
}

/// Switches an access key on or off.
pub struct UpdateAccessKey {
    /// Whose; the caller's own if `None`.
    pub user: Option<UserName>,
    /// Which.
    pub access_key: AccessKeyId,
    /// Whether it may be used from now on.
    pub active: bool,
}

/// Deletes an access key.
pub struct DeleteAccessKey {
    /// Whose; the caller's own if `None`.
    pub user: Option<UserName>,
    /// Which.
    pub access_key: AccessKeyId,
}

/// An access key as listings show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKeyInfo {
    /// Its id.
    pub id: AccessKeyId,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// Whose access keys an operation is about: the named user's, or the caller's own. A role session has none.
fn holder(user: Option<&UserName>, caller: &Caller) -> Result<KeyHolder> {
    match (user, caller.principal()) {
        (Some(name), _) => Ok(KeyHolder::User(name.clone())),
        (None, Principal::Root { .. }) => Ok(KeyHolder::Root),
        (None, Principal::User { name, .. }) => Ok(KeyHolder::User(name.clone())),
        (None, _) => Err(Failure::missing("UserName")),
    }
}

pub(crate) fn paths(user: Option<&UserName>, caller: &Caller) -> Result<Vec<String>> {
    Ok(vec![match holder(user, caller)? {
        KeyHolder::Root => "root".to_owned(),
        KeyHolder::User(name) => user_path(&name),
        KeyHolder::Operator(name) => operator_path(&name),
    }])
}

/// The holder, who exists.
async fn present(user: Option<&UserName>, scope: &Scope<'_>, txn: &mut Txn) -> Result<KeyHolder> {
    let holder = holder(user, scope.caller)?;
    if let KeyHolder::User(name) = &holder {
        find_user(txn, scope.account, name).await?;
    }
    Ok(holder)
}

/// Refuses to take away the account's own last key that works: without one nobody could get into the account again but
/// with an operator's help. Two of these at once conflict, as all changes to an account's identities do.
async fn keep_one(view: &View, account: AccountId, record: &AccessKeyRecord) -> Result<()> {
    if record.holder != KeyHolder::Root || !record.active {
        return Ok(());
    }
    let others = listed(view, account, &record.holder).await?;
    if others.iter().any(|key| key.active && key.id != record.id) {
        return Ok(());
    }
    let rule = "a key other than the last active one of the account itself; make another one first";
    Err(Failure::invalid("UserAccessKeyId", rule))
}

/// The keys of a holder.
pub(crate) async fn listed(view: &View, account: AccountId, holder: &KeyHolder) -> Result<Vec<AccessKeyInfo>> {
    let owned = Range::prefix(&pair(holder.place(), ""), KEYS_SEEN);
    let lost = || Failure::corrupt("an access key");
    let mut found = Vec::new();
    for key in view.keys(USER_KEYS, account, &owned).await? {
        let id = second(&key).ok_or_else(lost)?;
        let record = view.get(ACCESS_KEYS, account, id.as_bytes()).await?.ok_or_else(lost)?;
        found.push(AccessKeyInfo { id: record.id, active: record.active, created: record.created });
    }
    Ok(found)
}

/// Gives a user's keys to the same user under another name.
pub(crate) async fn move_access_keys(txn: &mut Txn, account: AccountId, from: &UserName, to: &UserName) -> Result<()> {
    let (from, to) = (KeyHolder::User(from.clone()), KeyHolder::User(to.clone()));
    for key in listed(txn.view(), account, &from).await? {
        let mut record = find_key(txn, account, &from, &key.id).await?;
        record.holder = to.clone();
        txn.put(ACCESS_KEYS, account, key.id.as_str().as_bytes(), &record).await?;
        txn.delete(USER_KEYS, account, &pair(from.place(), key.id.as_str()));
        let owned = AttachmentRecord { attached: record.created };
        txn.put(USER_KEYS, account, &pair(to.place(), key.id.as_str()), &owned).await?;
    }
    Ok(())
}

/// The key, if it is this holder's: another's is as good as missing.
pub(crate) async fn find_key(
    txn: &mut Txn,
    account: AccountId,
    holder: &KeyHolder,
    access_key: &AccessKeyId,
) -> Result<AccessKeyRecord> {
    let found = txn.get(ACCESS_KEYS, account, access_key.as_str().as_bytes()).await?;
    let missing = || Failure::of(Reason::AccessKeyMissing).with("AccessKeyId", access_key.as_str());
    found.filter(|record| record.holder == *holder).ok_or_else(missing)
}

/// A key of the holder that an operation is about.
pub(crate) async fn key_of(
    user: Option<&UserName>,
    scope: &Scope<'_>,
    txn: &mut Txn,
    access_key: &AccessKeyId,
) -> Result<AccessKeyRecord> {
    let holder = present(user, scope, txn).await?;
    find_key(txn, scope.account, &holder, access_key).await
}

pub(crate) fn audit_keys(audit: &mut Audit, user: Option<&UserName>, access_key: Option<&AccessKeyId>) {
    audit.optional("UserName", user.map(UserName::as_str));
    if let Some(access_key) = access_key {
        audit.parameter("UserAccessKeyId", access_key.as_str());
        audit.resource("ACS::RAM::AccessKey", access_key.as_str());
    }
}

impl Operation for CreateAccessKey {
    type Output = NewAccessKey;

    fn action(&self) -> Action {
        write("CreateAccessKey")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_keys(audit, self.user.as_ref(), None);
    }

    fn outcome(&self, output: &NewAccessKey, audit: &mut Audit) {
        audit.answer("AccessKeyId", output.id.as_str());
        audit.resource("ACS::RAM::AccessKey", output.id.as_str());
    }
}

#[async_trait]
impl Own for CreateAccessKey {
    fn paths(&self, caller: &Caller) -> Result<Vec<String>> {
        paths(self.user.as_ref(), caller)
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets_manage_keys(scope, self.user.as_ref(), view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<NewAccessKey> {
        let holder = present(self.user.as_ref(), scope, txn).await?;
        let owned = pair(holder.place(), "");
        if count(txn.view(), USER_KEYS, scope.account, &owned, KEYS_MOST).await? >= KEYS_MOST {
            return Err(Reason::TooManyAccessKeys.into());
        }
        scope.iam.add_access_key(txn, scope.account, holder).await
    }
}

impl Operation for ListAccessKeys {
    type Output = Vec<AccessKeyInfo>;

    fn action(&self) -> Action {
        read("ListAccessKeys")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_keys(audit, self.user.as_ref(), None);
    }
}

#[async_trait]
impl Own for ListAccessKeys {
    fn paths(&self, caller: &Caller) -> Result<Vec<String>> {
        paths(self.user.as_ref(), caller)
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets_manage_keys(scope, self.user.as_ref(), view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Vec<AccessKeyInfo>> {
        let holder = present(self.user.as_ref(), scope, txn).await?;
        listed(txn.view(), scope.account, &holder).await
    }
}

impl Operation for UpdateAccessKey {
    type Output = ();

    fn action(&self) -> Action {
        write("UpdateAccessKey")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_keys(audit, self.user.as_ref(), Some(&self.access_key));
        audit.parameter("Status", if self.active { "Active" } else { "Inactive" });
    }
}

#[async_trait]
impl Own for UpdateAccessKey {
    fn paths(&self, caller: &Caller) -> Result<Vec<String>> {
        paths(self.user.as_ref(), caller)
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets_manage_keys(scope, self.user.as_ref(), view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let holder = present(self.user.as_ref(), scope, txn).await?;
        let mut record = find_key(txn, scope.account, &holder, &self.access_key).await?;
        if !self.active {
            keep_one(txn.view(), scope.account, &record).await?;
        }
        record.active = self.active;
        txn.put(ACCESS_KEYS, scope.account, self.access_key.as_str().as_bytes(), &record).await
    }
}

impl Operation for DeleteAccessKey {
    type Output = ();

    fn action(&self) -> Action {
        write("DeleteAccessKey")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_keys(audit, self.user.as_ref(), Some(&self.access_key));
    }
}

#[async_trait]
impl Own for DeleteAccessKey {
    fn paths(&self, caller: &Caller) -> Result<Vec<String>> {
        paths(self.user.as_ref(), caller)
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets_manage_keys(scope, self.user.as_ref(), view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let holder = present(self.user.as_ref(), scope, txn).await?;
        let record = find_key(txn, scope.account, &holder, &self.access_key).await?;
        keep_one(txn.view(), scope.account, &record).await?;
        forget_key(txn, scope.account, &holder, self.access_key.as_str());
        Ok(())
    }
}

/// Deletes an access key and all that is kept of it.
pub(crate) fn forget_key(txn: &mut Txn, account: AccountId, holder: &KeyHolder, id: &str) {
    txn.delete(KEY_NETWORKS, account, id.as_bytes());
    txn.delete(ACCESS_KEYS, account, id.as_bytes());
    txn.delete(KEY_USES, account, id.as_bytes());
    txn.delete(USER_KEYS, account, &pair(holder.place(), id));
    txn.delete(KEY_OWNERS, AccountId::PLATFORM, id.as_bytes());
}
