//! How an event is made of a call.

use crate::caller::Caller;
use crate::operation::{Audit, Target};
use serde_json::{Map, Value, json};
use trail::{Category, Event, Identity, IdentityKind};
use types::{Access, AccountId, Action, Failure, Principal, RegionId, Rng, Timestamp};

/// The identity store's region name: what is global has no region in its events.
pub const GLOBAL: &str = "global";

/// Everything about an operation that its event says, gathered while it runs.
pub(crate) struct Scene<'c> {
    pub(crate) caller: &'c Caller,
    pub(crate) action: Option<Action>,
    pub(crate) category: Category,
    pub(crate) audit: Audit,
    pub(crate) target: Target,
}

impl<'c> Scene<'c> {
    /// A call that never became an operation.
    pub(crate) fn bare(caller: &'c Caller) -> Self {
        let audit = Audit::default();
        Self { caller, action: None, category: Category::Management, audit, target: Target::default() }
    }

    /// The accounts whose trails get the event: whose thing it was, and who did it if that is someone else. A call that
    /// names no account goes to the platform's own trail.
    pub(crate) fn recipients(&self) -> Vec<AccountId> {
        let caller = self.caller.account().or(self.caller.claimed());
        let mut accounts: Vec<AccountId> = self.target.owner.into_iter().chain(caller).collect();
        accounts.dedup();
        if accounts.is_empty() {
            accounts.push(AccountId::PLATFORM);
        }
        accounts
    }

    /// The event of a call that was done, or of one that was refused or failed.
    pub(crate) fn event(
        &self,
        recipient: AccountId,
        region: &RegionId,
        now: Timestamp,
        rng: &dyn Rng,
        failure: Option<&Failure>,
    ) -> Event {
        let call = self.caller.call();
        let global = region.as_str() == GLOBAL;
        let service = matches!(self.caller.principal(), Principal::Service { .. });
        let asking = self.caller.asking_service();
        let mut event = Event {
            event_id: types::RequestId::random(rng).to_string(),
            event_version: "1".to_owned(),
            event_time: now.iso_seconds(),
            event_name: self.name(),
            event_type: if service { "AliyunServiceEvent" } else { "ApiCall" }.to_owned(),
            event_source: call.dialect.source.to_owned(),
            event_rw: self.rw().to_owned(),
            event_category: self.category,
            service_name: call.dialect.service.to_owned(),
            api_version: call.dialect.version.to_owned(),
            acs_region: if global { String::new() } else { region.to_string() },
            request_id: call.id.to_string(),
            source_ip_address: if service { "Internal".to_owned() } else { call.source_ip.to_string() },
            user_agent: call.user_agent.clone(),
            user_identity: identity(self.caller),
            request_parameters: self.audit.parameters.clone(),
            response_elements: self.audit.response.clone(),
            referenced_resources: Default::default(),
            resource_type: String::new(),
            resource_name: String::new(),
            is_global: global,
            additional_event_data: self.decided(),
            recipient_account_id: recipient.to_string(),
            error_code: failure.map(|f| (call.dialect.code)(f.reason()).to_owned()).unwrap_or_default(),
            error_message: failure.map(message).unwrap_or_default(),
        };
        event.set_resources(self.audit.resources.clone());
        if let Some(service) = asking {
            event.additional_event_data.insert("via".to_owned(), Value::from(service.code()));
        }
        event
    }

    fn name(&self) -> String {
        let operation = self.caller.call().operation;
        match self.action {
            _ if !operation.is_empty() => operation.to_owned(),
            Some(action) => action.name.to_owned(),
            None => "Unknown".to_owned(),
        }
    }

    fn rw(&self) -> &'static str {
        match self.action.map(|a| a.access) {
            Some(Access::Read) | None => "Read",
            Some(Access::Write) => "Write",
        }
    }

    /// What was decided: the actions in policy spelling and their resources.
    fn decided(&self) -> Map<String, Value> {
        let need =
            |n: &crate::operation::Need| json!({"action": n.action.to_string(), "resource": n.resource.to_string()});
        let needs: Vec<Value> = self.target.needs.iter().map(need).collect();
        let mut data = Map::new();
        if !needs.is_empty() {
            data.insert("authorization".to_owned(), Value::from(needs));
        }
        data
    }
}

/// What the caller was told, unless that repeats the request: a wrong signature is answered with the string that should
/// have been signed, and a plaintext may be in it.
fn message(failure: &Failure) -> String {
    match failure.reason() {
        reason @ types::Reason::SignatureMismatch => reason.text().to_owned(),
        _ => failure.to_string(),
    }
}

fn identity(caller: &Caller) -> Identity {
    let access_key_id = caller.access_key().map(ToString::to_string).unwrap_or_default();
    let account = caller.account().or(caller.claimed());
    let account_id = account.map(|a| a.to_string()).unwrap_or_default();
    let (kind, principal_id, user_name) = match caller.principal() {
        Principal::Anonymous => (IdentityKind::Anonymous, String::new(), String::new()),
        Principal::Root { account } => (IdentityKind::RootAccount, account.to_string(), "root".to_owned()),
        Principal::User { id, name, .. } => (IdentityKind::RamUser, id.to_string(), name.to_string()),
        Principal::RoleSession { role, role_name, session, .. } => {
            (IdentityKind::AssumedRole, format!("{role}:{session}"), format!("{role_name}:{session}"))
        }
        Principal::Service { name } | Principal::Operator { name } => {
            (IdentityKind::System, name.clone(), name.clone())
        }
    };
    Identity { kind, principal_id, account_id, access_key_id, user_name, session_context: session_context(caller) }
}

fn session_context(caller: &Caller) -> Map<String, Value> {
    let mut context = Map::new();
    if let Some(session) = caller.session() {
        let attributes = json!({
            "creationDate": session.issued.iso_seconds(),
            "mfaAuthenticated": session.mfa.to_string(),
        });
        context.insert("sessionAttributes".to_owned(), attributes);
        if let Some(identity) = &session.source_identity {
            context.insert("sourceIdentity".to_owned(), Value::from(identity.as_str()));
        }
    }
    context
}
