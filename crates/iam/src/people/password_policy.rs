use super::records::{PASSWORD_POLICIES, PasswordPolicy};
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use async_trait::async_trait;
use std::collections::BTreeSet;
use store::{Txn, View};
use types::{AccountId, Action, Failure, Reason, Result, UserName};

/// Sets what passwords have to be like. What there is already is judged by it from now on, too, where that is about age.
pub struct SetPasswordPolicy {
    /// All of it: nothing of the last one stays.
    pub policy: PasswordPolicy,
}

/// Shows what passwords have to be like.
pub struct GetPasswordPolicy;

/// The account's password policy.
pub(super) async fn policy_of(view: &View, account: AccountId) -> Result<PasswordPolicy> {
    Ok(view.get(PASSWORD_POLICIES, account, b"").await?.unwrap_or_default())
}

impl PasswordPolicy {
    fn check(&self) -> Result<()> {
        let ranges = [
            ("MinimumPasswordLength", self.min_length, 8, 32),
            ("MinimumPasswordDifferentCharacter", self.distinct, 0, 8),
            ("MaxPasswordAge", self.max_age_days, 0, 1_095),
            ("PasswordReusePrevention", self.reuse, 0, 24),
            ("MaxLoginAttemps", self.max_tries, 0, 32),
            ("InitialPasswordAge", self.initial_age_days, 0, 90),
        ];
        match ranges.into_iter().find(|(_, value, least, most)| !(*least..=*most).contains(value)) {
            Some((field, _, least, most)) => Err(Failure::invalid(field, format_args!("{least} to {most}"))),
            None => Ok(()),
        }
    }

    /// Refuses a password that does not keep the rules, and says which one.
    pub(super) fn allow(&self, password: &str, user: &UserName) -> Result<()> {
        let distinct: BTreeSet<char> = password.chars().collect();
        let has = |kind: fn(char) -> bool| password.chars().any(kind);
        let named = || password.to_lowercase().contains(&user.as_str().to_lowercase());
        let few = |count: usize, least: u32| u32::try_from(count).unwrap_or(u32::MAX) < least;
        let text = if few(password.chars().count(), self.min_length) {
            format!("The password needs at least {} characters.", self.min_length)
        } else if few(distinct.len(), self.distinct) {
            format!("The password needs at least {} different characters.", self.distinct)
        } else if self.lowercase && !has(|c| c.is_ascii_lowercase()) {
            "The password needs a lower-case letter.".to_owned()
        } else if self.uppercase && !has(|c| c.is_ascii_uppercase()) {
            "The password needs an upper-case letter.".to_owned()
        } else if self.numbers && !has(|c| c.is_ascii_digit()) {
            "The password needs a digit.".to_owned()
        } else if self.symbols && !has(|c| !c.is_ascii_alphanumeric()) {
            "The password needs a character that is neither letter nor digit.".to_owned()
        } else if self.without_name && named() {
            "The password must not hold the user's name.".to_owned()
        } else {
            return Ok(());
        };
        Err(Failure::new(Reason::PasswordWeak, text))
    }
}

impl Operation for SetPasswordPolicy {
    type Output = PasswordPolicy;

    fn action(&self) -> Action {
        write("SetPasswordPolicy")
    }

    fn audit(&self, audit: &mut Audit) {
        let PasswordPolicy {
            min_length,
            lowercase,
            uppercase,
            numbers,
            symbols,
            distinct,
            without_name,
            hard_expiry,
            max_age_days,
            reuse,
            max_tries,
            initial_age_days,
        } = &self.policy;
        audit.parameter("MinimumPasswordLength", *min_length);
        audit.parameter("RequireLowercaseCharacters", *lowercase);
        audit.parameter("RequireUppercaseCharacters", *uppercase);
        audit.parameter("RequireNumbers", *numbers);
        audit.parameter("RequireSymbols", *symbols);
        audit.parameter("MinimumPasswordDifferentCharacter", *distinct);
        audit.parameter("PasswordNotContainUserName", *without_name);
        audit.parameter("HardExpiry", *hard_expiry);
        audit.parameter("MaxPasswordAge", *max_age_days);
        audit.parameter("PasswordReusePrevention", *reuse);
        audit.parameter("MaxLoginAttemps", *max_tries);
        audit.parameter("InitialPasswordAge", *initial_age_days);
    }
}

#[async_trait]
impl Own for SetPasswordPolicy {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    fn check(&self) -> Result<()> {
        self.policy.check()
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<PasswordPolicy> {
        txn.put(PASSWORD_POLICIES, scope.account, b"", &self.policy).await?;
        Ok(self.policy.clone())
    }
}

impl Operation for GetPasswordPolicy {
    type Output = PasswordPolicy;

    fn action(&self) -> Action {
        read("GetPasswordPolicy")
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Own for GetPasswordPolicy {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<PasswordPolicy> {
        policy_of(txn.view(), scope.account).await
    }
}

#[cfg(test)]
mod tests {
    use super::PasswordPolicy;

    fn allowed(policy: &PasswordPolicy, password: &str) -> bool {
        policy.allow(password, &"alice".parse().unwrap()).is_ok()
    }

    #[test]
    fn each_rule_is_kept() {
        let plain = PasswordPolicy::default;
        for (policy, good, bad) in [
            (plain(), "aaaaaaaa", "aaaaaaa"),
            (PasswordPolicy { min_length: 12, ..plain() }, "字字字字字字字字字字字字", "字字字字字字字字字字字"),
            (PasswordPolicy { lowercase: true, ..plain() }, "AAAAAAAa", "AAAAAAAA"),
            (PasswordPolicy { uppercase: true, ..plain() }, "aaaaaaaA", "aaaaaaaa"),
            (PasswordPolicy { numbers: true, ..plain() }, "aaaaaaa1", "aaaaaaaa"),
            (PasswordPolicy { symbols: true, ..plain() }, "aaaaaaa!", "aaaaaaa1"),
            (PasswordPolicy { distinct: 3, ..plain() }, "aaaaaabc", "aaaaaaab"),
            (PasswordPolicy { without_name: true, ..plain() }, "xxalixcexx", "xxALICExx"),
        ] {
            assert!(allowed(&policy, good), "{good}");
            assert!(!allowed(&policy, bad), "{bad}");
        }
    }
}
