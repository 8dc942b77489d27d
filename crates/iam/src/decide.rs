use crate::caller::Caller;
use crate::diagnosis::Diagnosis;
use crate::operation::{Need, Target};
use crate::operators;
use crate::policy::{self, Context, Decision, Ground, Labelled, Mode, Outcome, PolicySet, PolicyType, Request, keys};
use types::{Access, Failure, Principal, Reason, Result};

/// The detail of a refusal that holds its sealed explanation.
pub(crate) const DIAGNOSTIC_MESSAGE: &str = "EncodedDiagnosticMessage";

/// Whether the caller may do everything the target needs. The refusal says which kind of policy refused, and nothing of
/// whether the thing exists.
pub(crate) fn decide(caller: &Caller, target: &Target) -> Result<()> {
    match caller.principal() {
        // Bailee's own parts act for the deployment; what they may do is what they are written to do.
        Principal::Service { .. } => return Ok(()),
        Principal::Operator { duties, .. } => return operators::decide(duties, &target.needs),
        Principal::Anonymous if target.needs.is_empty() => return Err(Reason::MissingAuthentication.into()),
        _ => {}
    }
    let session = caller.session().and_then(|s| s.policy.clone()).map(|p| Labelled::new("session", p));
    let context = context(caller, target);
    let rights = caller.rights();
    let own = (!target.own_facts.is_empty()).then(|| context.clone().overlaid(&target.own_facts));
    target.needs.iter().enumerate().try_for_each(|(number, need)| {
        let set = PolicySet {
            control: rights.control.as_ref().or(target.control.as_ref()),
            session: session.as_ref(),
            boundary: rights.boundary.as_ref(),
            identity: &rights.policies,
            resource: policy_about(target, need),
            resource_context: own.as_ref(),
            mode: if target.both { Mode::AssumeRole } else { Mode::Access },
        };
        match target.things.get(number).filter(|facts| !facts.is_empty()) {
            Some(facts) => allowed(caller, target, need, &set, &context.clone().overlaid(facts)),
            None => allowed(caller, target, need, &set, &context),
        }
    })
}

/// The thing's own policy, where the need is about the thing. Whoever writes it decides about nothing of another service
/// that the operation needs besides, such as a user's access keys for a secret that is to hold them.
fn policy_about<'t>(target: &'t Target, need: &Need) -> Option<&'t Labelled> {
    let thing = target.needs.first()?;
    target.policy.as_ref().filter(|_| need.resource.service == thing.resource.service)
}

fn allowed(caller: &Caller, target: &Target, need: &Need, set: &PolicySet<'_>, context: &Context) -> Result<()> {
    let request = Request { action: &need.action, resource: &need.resource, principal: caller.principal(), context };
    let decision = policy::decide(set, &request);
    // Whoever is of another account, or of none, is let in by the thing's own policy or by nothing.
    let shut_out = target.restricted && caller.account() != Some(need.resource.account) && decision.is_allowed();
    let open = decision.is_open() || shut_out;
    if (decision.is_allowed() && !shut_out) || (open && (owns(caller, need, set) || target.open)) {
        return Ok(());
    }
    if shut_out {
        return Err(with_principal(denied(caller, need, &decision), caller));
    }
    let hides = is_of_others(caller, target, need) && speaks_of_the_thing(&decision);
    let failure = with_principal(if hides { hidden(need) } else { denied(caller, need, &decision) }, caller);
    Err(match diagnosed(caller, need, hides, set, &request, &failure) {
        Some(message) => failure.with(DIAGNOSTIC_MESSAGE, message),
        None => failure,
    })
}

/// The message in which the refusal says why, for those whom the caller's account lets read it.
fn diagnosed(
    caller: &Caller,
    need: &Need,
    hides: bool,
    set: &PolicySet<'_>,
    request: &Request<'_>,
    failure: &Failure,
) -> Option<String> {
    let (seal, account) = (caller.diagnoses()?, caller.account()?);
    let mut told = own_context(caller);
    told.extend(&caller.rights().facts);
    let text = |name| failure.detail(name).unwrap_or_default().to_owned();
    let diagnosis = Diagnosis {
        account,
        request_id: caller.call().id.as_str().to_owned(),
        time: caller.call().time,
        principal_type: text("AuthPrincipalType"),
        principal_name: text("AuthPrincipalDisplayName"),
        facts: told.iter().map(|(key, value)| (key.name().to_owned(), value.text().into_owned())).collect(),
        explanation: policy::explain(set, request),
    };
    seal.seal(match (hides, need.resource.account == account) {
        (true, _) => diagnosis.hidden(),
        (false, true) => diagnosis,
        (false, false) => diagnosis.without_the_thing(),
    })
}

/// Whether it is about a role of another account.
fn is_of_others(caller: &Caller, target: &Target, need: &Need) -> bool {
    target.both && caller.account() != Some(need.resource.account)
}

/// Whether the refusal depends on what the thing's own policy says, and so on whether there is such a thing. A ceiling
/// and a Deny of the caller's own policies come before that.
fn speaks_of_the_thing(decision: &Decision<'_>) -> bool {
    match &decision.ground {
        Ground::Statement(place) => place.policy == PolicyType::Resource,
        Ground::NoAllow(_) => !decision.is_by_ceiling(),
        Ground::Root => true,
    }
}

/// The one refusal for a role of another account: whether it is missing, trusts others or denies the caller, nobody
/// outside is to tell these apart.
fn hidden(need: &Need) -> Failure {
    let text = format!("You are not allowed to do {}: your policies and the role must both allow it.", need.action);
    let failure = Failure::new(Reason::AccessDenied, text);
    failure.with("AuthAction", need.action.to_string()).with("NoPermissionType", "ImplicitDeny")
}

/// The account's own key may do what no policy speaks of, with what the account owns. Assuming a role is not owning it.
fn owns(caller: &Caller, need: &Need, set: &PolicySet<'_>) -> bool {
    set.mode == Mode::Access
        && matches!(caller.principal(), Principal::Root { account } if *account == need.resource.account)
}

/// What is known of the call and of who it is from, tags left out.
fn own_context(caller: &Caller) -> Context {
    let mut context = Context::of(caller.call(), caller.principal());
    if let Some(access_key) = caller.access_key() {
        context.add(keys::ACCESS_ID, access_key.as_str());
    }
    context.add(keys::MFA_PRESENT, caller.session().is_some_and(|s| s.mfa));
    if let Some(since) = caller.session().and_then(|s| s.mfa_since) {
        context.add(keys::MFA_AGE, (caller.call().time.secs() - since.secs()).max(0));
    }
    context
}

fn context(caller: &Caller, target: &Target) -> Context {
    let mut context = own_context(caller);
    context.extend(&caller.rights().facts);
    context.extend(&target.context);
    context
}

/// The refusal, with the facts that a dialect shows as `AccessDeniedDetail`.
fn denied(caller: &Caller, need: &Need, decision: &Decision<'_>) -> Failure {
    let kind = match decision.outcome {
        Outcome::ExplicitDeny => "ExplicitDeny",
        Outcome::ImplicitDeny | Outcome::Allow => "ImplicitDeny",
    };
    let policy = policy_type(decision);
    let text = match (decision.outcome, caller.principal()) {
        (_, Principal::Anonymous) => {
            "The request is not signed, and what it asks for is not open to everyone.".to_owned()
        }
        (Outcome::ExplicitDeny, _) => format!("You are not allowed to do {}: {policy} denies it.", need.action),
        _ => format!("You are not allowed to do {}: {policy} does not allow it.", need.action),
    };
    let mut failure = Failure::new(Reason::AccessDenied, text)
        .with("AuthAction", need.action.to_string())
        .with("NoPermissionType", kind)
        .with("PolicyType", policy);
    if need.action.access == Access::Write {
        failure = failure.with("Access", "Write");
    }
    failure
}

fn with_principal(failure: Failure, caller: &Caller) -> Failure {
    let (kind, name) = match caller.principal() {
        Principal::Root { account } => ("Account", account.to_string()),
        Principal::User { id, .. } => ("SubUser", id.to_string()),
        Principal::RoleSession { role, session, .. } => ("AssumedRoleUser", format!("{role}:{session}")),
        Principal::Anonymous | Principal::Service { .. } | Principal::Operator { .. } => return failure,
    };
    let failure = failure.with("AuthPrincipalType", kind).with("AuthPrincipalDisplayName", name);
    match caller.account() {
        Some(account) => failure.with("AuthPrincipalOwnerId", account.to_string()),
        None => failure,
    }
}

/// What the vendor calls the kind of policy that decided.
fn policy_type(decision: &Decision<'_>) -> &'static str {
    let kind = match &decision.ground {
        Ground::Statement(place) => Some(place.policy),
        Ground::NoAllow(missing) => missing.first().copied(),
        Ground::Root => None,
    };
    match kind {
        Some(PolicyType::Control) => "ControlPolicy",
        Some(PolicyType::Session) => "SessionPolicy",
        Some(PolicyType::Boundary) => "PermissionsBoundary",
        Some(PolicyType::Resource) => "ResourcePolicy",
        Some(PolicyType::Identity) | None => "AccountLevelIdentityBasedPolicy",
    }
}
