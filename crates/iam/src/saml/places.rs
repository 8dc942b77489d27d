use types::AccountId;

/// The most places, and the most audiences, of one kind.
const MOST: usize = 16;
/// Characters of one.
const CHARS: usize = 1_024;
/// What stands for an account's number in an audience that signs users in.
const ACCOUNT: &str = "{account}";

/// Where this deployment is, as SAML responses say it, besides where the vendors are whose interfaces it speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SamlPlaces {
    /// Where responses are delivered that let somebody take on a role.
    pub recipients: Vec<String>,
    /// For whom those are.
    pub audiences: Vec<String>,
    /// Where responses are delivered that sign a user in.
    pub user_recipients: Vec<String>,
    /// For whom those are; `{account}` stands for the account's number, so that one account's are no other's.
    pub user_audiences: Vec<String>,
    /// Whether only these count, and none of the vendors'.
    pub only_own: bool,
}

impl SamlPlaces {
    /// What is wrong with them.
    pub fn check(&self) -> Result<(), &'static str> {
        let Self { recipients, audiences, user_recipients, user_audiences, only_own } = self;
        let lists = [recipients, audiences, user_recipients, user_audiences];
        let fits = |text: &String| {
            (1..=CHARS).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() || c.is_whitespace())
        };
        if !lists.iter().all(|list| list.len() <= MOST && list.iter().all(fits)) {
            return Err("of each kind there are at most 16, each of 1 to 1024 characters without spaces");
        }
        if recipients.iter().chain(user_recipients).any(|place| !place.starts_with("https://")) {
            return Err("recipients are https addresses");
        }
        if user_audiences.iter().any(|audience| !audience.contains(ACCOUNT)) {
            return Err(
                "each audience that signs users in has {account} in it, or one account's responses would be another's",
            );
        }
        if recipients.is_empty() != audiences.is_empty() || user_recipients.is_empty() != user_audiences.is_empty() {
            return Err("recipients and audiences belong together: give both");
        }
        if *only_own && recipients.is_empty() && user_recipients.is_empty() {
            return Err("without the vendors' places there is none");
        }
        Ok(())
    }

    /// The places and audiences that count for taking on roles, beside those of a dialect.
    pub(super) fn for_roles<'a>(
        &'a self,
        recipients: &'a [&'a str],
        audiences: &'a [&'a str],
    ) -> (Vec<&'a str>, Vec<&'a str>) {
        (self.beside(recipients, &self.recipients), self.beside(audiences, &self.audiences))
    }

    /// The same for signing users in.
    pub(super) fn for_users(
        &self,
        account: AccountId,
        recipients: &[&str],
        audiences: Vec<String>,
    ) -> (Vec<String>, Vec<String>) {
        let own = self.user_audiences.iter().map(|audience| audience.replace(ACCOUNT, &account.to_string()));
        let vendors = if self.only_own { Vec::new() } else { audiences };
        let places = self.beside(recipients, &self.user_recipients).into_iter().map(str::to_owned);
        (places.collect(), vendors.into_iter().chain(own).collect())
    }

    fn beside<'a>(&self, vendors: &[&'a str], own: &'a [String]) -> Vec<&'a str> {
        let vendors = if self.only_own { &[] } else { vendors };
        vendors.iter().copied().chain(own.iter().map(String::as_str)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::SamlPlaces;

    fn places(recipient: &str, audience: &str, user_audience: &str) -> SamlPlaces {
        let list = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
        SamlPlaces {
            recipients: list(recipient),
            audiences: list(audience),
            user_recipients: list(if user_audience.is_empty() { "" } else { "https://a.test/sso" }),
            user_audiences: list(user_audience),
            only_own: false,
        }
    }

    #[test]
    fn places_that_would_let_the_wrong_ones_in_are_refused() {
        assert_eq!(SamlPlaces::default().check(), Ok(()));
        assert_eq!(places("https://a.test/role", "urn:a", "https://a.test/{account}").check(), Ok(()));
        for wrong in [
            places("http://a.test/role", "urn:a", ""),
            places("https://a.test/role", "", ""),
            places("", "urn:a", ""),
            places("https://a.test/a b", "urn:a", ""),
            places("", "", "https://a.test/sso"),
            SamlPlaces { only_own: true, ..SamlPlaces::default() },
            SamlPlaces { audiences: vec!["urn:a".to_owned(); 17], ..places("https://a.test/role", "", "") },
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
    }
}
