//! How the two interfaces to identities name users: the older one plainly, the newer one as `<user>@<default domain>`.

use crate::rpc::context::Context;
use crate::rpc::row::ServiceName;
use types::{AccountId, Failure, NameError, Reason, Result, UserName};

/// What follows a user's name and an `@`.
pub(in crate::rpc) fn domain(account: AccountId) -> String {
    format!("{account}.onaliyun.com")
}

impl Context<'_> {
    fn by_domain(&self) -> bool {
        self.service == ServiceName::Ims
    }

    const USER: [&'static str; 2] = ["UserName", "UserPrincipalName"];
    const NEW_USER: [&'static str; 2] = ["NewUserName", "NewUserPrincipalName"];

    /// The user a call is about.
    pub(in crate::rpc) fn user(&self) -> Result<UserName> {
        self.whose()?.ok_or_else(|| Failure::missing(self.spelled(Self::USER)))
    }

    /// The user a call is about; without one it is about the caller.
    pub(in crate::rpc) fn whose(&self) -> Result<Option<UserName>> {
        self.user_in(self.spelled(Self::USER))
    }

    /// The name a user is to have from now on.
    pub(in crate::rpc) fn new_user(&self) -> Result<Option<UserName>> {
        self.user_in(self.spelled(Self::NEW_USER))
    }

    /// A user's name as it is shown: the member's name, and the name.
    pub(in crate::rpc) fn shown_user(&self, user: &UserName) -> (&'static str, String) {
        let name = match self.caller.account().filter(|_| self.by_domain()) {
            Some(account) => format!("{user}@{}", domain(account)),
            None => user.to_string(),
        };
        (self.spelled(Self::USER), name)
    }

    fn spelled(&self, [plain, by_domain]: [&'static str; 2]) -> &'static str {
        if self.by_domain() { by_domain } else { plain }
    }

    /// The user of a parameter, if it is given. Users of other domains are as good as missing.
    fn user_in(&self, parameter: &'static str) -> Result<Option<UserName>> {
        if !self.by_domain() {
            return self.params.parsed(parameter);
        }
        self.params.optional(parameter).map(|text| self.user_of(parameter, text)).transpose()
    }

    /// The user of a name with its domain.
    pub(in crate::rpc) fn user_of(&self, parameter: &'static str, text: &str) -> Result<UserName> {
        let rule = NameError::new("user principal name", "<user>@<account id>.onaliyun.com");
        let (user, of) = text.split_once('@').ok_or_else(|| Failure::invalid(parameter, rule))?;
        let account = self.caller.account().ok_or_else(|| Failure::of(Reason::MissingAuthentication))?;
        if of != domain(account) {
            return Err(Failure::of(Reason::UserNotFound));
        }
        user.parse().map_err(|rule| Failure::invalid(parameter, rule))
    }
}
