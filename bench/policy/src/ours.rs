use crate::{Case, Rule, resource};
use iam::policy::{Context, Document, Kind, Labelled, PolicySet, Request, decide, keys};
use std::net::IpAddr;
use std::sync::Arc;
use types::{AccountId, Action, Principal, RegionId, Resource, Service};

/// Statements of one document: as many as fit into the longest there may be.
const PER_DOCUMENT: usize = 25;

pub struct Engine {
    policies: Vec<Labelled>,
    principal: Principal,
    asked: Vec<(Action, Resource, Context)>,
}

impl Engine {
    pub fn new(rules: &[Rule], cases: &[Case]) -> Self {
        let account: AccountId = "1000000000000001".parse().expect("an account");
        let region: RegionId = "local-1".parse().expect("a region");
        let id = "200000000000000001".parse().expect("a user id");
        let principal = Principal::User { account, id, name: "alice".parse().expect("a name") };
        let asked = |case: &Case| {
            let action = Action::read(Service::Oss, case.action);
            let resource = Resource::regional(Service::Oss, &region, account, case.path.clone());
            let mut context = Context::new();
            context.add(keys::SOURCE_IP, case.address.parse::<IpAddr>().expect("an address"));
            (action, resource, context)
        };
        Self { policies: rules.chunks(PER_DOCUMENT).map(document).collect(), principal, asked: cases.iter().map(asked).collect() }
    }

    pub fn allowed(&self) -> Vec<bool> {
        let set = PolicySet { identity: &self.policies, ..PolicySet::default() };
        let decided = |(action, resource, context): &(Action, Resource, Context)| {
            decide(&set, &Request { action, resource, principal: &self.principal, context }).is_allowed()
        };
        self.asked.iter().map(decided).collect()
    }

    pub fn decide_all(&self) -> usize {
        let set = PolicySet { identity: &self.policies, ..PolicySet::default() };
        let decided = |(action, resource, context): &&(Action, Resource, Context)| {
            decide(&set, &Request { action, resource, principal: &self.principal, context }).is_allowed()
        };
        self.asked.iter().filter(decided).count()
    }
}

fn document(rules: &[Rule]) -> Labelled {
    let statement = |rule: &Rule| {
        let condition =
            if rule.inside_only { r#","Condition":{"IpAddress":{"acs:SourceIp":"10.0.0.0/8"}}"# } else { "" };
        format!(
            r#"{{"Effect":"Allow","Action":"oss:{}","Resource":"acs:oss:*:*:{}*"{condition}}}"#,
            rule.action,
            resource(rule.bucket, rule.prefix)
        )
    };
    let statements: Vec<String> = rules.iter().map(statement).collect();
    let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, statements.join(","));
    Labelled::new("bench", Arc::new(Document::parse(&text, Kind::Identity).expect("a policy")))
}
