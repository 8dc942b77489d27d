use crate::caller::Caller;
use crate::iam::read;
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use crate::page::{Page, PageRequest};
use crate::records::{USERS, UserRecord};
use crate::users::USERS_MOST;
use async_trait::async_trait;
use store::{Range, Txn};
use types::{Action, Failure, Result};

/// Tags that can be asked for at once (IMS: 20).
const WANTED: usize = 20;

/// Lists those of the account's users who have certain tags.
pub struct FindUsers {
    /// The tags they have to have, with their values where these are given.
    pub wanted: Vec<(String, Option<String>)>,
    /// Whether only names are wanted, which is an action of its own.
    pub names_only: bool,
    /// Which part.
    pub page: PageRequest,
}

impl FindUsers {
    fn fits(&self, user: &UserRecord) -> bool {
        let has = |(name, value): &(String, Option<String>)| {
            user.tags.get(name).is_some_and(|own| value.as_ref().is_none_or(|value| value == own))
        };
        self.wanted.iter().all(has)
    }
}

impl Operation for FindUsers {
    type Output = Page<UserRecord>;

    fn action(&self) -> Action {
        read(if self.names_only { "ListUserBasicInfos" } else { "ListUsers" })
    }

    fn audit(&self, audit: &mut Audit) {
        self.page.audit(audit);
        let names: Vec<&str> = self.wanted.iter().map(|(name, _)| name.as_str()).collect();
        audit.optional("TagKeys", (!names.is_empty()).then_some(names));
    }
}

#[async_trait]
impl Own for FindUsers {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["user/*".to_owned()])
    }

    fn check(&self) -> Result<()> {
        if self.wanted.len() > WANTED {
            return Err(Failure::invalid("Tag", format_args!("at most {WANTED} tags")));
        }
        self.page.check()
    }

    /// An account has so few users that all behind the marker can be looked at: pages are as long as they can be.
    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Page<UserRecord>> {
        let after = Range { limit: USERS_MOST, ..self.page.range() };
        let all = txn.view().scan(USERS, scope.account, &after).await?;
        let fitting = all.into_iter().map(|(_, user)| user).filter(|user| self.fits(user));
        let found = fitting.take(self.page.size() + 1).collect();
        Ok(self.page.page(found, |user: &UserRecord| user.name.to_string()))
    }
}
