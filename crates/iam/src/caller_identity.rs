use crate::caller::Caller;
use crate::iam::{Iam, home};
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use async_trait::async_trait;
use store::{Store, Txn, View};
use types::{Action, Failure, Principal, Reason, Result, Service};

/// Asks who one is. Everyone who has signed may ask; no policy can forbid it.
pub struct GetCallerIdentity;

impl Operation for GetCallerIdentity {
    type Output = Principal;

    fn action(&self) -> Action {
        Action::read(Service::Sts, "GetCallerIdentity")
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Run<GetCallerIdentity> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, _: &GetCallerIdentity, caller: &Caller, _: &View) -> Result<Target> {
        Ok(Target { owner: Some(home(caller)?), ..Target::default() })
    }

    /// The principal: always a root, a user, a role session or an operator.
    async fn run(&self, permit: &Permit<GetCallerIdentity>, _: &GetCallerIdentity, _: &mut Txn) -> Result<Principal> {
        match permit.caller().principal() {
            Principal::Root { .. }
            | Principal::User { .. }
            | Principal::RoleSession { .. }
            | Principal::Operator { .. } => Ok(permit.caller().principal().clone()),
            Principal::Anonymous | Principal::Service { .. } => Err(Failure::of(Reason::MissingAuthentication)),
        }
    }
}
