use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use crate::page::{Page, PageRequest};
use crate::policies::{audit_policy, policy_path};
use crate::policy::Context;
use crate::policy_versions::find_custom;
use crate::records::{POLICIES, PolicyRef, ROLES, USERS};
use crate::roles::{audit_role, find_role, role_path};
use crate::tags::Tags;
use crate::things::request_facts;
use crate::users::{audit_user, find_user, user_path};
use async_trait::async_trait;
use store::{Range, Txn};
use types::{AccountId, Action, Failure, PolicyName, Result, RoleName, UserName};

/// Users, roles or policies of one request.
const NAMED_MOST: usize = 50;
/// More than there are of any kind in one account.
const OF_A_KIND: usize = 4_096;

/// What can have tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagged {
    /// A user.
    User(UserName),
    /// A role.
    Role(RoleName),
    /// A policy of the account's own.
    Policy(PolicyName),
}

/// The kinds of what can have tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaggedKind {
    /// Users.
    User,
    /// Roles.
    Role,
    /// Policies of the account's own.
    Policy,
}

/// Puts tags on users, roles or policies, in place of those of the same names: on all that are named, or on none.
pub struct TagIdentities {
    /// On which, 1 to 50.
    pub of: Vec<Tagged>,
    /// Which tags.
    pub tags: Tags,
}

/// Takes tags off users, roles or policies. No error if one has none of them.
pub struct UntagIdentities {
    /// Off which, 1 to 50.
    pub of: Vec<Tagged>,
    /// The tags' names; `None` for all there are.
    pub names: Option<Vec<String>>,
}

/// Lists tags of users, roles or policies.
pub struct ListIdentityTags {
    /// Of which kind.
    pub kind: TaggedKind,
    /// Of which, at most 50; of all of the kind if none is named.
    pub of: Vec<Tagged>,
    /// Tags that those who are listed have to have, with their values where these are given.
    pub wanted: Vec<(String, Option<String>)>,
    /// Which part.
    pub page: PageRequest,
}

/// One tag of one user, role or policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagEntry {
    /// What has it.
    pub of: Tagged,
    /// The id of what has it; of a policy that is its name.
    pub id: String,
    /// The tag's name.
    pub name: String,
    /// The tag's value.
    pub value: String,
}

impl Tagged {
    fn path(&self) -> String {
        match self {
            Self::User(name) => user_path(name),
            Self::Role(name) => role_path(name),
            Self::Policy(name) => policy_path(&PolicyRef::Custom(name.clone())),
        }
    }

    fn audit(&self, audit: &mut Audit) {
        match self {
            Self::User(name) => audit_user(audit, name),
            Self::Role(name) => audit_role(audit, name),
            Self::Policy(name) => audit_policy(audit, &PolicyRef::Custom(name.clone())),
        }
    }

    /// Its id and tags, or that there is no such thing.
    async fn find(&self, account: AccountId, txn: &mut Txn) -> Result<(String, Tags)> {
        Ok(match self {
            Self::User(name) => find_user(txn, account, name).await.map(|user| (user.id.to_string(), user.tags))?,
            Self::Role(name) => find_role(txn, account, name).await.map(|role| (role.id.to_string(), role.tags))?,
            Self::Policy(name) => {
                find_custom(txn, account, name).await.map(|policy| (name.to_string(), policy.tags))?
            }
        })
    }

    /// Gives it other tags.
    async fn change(
        &self,
        account: AccountId,
        txn: &mut Txn,
        change: impl FnOnce(&mut Tags) -> Result<()> + Send,
    ) -> Result<()> {
        match self {
            Self::User(name) => {
                let mut user = find_user(txn, account, name).await?;
                change(&mut user.tags)?;
                txn.put(USERS, account, name.as_str().as_bytes(), &user).await
            }
            Self::Role(name) => {
                let mut role = find_role(txn, account, name).await?;
                change(&mut role.tags)?;
                txn.put(ROLES, account, name.as_str().as_bytes(), &role).await
            }
            Self::Policy(name) => {
                let mut policy = find_custom(txn, account, name).await?;
                change(&mut policy.tags)?;
                txn.put(POLICIES, account, name.as_str().as_bytes(), &policy).await
            }
        }
    }
}

impl TaggedKind {
    const fn all(self) -> &'static str {
        match self {
            Self::User => "user/*",
            Self::Role => "role/*",
            Self::Policy => "policy/*",
        }
    }

    /// All of the kind in the account, in the order of their names.
    async fn scan(self, account: AccountId, txn: &mut Txn) -> Result<Vec<(Tagged, String, Tags)>> {
        let (view, all) = (txn.view(), Range::all(OF_A_KIND));
        Ok(match self {
            Self::User => {
                let found = view.scan(USERS, account, &all).await?;
                found.into_iter().map(|(_, user)| (Tagged::User(user.name), user.id.to_string(), user.tags)).collect()
            }
            Self::Role => {
                let found = view.scan(ROLES, account, &all).await?;
                found.into_iter().map(|(_, role)| (Tagged::Role(role.name), role.id.to_string(), role.tags)).collect()
            }
            Self::Policy => {
                let found = view.scan(POLICIES, account, &all).await?;
                let shown = |(_, policy): (Vec<u8>, crate::records::PolicyRecord)| {
                    (Tagged::Policy(policy.name.clone()), policy.name.to_string(), policy.tags)
                };
                found.into_iter().map(shown).collect()
            }
        })
    }
}

fn check_named(of: &[Tagged]) -> Result<()> {
    match (1..=NAMED_MOST).contains(&of.len()) {
        true => Ok(()),
        false => Err(Failure::invalid("ResourceNames", format_args!("1 to {NAMED_MOST} names"))),
    }
}

fn audit_named(of: &[Tagged], audit: &mut Audit) {
    of.iter().for_each(|one| one.audit(audit));
    if of.len() > 1 {
        audit.parameter("ResourceNames", of.iter().map(Tagged::path).collect::<Vec<_>>());
    }
}

fn paths(of: &[Tagged]) -> Vec<String> {
    of.iter().map(Tagged::path).collect()
}

impl Operation for TagIdentities {
    type Output = ();

    fn action(&self) -> Action {
        write("TagResources")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_named(&self.of, audit);
        audit.parameter("Tags", self.tags.audited());
    }
}

#[async_trait]
impl Own for TagIdentities {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(paths(&self.of))
    }

    fn check(&self) -> Result<()> {
        if self.tags.is_empty() {
            return Err(Failure::missing("Tag"));
        }
        check_named(&self.of)
    }

    fn facts(&self, _: AccountId) -> Context {
        let mut facts = Context::new();
        request_facts(&mut facts, &self.tags);
        facts
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        for one in &self.of {
            one.change(scope.account, txn, |tags| tags.put(&self.tags)).await?;
        }
        Ok(())
    }
}

impl Operation for UntagIdentities {
    type Output = ();

    fn action(&self) -> Action {
        write("UntagResources")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_named(&self.of, audit);
        audit.optional("TagKeys", self.names.clone());
    }
}

#[async_trait]
impl Own for UntagIdentities {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(paths(&self.of))
    }

    fn check(&self) -> Result<()> {
        if self.names.as_ref().is_some_and(Vec::is_empty) {
            return Err(Failure::missing("TagKeys"));
        }
        check_named(&self.of)
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        for one in &self.of {
            let change = |tags: &mut Tags| {
                match &self.names {
                    None => *tags = Tags::default(),
                    Some(names) => names.iter().for_each(|name| tags.remove(name)),
                }
                Ok(())
            };
            one.change(scope.account, txn, change).await?;
        }
        Ok(())
    }
}

impl Operation for ListIdentityTags {
    type Output = Page<TagEntry>;

    fn action(&self) -> Action {
        read("ListTagResources")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_named(&self.of, audit);
        self.page.audit(audit);
    }
}

#[async_trait]
impl Own for ListIdentityTags {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(if self.of.is_empty() { vec![self.kind.all().to_owned()] } else { paths(&self.of) })
    }

    fn check(&self) -> Result<()> {
        if !self.of.is_empty() {
            check_named(&self.of)?;
        }
        self.page.check()
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Page<TagEntry>> {
        let mut found = Vec::new();
        if self.of.is_empty() {
            found = self.kind.scan(scope.account, txn).await?;
        }
        for one in &self.of {
            let (id, tags) = one.find(scope.account, txn).await?;
            found.push((one.clone(), id, tags));
        }
        found.sort_by_key(|(of, ..)| of.path());
        found.dedup_by(|one, other| one.0 == other.0);
        found.retain(|(_, _, tags)| self.fits(tags));
        let entries = found.iter().flat_map(|(of, id, tags)| {
            let entry = move |(name, value): (&str, &str)| TagEntry {
                of: of.clone(),
                id: id.clone(),
                name: name.to_owned(),
                value: value.to_owned(),
            };
            tags.iter().map(entry)
        });
        let after = self.page.marker.as_deref().map(|marker| marker.split_once('=').unwrap_or((marker, "")));
        let later = |entry: &TagEntry| after.is_none_or(|after| (&*entry.of.path(), &*entry.name) > after);
        let part = entries.filter(later).take(self.page.size() + 1).collect();
        // No name of a user, role or policy has an equals sign.
        Ok(self.page.page(part, |entry| format!("{}={}", entry.of.path(), entry.name)))
    }
}

impl ListIdentityTags {
    fn fits(&self, tags: &Tags) -> bool {
        self.wanted
            .iter()
            .all(|(name, value)| tags.get(name).is_some_and(|own| value.as_ref().is_none_or(|value| value == own)))
    }
}
