use crate::access_keys::move_access_keys;
use crate::attachments::move_attachments;
use crate::boundaries::{hold, release};
use crate::caller::Caller;
use crate::groups::move_memberships;
use crate::iam::{read, write};
use crate::inline_policies::move_inline_policies;
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope, check_text, count};
use crate::page::{Page, PageRequest};
use crate::people::{
    forget_sign_in, has_device, has_passkeys, has_profile, move_device, move_passkeys, move_profile, move_sign_in,
};
use crate::policy::Context;
use crate::records::{
    ATTACHMENTS, Holder, INLINE_POLICIES, MEMBERSHIPS, PolicyRef, USER_KEYS, USERS, UserRecord, pair,
};
use crate::tags::Tags;
use crate::things::{audit_start, start_facts};
use async_trait::async_trait;
use store::Txn;
use types::{AccountId, Action, Failure, Reason, Result, UserId, UserName};

/// Users of one account (RAM limits).
pub const USERS_MOST: usize = 1_000;
/// Characters of a display name and of notes.
const NOTE_CHARS: usize = 128;
/// Characters of a telephone number.
const PHONE_CHARS: usize = 32;

/// What is known of a user besides the name. What is `None` is left as it is, or empty for a new user.
#[derive(Clone, Debug, Default)]
pub struct UserProfile {
    /// What people see.
    pub display_name: Option<String>,
    /// A mobile number.
    pub mobile_phone: Option<String>,
    /// A mail address.
    pub email: Option<String>,
    /// Notes.
    pub comments: Option<String>,
}

impl UserProfile {
    fn check(&self) -> Result<()> {
        if self.display_name.as_deref() == Some("") {
            return Err(Failure::invalid("DisplayName", "1 to 128 characters"));
        }
        let fields = [
            ("DisplayName", &self.display_name, NOTE_CHARS),
            ("MobilePhone", &self.mobile_phone, PHONE_CHARS),
            ("Email", &self.email, NOTE_CHARS),
            ("Comments", &self.comments, NOTE_CHARS),
        ];
        let given = fields.into_iter().filter_map(|(name, value, most)| Some((name, value.as_deref()?, most)));
        given.into_iter().try_for_each(|(name, value, most)| check_text(name, value, most))
    }

    fn apply_to(&self, user: &mut UserRecord) {
        let set = |place: &mut String, value: &Option<String>| {
            if let Some(value) = value {
                place.clone_from(value);
            }
        };
        set(&mut user.display_name, &self.display_name);
        set(&mut user.mobile_phone, &self.mobile_phone);
        set(&mut user.email, &self.email);
        set(&mut user.comments, &self.comments);
    }
}

/// Makes a user, who may do nothing yet.
pub struct CreateUser {
    /// The name.
    pub name: UserName,
    /// The rest.
    pub profile: UserProfile,
    /// Its tags. Whoever gives any must be allowed to tag it, too.
    pub tags: Tags,
    /// The policy that is to be the ceiling over it.
    pub boundary: Option<PolicyRef>,
}

/// Shows a user.
pub struct GetUser {
    /// The name.
    pub name: UserName,
}

/// Changes what is known of a user.
pub struct UpdateUser {
    /// The name.
    pub name: UserName,
    /// Another name. The user's id, access keys, groups, login profile and policies stay; its sessions of signing in end; what speaks of the old name, in a policy on a
    /// bucket for example, speaks of nobody any more.
    pub new_name: Option<UserName>,
    /// What to change.
    pub profile: UserProfile,
}

/// Lists the account's users.
pub struct ListUsers {
    /// Which part.
    pub page: PageRequest,
}

/// Deletes a user who has no access keys, groups, login profile, MFA device, passkeys and policies left.
pub struct DeleteUser {
    /// The name.
    pub name: UserName,
}

/// What a user is called in policies, below the account.
pub(crate) fn user_path(name: &UserName) -> String {
    format!("user/{name}")
}

/// The user, or that there is none.
pub(crate) async fn find_user(txn: &mut Txn, account: AccountId, name: &UserName) -> Result<UserRecord> {
    let missing = || Failure::of(Reason::UserNotFound).with("UserName", name.as_str());
    txn.get(USERS, account, name.as_str().as_bytes()).await?.ok_or_else(missing)
}

pub(crate) async fn refuse_taken(txn: &mut Txn, account: AccountId, name: &UserName) -> Result<()> {
    match txn.get(USERS, account, name.as_str().as_bytes()).await? {
        Some(_) => Err(Failure::of(Reason::UserExists).with("UserName", name.as_str())),
        None => Ok(()),
    }
}

/// Gives what goes by a user's name to the same user under another. The user's own record is left to the caller.
async fn rename(txn: &mut Txn, account: AccountId, from: &UserName, to: &UserName) -> Result<()> {
    refuse_taken(txn, account, to).await?;
    move_access_keys(txn, account, from, to).await?;
    move_memberships(txn, account, from, to).await?;
    move_profile(txn, account, from, to).await?;
    move_device(txn, account, from, to).await?;
    move_passkeys(txn, account, from, to).await?;
    move_sign_in(txn, account, from, to).await?;
    let (old, new) = (Holder::User(from.clone()), Holder::User(to.clone()));
    move_attachments(txn, account, &old, &new).await?;
    move_inline_policies(txn, account, &old, &new).await?;
    txn.delete(USERS, account, from.as_str().as_bytes());
    Ok(())
}

/// Notes the user an operation is about. Telephone numbers and mail addresses stay out of the log: nothing is taken out
/// of it again.
pub(crate) fn audit_user(audit: &mut Audit, name: &UserName) {
    audit.parameter("UserName", name.as_str());
    audit.resource("ACS::RAM::User", name.as_str());
}

impl Operation for CreateUser {
    type Output = UserRecord;

    fn action(&self) -> Action {
        write("CreateUser")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.name);
        audit.optional("DisplayName", self.profile.display_name.as_deref());
        audit.optional("Comments", self.profile.comments.as_deref());
        audit_start(audit, &self.tags, self.boundary.as_ref());
    }

    fn outcome(&self, output: &UserRecord, audit: &mut Audit) {
        audit.answer("UserId", output.id.as_str());
    }
}

#[async_trait]
impl Own for CreateUser {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.name)])
    }

    fn besides(&self) -> Vec<(Action, String)> {
        if self.tags.is_empty() { Vec::new() } else { vec![(write("TagResources"), user_path(&self.name))] }
    }

    fn facts(&self, account: AccountId) -> Context {
        start_facts(account, &self.tags, self.boundary.as_ref())
    }

    fn check(&self) -> Result<()> {
        self.profile.check()
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<UserRecord> {
        let suffix = self.name.as_str().as_bytes();
        refuse_taken(txn, scope.account, &self.name).await?;
        if count(txn.view(), USERS, scope.account, b"", USERS_MOST).await? >= USERS_MOST {
            return Err(Reason::TooManyUsers.into());
        }
        let mut user = UserRecord {
            id: UserId::random(scope.iam.identity_store().rng().as_ref()),
            name: self.name.clone(),
            display_name: String::new(),
            comments: String::new(),
            mobile_phone: String::new(),
            email: String::new(),
            tags: self.tags.clone(),
            boundary: self.boundary.clone(),
            created: scope.now,
            updated: scope.now,
        };
        self.profile.apply_to(&mut user);
        if let Some(policy) = &self.boundary {
            hold(txn, scope, &Holder::User(self.name.clone()), policy).await?;
        }
        txn.put(USERS, scope.account, suffix, &user).await?;
        Ok(user)
    }
}

impl Operation for GetUser {
    type Output = UserRecord;

    fn action(&self) -> Action {
        read("GetUser")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.name);
    }
}

#[async_trait]
impl Own for GetUser {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.name)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<UserRecord> {
        find_user(txn, scope.account, &self.name).await
    }
}

impl Operation for UpdateUser {
    type Output = UserRecord;

    fn action(&self) -> Action {
        write("UpdateUser")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.name);
        audit.optional("NewUserName", self.new_name.as_ref().map(UserName::as_str));
        audit.optional("NewDisplayName", self.profile.display_name.as_deref());
        audit.optional("NewComments", self.profile.comments.as_deref());
    }
}

#[async_trait]
impl Own for UpdateUser {
    /// Whoever gives a user another name must be allowed to change what goes by that name, too: policies speak of names.
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok([&self.name].into_iter().chain(&self.new_name).map(user_path).collect())
    }

    fn check(&self) -> Result<()> {
        self.profile.check()
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<UserRecord> {
        let mut user = find_user(txn, scope.account, &self.name).await?;
        self.profile.apply_to(&mut user);
        if let Some(name) = self.new_name.as_ref().filter(|name| **name != self.name) {
            rename(txn, scope.account, &self.name, name).await?;
            user.name = name.clone();
            if let Some(policy) = &user.boundary {
                release(txn, scope.account, &Holder::User(self.name.clone()), Some(policy));
                hold(txn, scope, &Holder::User(name.clone()), policy).await?;
            }
        }
        user.updated = scope.now;
        txn.put(USERS, scope.account, user.name.as_str().as_bytes(), &user).await?;
        Ok(user)
    }
}

impl Operation for ListUsers {
    type Output = Page<UserRecord>;

    fn action(&self) -> Action {
        read("ListUsers")
    }

    fn audit(&self, audit: &mut Audit) {
        self.page.audit(audit);
    }
}

#[async_trait]
impl Own for ListUsers {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["user/*".to_owned()])
    }

    fn check(&self) -> Result<()> {
        self.page.check()
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Page<UserRecord>> {
        self.page.of_table(txn.view(), USERS, scope.account, |user| user.name.to_string()).await
    }
}

impl Operation for DeleteUser {
    type Output = ();

    fn action(&self) -> Action {
        write("DeleteUser")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.name);
    }
}

#[async_trait]
impl Own for DeleteUser {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.name)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        remove_user(txn, scope.account, &self.name).await.map(drop)
    }
}

/// Takes away a user who has nothing left that would have to be taken away first.
pub(crate) async fn remove_user(txn: &mut Txn, account: AccountId, name: &UserName) -> Result<UserRecord> {
    let user = find_user(txn, account, name).await?;
    let conflict = |reason| Err(Failure::of(reason).with("UserName", name.as_str()));
    if count(txn.view(), USER_KEYS, account, &pair(name.as_str(), ""), 1).await? > 0 {
        return conflict(Reason::UserHasAccessKeys);
    }
    if count(txn.view(), MEMBERSHIPS, account, &pair(name.as_str(), ""), 1).await? > 0 {
        return conflict(Reason::UserHasGroups);
    }
    if has_profile(txn, account, name).await? {
        return conflict(Reason::UserHasLoginProfile);
    }
    if has_device(txn, account, name).await? {
        return conflict(Reason::UserHasMfaDevice);
    }
    if has_passkeys(txn.view(), account, name).await? {
        return conflict(Reason::UserHasPasskeys);
    }
    let attached = pair(&Holder::User(name.clone()).place(), "");
    if count(txn.view(), ATTACHMENTS, account, &attached, 1).await? > 0
        || count(txn.view(), INLINE_POLICIES, account, &attached, 1).await? > 0
    {
        return conflict(Reason::UserHasPolicies);
    }
    release(txn, account, &Holder::User(name.clone()), user.boundary.as_ref());
    forget_sign_in(txn, account, name);
    txn.delete(USERS, account, name.as_str().as_bytes());
    Ok(user)
}
