use crate::{Case, Rule, resource};
use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression};

pub struct Engine {
    policies: PolicySet,
    entities: Entities,
    authorizer: Authorizer,
    asked: Vec<Request>,
}

impl Engine {
    pub fn new(rules: &[Rule], cases: &[Case]) -> Self {
        let text: String = rules.iter().map(policy).collect();
        Self {
            policies: text.parse().expect("policies"),
            entities: Entities::empty(),
            authorizer: Authorizer::new(),
            asked: cases.iter().map(asked).collect(),
        }
    }

    pub fn allowed(&self) -> Vec<bool> {
        self.asked.iter().map(|request| self.decide(request)).collect()
    }

    pub fn decide_all(&self) -> usize {
        self.asked.iter().filter(|request| self.decide(request)).count()
    }

    fn decide(&self, request: &Request) -> bool {
        self.authorizer.is_authorized(request, &self.policies, &self.entities).decision() == Decision::Allow
    }
}

fn policy(rule: &Rule) -> String {
    let condition = if rule.inside_only { r#" && context.address.isInRange(ip("10.0.0.0/8"))"# } else { "" };
    format!(
        r#"permit(principal == User::"alice", action == Action::"{}", resource) when {{ context.path like "{}*"{condition} }};"#,
        rule.action,
        resource(rule.bucket, rule.prefix)
    )
}

fn asked(case: &Case) -> Request {
    let uid = |text: String| text.parse::<EntityUid>().expect("a name");
    let context = [
        ("path".to_owned(), RestrictedExpression::new_string(case.path.clone())),
        ("address".to_owned(), RestrictedExpression::new_ip(case.address)),
    ];
    Request::new(
        uid(r#"User::"alice""#.to_owned()),
        uid(format!(r#"Action::"{}""#, case.action)),
        uid(r#"Store::"all""#.to_owned()),
        Context::from_pairs(context).expect("a context"),
        None,
    )
    .expect("a request")
}
