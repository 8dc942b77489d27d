use crate::iam::{read, write};
use crate::lookup::LOOKUP_EVENTS;
use crate::operation::Need;
use crate::seals::{END_ERASURE_EPOCH, GET_SEAL, ROTATE_ROOT_KEY};
use std::collections::BTreeSet;
use types::{AccountId, Action, Duty, Failure, Reason, Result};

pub(super) const CREATE_OPERATOR: Action = write("CreateOperator");
pub(super) const UPDATE_OPERATOR: Action = write("UpdateOperator");
pub(super) const DELETE_OPERATOR: Action = write("DeleteOperator");
pub(super) const GET_OPERATOR: Action = read("GetOperator");
pub(super) const LIST_OPERATORS: Action = read("ListOperators");
pub(super) const CREATE_OPERATOR_KEY: Action = write("CreateOperatorAccessKey");
pub(super) const DELETE_OPERATOR_KEY: Action = write("DeleteOperatorAccessKey");

/// What a duty allows, with what is the deployment's own.
const fn rights(duty: Duty) -> &'static [Action] {
    match duty {
        Duty::Accounts => &[crate::accounts::CREATE_ACCOUNT, crate::accounts::LIST_ACCOUNTS],
        Duty::Operators => &[
            CREATE_OPERATOR,
            UPDATE_OPERATOR,
            DELETE_OPERATOR,
            GET_OPERATOR,
            LIST_OPERATORS,
            CREATE_OPERATOR_KEY,
            DELETE_OPERATOR_KEY,
        ],
        Duty::Audit => &[LOOKUP_EVENTS],
        Duty::Seals => &[GET_SEAL, ROTATE_ROOT_KEY, END_ERASURE_EPOCH],
        // Whoever answers tenants has to know which there are; looking into them takes more than a duty.
        Duty::Support => &[crate::accounts::LIST_ACCOUNTS],
    }
}

/// Whether an operator with these duties may do all of it. What belongs to a tenant is out of reach whatever a policy there
/// says: one that lets everybody in means everybody but the people who run the place.
pub(crate) fn decide(duties: &BTreeSet<Duty>, needs: &[Need]) -> Result<()> {
    for need in needs {
        if need.resource.account != AccountId::PLATFORM {
            return Err(no_tenant());
        }
        if !duties.iter().any(|duty| rights(*duty).contains(&need.action)) {
            let text = format!("You are not allowed to do {}: none of your duties includes it.", need.action);
            return Err(Failure::new(Reason::AccessDenied, text).with("AuthAction", need.action.to_string()));
        }
    }
    Ok(())
}

/// The refusal of whatever is a tenant's.
pub(crate) fn no_tenant() -> Failure {
    Failure::new(Reason::AccessDenied, "An operator has no rights in any account, nor on what belongs to one.")
}

#[cfg(test)]
mod tests {
    use super::{decide, rights};
    use crate::operation::Need;
    use std::collections::BTreeSet;
    use types::{AccountId, Action, Duty, Resource, Service};

    fn need(account: AccountId, action: Action) -> Need {
        Need { action, resource: Resource::global(Service::Ram, account, "account") }
    }

    #[test]
    fn a_duty_allows_its_own_and_nothing_of_a_tenant() {
        let tenant: AccountId = "1000000000000001".parse().unwrap();
        for duty in Duty::ALL {
            for other in Duty::ALL {
                for action in rights(other) {
                    let held = BTreeSet::from([duty]);
                    let (own, theirs) = ([need(AccountId::PLATFORM, *action)], [need(tenant, *action)]);
                    assert_eq!(decide(&held, &own).is_ok(), rights(duty).contains(action), "{duty} {action}");
                    assert!(decide(&held, &theirs).is_err());
                }
            }
        }
        let all = BTreeSet::from(Duty::ALL);
        let get = Action::read(Service::Oss, "GetObject");
        assert!(decide(&all, &[need(tenant, get)]).is_err());
        assert!(decide(&all, &[need(AccountId::PLATFORM, get)]).is_err());
        // What needs nothing is no right: to be told who one is.
        assert!(decide(&BTreeSet::new(), &[]).is_ok());
    }
}
