//! How an event is made of a call.

use crate::caller::Caller;
use crate::decide::DIAGNOSTIC_MESSAGE;
use crate::operation::{Audit, Target};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use trail::{Category, Event, Identity, IdentityKind};
use types::{Access, AccessKeyId, AccountId, Action, Failure, Principal, RegionId, Rng, Timestamp};

/// The identity store's region name: what is global has no region in its events.
pub const GLOBAL: &str = "global";

/// Everything about an operation that its event says, gathered while it runs.
pub(crate) struct Scene<'c> {
    pub(crate) caller: &'c Caller,
    pub(crate) action: Option<Action>,
    pub(crate) category: Category,
    /// What was asked.
    pub(crate) audit: Audit,
    /// What was answered; nothing as long as nothing was.
    pub(crate) answered: Audit,
    pub(crate) target: Target,
}

impl<'c> Scene<'c> {
    /// A call that never became an operation.
    pub(crate) fn bare(caller: &'c Caller) -> Self {
        let (audit, answered) = (Audit::default(), Audit::default());
        Self { caller, action: None, category: Category::Management, audit, answered, target: Target::default() }
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
    pub(crate) fn event<'e>(
        &'e self,
        recipient: AccountId,
        region: &'e RegionId,
        now: Timestamp,
        rng: &dyn Rng,
        failure: Option<&Failure>,
    ) -> Event<'e> {
        let call = self.caller.call();
        let global = region.as_str() == GLOBAL;
        let service = matches!(self.caller.principal(), Principal::Service { .. });
        let mut event = Event {
            event_id: types::RequestId::random(rng).to_string().into(),
            event_version: "1".into(),
            event_time: now.iso_seconds().into(),
            event_name: self.name().into(),
            event_type: if service { "AliyunServiceEvent" } else { "ApiCall" }.into(),
            event_source: call.dialect.source.into(),
            event_rw: self.rw().into(),
            event_category: self.category,
            service_name: call.dialect.service.into(),
            api_version: call.dialect.version.into(),
            acs_region: if global { "" } else { region.as_str() }.into(),
            request_id: call.id.as_str().into(),
            source_ip_address: if service { "Internal".into() } else { call.source_ip.to_string().into() },
            user_agent: call.user_agent.as_str().into(),
            user_identity: identity(self.caller),
            request_parameters: Cow::Borrowed(&self.audit.parameters),
            response_elements: Cow::Borrowed(&self.answered.response),
            referenced_resources: Cow::default(),
            resource_type: "".into(),
            resource_name: "".into(),
            is_global: global,
            additional_event_data: Cow::Owned(self.decided(recipient, failure)),
            recipient_account_id: recipient.to_string().into(),
            error_code: failure.map(|f| (call.dialect.code)(f.reason())).unwrap_or_default().into(),
            error_message: failure.map(message).unwrap_or_default().into(),
        };
        event.set_resources(self.resources());
        event
    }

    /// What was asked about, and what the answer named besides.
    fn resources(&self) -> Cow<'_, BTreeMap<String, Vec<String>>> {
        if self.answered.resources.is_empty() {
            return Cow::Borrowed(&self.audit.resources);
        }
        let mut all = Audit { resources: self.audit.resources.clone(), ..Audit::default() };
        for (kind, ids) in &self.answered.resources {
            ids.iter().for_each(|id| all.resource(kind, id.as_str()));
        }
        Cow::Owned(all.resources)
    }

    fn name(&self) -> &'static str {
        let operation = self.caller.call().operation;
        match self.action {
            _ if !operation.is_empty() => operation,
            Some(action) => action.name,
            None => "Unknown",
        }
    }

    fn rw(&self) -> &'static str {
        match self.action.map(|a| a.access) {
            Some(Access::Read) | None => "Read",
            Some(Access::Write) => "Write",
        }
    }

    /// What was decided: the actions in policy spelling and their resources; and the service that asked, if one did on
    /// the caller's behalf; and why it was refused, for the caller's account alone.
    fn decided(&self, recipient: AccountId, failure: Option<&Failure>) -> Map<String, Value> {
        let need =
            |n: &crate::operation::Need| json!({"action": n.action.to_string(), "resource": n.resource.to_string()});
        let mut data = Map::new();
        if !self.target.needs.is_empty() {
            data.insert("authorization".to_owned(), self.target.needs.iter().map(need).collect());
        }
        let message = failure.and_then(|failure| failure.detail(DIAGNOSTIC_MESSAGE));
        if let Some(message) = message.filter(|_| self.caller.account() == Some(recipient)) {
            data.insert("encodedDiagnosticMessage".to_owned(), Value::from(message));
        }
        if let Some(service) = self.caller.asking_service() {
            data.insert("via".to_owned(), Value::from(service.code()));
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

fn identity(caller: &Caller) -> Identity<'_> {
    let account = caller.account().or(caller.claimed());
    let (kind, principal_id, user_name): (_, Cow<'_, str>, Cow<'_, str>) = match caller.principal() {
        Principal::Anonymous => (IdentityKind::Anonymous, "".into(), "".into()),
        Principal::Root { account } => (IdentityKind::RootAccount, account.to_string().into(), "root".into()),
        Principal::User { id, name, .. } => (IdentityKind::RamUser, id.as_str().into(), name.as_str().into()),
        Principal::RoleSession { role, role_name, session, .. } => {
            let (id, name) = (format!("{role}:{session}"), format!("{role_name}:{session}"));
            (IdentityKind::AssumedRole, id.into(), name.into())
        }
        Principal::Service { name } => (IdentityKind::System, name.as_str().into(), name.as_str().into()),
        Principal::Operator { name, .. } => (IdentityKind::System, name.as_str().into(), name.as_str().into()),
    };
    Identity {
        kind,
        principal_id,
        account_id: account.map(|a| a.to_string()).unwrap_or_default().into(),
        access_key_id: caller.access_key().map(AccessKeyId::as_str).unwrap_or_default().into(),
        user_name,
        session_context: Cow::Owned(session_context(caller)),
    }
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
        if let Some(federated) = &session.federated {
            let behind = json!({"federatedProvider": federated.arn(), "subject": federated.subject});
            context.insert("webIdFederationData".to_owned(), behind);
        }
    }
    context
}
