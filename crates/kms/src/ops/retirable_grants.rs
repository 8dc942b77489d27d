use crate::grant_record::GrantRecord;
use crate::kms::{Kms, home};
use crate::tables::{GRANTS, version_suffix};
use crate::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Range, Store, Txn, View};
use types::{Action, Failure, KeyId, Result};

/// Grants looked at in one step, and in one call: one account can have very many.
const STEP: usize = 500;
const STEPS: usize = 10;

/// Says which grants on keys of the caller's account a principal may end, as the one who is named for that.
#[derive(Clone, Debug)]
pub struct ListRetirableGrants {
    /// Who.
    pub retiring: String,
    /// The key and the grant after which to go on.
    pub after: Option<(KeyId, KeyId)>,
    /// How many at most, up to [`limits::PAGE_SIZE`].
    pub limit: u32,
}

/// A part of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetirableGrants {
    /// The grants.
    pub items: Vec<GrantRecord>,
    /// Where to go on, if there may be more.
    pub next: Option<(KeyId, KeyId)>,
}

impl Operation for ListRetirableGrants {
    type Output = RetirableGrants;

    fn action(&self) -> Action {
        action::LIST_RETIRABLE_GRANTS
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("RetiringPrincipal", self.retiring.as_str());
    }
}

#[async_trait]
impl Run<ListRetirableGrants> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListRetirableGrants, caller: &Caller, _: &View) -> Result<Target> {
        Ok(Target::one(op.action(), self.resource(home(caller)?, "key")))
    }

    async fn run(
        &self,
        permit: &Permit<ListRetirableGrants>,
        op: &ListRetirableGrants,
        txn: &mut Txn,
    ) -> Result<RetirableGrants> {
        if !(1..=limits::PAGE_SIZE).contains(&op.limit) {
            return Err(Failure::invalid("Limit", format!("1 to {}", limits::PAGE_SIZE)));
        }
        let account = home(permit.caller())?;
        let mut items = Vec::new();
        let mut after = op.after.clone();
        for _ in 0..STEPS {
            let seen = after.as_ref().map(|(key, grant)| version_suffix(key, grant));
            let range = seen.map_or_else(|| Range::all(STEP), |suffix| Range::after(&suffix, STEP));
            let found = txn.view().scan(GRANTS, account, &range).await?;
            let last = found.len() < STEP;
            for (_, grant) in found {
                after = Some((grant.key.clone(), grant.id.clone()));
                if grant.retiring.as_deref() == Some(op.retiring.as_str()) {
                    items.push(grant);
                    if items.len() >= op.limit as usize {
                        return Ok(RetirableGrants { items, next: after });
                    }
                }
            }
            if last {
                return Ok(RetirableGrants { items, next: None });
            }
        }
        Ok(RetirableGrants { items, next: after })
    }
}
