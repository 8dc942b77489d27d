use crate::caller::Caller;
use crate::iam::home;
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use async_trait::async_trait;
use serde_json::Value;
use std::path::PathBuf;
use store::{Store, Txn, View};
use trail::{Attribute, Folder, Found, Query, Receipt};
use types::{Action, Failure, Resource, Result, Service, Timestamp};

/// The trails of a caller's account as one: that of a region, and that of what is global.
#[derive(Clone)]
pub struct Trails {
    /// The region's.
    pub region: Store,
    /// That of identities.
    pub identity: Store,
    /// Where the region's are published.
    pub region_folder: PathBuf,
    /// Where those of identities are published.
    pub identity_folder: PathBuf,
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

/// Gives a receipt for an event of the caller's account: what shows to anybody, offline, that it was recorded.
pub struct GetEventReceipt {
    /// The event's id.
    pub event: String,
    /// Its time, as the event has it. Without one only the newest events are looked at.
    pub time: Option<Timestamp>,
}

impl Operation for GetEventReceipt {
    type Output = Receipt;

    fn action(&self) -> Action {
        Action::read(Service::ActionTrail, "GetEventReceipt")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("EventId", self.event.as_str());
        audit.optional("EventTime", self.time.map(Timestamp::iso_seconds));
    }
}

#[async_trait]
impl Run<GetEventReceipt> for Trails {
    fn store(&self) -> &Store {
        &self.region
    }

    async fn target(&self, op: &GetEventReceipt, caller: &Caller, _: &View) -> Result<Target> {
        let account = home(caller)?;
        Ok(Target::one(op.action(), Resource::regional(Service::ActionTrail, self.region.region(), account, "*")))
    }

    async fn run(&self, permit: &Permit<GetEventReceipt>, op: &GetEventReceipt, _: &mut Txn) -> Result<Receipt> {
        let account = home(permit.caller())?;
        for (store, folder) in [(&self.region, &self.region_folder), (&self.identity, &self.identity_folder)] {
            let folder = Folder::of(folder, account);
            if let Some(receipt) = Receipt::of(store, &folder, account, &op.event, op.time).await? {
                return Ok(receipt);
            }
        }
        let rule = match op.time {
            Some(_) => "that of an event which the trail has at this time",
            None => "that of one of the newest events; for an older one give its EventTime as well",
        };
        Err(Failure::invalid("EventId", rule))
    }
}
