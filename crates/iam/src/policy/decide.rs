use super::context::Context;
use super::document::{Document, Verdict};
use super::request::{Facts, Request};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use types::Principal;

/// A document with the name an explanation calls it by.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// Such as `System:AdministratorAccess` or the bucket's name.
    pub label: Arc<str>,
    /// The policy.
    pub document: Arc<Document>,
}

impl Labelled {
    /// A document under a name.
    pub fn new(label: impl Into<Arc<str>>, document: Arc<Document>) -> Self {
        Self { label: label.into(), document }
    }
}

/// Whose word is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Either the caller's policies or the resource's allow it; both, where the two are of different accounts.
    #[default]
    Access,
    /// Both allow it: a role is assumed, and its trust policy is the resource's.
    AssumeRole,
}

/// All policies that have a say in one decision.
#[derive(Clone, Copy, Debug, Default)]
pub struct PolicySet<'a> {
    /// The ceiling the deployment set over the caller's account.
    pub control: Option<&'a Labelled>,
    /// The ceiling the caller's session was given.
    pub session: Option<&'a Labelled>,
    /// The ceiling over the user or role that calls.
    pub boundary: Option<&'a Labelled>,
    /// What is attached to the caller.
    pub identity: &'a [Labelled],
    /// What is attached to the resource: a bucket policy, or a role's trust policy.
    pub resource: Option<&'a Labelled>,
    /// The circumstances that the resource's own policy is asked under, where it may know more of the resource than the
    /// caller's policies.
    pub resource_context: Option<&'a Context>,
    /// Whose word is needed.
    pub mode: Mode,
}

impl<'a> PolicySet<'a> {
    /// What the resource's own policy is asked, if that is something else than what the others are.
    pub(super) fn of_resource<'r>(&self, request: &Request<'r>) -> Option<Request<'r>>
    where
        'a: 'r,
    {
        self.resource_context.map(|context| Request { context, ..*request })
    }
}

/// The kind of policy that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PolicyType {
    /// The ceiling over the account.
    Control,
    /// The ceiling of the session.
    Session,
    /// The ceiling over the user or role.
    Boundary,
    /// Attached to the caller.
    Identity,
    /// Attached to the resource.
    Resource,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// Yes.
    Allow,
    /// No: a statement says so.
    ExplicitDeny,
    /// No: no statement says yes.
    ImplicitDeny,
}

/// Where a statement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The kind of its policy.
    pub policy: PolicyType,
    /// The name of its policy.
    pub label: &'a str,
    /// Its number in the policy, counted from 0.
    pub statement: usize,
    /// Its `Sid`.
    pub sid: Option<&'a str>,
}

/// What the answer rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground<'a> {
    /// This statement.
    Statement(Place<'a>),
    /// That an Allow was needed of these, and there was none.
    NoAllow(&'static [PolicyType]),
    /// That the caller is another account's root, which that account's policies do not bind, and the resource's allow it.
    Root,
}

/// The answer and what it rests on. See [`explain`](super::explain) for all that had a part in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision<'a> {
    /// The answer.
    pub outcome: Outcome,
    /// What it rests on.
    pub ground: Ground<'a>,
}

impl Decision<'_> {
    /// Whether policies say yes.
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allow
    }

    /// Whether the policies left it open, so that ownership or an access control list may still say yes. What a ceiling
    /// does not allow is not open: neither may lift it.
    pub fn is_open(&self) -> bool {
        self.outcome == Outcome::ImplicitDeny && !self.is_by_ceiling()
    }

    /// Whether a ceiling does not allow it, whatever the other policies say.
    pub(crate) fn is_by_ceiling(&self) -> bool {
        matches!(self.ground, Ground::NoAllow([PolicyType::Control | PolicyType::Session | PolicyType::Boundary]))
    }

    const fn refused(missing: &'static [PolicyType]) -> Self {
        Self { outcome: Outcome::ImplicitDeny, ground: Ground::NoAllow(missing) }
    }
}

/// Which of the two sides has to allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needed {
    Either,
    Both,
    /// The caller has no policies that could.
    Resource,
}

impl Needed {
    fn of(mode: Mode, request: &Request<'_>) -> Self {
        match request.principal.account() {
            None => Self::Resource,
            Some(_) if mode == Mode::AssumeRole => Self::Both,
            Some(account) if account == request.resource.account => Self::Either,
            // Tenancy is not a policy: no account can allow itself in elsewhere.
            Some(_) => Self::Both,
        }
    }
}

/// Decides, in the order of the RAM documents: ceilings first, then the caller's and the resource's policies; a Deny
/// anywhere wins, and what nobody allows is denied.
pub fn decide<'a>(set: &PolicySet<'a>, request: &Request<'_>) -> Decision<'a> {
    let facts = Facts::of(request);
    let ceilings: [(_, &'static [PolicyType], _); 3] = [
        (PolicyType::Control, &[PolicyType::Control], set.control),
        (PolicyType::Session, &[PolicyType::Session], set.session),
        (PolicyType::Boundary, &[PolicyType::Boundary], set.boundary),
    ];
    if let Some(refused) =
        ceilings.into_iter().find_map(|(kind, missing, policy)| ceiling(kind, missing, policy?, &facts))
    {
        return refused;
    }
    let identity = match identity(set.identity, &facts) {
        Ok(allowed) => allowed,
        Err(denied) => return denied,
    };
    let own = set.of_resource(request);
    let own = own.as_ref().map(Facts::of);
    let (verdict, resource) = set.resource.map_or((Verdict::default(), None), |policy| {
        (policy.document.verdict(own.as_ref().unwrap_or(&facts)), Some((PolicyType::Resource, policy)))
    });
    if let Some(denied) = resource.and_then(|source| stated(Outcome::ExplicitDeny, source, verdict.deny)) {
        return denied;
    }
    let caller = resource.and_then(|source| stated(Outcome::Allow, source, verdict.allow));
    let account = || resource.and_then(|source| stated(Outcome::Allow, source, verdict.allow_account));
    combine(Needed::of(set.mode, request), is_foreign_root(set.mode, request), identity, caller, account)
}

/// Refuses what a ceiling does not allow.
fn ceiling<'a>(
    kind: PolicyType,
    missing: &'static [PolicyType],
    policy: &'a Labelled,
    facts: &Facts<'_>,
) -> Option<Decision<'a>> {
    let verdict = policy.document.verdict(facts);
    match stated(Outcome::ExplicitDeny, (kind, policy), verdict.deny) {
        Some(denied) => Some(denied),
        None if verdict.allow.is_none() => Some(Decision::refused(missing)),
        None => None,
    }
}

/// What the caller's own policies allow; `Err` if one of them denies.
fn identity<'a>(policies: &'a [Labelled], facts: &Facts<'_>) -> Result<Option<Decision<'a>>, Decision<'a>> {
    let mut allowed = None;
    for policy in policies {
        let verdict = policy.document.verdict(facts);
        if let Some(denied) = stated(Outcome::ExplicitDeny, (PolicyType::Identity, policy), verdict.deny) {
            return Err(denied);
        }
        allowed = allowed.or_else(|| stated(Outcome::Allow, (PolicyType::Identity, policy), verdict.allow));
    }
    Ok(allowed)
}

fn stated(outcome: Outcome, source: (PolicyType, &Labelled), statement: Option<usize>) -> Option<Decision<'_>> {
    let ((policy, labelled), statement) = (source, statement?);
    let place = Place { policy, label: &labelled.label, statement, sid: labelled.document.sid(statement) };
    Some(Decision { outcome, ground: Ground::Statement(place) })
}

/// Another account's root: in its own account nothing is kept from it, so the resource's word is the one that counts.
/// It never assumes roles.
fn is_foreign_root(mode: Mode, request: &Request<'_>) -> bool {
    let foreign = matches!(request.principal, Principal::Root { account } if *account != request.resource.account);
    foreign && mode == Mode::Access
}

/// `caller`: the resource's policy allows the caller; `account`: it leaves it to the caller's account.
fn combine<'a>(
    needed: Needed,
    foreign_root: bool,
    identity: Option<Decision<'a>>,
    caller: Option<Decision<'a>>,
    account: impl FnOnce() -> Option<Decision<'a>>,
) -> Decision<'a> {
    const IDENTITY: &[PolicyType] = &[PolicyType::Identity];
    const RESOURCE: &[PolicyType] = &[PolicyType::Resource];
    const BOTH: &[PolicyType] = &[PolicyType::Identity, PolicyType::Resource];
    let identity = identity.or(foreign_root.then_some(Decision { outcome: Outcome::Allow, ground: Ground::Root }));
    match needed {
        // Leaving it to the account adds nothing here: the account's word is `identity`.
        Needed::Either => identity.or(caller).unwrap_or(Decision::refused(BOTH)),
        Needed::Resource => caller.or_else(account).unwrap_or(Decision::refused(RESOURCE)),
        Needed::Both => match (identity, caller.or_else(account)) {
            (Some(_), Some(resource)) => resource,
            (Some(_), None) => Decision::refused(RESOURCE),
            (None, Some(_)) => Decision::refused(IDENTITY),
            (None, None) => Decision::refused(BOTH),
        },
    }
}
