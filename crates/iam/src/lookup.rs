use crate::caller::Caller;
use crate::iam::home;
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use async_trait::async_trait;
use serde_json::Value;
use store::{Store, Txn, View};
use trail::{Attribute, Found, Query};
use types::{Action, Resource, Result, Service};

/// The trails of a caller's account as one: that of a region, and that of what is global.
#[derive(Clone)]
pub struct Trails {
    /// The region's.
    pub region: Store,
    /// That of identities.
    pub identity: Store,
}

/// Look up what was done.
pub(crate) const LOOKUP_EVENTS: Action = Action::read(Service::ActionTrail, "LookupEvents");

/// Looks up what was done in the caller's account.
pub struct LookupEvents {
    /// What to look for.
    pub query: Query,
}

impl Operation for LookupEvents {
    type Output = Found;

    fn action(&self) -> Action {
        LOOKUP_EVENTS
    }

    fn audit(&self, audit: &mut Audit) {
        let (start, end) = self.query.window;
        audit.parameter("StartTime", start.iso_seconds());
        audit.parameter("EndTime", end.iso_seconds());
        let name = |attribute: &Attribute| Value::from(attribute.name());
        let attributes: Vec<Value> = self.query.filters.iter().map(|f| name(&f.attribute)).collect();
        if !attributes.is_empty() {
            audit.parameter("LookupAttribute", attributes);
        }
    }
}

#[async_trait]
impl Run<LookupEvents> for Trails {
    fn store(&self) -> &Store {
        &self.region
    }

    async fn target(&self, op: &LookupEvents, caller: &Caller, _: &View) -> Result<Target> {
        let account = home(caller)?;
        Ok(Target::one(op.action(), Resource::regional(Service::ActionTrail, self.region.region(), account, "*")))
    }

    async fn run(&self, permit: &Permit<LookupEvents>, op: &LookupEvents, _: &mut Txn) -> Result<Found> {
        let views = [self.region.view().await?, self.identity.view().await?];
        trail::lookup(&views, home(permit.caller())?, &op.query).await
    }
}
