use super::records::{PREFERENCES, SecurityPreference};
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use crate::policy::Network;
use async_trait::async_trait;
use std::net::IpAddr;
use store::{Txn, View};
use types::{AccountId, Action, Failure, Principal, Result, UserName};

/// Networks that one may sign in from (RAM limits: 512 characters of them).
const NETWORKS_MOST: usize = 40;

/// Sets what users may do for themselves. What is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct SetSecurityPreference {
    /// Whether users may change their own passwords.
    pub change_password: Option<bool>,
    /// Whether users may look after their own access keys.
    pub manage_access_keys: Option<bool>,
    /// Whether users may look after their own MFA devices.
    pub manage_mfa: Option<bool>,
    /// How long a session is, in hours.
    pub session_hours: Option<u32>,
    /// From where one may sign in: networks; none: from everywhere.
    pub networks: Option<Vec<String>>,
    /// Whether users may sign in with a passkey alone.
    pub passkeys: Option<bool>,
}

/// Shows what users may do for themselves.
pub struct GetSecurityPreference;

/// The account's security preference.
pub(crate) async fn preference_of(view: &View, account: AccountId) -> Result<SecurityPreference> {
    Ok(view.get(PREFERENCES, account, b"").await?.unwrap_or_default())
}

/// Whether the caller is this user.
pub(super) fn is_oneself(caller: &Caller, user: &UserName) -> bool {
    matches!(caller.principal(), Principal::User { name, .. } if name == user)
}

/// Whether the caller may look after the access keys of `user` (its own, if not said) without a policy that says so.
pub(crate) async fn lets_manage_keys(scope: &Scope<'_>, user: Option<&UserName>, view: &View) -> Result<bool> {
    let caller = scope.caller;
    let own = matches!(caller.principal(), Principal::User { .. }) && user.is_none_or(|user| is_oneself(caller, user));
    Ok(own && preference_of(view, scope.account).await?.manage_access_keys)
}

impl SecurityPreference {
    /// Whether one may sign in from there.
    pub(crate) fn admits(&self, address: IpAddr) -> bool {
        let holds = |text: &String| Network::parse(text).is_some_and(|network| network.contains(address));
        self.networks.is_empty() || self.networks.iter().any(holds)
    }
}

impl Operation for SetSecurityPreference {
    type Output = SecurityPreference;

    fn action(&self) -> Action {
        write("SetSecurityPreference")
    }

    fn audit(&self, audit: &mut Audit) {
        let Self { change_password, manage_access_keys, manage_mfa, session_hours, networks, passkeys } = self;
        audit.optional("AllowUserToChangePassword", *change_password);
        audit.optional("AllowUserToManageAccessKeys", *manage_access_keys);
        audit.optional("AllowUserToManageMFADevices", *manage_mfa);
        audit.optional("AllowUserToLoginWithPasskey", *passkeys);
        audit.optional("LoginSessionDuration", *session_hours);
        audit.optional("LoginNetworkMasks", networks.as_ref().map(|networks| networks.join(";")));
    }
}

#[async_trait]
impl Own for SetSecurityPreference {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    fn check(&self) -> Result<()> {
        if self.session_hours.is_some_and(|hours| !(1..=24).contains(&hours)) {
            return Err(Failure::invalid("LoginSessionDuration", "1 to 24 hours"));
        }
        let networks = self.networks.as_deref().unwrap_or_default();
        if networks.len() > NETWORKS_MOST || networks.iter().any(|text| Network::parse(text).is_none()) {
            let rule = format_args!("at most {NETWORKS_MOST} addresses or blocks such as 10.0.0.0/8").to_string();
            return Err(Failure::invalid("LoginNetworkMasks", rule));
        }
        Ok(())
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<SecurityPreference> {
        let mut preference = preference_of(txn.view(), scope.account).await?;
        let Self { change_password, manage_access_keys, manage_mfa, session_hours, networks, passkeys } = self;
        preference.change_password = change_password.unwrap_or(preference.change_password);
        preference.manage_access_keys = manage_access_keys.unwrap_or(preference.manage_access_keys);
        preference.manage_mfa = manage_mfa.unwrap_or(preference.manage_mfa);
        preference.passkeys = passkeys.unwrap_or(preference.passkeys);
        preference.session_hours = session_hours.unwrap_or(preference.session_hours);
        if let Some(networks) = networks {
            preference.networks.clone_from(networks);
        }
        txn.put(PREFERENCES, scope.account, b"", &preference).await?;
        Ok(preference)
    }
}

impl Operation for GetSecurityPreference {
    type Output = SecurityPreference;

    fn action(&self) -> Action {
        read("GetSecurityPreference")
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Own for GetSecurityPreference {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<SecurityPreference> {
        preference_of(txn.view(), scope.account).await
    }
}
