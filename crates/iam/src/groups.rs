use crate::attachments::move_attachments;
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::inline_policies::move_inline_policies;
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope, check_text, count};
use crate::page::{Page, PageRequest};
use crate::records::{
    ATTACHMENTS, GROUPS, GroupRecord, Holder, INLINE_POLICIES, MEMBERS, MEMBERSHIPS, MembershipRecord, UserRecord,
    pair, second,
};
use crate::users::{audit_user, find_user, user_path};
use async_trait::async_trait;
use store::{Range, Txn};
use types::{AccountId, Action, Failure, GroupId, GroupName, Reason, Result, Timestamp, UserName};

/// Groups of one account (RAM limits).
pub const GROUPS_MOST: usize = 50;
/// Groups that one user is in.
pub const MEMBERSHIPS_MOST: usize = 5;
/// More users than an account can have.
const USERS_SEEN: usize = 1_024;
/// Characters of notes.
const NOTE_CHARS: usize = 128;

/// Makes a group, with nobody in it.
pub struct CreateGroup {
    /// The name.
    pub name: GroupName,
    /// Notes.
    pub comments: String,
}

/// Shows a group.
pub struct GetGroup {
    /// The name.
    pub name: GroupName,
}

/// Changes a group. What is `None` stays.
pub struct UpdateGroup {
    /// The name.
    pub name: GroupName,
    /// Another name: its users and policies stay with it.
    pub new_name: Option<GroupName>,
    /// New notes.
    pub comments: Option<String>,
}

/// Lists the account's groups.
pub struct ListGroups {
    /// Which part.
    pub page: PageRequest,
}

/// Deletes a group that has no users and no policies left.
pub struct DeleteGroup {
    /// The name.
    pub name: GroupName,
}

/// Puts a user into a group.
pub struct AddUserToGroup {
    /// Who.
    pub user: UserName,
    /// Into which.
    pub group: GroupName,
}

/// Takes a user out of a group.
pub struct RemoveUserFromGroup {
    /// Who.
    pub user: UserName,
    /// Out of which.
    pub group: GroupName,
}

/// Lists the groups a user is in.
pub struct ListGroupsForUser {
    /// Who.
    pub user: UserName,
}

/// Lists who is in a group.
pub struct ListUsersForGroup {
    /// Which.
    pub group: GroupName,
    /// Which part.
    pub page: PageRequest,
}

/// A user in a group, or the group, and since when.
#[derive(Clone, Debug)]
pub struct Joined<T> {
    /// Who, or which.
    pub of: T,
    /// Since when.
    pub joined: Timestamp,
}

/// What a group is called in policies, below the account.
pub(crate) fn group_path(name: &GroupName) -> String {
    format!("group/{name}")
}

/// The group, or that there is none.
pub(crate) async fn find_group(txn: &mut Txn, account: AccountId, name: &GroupName) -> Result<GroupRecord> {
    let missing = || Failure::of(Reason::GroupNotFound).with("GroupName", name.as_str());
    txn.get(GROUPS, account, name.as_str().as_bytes()).await?.ok_or_else(missing)
}

/// Notes the group an operation is about.
pub(crate) fn audit_group(audit: &mut Audit, name: &GroupName) {
    audit.parameter("GroupName", name.as_str());
    audit.resource("ACS::RAM::Group", name.as_str());
}

async fn refuse_taken(txn: &mut Txn, account: AccountId, name: &GroupName) -> Result<()> {
    match txn.get(GROUPS, account, name.as_str().as_bytes()).await? {
        Some(_) => Err(Failure::of(Reason::GroupExists).with("GroupName", name.as_str())),
        None => Ok(()),
    }
}

/// Both entries of a membership.
fn places(group: &GroupName, user: &UserName) -> (Vec<u8>, Vec<u8>) {
    (pair(group.as_str(), user.as_str()), pair(user.as_str(), group.as_str()))
}

async fn join(
    txn: &mut Txn,
    account: AccountId,
    group: &GroupName,
    user: &UserName,
    record: &MembershipRecord,
) -> Result<()> {
    let (member, membership) = places(group, user);
    txn.put(MEMBERS, account, &member, record).await?;
    txn.put(MEMBERSHIPS, account, &membership, record).await
}

fn leave(txn: &mut Txn, account: AccountId, group: &GroupName, user: &UserName) {
    let (member, membership) = places(group, user);
    txn.delete(MEMBERS, account, &member);
    txn.delete(MEMBERSHIPS, account, &membership);
}

/// Entries of a list of memberships: what the second part of each key names.
fn listed<T: std::str::FromStr>(found: Vec<(Vec<u8>, MembershipRecord)>) -> Result<Vec<(T, MembershipRecord)>> {
    let read = |(key, record): (Vec<u8>, MembershipRecord)| {
        let name = second(&key).and_then(|name| name.parse().ok());
        Ok((name.ok_or_else(|| Failure::corrupt("a membership"))?, record))
    };
    found.into_iter().map(read).collect()
}

/// Gives the users of a group to the same one under another name.
async fn move_members(txn: &mut Txn, account: AccountId, from: &GroupName, to: &GroupName) -> Result<()> {
    let found = txn.view().scan(MEMBERS, account, &Range::prefix(&pair(from.as_str(), ""), USERS_SEEN)).await?;
    for (user, record) in listed(found)? {
        leave(txn, account, from, &user);
        join(txn, account, to, &user, &record).await?;
    }
    Ok(())
}

/// Gives the groups of a user to the same one under another name.
pub(crate) async fn move_memberships(txn: &mut Txn, account: AccountId, from: &UserName, to: &UserName) -> Result<()> {
    let range = Range::prefix(&pair(from.as_str(), ""), MEMBERSHIPS_MOST);
    let found = txn.view().scan(MEMBERSHIPS, account, &range).await?;
    for (group, record) in listed(found)? {
        leave(txn, account, &group, from);
        join(txn, account, &group, to, &record).await?;
    }
    Ok(())
}

impl Operation for CreateGroup {
    type Output = GroupRecord;

    fn action(&self) -> Action {
        write("CreateGroup")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_group(audit, &self.name);
        audit.parameter("Comments", self.comments.as_str());
    }

    fn outcome(&self, output: &GroupRecord, audit: &mut Audit) {
        audit.answer("GroupId", output.id.as_str());
    }
}

#[async_trait]
impl Own for CreateGroup {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![group_path(&self.name)])
    }

    fn check(&self) -> Result<()> {
        check_text("Comments", &self.comments, NOTE_CHARS)
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<GroupRecord> {
        refuse_taken(txn, scope.account, &self.name).await?;
        if count(txn.view(), GROUPS, scope.account, b"", GROUPS_MOST).await? >= GROUPS_MOST {
            return Err(Reason::TooManyGroups.into());
        }
        let group = GroupRecord {
            id: GroupId::random(scope.iam.identity_store().rng().as_ref()),
            name: self.name.clone(),
            comments: self.comments.clone(),
            created: scope.now,
            updated: scope.now,
        };
        txn.put(GROUPS, scope.account, self.name.as_str().as_bytes(), &group).await?;
        Ok(group)
    }
}

impl Operation for GetGroup {
    type Output = GroupRecord;

    fn action(&self) -> Action {
        read("GetGroup")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_group(audit, &self.name);
    }
}

#[async_trait]
impl Own for GetGroup {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![group_path(&self.name)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<GroupRecord> {
        find_group(txn, scope.account, &self.name).await
    }
}

impl Operation for UpdateGroup {
    type Output = GroupRecord;

    fn action(&self) -> Action {
        write("UpdateGroup")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_group(audit, &self.name);
        audit.optional("NewGroupName", self.new_name.as_ref().map(GroupName::as_str));
        audit.optional("NewComments", self.comments.as_deref());
    }
}

#[async_trait]
impl Own for UpdateGroup {
    /// Whoever gives a group another name must be allowed to change what goes by that name, too: policies speak of names.
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok([&self.name].into_iter().chain(&self.new_name).map(group_path).collect())
    }

    fn check(&self) -> Result<()> {
        self.comments.as_deref().map_or(Ok(()), |text| check_text("NewComments", text, NOTE_CHARS))
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<GroupRecord> {
        let mut group = find_group(txn, scope.account, &self.name).await?;
        if let Some(comments) = &self.comments {
            group.comments.clone_from(comments);
        }
        if let Some(name) = self.new_name.as_ref().filter(|name| **name != self.name) {
            refuse_taken(txn, scope.account, name).await?;
            move_members(txn, scope.account, &self.name, name).await?;
            let (from, to) = (Holder::Group(self.name.clone()), Holder::Group(name.clone()));
            move_attachments(txn, scope.account, &from, &to).await?;
            move_inline_policies(txn, scope.account, &from, &to).await?;
            txn.delete(GROUPS, scope.account, self.name.as_str().as_bytes());
            group.name = name.clone();
        }
        group.updated = scope.now;
        txn.put(GROUPS, scope.account, group.name.as_str().as_bytes(), &group).await?;
        Ok(group)
    }
}

impl Operation for ListGroups {
    type Output = Page<GroupRecord>;

    fn action(&self) -> Action {
        read("ListGroups")
    }

    fn audit(&self, audit: &mut Audit) {
        self.page.audit(audit);
    }
}

#[async_trait]
impl Own for ListGroups {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["group/*".to_owned()])
    }

    fn check(&self) -> Result<()> {
        self.page.check()
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Page<GroupRecord>> {
        self.page.of_table(txn.view(), GROUPS, scope.account, |group| group.name.to_string()).await
    }
}

impl Operation for DeleteGroup {
    type Output = ();

    fn action(&self) -> Action {
        write("DeleteGroup")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_group(audit, &self.name);
    }
}

#[async_trait]
impl Own for DeleteGroup {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![group_path(&self.name)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        find_group(txn, scope.account, &self.name).await?;
        let conflict = |reason| Err(Failure::of(reason).with("GroupName", self.name.as_str()));
        if count(txn.view(), MEMBERS, scope.account, &pair(self.name.as_str(), ""), 1).await? > 0 {
            return conflict(Reason::GroupHasUsers);
        }
        let attached = pair(&Holder::Group(self.name.clone()).place(), "");
        if count(txn.view(), ATTACHMENTS, scope.account, &attached, 1).await? > 0
            || count(txn.view(), INLINE_POLICIES, scope.account, &attached, 1).await? > 0
        {
            return conflict(Reason::GroupHasPolicies);
        }
        txn.delete(GROUPS, scope.account, self.name.as_str().as_bytes());
        Ok(())
    }
}

impl Operation for AddUserToGroup {
    type Output = ();

    fn action(&self) -> Action {
        write("AddUserToGroup")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
        audit_group(audit, &self.group);
    }
}

#[async_trait]
impl Own for AddUserToGroup {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user), group_path(&self.group)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        find_user(txn, scope.account, &self.user).await?;
        find_group(txn, scope.account, &self.group).await?;
        let (_, membership) = places(&self.group, &self.user);
        if txn.get(MEMBERSHIPS, scope.account, &membership).await?.is_some() {
            return Err(Failure::of(Reason::UserInGroup).with("GroupName", self.group.as_str()));
        }
        let joined = pair(self.user.as_str(), "");
        if count(txn.view(), MEMBERSHIPS, scope.account, &joined, MEMBERSHIPS_MOST).await? >= MEMBERSHIPS_MOST {
            return Err(Reason::TooManyMemberships.into());
        }
        join(txn, scope.account, &self.group, &self.user, &MembershipRecord { joined: scope.now }).await
    }
}

impl Operation for RemoveUserFromGroup {
    type Output = ();

    fn action(&self) -> Action {
        write("RemoveUserFromGroup")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
        audit_group(audit, &self.group);
    }
}

#[async_trait]
impl Own for RemoveUserFromGroup {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user), group_path(&self.group)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        find_user(txn, scope.account, &self.user).await?;
        find_group(txn, scope.account, &self.group).await?;
        let (_, membership) = places(&self.group, &self.user);
        if txn.get(MEMBERSHIPS, scope.account, &membership).await?.is_none() {
            return Err(Failure::of(Reason::UserNotInGroup).with("GroupName", self.group.as_str()));
        }
        leave(txn, scope.account, &self.group, &self.user);
        Ok(())
    }
}

impl Operation for ListGroupsForUser {
    type Output = Vec<Joined<GroupRecord>>;

    fn action(&self) -> Action {
        read("ListGroupsForUser")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_user(audit, &self.user);
    }
}

#[async_trait]
impl Own for ListGroupsForUser {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![user_path(&self.user)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Self::Output> {
        find_user(txn, scope.account, &self.user).await?;
        let range = Range::prefix(&pair(self.user.as_str(), ""), MEMBERSHIPS_MOST);
        let found = txn.view().scan(MEMBERSHIPS, scope.account, &range).await?;
        let mut groups = Vec::with_capacity(found.len());
        for (name, MembershipRecord { joined }) in listed(found)? {
            groups.push(Joined { of: find_group(txn, scope.account, &name).await?, joined });
        }
        Ok(groups)
    }
}

impl Operation for ListUsersForGroup {
    type Output = Page<Joined<UserRecord>>;

    fn action(&self) -> Action {
        read("ListUsersForGroup")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_group(audit, &self.group);
        self.page.audit(audit);
    }
}

#[async_trait]
impl Own for ListUsersForGroup {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![group_path(&self.group)])
    }

    fn check(&self) -> Result<()> {
        self.page.check()
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Self::Output> {
        find_group(txn, scope.account, &self.group).await?;
        let range = self.page.range_below(&pair(self.group.as_str(), ""));
        let found = txn.view().scan(MEMBERS, scope.account, &range).await?;
        let mut users = Vec::with_capacity(found.len());
        for (name, MembershipRecord { joined }) in listed(found)? {
            users.push(Joined { of: find_user(txn, scope.account, &name).await?, joined });
        }
        Ok(self.page.page(users, |user| user.of.name.to_string()))
    }
}
