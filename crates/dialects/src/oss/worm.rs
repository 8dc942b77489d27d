//! What is written once: a bucket's retention policy, and locks of the versions of objects (alibaba-wire §9.4).

use super::answer::{document, nothing, put};
use super::context::Context;
use super::spelling;
use crate::body::Response;
use http::StatusCode;
use objects::{
    AbortBucketRetention, BucketRetention, DefaultRetention, ExtendBucketRetention, GetBucketLock, GetBucketRetention,
    GetObjectHold, GetObjectRetention, InitiateBucketRetention, Lock, LockBucketRetention, Locking, Period,
    PutBucketLock, PutObjectHold, PutObjectRetention, Retention, RetentionMode,
};
use types::{Failure, Result, Timestamp};
use wire::Head;
use wire::xml::Element;

/// The headers that say what is to keep an object as it is stored, and what keeps it where it is read.
pub(super) const MODE: &str = "x-oss-object-worm-mode";
pub(super) const UNTIL: &str = "x-oss-object-worm-retain-until-date";
pub(super) const HOLD: &str = "x-oss-object-worm-legal-hold";
/// The header by which somebody goes past governance.
pub(super) const BYPASS: &str = "x-oss-bypass-governance-retention";

/// What headers say is to keep an object.
pub(super) fn asked(head: &Head) -> Result<Lock> {
    let retention = match (head.header(MODE), head.header(UNTIL)) {
        (None, None) => None,
        (Some(mode), Some(until)) => Some(Retention { mode: mode_of(MODE, mode)?, until: date_of(UNTIL, until)? }),
        (Some(_), None) => return Err(Failure::missing(UNTIL)),
        (None, Some(_)) => return Err(Failure::missing(MODE)),
    };
    Ok(Lock { retention, hold: head.header(HOLD).map(|text| held(HOLD, text)).transpose()? })
}

/// Whether a request wants to go past governance.
pub(super) fn bypass(head: &Head) -> Result<bool> {
    match head.header(BYPASS) {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(Failure::invalid(BYPASS, "it must be true or false")),
    }
}

/// Says what keeps an object.
pub(super) fn put_lock(response: &mut Response, lock: &Lock) {
    if let Some(Retention { mode, until }) = lock.retention {
        put(response, MODE, mode.name());
        put(response, UNTIL, &until.iso_millis());
    }
    if let Some(on) = lock.hold {
        put(response, HOLD, status(on));
    }
}

fn mode_of(field: &'static str, text: &str) -> Result<RetentionMode> {
    RetentionMode::of_name(text).ok_or_else(|| Failure::invalid(field, "it must be GOVERNANCE or COMPLIANCE"))
}

fn date_of(field: &'static str, text: &str) -> Result<Timestamp> {
    let wrong = || Failure::invalid(field, "it must be a date such as 2030-01-31T00:00:00.000Z");
    Timestamp::parse_iso(text).ok_or_else(wrong)
}

fn held(field: &'static str, text: &str) -> Result<bool> {
    match text {
        "ON" => Ok(true),
        "OFF" => Ok(false),
        _ => Err(Failure::invalid(field, "it must be ON or OFF")),
    }
}

const fn status(on: bool) -> &'static str {
    if on { "ON" } else { "OFF" }
}

const OBJECT_WORM: &str = "ObjectWormConfiguration";

/// `PUT /bucket/?objectWorm`
pub(super) async fn put_locking(c: Context<'_>) -> Result<Response> {
    let xml = c.xml(OBJECT_WORM)?;
    xml.only(&["ObjectWormEnabled", "Rule"])?;
    if xml.required_text("ObjectWormEnabled")? != "Enabled" {
        return Err(Failure::invalid("ObjectWormEnabled", "it must be Enabled"));
    }
    let default = xml.optional("Rule")?.map(default_of).transpose()?;
    c.perform(PutBucketLock { bucket: c.bucket()?, locking: Locking { default } }).await?;
    Ok(nothing(StatusCode::OK))
}

fn default_of(rule: &Element) -> Result<DefaultRetention> {
    rule.only(&["DefaultRetention"])?;
    let default = rule.required("DefaultRetention")?;
    default.only(&["Mode", "Days", "Years"])?;
    let period = match (default.parsed("Days")?, default.parsed("Years")?) {
        (Some(days), None) => Period::Days(days),
        (None, Some(years)) => Period::Years(years),
        _ => return Err(Failure::invalid("DefaultRetention", "it must have either Days or Years")),
    };
    Ok(DefaultRetention { mode: mode_of("Mode", default.required_text("Mode")?)?, period })
}

/// `GET /bucket/?objectWorm`
pub(super) async fn get_locking(c: Context<'_>) -> Result<Response> {
    let locking = c.perform(GetBucketLock { bucket: c.bucket()? }).await?;
    Ok(document(OBJECT_WORM, |w| {
        w.text("ObjectWormEnabled", "Enabled");
        let Some(DefaultRetention { mode, period }) = locking.default else { return };
        w.element("Rule", |w| {
            w.element("DefaultRetention", |w| {
                w.text("Mode", mode.name());
                match period {
                    Period::Days(days) => w.text("Days", days),
                    Period::Years(years) => w.text("Years", years),
                }
            });
        });
    }))
}

/// `PUT /bucket/key?retention`; one that is empty ends it.
pub(super) async fn put_retention(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let xml = c.xml("Retention")?;
    xml.only(&["Mode", "RetainUntilDate"])?;
    let retention = if xml.children().is_empty() {
        None
    } else {
        let mode = mode_of("Mode", xml.required_text("Mode")?)?;
        Some(Retention { mode, until: date_of("RetainUntilDate", xml.required_text("RetainUntilDate")?)? })
    };
    let (version, bypass) = (c.version()?, bypass(&c.head)?);
    let done = c.perform(PutObjectRetention { bucket, key, version, retention, bypass }).await?;
    let mut response = nothing(StatusCode::OK);
    super::headers::put_version(&mut response, done.version);
    Ok(response)
}

/// `GET /bucket/key?retention`
pub(super) async fn get_retention(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let Retention { mode, until } = c.perform(GetObjectRetention { bucket, key, version: c.version()? }).await?;
    Ok(document("Retention", |w| {
        w.text("Mode", mode.name());
        w.text("RetainUntilDate", until.iso_millis());
    }))
}

/// `PUT /bucket/key?legalHold`
pub(super) async fn put_hold(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let xml = c.xml("LegalHold")?;
    xml.only(&["Status"])?;
    let on = held("Status", xml.required_text("Status")?)?;
    let version = c.perform(PutObjectHold { bucket, key, version: c.version()?, on }).await?;
    let mut response = nothing(StatusCode::OK);
    super::headers::put_version(&mut response, version);
    Ok(response)
}

/// `GET /bucket/key?legalHold`
pub(super) async fn get_hold(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let on = c.perform(GetObjectHold { bucket, key, version: c.version()? }).await?;
    Ok(document("LegalHold", |w| w.text("Status", status(on))))
}

/// How many days a policy is to keep things. A number below zero is as wrong as zero, and told so by the domain.
fn days(c: &Context<'_>, root: &'static str) -> Result<u32> {
    let xml = c.xml(root)?;
    xml.only(&["RetentionPeriodInDays"])?;
    let days: i64 = xml.parsed("RetentionPeriodInDays")?.ok_or_else(|| Failure::missing("RetentionPeriodInDays"))?;
    Ok(u32::try_from(days).unwrap_or(0))
}

/// `POST /bucket/?worm`
pub(super) async fn initiate(c: Context<'_>) -> Result<Response> {
    let op = InitiateBucketRetention { bucket: c.bucket()?, days: days(&c, "InitiateWormConfiguration")? };
    let policy = c.perform(op).await?;
    let mut response = nothing(StatusCode::OK);
    put(&mut response, "x-oss-worm-id", &policy.id);
    Ok(response)
}

/// `DELETE /bucket/?worm`
pub(super) async fn abort(c: Context<'_>) -> Result<Response> {
    c.perform(AbortBucketRetention { bucket: c.bucket()? }).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}

/// `POST /bucket/?wormId=…`
pub(super) async fn complete(c: Context<'_>) -> Result<Response> {
    let id = c.query.required("wormId")?.to_owned();
    c.perform(LockBucketRetention { bucket: c.bucket()?, id }).await?;
    Ok(nothing(StatusCode::OK))
}

/// `POST /bucket/?wormExtend&wormId=…`
pub(super) async fn extend(c: Context<'_>) -> Result<Response> {
    let id = c.query.required("wormId")?.to_owned();
    let days = days(&c, "ExtendWormConfiguration")?;
    c.perform(ExtendBucketRetention { bucket: c.bucket()?, id, days }).await?;
    Ok(nothing(StatusCode::OK))
}

/// `GET /bucket/?worm`
pub(super) async fn get(c: Context<'_>) -> Result<Response> {
    let policy = c.perform(GetBucketRetention { bucket: c.bucket()? }).await?;
    let ends = policy.ends();
    let BucketRetention { id, days, created, locked } = policy;
    Ok(document("WormConfiguration", |w| {
        w.text("WormId", id);
        w.text("State", if locked { "Locked" } else { "InProgress" });
        w.text("RetentionPeriodInDays", days);
        w.text("CreationDate", spelling::moment(created));
        w.optional("ExpirationDate", ends.map(spelling::moment));
    }))
}
