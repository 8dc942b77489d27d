use super::records::{RECYCLED_KEYS, RECYCLED_USERS, RecycledUserRecord, Thing, until};
use super::{IN_BIN, ROOM, keys_of};
use crate::boundaries::hold;
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope, count};
use crate::page::{Page, PageRequest};
use crate::records::{Holder, USERS, UserRecord};
use crate::users::{USERS_MOST, audit_user, refuse_taken, remove_user, user_path};
use async_trait::async_trait;
use store::{Range, Txn};
use types::{AccessKeyId, AccountId, Action, Failure, Reason, Result, Timestamp, UserId, UserName};

/// Deletes a user as [`DeleteUser`](crate::DeleteUser) does, and keeps it for a month in case it is wanted back.
pub struct RecycleUser {
    /// The name.
    pub name: UserName,
}

/// Lists the users that were deleted.
pub struct ListRecycledUsers {
    /// Those who were called this; all if `None`.
    pub name: Option<UserName>,
    /// Which part.
    pub page: PageRequest,
}

/// By what a deleted user is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecycledBy {
    /// Its id.
    Id(UserId),
    /// An access key that was its, and was deleted too.
    Key(AccessKeyId),
}

/// Shows a user that was deleted.
pub struct GetRecycledUser {
    /// By what it is found.
    pub by: RecycledBy,
}

/// Brings a deleted user back, as it was when it was deleted: without access keys, groups and policies, under the ceiling that it had.
pub struct RestoreUser {
    /// Which.
    pub id: UserId,
}

/// Forgets a deleted user, and the access keys of it that were deleted.
pub struct DeleteRecycledUser {
    /// Which.
    pub id: UserId,
}

/// A user that was deleted.
#[derive(Clone, Debug)]
pub struct RecycledUser {
    /// As it was.
    pub user: UserRecord,
    /// When it was deleted.
    pub since: Timestamp,
    /// When it will be forgotten.
    pub until: Timestamp,
}

impl From<RecycledUserRecord> for RecycledUser {
    fn from(RecycledUserRecord { user, since }: RecycledUserRecord) -> Self {
        Self { user, since, until: until(since) }
    }
}

fn missing(id: &UserId) -> Failure {
    Failure::of(Reason::UserNotFound).with("UserId", id.as_str())
}

async fn find(txn: &mut Txn, account: AccountId, id: &UserId) -> Result<RecycledUserRecord> {
    txn.get(RECYCLED_USERS, account, id.as_str().as_bytes()).await?.ok_or_else(|| missing(id))
}

fn audit_id(audit: &mut Audit, id: &UserId) {
    audit.parameter("UserId", id.as_str());
    audit.resource("ACS::RAM::User", id.as_str());
}

impl Operation for RecycleUser {
    type Output = ();

    fn action(&self) -> Action {
        write("DeleteUser")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.name);
    }
}

#[async_trait]
impl Own for RecycleUser {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.name)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let user = remove_user(txn, scope.account, &self.name).await?;
        // A bin that is full takes no more: then it is as if there were none.
        if count(txn.view(), RECYCLED_USERS, scope.account, b"", ROOM).await? >= ROOM {
            return Ok(());
        }
        let id = user.id.as_str().to_owned();
        let record = RecycledUserRecord { user, since: scope.now };
        txn.put(RECYCLED_USERS, scope.account, id.as_bytes(), &record).await?;
        Thing::User(id).mark(txn, scope.account, scope.now).await
    }
}

impl Operation for ListRecycledUsers {
    type Output = Page<RecycledUser>;

    fn action(&self) -> Action {
        read("ListUsersInRecycleBin")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.optional("UserName", self.name.as_ref().map(UserName::as_str));
        self.page.audit(audit);
    }
}

#[async_trait]
impl Own for ListRecycledUsers {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![IN_BIN.to_owned()])
    }

    fn check(&self) -> Result<()> {
        self.page.check()
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Page<RecycledUser>> {
        let after = Range { limit: ROOM, ..self.page.range() };
        let all = txn.view().scan(RECYCLED_USERS, scope.account, &after).await?;
        let called = |user: &RecycledUser| self.name.as_ref().is_none_or(|name| user.user.name == *name);
        let wanted = all.into_iter().map(|(_, record)| record.into()).filter(called);
        let found = wanted.take(self.page.size() + 1).collect();
        Ok(self.page.page(found, |user: &RecycledUser| user.user.id.as_str().to_owned()))
    }
}

impl Operation for GetRecycledUser {
    type Output = RecycledUser;

    fn action(&self) -> Action {
        read("GetUserInRecycleBin")
    }

    fn audit(&self, audit: &mut Audit) {
        match &self.by {
            RecycledBy::Id(id) => audit_id(audit, id),
            RecycledBy::Key(key) => audit.parameter("UserAccessKeyId", key.as_str()),
        }
    }
}

#[async_trait]
impl Own for GetRecycledUser {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![IN_BIN.to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<RecycledUser> {
        let id = match &self.by {
            RecycledBy::Id(id) => id.clone(),
            RecycledBy::Key(key) => {
                let found = txn.get(RECYCLED_KEYS, scope.account, key.as_str().as_bytes()).await?;
                found.ok_or_else(|| Failure::of(Reason::UserNotFound))?.user
            }
        };
        find(txn, scope.account, &id).await.map(RecycledUser::from)
    }
}

impl Operation for RestoreUser {
    type Output = UserRecord;

    fn action(&self) -> Action {
        write("RestoreUserFromRecycleBin")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_id(audit, &self.id);
    }

    fn outcome(&self, output: &UserRecord, audit: &mut Audit) {
        audit.answer("UserName", output.name.as_str());
    }
}

#[async_trait]
impl Own for RestoreUser {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![IN_BIN.to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<UserRecord> {
        let RecycledUserRecord { mut user, since } = find(txn, scope.account, &self.id).await?;
        refuse_taken(txn, scope.account, &user.name).await?;
        if count(txn.view(), USERS, scope.account, b"", USERS_MOST).await? >= USERS_MOST {
            return Err(Reason::TooManyUsers.into());
        }
        // Without the ceiling it had, it would come back with more room than it left with.
        if let Some(policy) = &user.boundary {
            hold(txn, scope, &Holder::User(user.name.clone()), policy).await?;
        }
        Thing::User(self.id.as_str().to_owned()).take_out(txn, scope.account, since);
        user.updated = scope.now;
        txn.put(USERS, scope.account, user.name.as_str().as_bytes(), &user).await?;
        Ok(user)
    }
}

impl Operation for DeleteRecycledUser {
    type Output = ();

    fn action(&self) -> Action {
        write("DeleteUserInRecycleBin")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_id(audit, &self.id);
    }
}

#[async_trait]
impl Own for DeleteRecycledUser {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![IN_BIN.to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let found = find(txn, scope.account, &self.id).await?;
        Thing::User(self.id.as_str().to_owned()).take_out(txn, scope.account, found.since);
        for key in keys_of(txn.view(), scope.account, &self.id).await? {
            Thing::Key(key.key.id.as_str().to_owned()).take_out(txn, scope.account, key.since);
        }
        Ok(())
    }
}
