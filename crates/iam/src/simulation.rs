use crate::attachments::{audit_holder, find_holder, holder_path};
use crate::caller::Caller;
use crate::directory::{Policies, policies_of};
use crate::iam::read;
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use crate::policy::{Context, Document, Explanation, Key, Kind, Labelled, Mode, PolicySet, Request, explain};
use crate::records::Holder;
use crate::rights::Rights;
use crate::roles::find_role;
use crate::users::find_user;
use async_trait::async_trait;
use std::sync::Arc;
use store::Txn;
use types::{Action, Failure, Principal, Resource, Result, SessionName};

/// Documents that one simulation may be given besides those that are there.
const DOCUMENTS_MOST: usize = 20;
/// Questions of one simulation.
const QUESTIONS_MOST: usize = 1_000;
/// Values of all that a simulation is told of the request.
const FACTS_MOST: usize = 256;
/// What the session of a role is called that is only thought of.
const SESSION: &str = "simulated";

/// Asks what policies would say, without doing anything: those of a user, group or role, and others that are only
/// thought of. Policies of resources have no part in the answer.
pub struct SimulatePolicies {
    /// Whose policies; nobody's if `None`.
    pub holder: Option<Holder>,
    /// Texts of policies that would be there besides.
    pub documents: Vec<String>,
    /// The text of a ceiling that would be over them, in place of the one there is.
    pub boundary: Option<String>,
    /// What would be done with what.
    pub questions: Vec<(Action, Resource)>,
    /// What would be known of the request: condition keys and their values.
    pub facts: Vec<(String, String)>,
}

impl SimulatePolicies {
    fn parsed(&self) -> Result<Policies> {
        let labelled = |(number, text): (usize, &String)| {
            let document = Document::parse(text, Kind::Identity)?;
            Ok(Labelled::new(format!("PolicyInputList.{number}"), Arc::new(document)))
        };
        (1..).zip(&self.documents).map(labelled).collect()
    }

    fn ceiling(&self) -> Result<Option<Labelled>> {
        let Some(text) = &self.boundary else { return Ok(None) };
        let document = Document::parse(text, Kind::Identity)?;
        Ok(Some(Labelled::new("PermissionsBoundaryPolicyInputList.1", Arc::new(document))))
    }
}

impl Operation for SimulatePolicies {
    type Output = Vec<Explanation>;

    fn action(&self) -> Action {
        match self.holder {
            Some(_) => read("SimulatePrincipalPolicy"),
            None => read("SimulateCustomPolicy"),
        }
    }

    fn audit(&self, audit: &mut Audit) {
        if let Some(holder) = &self.holder {
            audit_holder(audit, holder);
        }
        let actions: Vec<String> = self.questions.iter().map(|(action, _)| action.to_string()).collect();
        audit.parameter("ActionNames", actions);
    }
}

#[async_trait]
impl Own for SimulatePolicies {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![self.holder.as_ref().map_or_else(|| "policy/*".to_owned(), holder_path)])
    }

    fn check(&self) -> Result<()> {
        if self.documents.len() > DOCUMENTS_MOST {
            return Err(Failure::invalid("PolicyInputList", format_args!("at most {DOCUMENTS_MOST} policies")));
        }
        if !(1..=QUESTIONS_MOST).contains(&self.questions.len()) {
            let rule = format_args!("1 to {QUESTIONS_MOST} actions, counted for each resource");
            return Err(Failure::invalid("ActionNames", rule));
        }
        if self.facts.len() > FACTS_MOST {
            return Err(Failure::invalid("ContextEntries", format_args!("at most {FACTS_MOST} values")));
        }
        self.ceiling()?;
        self.parsed().map(|_| ())
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Vec<Explanation>> {
        let (principal, mut rights) = match &self.holder {
            None => (scope.caller.principal().clone(), Rights::default()),
            Some(holder) => bearer(holder, scope, txn).await?,
        };
        rights.policies.extend(self.parsed()?);
        let boundary = self.ceiling()?.or(rights.boundary);
        let mut told = Context::new();
        for (key, value) in &self.facts {
            told.add(Key::new(key.clone()), value.as_str());
        }
        let mut context = Context::about(&principal);
        context.extend(&rights.facts);
        let context = context.overlaid(&told);
        let set = PolicySet {
            control: rights.control.as_ref(),
            session: None,
            boundary: boundary.as_ref(),
            identity: &rights.policies,
            resource: None,
            resource_context: None,
            mode: Mode::Access,
        };
        let answer = |(action, resource): &(Action, Resource)| {
            explain(&set, &Request { action, resource, principal: &principal, context: &context })
        };
        Ok(self.questions.iter().map(answer).collect())
    }
}

/// Who would ask, and by which policies. A group asks nothing itself: its policies are tried as whoever simulates them.
async fn bearer(holder: &Holder, scope: &Scope<'_>, txn: &mut Txn) -> Result<(Principal, Rights)> {
    let account = scope.account;
    find_holder(txn, account, holder).await?;
    Ok(match holder {
        Holder::User(name) => {
            let user = find_user(txn, account, name).await?;
            let rights = Rights::of_user(txn.view(), account, &user).await?;
            (Principal::User { account, id: user.id, name: user.name }, rights)
        }
        Holder::Group(_) => {
            let policies = policies_of(txn.view(), account, holder).await?;
            (scope.caller.principal().clone(), Rights { policies, ..Rights::of_root(txn.view(), account).await? })
        }
        Holder::Role(name) => {
            let role = find_role(txn, account, name).await?;
            let session: SessionName = SESSION.parse().map_err(Failure::internal)?;
            let rights = Rights::of_role(txn.view(), account, &role).await?;
            (Principal::RoleSession { account, role: role.id, role_name: role.name, session }, rights)
        }
    })
}
