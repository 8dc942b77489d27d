//! The trail, 2020-07-06 (alibaba-wire §8).

use super::context::{Answer, Context, answer};
use super::row::{Row, row};
use iam::{GetEventReceipt, LookupEvents, RecordPreference, Trails};
use kms::{ErasureReceipts, GetErasureReceipt};
use trail::{Attribute, Direction, Query};
use types::{Failure, Result, Timestamp};
use wire::Params;

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(ActionTrail, "LookupEvents", Full, ["actiontrail:LookupEvents"], lookup_events),
    row!(ActionTrail, "GetEventReceipt", Full, ["actiontrail:GetEventReceipt"], get_event_receipt),
    row!(ActionTrail, "GetErasureReceipt", Full, ["actiontrail:GetErasureReceipt"], get_erasure_receipt),
    row!(ActionTrail, "SetRecordPreference", Full, ["actiontrail:SetRecordPreference"], set_record_preference),
    row!(ActionTrail, "GetRecordPreference", Full, ["actiontrail:GetRecordPreference"], get_record_preference),
    row!(ActionTrail, "CreateTrail"),
    row!(ActionTrail, "UpdateTrail"),
    row!(ActionTrail, "DeleteTrail"),
    row!(ActionTrail, "DescribeTrails"),
    row!(ActionTrail, "GetTrailStatus"),
    row!(ActionTrail, "StartLogging"),
    row!(ActionTrail, "StopLogging"),
    row!(ActionTrail, "DescribeRegions"),
    row!(ActionTrail, "CreateDeliveryHistoryJob"),
    row!(ActionTrail, "GetDeliveryHistoryJob"),
    row!(ActionTrail, "ListDeliveryHistoryJobs"),
    row!(ActionTrail, "DeleteDeliveryHistoryJob"),
    row!(ActionTrail, "PutDataEventSelector"),
    row!(ActionTrail, "GetDataEventSelector"),
    row!(ActionTrail, "ListDataEventSelectors"),
    row!(ActionTrail, "DeleteDataEventSelector"),
    row!(ActionTrail, "ListDataEventServices"),
    row!(ActionTrail, "GetAccessKeyLastUsedInfo"),
    row!(ActionTrail, "GetAccessKeyLastUsedEvents"),
    row!(ActionTrail, "GetAccessKeyLastUsedIps"),
    row!(ActionTrail, "GetAccessKeyLastUsedProducts"),
    row!(ActionTrail, "GetAccessKeyLastUsedResources"),
    row!(ActionTrail, "GetGlobalEventsStorageRegion"),
    row!(ActionTrail, "UpdateGlobalEventsStorageRegion"),
    row!(ActionTrail, "EnableInsight"),
    row!(ActionTrail, "DisableInsight"),
    row!(ActionTrail, "GetInsightTypes"),
    row!(ActionTrail, "PutInsightSelectors"),
    row!(ActionTrail, "GetInsightSelectors"),
    row!(ActionTrail, "GetInsightsEventsCount"),
    row!(ActionTrail, "LookupInsightEvents"),
    row!(ActionTrail, "CreateAdvancedQueryTemplate"),
    row!(ActionTrail, "GetAdvancedQueryTemplate"),
    row!(ActionTrail, "UpdateAdvancedQueryTemplate"),
    row!(ActionTrail, "DeleteAdvancedQueryTemplate"),
    row!(ActionTrail, "DescribeAdvancedQueryTemplate"),
    row!(ActionTrail, "CreateAdvancedQueryHistory"),
    row!(ActionTrail, "DescribeAdvancedQueryHistory"),
    row!(ActionTrail, "DeleteAdvancedQueryHistory"),
    row!(ActionTrail, "DescribeScenes"),
    row!(ActionTrail, "DescribeSearchTemplates"),
    row!(ActionTrail, "DescribeUserLogCount"),
    row!(ActionTrail, "DescribeUserAlertCount"),
    row!(ActionTrail, "DescribeResourceLifeCycleEvents"),
    row!(ActionTrail, "GetGovernanceMetrics"),
];

async fn lookup_events(c: &Context<'_>) -> Result<Answer> {
    let query = query(c.params, c.caller.call().time)?;
    let found = c.domains.gate.perform(c.caller, &trails(c), LookupEvents { query }).await?;
    let mut members = answer! {
        "Events": found.events,
        "StartTime": found.window.0.iso_seconds(),
        "EndTime": found.window.1.iso_seconds(),
    };
    // Absent at the end: clients go on for as long as there is one.
    if let Some(token) = found.token {
        members.insert("NextToken".to_owned(), token.into());
    }
    Ok(members)
}

/// An action of our own: what shows to anybody that an event was recorded.
async fn get_event_receipt(c: &Context<'_>) -> Result<Answer> {
    let op = GetEventReceipt { event: c.params.required("EventId")?.to_owned(), time: time(c.params, "EventTime")? };
    let receipt = c.domains.gate.perform(c.caller, &trails(c), op).await?;
    Ok(answer! { "Receipt": serde_json::to_value(&receipt).map_err(Failure::internal)? })
}

/// An action of our own: what shows to anybody that something was erased, and when that became final.
async fn get_erasure_receipt(c: &Context<'_>) -> Result<Answer> {
    let op = GetErasureReceipt { event: c.params.required("EventId")?.to_owned(), time: time(c.params, "EventTime")? };
    let receipts = ErasureReceipts { store: c.region.store.clone(), trails: c.region.trail.clone() };
    let receipt = c.domains.gate.perform(c.caller, &receipts, op).await?;
    Ok(answer! { "Receipt": serde_json::to_value(&receipt).map_err(Failure::internal)? })
}

fn trails(c: &Context<'_>) -> Trails {
    Trails {
        region: c.region.store.clone(),
        identity: c.domains.identity.clone(),
        region_folder: c.region.trail.clone(),
        identity_folder: c.domains.identity_trail.clone(),
    }
}

fn record_preference(preference: RecordPreference) -> Answer {
    answer! { "RecordPreference": {"StrictReads": preference.strict} }
}

/// An action of our own: whether reads are recorded as surely as changes.
async fn set_record_preference(c: &Context<'_>) -> Result<Answer> {
    let strict = c.params.boolean("StrictReads")?.ok_or_else(|| Failure::missing("StrictReads"))?;
    c.iam(iam::SetRecordPreference { strict }).await.map(record_preference)
}

async fn get_record_preference(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::GetRecordPreference).await.map(record_preference)
}

fn query(params: &Params, now: Timestamp) -> Result<Query> {
    let mut query = Query::new(time(params, "StartTime")?, time(params, "EndTime")?, now)?;
    for attribute in params.structures("LookupAttribute")? {
        let name: Attribute = attribute.required("Key")?.parse()?;
        query = query.filter(name, attribute.required("Value")?)?;
    }
    query = match params.optional("Direction") {
        None | Some("BACKWARD") => query,
        Some("FORWARD") => query.directed(Direction::Forward),
        Some(_) => return Err(Failure::invalid("Direction", "FORWARD or BACKWARD")),
    };
    // The interface has the number as a text, and takes 0 for the default.
    if let Some(limit) = params.parsed::<usize>("MaxResults")?.filter(|limit| *limit > 0) {
        query = query.limited(limit)?;
    }
    Ok(query.after(params.optional("NextToken").map(str::to_owned)))
}

fn time(params: &Params, name: &'static str) -> Result<Option<Timestamp>> {
    let parse =
        |text| Timestamp::parse_iso(text).ok_or_else(|| Failure::invalid(name, "a time like 2012-02-24T08:43:07Z"));
    params.optional(name).map(parse).transpose()
}
