use super::decide::{Ground, Labelled, Outcome, Place, PolicySet, PolicyType, decide};
use super::principals::Grip;
use super::request::{Facts, Request};
use super::statement::{Effect, Statement};
use serde::{Deserialize, Serialize};

/// Everything that had a part in an answer, or nearly had. Shows what policies say, never what the request's facts were:
/// whoever may read it need not be the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The answer.
    pub outcome: Outcome,
    /// The action, such as `oss:GetObject`.
    pub action: String,
    /// The resource's ARN.
    pub resource: String,
    /// The caller's ARN, if it has one.
    pub principal: Option<String>,
    /// The statement that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<Said>,
    /// The kinds of policy of which an Allow was needed and missing.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub missing: Vec<PolicyType>,
    /// What each policy said, in the order they are asked.
    pub policies: Vec<PolicyReport>,
}

/// A statement that applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The kind of its policy.
    pub policy: PolicyType,
    /// The name of its policy.
    pub label: String,
    /// Its number in the policy, counted from 0.
    pub statement: usize,
    /// Its `Sid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// What it says.
    pub effect: Effect,
    /// Whether it names the caller only through its account: an Allow then counts beside one of the account's own.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub through_account: bool,
}

/// What one policy had to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyReport {
    /// Its kind.
    pub policy: PolicyType,
    /// Its name.
    pub label: String,
    /// What it says of the request, alone.
    pub outcome: Outcome,
    /// The statements that applied.
    pub applied: Vec<Said>,
    /// The statements that were about this action on this resource and yet did not apply.
    pub near_misses: Vec<NearMiss>,
}

/// A statement that nearly applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearMiss {
    /// The statement.
    pub statement: Said,
    /// What would have to be otherwise: all of it.
    pub unmet: Vec<Unmet>,
}

/// Why a statement did not apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unmet {
    /// It is about other callers.
    Principal,
    /// This condition does not hold.
    Condition {
        /// The operator, as the policy has it.
        operator: String,
        /// The key.
        key: String,
        /// The values, as the policy has them.
        values: Vec<String>,
    },
}

/// Decides as [`decide`] does and tells everything about it. Slower: it asks every statement.
pub fn explain(set: &PolicySet<'_>, request: &Request<'_>) -> Explanation {
    let decision = decide(set, request);
    let facts = Facts::of(request);
    let asked =
        [(PolicyType::Control, set.control), (PolicyType::Session, set.session), (PolicyType::Boundary, set.boundary)]
            .into_iter();
    let asked = asked.chain(set.identity.iter().map(|policy| (PolicyType::Identity, Some(policy))));
    let asked = asked.chain([(PolicyType::Resource, set.resource)]);
    let own = set.of_resource(request);
    let own = own.as_ref().map(Facts::of);
    let facts_for = |kind| own.as_ref().filter(|_| kind == PolicyType::Resource).unwrap_or(&facts);
    let policies: Vec<_> =
        asked.filter_map(|(kind, policy)| Some(PolicyReport::of(kind, policy?, facts_for(kind)))).collect();
    let decided_by = match decision.ground {
        Ground::Statement(place) => policies.iter().find_map(|report| report.said(&place)).cloned(),
        Ground::NoAllow(_) | Ground::Root => None,
    };
    let missing = match decision.ground {
        Ground::NoAllow(missing) => missing.to_vec(),
        Ground::Statement(_) | Ground::Root => Vec::new(),
    };
    Explanation {
        outcome: decision.outcome,
        action: request.action.to_string(),
        resource: request.resource.to_string(),
        principal: request.principal.arn(),
        decided_by,
        missing,
        policies,
    }
}

impl PolicyReport {
    fn of(policy: PolicyType, labelled: &Labelled, facts: &Facts<'_>) -> Self {
        let (mut applied, mut near_misses) = (Vec::new(), Vec::new());
        for (number, statement) in labelled.document.statements().iter().enumerate() {
            if !statement.is_about(facts) {
                continue;
            }
            let said = Said {
                policy,
                label: labelled.label.to_string(),
                statement: number,
                sid: statement.sid.as_deref().map(str::to_owned),
                effect: statement.effect,
                through_account: statement.grip(facts) == Grip::Account,
            };
            let unmet = unmet(statement, facts);
            if unmet.is_empty() { applied.push(said) } else { near_misses.push(NearMiss { statement: said, unmet }) }
        }
        let says = |effect| applied.iter().any(|said: &Said| said.effect == effect);
        let outcome = if says(Effect::Deny) {
            Outcome::ExplicitDeny
        } else if says(Effect::Allow) {
            Outcome::Allow
        } else {
            Outcome::ImplicitDeny
        };
        Self { policy, label: labelled.label.to_string(), outcome, applied, near_misses }
    }

    /// The statement at `place`, if it is of this policy.
    fn said(&self, place: &Place<'_>) -> Option<&Said> {
        let here = self.policy == place.policy && self.label == place.label;
        self.applied.iter().find(|said| here && said.statement == place.statement)
    }
}

fn unmet(statement: &Statement, facts: &Facts<'_>) -> Vec<Unmet> {
    let mut out = Vec::new();
    if statement.grip(facts) == Grip::None {
        out.push(Unmet::Principal);
    }
    let failed = statement.conditions.iter().filter(|condition| !condition.holds(facts.request.context));
    out.extend(failed.map(|condition| Unmet::Condition {
        operator: condition.operator_name.to_string(),
        key: condition.key.name().to_owned(),
        values: condition.written.iter().map(ToString::to_string).collect(),
    }));
    out
}
