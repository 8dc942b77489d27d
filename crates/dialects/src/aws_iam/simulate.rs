//! What policies would say, without doing anything.

use super::arn;
use super::context::Context;
use super::input::listing;
use super::row::{Row, row};
use crate::aws_policy::identity::{self, Asked};
use crate::aws_principal::AwsPrincipal;
use iam::policy::{Explanation, Outcome, PolicyType};
use iam::{Holder, SimulatePolicies};
use serde_json::{Value, json};
use types::{Failure, Reason, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "SimulatePrincipalPolicy", Partial, ["ram:SimulatePrincipalPolicy"],
        ["PolicySourceArn", "PolicyInputList", "PermissionsBoundaryPolicyInputList", "ActionNames", "ResourceArns",
            "ContextEntries", "Marker", "MaxItems"], of_principal),
    row!(Iam, "SimulateCustomPolicy", Partial, ["ram:SimulateCustomPolicy"],
        ["PolicyInputList", "PermissionsBoundaryPolicyInputList", "ActionNames", "ResourceArns", "ContextEntries", "Marker",
            "MaxItems"], of_documents),
];

async fn of_principal(c: &Context<'_>) -> Result<Value> {
    let holder = holder(c)?;
    simulate(c, Some(holder)).await
}

async fn of_documents(c: &Context<'_>) -> Result<Value> {
    if c.input.list("PolicyInputList.member")?.is_empty() {
        return Err(Failure::missing("PolicyInputList"));
    }
    simulate(c, None).await
}

/// Whose policies are asked for. Another account's are as good as missing.
fn holder(c: &Context<'_>) -> Result<Holder> {
    let text = c.input.text("PolicySourceArn")?;
    let wrong = || Failure::invalid("PolicySourceArn", "it must be the ARN of a user, a group or a role");
    let group = text.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(":group/"));
    let (account, holder) = match (group, AwsPrincipal::parse(text)) {
        (Some((account, name)), _) => {
            (account.parse().map_err(|_| wrong())?, Holder::Group(name.parse().map_err(|_| wrong())?))
        }
        (None, Some((account, AwsPrincipal::User(name)))) => {
            (account, Holder::User(name.parse().map_err(|_| wrong())?))
        }
        (None, Some((account, AwsPrincipal::Role(name)))) => {
            (account, Holder::Role(name.parse().map_err(|_| wrong())?))
        }
        _ => return Err(wrong()),
    };
    if account != c.account()? {
        return Err(Failure::of(Reason::UserNotFound));
    }
    Ok(holder)
}

async fn simulate(c: &Context<'_>, holder: Option<Holder>) -> Result<Value> {
    let part = c.input.part()?;
    let documents = c.input.list("PolicyInputList.member")?;
    let documents = documents.into_iter().map(|text| identity::policy(text).map(|own| own.text));
    let actions = c.input.list("ActionNames.member")?;
    if actions.is_empty() {
        return Err(Failure::missing("ActionNames"));
    }
    let mut resources = c.input.list("ResourceArns.member")?;
    if resources.is_empty() {
        resources.push("*");
    }
    let region = &c.domains.region(None)?.id;
    let (mut asked, mut questions) = (Vec::new(), Vec::new());
    for action in actions {
        for resource in &resources {
            let question = identity::question(action, resource, c.account()?, region)?;
            questions.extend(question.own.iter().cloned());
            asked.push(question);
        }
    }
    let (documents, boundary) = (documents.collect::<Result<_>>()?, boundary(c)?);
    let op = SimulatePolicies { holder, documents, boundary, questions, facts: facts(c)? };
    let mut answers = c.iam(op).await?.into_iter();
    let results = asked.iter().map(|question| result(c, question, answers.by_ref().take(question.own.len()).collect()));
    let found = part.of(results.collect::<Result<Vec<_>>>()?);
    Ok(listing(&found, "EvaluationResults", Clone::clone))
}

/// A ceiling that is only thought of.
fn boundary(c: &Context<'_>) -> Result<Option<String>> {
    match *c.input.list("PermissionsBoundaryPolicyInputList.member")? {
        [] => Ok(None),
        [text] => identity::policy(text).map(|own| Some(own.text)),
        _ => Err(Failure::invalid("PermissionsBoundaryPolicyInputList", "at most one policy")),
    }
}

/// What the request would be like, in the words that conditions are decided by.
fn facts(c: &Context<'_>) -> Result<Vec<(String, String)>> {
    let mut facts = Vec::new();
    for entry in c.input.structures("ContextEntries.member")? {
        let key = identity::condition_key(entry.required("ContextKeyName")?)?;
        for value in entry.list("ContextKeyValues.member")? {
            facts.push((key.clone(), identity::condition_value(&key, value)?));
        }
    }
    Ok(facts)
}

/// What is one action at Amazon and several here is allowed if each of them is, and denied if one of them is.
fn result(c: &Context<'_>, question: &Asked, answers: Vec<Explanation>) -> Result<Value> {
    let any = |outcome| answers.iter().any(|answer| answer.outcome == outcome);
    let decision = if any(Outcome::ExplicitDeny) {
        "explicitDeny"
    } else if any(Outcome::ImplicitDeny) {
        "implicitDeny"
    } else {
        "allowed"
    };
    let account = c.account()?;
    let mut matched: Vec<Value> = Vec::new();
    let reports = || answers.iter().flat_map(|answer| &answer.policies);
    for said in reports().filter(|report| report.policy != PolicyType::Control).flat_map(|report| &report.applied) {
        let is_input = said.label.contains(INPUT);
        let id = if is_input { said.label.clone() } else { arn::of(account, &format!("policy/{}", said.label)) };
        let shown = json!({"SourcePolicyId": id, "SourcePolicyType": "IAM Policy"});
        if !matched.contains(&shown) {
            matched.push(shown);
        }
    }
    // What a ceiling says, if there is one.
    let ceiling = |kind, member: &str| {
        let mut said = reports().filter(|report| report.policy == kind).map(|report| report.outcome).peekable();
        said.peek()?;
        Some(json!({(member): said.all(|outcome| outcome == Outcome::Allow)}))
    };
    Ok(json!({
        "PermissionsBoundaryDecisionDetail": ceiling(PolicyType::Boundary, "AllowedByPermissionsBoundary"),
        "OrganizationsDecisionDetail": ceiling(PolicyType::Control, "AllowedByOrganizations"),
        "EvalActionName": question.action,
        "EvalResourceName": question.resource,
        "EvalDecision": decision,
        "MatchedStatements": matched,
        "MissingContextValues": [],
    }))
}

/// What the domain calls policies that are only thought of.
const INPUT: &str = "PolicyInputList.";
