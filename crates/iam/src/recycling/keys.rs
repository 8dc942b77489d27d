use super::records::{RECYCLED_KEYS, RECYCLED_USERS, RecycledKeyRecord, Thing, until};
use super::{IN_BIN, ROOM, keys_of};
use crate::access_keys::{DeleteAccessKey, KEYS_MOST, audit_keys, key_of};
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope, count};
use crate::records::{
    ACCESS_KEYS, AttachmentRecord, KEY_NETWORKS, KEY_OWNERS, KeyHolder, KeyOwnerRecord, USER_KEYS, USERS, UserRecord,
    pair,
};
use crate::users::{USERS_MOST, find_user};
use async_trait::async_trait;
use store::{Range, Txn, View};
use types::{AccessKeyId, AccountId, Action, Failure, Principal, Reason, Result, Timestamp, UserId, UserName};

/// Deletes an access key as [`DeleteAccessKey`] does, and keeps a user's for a month in case it is wanted back.
pub struct RecycleAccessKey {
    /// What is to be done.
    pub delete: DeleteAccessKey,
}

/// Lists the access keys of a user that were deleted.
pub struct ListRecycledKeys {
    /// Whose; the caller's own if `None`.
    pub user: Option<UserId>,
}

/// Shows an access key that was deleted.
pub struct GetRecycledKey {
    /// Which.
    pub access_key: AccessKeyId,
}

/// Brings a deleted access key back, switched off.
pub struct RestoreAccessKey {
    /// Whose; the caller's own if `None`.
    pub user: Option<UserId>,
    /// Which.
    pub access_key: AccessKeyId,
}

/// Forgets a deleted access key.
pub struct DeleteRecycledKey {
    /// Whose; the caller's own if `None`.
    pub user: Option<UserId>,
    /// Which.
    pub access_key: AccessKeyId,
}

/// An access key that was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecycledKey {
    /// Its id.
    pub id: AccessKeyId,
    /// When it was made.
    pub created: Timestamp,
    /// When it was deleted.
    pub since: Timestamp,
    /// When it will be forgotten.
    pub until: Timestamp,
    /// Whose it was.
    pub user: UserId,
    /// What that one was called then.
    pub user_name: UserName,
    /// Whether that one was deleted too.
    pub user_recycled: bool,
}

async fn shown(view: &View, account: AccountId, record: RecycledKeyRecord) -> Result<RecycledKey> {
    let RecycledKeyRecord { key, user, user_name, since, .. } = record;
    let user_recycled = view.get(RECYCLED_USERS, account, user.as_str().as_bytes()).await?.is_some();
    let (id, created) = (key.id.clone(), key.created);
    Ok(RecycledKey { id, created, since, until: until(since), user, user_name, user_recycled })
}

/// The user that is meant: the caller, if none is named.
fn whose(user: Option<&UserId>, caller: &Caller) -> Result<UserId> {
    match (user, caller.principal()) {
        (Some(id), _) => Ok(id.clone()),
        (None, Principal::User { id, .. }) => Ok(id.clone()),
        (None, _) => Err(Failure::missing("UserId")),
    }
}

fn missing(id: &AccessKeyId) -> Failure {
    Failure::of(Reason::AccessKeyMissing).with("AccessKeyId", id.as_str())
}

async fn find(txn: &mut Txn, account: AccountId, id: &AccessKeyId) -> Result<RecycledKeyRecord> {
    txn.get(RECYCLED_KEYS, account, id.as_str().as_bytes()).await?.ok_or_else(|| missing(id))
}

/// The user of an id.
async fn user_of(view: &View, account: AccountId, id: &UserId) -> Result<UserRecord> {
    let all = view.scan(USERS, account, &Range::all(USERS_MOST)).await?;
    let found = all.into_iter().map(|(_, user)| user).find(|user| user.id == *id);
    found.ok_or_else(|| Failure::of(Reason::UserNotFound).with("UserId", id.as_str()))
}

fn audit_key(audit: &mut Audit, user: Option<&UserId>, access_key: &AccessKeyId) {
    audit.optional("UserId", user.map(UserId::as_str));
    audit_keys(audit, None, Some(access_key));
}

impl Operation for RecycleAccessKey {
    type Output = ();

    fn action(&self) -> Action {
        self.delete.action()
    }

    fn audit(&self, audit: &mut Audit) {
        self.delete.audit(audit);
    }
}

#[async_trait]
impl Own for RecycleAccessKey {
    fn paths(&self, caller: &Caller) -> Result<Vec<String>> {
        self.delete.paths(caller)
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        self.delete.open(scope, view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let account = scope.account;
        let key = key_of(self.delete.user.as_ref(), scope, txn, &self.delete.access_key).await?;
        let networks = txn.get(KEY_NETWORKS, account, key.id.as_str().as_bytes()).await?;
        self.delete.apply(scope, txn).await?;
        // The account's own keys have no user whom they could be brought back to.
        let KeyHolder::User(name) = key.holder.clone() else { return Ok(()) };
        if count(txn.view(), RECYCLED_KEYS, account, b"", ROOM).await? >= ROOM {
            return Ok(());
        }
        let user = find_user(txn, account, &name).await?.id;
        let id = key.id.as_str().to_owned();
        let record = RecycledKeyRecord { key, user, user_name: name, networks, since: scope.now };
        txn.put(RECYCLED_KEYS, account, id.as_bytes(), &record).await?;
        Thing::Key(id).mark(txn, account, scope.now).await
    }
}

impl Operation for ListRecycledKeys {
    type Output = Vec<RecycledKey>;

    fn action(&self) -> Action {
        read("ListAccessKeysInRecycleBin")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.optional("UserId", self.user.as_ref().map(UserId::as_str));
    }
}

#[async_trait]
impl Own for ListRecycledKeys {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![IN_BIN.to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Vec<RecycledKey>> {
        let user = whose(self.user.as_ref(), scope.caller)?;
        let mut found = Vec::new();
        for record in keys_of(txn.view(), scope.account, &user).await? {
            found.push(shown(txn.view(), scope.account, record).await?);
        }
        if found.is_empty() {
            user_of(txn.view(), scope.account, &user).await?;
        }
        Ok(found)
    }
}

impl Operation for GetRecycledKey {
    type Output = RecycledKey;

    fn action(&self) -> Action {
        read("GetAccessKeyInfoInRecycleBin")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_key(audit, None, &self.access_key);
    }
}

#[async_trait]
impl Own for GetRecycledKey {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![IN_BIN.to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<RecycledKey> {
        let found = find(txn, scope.account, &self.access_key).await?;
        shown(txn.view(), scope.account, found).await
    }
}

impl Operation for RestoreAccessKey {
    type Output = ();

    fn action(&self) -> Action {
        write("RestoreAccessKeyFromRecycleBin")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_key(audit, self.user.as_ref(), &self.access_key);
    }
}

#[async_trait]
impl Own for RestoreAccessKey {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![IN_BIN.to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let account = scope.account;
        let wanted = whose(self.user.as_ref(), scope.caller)?;
        let found = find(txn, account, &self.access_key).await?;
        if found.user != wanted {
            return Err(missing(&self.access_key));
        }
        let user = user_of(txn.view(), account, &wanted).await?;
        let RecycledKeyRecord { mut key, networks, since, .. } = found;
        // Its user may have another name by now. Whoever wants it used has to say so.
        (key.holder, key.active) = (KeyHolder::User(user.name.clone()), false);
        let owned = pair(key.holder.place(), "");
        if count(txn.view(), USER_KEYS, account, &owned, KEYS_MOST).await? >= KEYS_MOST {
            return Err(Reason::TooManyAccessKeys.into());
        }
        let id = key.id.as_str().to_owned();
        Thing::Key(id.clone()).take_out(txn, account, since);
        let place = pair(key.holder.place(), &id);
        txn.put(USER_KEYS, account, &place, &AttachmentRecord { attached: key.created }).await?;
        txn.put(KEY_OWNERS, AccountId::PLATFORM, id.as_bytes(), &KeyOwnerRecord { account }).await?;
        if let Some(networks) = networks {
            txn.put(KEY_NETWORKS, account, id.as_bytes(), &networks).await?;
        }
        txn.put(ACCESS_KEYS, account, id.as_bytes(), &key).await
    }
}

impl Operation for DeleteRecycledKey {
    type Output = ();

    fn action(&self) -> Action {
        write("DeleteAccessKeyInRecycleBin")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_key(audit, self.user.as_ref(), &self.access_key);
    }
}

#[async_trait]
impl Own for DeleteRecycledKey {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![IN_BIN.to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let wanted = whose(self.user.as_ref(), scope.caller)?;
        let found = find(txn, scope.account, &self.access_key).await?;
        if found.user != wanted {
            return Err(missing(&self.access_key));
        }
        Thing::Key(self.access_key.as_str().to_owned()).take_out(txn, scope.account, found.since);
        Ok(())
    }
}
