//! From which networks access keys may be used: the account's rule, and rules of single keys, which stand in its place.

use crate::access_keys::{key_of, paths};
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use crate::policy::Network;
use crate::records::{ACCOUNT_NETWORKS, KEY_NETWORKS, KeyNetworks};
use async_trait::async_trait;
use std::net::IpAddr;
use store::{Txn, View};
use types::{AccessKeyId, AccountId, Action, Failure, Result, UserName};

/// Networks of one rule.
pub const NETWORKS_MOST: usize = 50;

/// Says from which networks an access key may be used. It stands in the place of the account's rule.
pub struct SetKeyNetworks {
    /// Whose the key is; the caller's own if `None`.
    pub user: Option<UserName>,
    /// Which.
    pub access_key: AccessKeyId,
    /// The rule; `None` takes it away.
    pub rule: Option<KeyNetworks>,
}

/// Shows from which networks an access key may be used.
pub struct GetKeyNetworks {
    /// Whose the key is; the caller's own if `None`.
    pub user: Option<UserName>,
    /// Which.
    pub access_key: AccessKeyId,
}

/// Says from which networks those access keys of the account may be used that have no rule of their own.
pub struct SetAccountKeyNetworks {
    /// The rule; `None` takes it away.
    pub rule: Option<KeyNetworks>,
}

/// Shows that.
pub struct GetAccountKeyNetworks;

impl KeyNetworks {
    fn check(&self, field: &'static str) -> Result<()> {
        if self.networks.len() > NETWORKS_MOST {
            return Err(Failure::invalid(field, format_args!("at most {NETWORKS_MOST} addresses")));
        }
        match self.networks.iter().all(|text| Network::parse(text).is_some()) {
            true => Ok(()),
            false => Err(Failure::invalid(field, "addresses and blocks such as 203.0.113.1 or 198.51.100.0/24")),
        }
    }

    /// Whether a key may be used from `address`.
    pub(crate) fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let inside = |text: &String| Network::parse(text).is_some_and(|network| network.contains(address));
        !self.active || self.networks.iter().any(inside)
    }
}

/// The rule for an access key: its own, or the account's.
pub(crate) async fn networks_of(view: &View, account: AccountId, key: &AccessKeyId) -> Result<Option<KeyNetworks>> {
    match view.get(KEY_NETWORKS, account, key.as_str().as_bytes()).await? {
        Some(own) => Ok(Some(own)),
        None => view.get(ACCOUNT_NETWORKS, account, b"").await,
    }
}

/// Refuses a rule that would shut out the very key that asks for it, from where it asks.
fn refuse_lockout(caller: &Caller, rule: Option<&KeyNetworks>) -> Result<()> {
    match rule {
        Some(rule) if caller.session().is_none() && !rule.admits(caller.call().source_ip) => {
            let text = "a rule that admits the address this call comes from: without it the access key that signed the \
                        call could not be used from there any more";
            Err(Failure::invalid("AccessKeyPolicy", text))
        }
        _ => Ok(()),
    }
}

fn audit_rule(audit: &mut Audit, rule: Option<&KeyNetworks>) {
    if let Some(rule) = rule {
        audit.parameter("Active", rule.active);
        audit.parameter("Networks", rule.networks.clone());
    }
}

impl Operation for SetKeyNetworks {
    type Output = ();

    fn action(&self) -> Action {
        write("SetAccessKeyPolicy")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.optional("UserName", self.user.as_ref().map(UserName::as_str));
        audit.parameter("UserAccessKeyId", self.access_key.as_str());
        audit.resource("ACS::RAM::AccessKey", self.access_key.as_str());
        audit_rule(audit, self.rule.as_ref());
    }
}

#[async_trait]
impl Own for SetKeyNetworks {
    fn paths(&self, caller: &Caller) -> Result<Vec<String>> {
        paths(self.user.as_ref(), caller)
    }

    fn check(&self) -> Result<()> {
        self.rule.as_ref().map_or(Ok(()), |rule| rule.check("AccessKeyPolicy"))
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let key = key_of(self.user.as_ref(), scope, txn, &self.access_key).await?;
        if scope.caller.access_key() == Some(&key.id) {
            refuse_lockout(scope.caller, self.rule.as_ref())?;
        }
        let place = key.id.as_str().as_bytes();
        match &self.rule {
            Some(rule) => txn.put(KEY_NETWORKS, scope.account, place, rule).await?,
            None => txn.delete(KEY_NETWORKS, scope.account, place),
        }
        Ok(())
    }
}

impl Operation for GetKeyNetworks {
    type Output = Option<KeyNetworks>;

    fn action(&self) -> Action {
        read("GetAccessKeyPolicy")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.optional("UserName", self.user.as_ref().map(UserName::as_str));
        audit.parameter("UserAccessKeyId", self.access_key.as_str());
        audit.resource("ACS::RAM::AccessKey", self.access_key.as_str());
    }
}

#[async_trait]
impl Own for GetKeyNetworks {
    fn paths(&self, caller: &Caller) -> Result<Vec<String>> {
        paths(self.user.as_ref(), caller)
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Option<KeyNetworks>> {
        let key = key_of(self.user.as_ref(), scope, txn, &self.access_key).await?;
        txn.get(KEY_NETWORKS, scope.account, key.id.as_str().as_bytes()).await
    }
}

impl Operation for SetAccountKeyNetworks {
    type Output = ();

    fn action(&self) -> Action {
        write("SetAccessKeyPolicyForAccount")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_rule(audit, self.rule.as_ref());
    }
}

#[async_trait]
impl Own for SetAccountKeyNetworks {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    fn check(&self) -> Result<()> {
        self.rule.as_ref().map_or(Ok(()), |rule| rule.check("AccessKeyPolicy"))
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let own = match scope.caller.access_key() {
            Some(key) => txn.get(KEY_NETWORKS, scope.account, key.as_str().as_bytes()).await?,
            None => None,
        };
        if own.is_none() {
            refuse_lockout(scope.caller, self.rule.as_ref())?;
        }
        match &self.rule {
            Some(rule) => txn.put(ACCOUNT_NETWORKS, scope.account, b"", rule).await?,
            None => txn.delete(ACCOUNT_NETWORKS, scope.account, b""),
        }
        Ok(())
    }
}

impl Operation for GetAccountKeyNetworks {
    type Output = Option<KeyNetworks>;

    fn action(&self) -> Action {
        read("GetAccessKeyPolicyForAccount")
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Own for GetAccountKeyNetworks {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Option<KeyNetworks>> {
        txn.get(ACCOUNT_NETWORKS, scope.account, b"").await
    }
}
