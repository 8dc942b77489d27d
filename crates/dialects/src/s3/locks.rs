//! Object lock: of a bucket, and of the versions of its objects.

use super::context::Context;
use super::convert::{bucket, exact, place, version};
use http::HeaderValue;
use objects::{
    DefaultRetention, GetBucketLock, GetObjectHold, GetObjectRetention, Lock, Locking, Period, PutBucketLock,
    PutObjectHold, PutObjectRetention, Retention, RetentionMode,
};
use s3s::S3Request;
use s3s::dto::{
    self, GetObjectLegalHoldInput, GetObjectLegalHoldOutput, GetObjectLockConfigurationInput,
    GetObjectLockConfigurationOutput, GetObjectRetentionInput, GetObjectRetentionOutput, ObjectLockConfiguration,
    ObjectLockEnabled, ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetention,
    ObjectLockRetentionMode, ObjectLockRule, PutObjectLegalHoldInput, PutObjectLegalHoldOutput,
    PutObjectLockConfigurationInput, PutObjectLockConfigurationOutput, PutObjectRetentionInput,
    PutObjectRetentionOutput,
};
use std::sync::Arc;
use types::{Failure, Reason, Result};

/// The headers that say what is to keep an object as it is stored, and what keeps it where it is read.
pub(super) const MODE: &str = "x-amz-object-lock-mode";
pub(super) const UNTIL: &str = "x-amz-object-lock-retain-until-date";
pub(super) const HOLD: &str = "x-amz-object-lock-legal-hold";

fn malformed(text: &str) -> Failure {
    Failure::new(Reason::BodyMalformed, text)
}

/// What headers say is to keep an object.
pub(super) fn asked(
    mode: Option<&ObjectLockMode>,
    until: Option<&dto::Timestamp>,
    hold: Option<&ObjectLockLegalHoldStatus>,
) -> Result<Lock> {
    let retention = match (mode, until) {
        (None, None) => None,
        (Some(mode), Some(until)) => {
            let mode = RetentionMode::of_name(mode.as_str());
            let mode = mode.ok_or_else(|| Failure::invalid(MODE, "GOVERNANCE or COMPLIANCE"))?;
            Some(Retention { mode, until: exact(until) })
        }
        _ => return Err(Failure::invalid(MODE, format_args!("together with {UNTIL}"))),
    };
    let hold = hold.map(|hold| held(hold.as_str()).ok_or_else(|| Failure::invalid(HOLD, "ON or OFF"))).transpose()?;
    Ok(Lock { retention, hold })
}

fn held(status: &str) -> Option<bool> {
    match status {
        ObjectLockLegalHoldStatus::ON => Some(true),
        ObjectLockLegalHoldStatus::OFF => Some(false),
        _ => None,
    }
}

const fn status(on: bool) -> &'static str {
    if on { ObjectLockLegalHoldStatus::ON } else { ObjectLockLegalHoldStatus::OFF }
}

/// What keeps an object, in the fields of an answer's model.
pub(super) type Fields = (Option<ObjectLockMode>, Option<dto::Timestamp>, Option<ObjectLockLegalHoldStatus>);

/// What keeps an object, for the answer to a read of it.
pub(super) fn fields(lock: &Lock) -> Fields {
    let mode = lock.retention.map(|retention| ObjectLockMode::from_static(retention.mode.name()));
    let until = lock.retention.map(|retention| super::convert::stamp(retention.until));
    (mode, until, lock.hold.map(|on| ObjectLockLegalHoldStatus::from_static(status(on))))
}

/// The same in headers: as `s3s` writes them.
pub(super) fn headers(lock: &Lock) -> Result<Vec<(&'static str, HeaderValue)>> {
    let mut headers = Vec::new();
    if let Some(Retention { mode, until }) = lock.retention {
        headers.push((MODE, HeaderValue::from_static(mode.name())));
        headers.push((UNTIL, HeaderValue::from_str(&until.iso_millis()).map_err(Failure::internal)?));
    }
    headers.extend(lock.hold.map(|on| (HOLD, HeaderValue::from_static(status(on)))));
    Ok(headers)
}

/// Lets the versions of a bucket's objects be locked.
pub(super) async fn put_bucket(
    cx: &Arc<Context>,
    request: S3Request<PutObjectLockConfigurationInput>,
) -> Result<PutObjectLockConfigurationOutput> {
    let input = request.input;
    let asked = input.object_lock_configuration;
    let asked = asked.ok_or_else(|| malformed("The request needs an ObjectLockConfiguration."))?;
    if asked.object_lock_enabled.as_ref().map(ObjectLockEnabled::as_str) != Some(ObjectLockEnabled::ENABLED) {
        return Err(malformed("The ObjectLockEnabled must be Enabled."));
    }
    let default = asked.rule.map(|rule| default_of(rule.default_retention)).transpose()?;
    cx.perform(PutBucketLock { bucket: bucket(&input.bucket)?, locking: Locking { default } }).await?;
    Ok(PutObjectLockConfigurationOutput::default())
}

fn default_of(asked: Option<dto::DefaultRetention>) -> Result<DefaultRetention> {
    let asked = asked.ok_or_else(|| malformed("The Rule needs a DefaultRetention."))?;
    // What is below zero is as wrong as zero, and told so by the domain.
    let number = |given: i32| u32::try_from(given).unwrap_or(0);
    let period = match (asked.days, asked.years) {
        (Some(days), None) => Period::Days(number(days)),
        (None, Some(years)) => Period::Years(number(years)),
        _ => return Err(malformed("The DefaultRetention has either Days or Years.")),
    };
    Ok(DefaultRetention { mode: mode_of(asked.mode.as_ref())?, period })
}

fn mode_of(asked: Option<&ObjectLockRetentionMode>) -> Result<RetentionMode> {
    let mode = asked.and_then(|mode| RetentionMode::of_name(mode.as_str()));
    mode.ok_or_else(|| malformed("The Mode must be GOVERNANCE or COMPLIANCE."))
}

/// Shows how the versions of a bucket's objects are locked.
pub(super) async fn get_bucket(
    cx: &Arc<Context>,
    request: S3Request<GetObjectLockConfigurationInput>,
) -> Result<GetObjectLockConfigurationOutput> {
    let locking = cx.perform(GetBucketLock { bucket: bucket(&request.input.bucket)? }).await?;
    let rule = locking.default.map(|DefaultRetention { mode, period }| {
        let (days, years) = match period {
            Period::Days(days) => (Some(super::convert::small(days)), None),
            Period::Years(years) => (None, Some(super::convert::small(years))),
        };
        let mode = Some(ObjectLockRetentionMode::from_static(mode.name()));
        ObjectLockRule { default_retention: Some(dto::DefaultRetention { days, mode, years }) }
    });
    let object_lock_enabled = Some(ObjectLockEnabled::from_static(ObjectLockEnabled::ENABLED));
    let configuration = ObjectLockConfiguration { object_lock_enabled, rule };
    Ok(GetObjectLockConfigurationOutput { object_lock_configuration: Some(configuration) })
}

/// Says until when a version is retained; one that is empty ends it.
pub(super) async fn put_retention(
    cx: &Arc<Context>,
    request: S3Request<PutObjectRetentionInput>,
) -> Result<PutObjectRetentionOutput> {
    let input = request.input;
    let (bucket, key) = place(&input.bucket, &input.key)?;
    let asked = input.retention.ok_or_else(|| malformed("The request needs a Retention."))?;
    let retention = match (asked.mode, asked.retain_until_date) {
        (None, None) => None,
        (mode @ Some(_), Some(until)) => Some(Retention { mode: mode_of(mode.as_ref())?, until: exact(&until) }),
        _ => return Err(malformed("The Retention has a Mode and a RetainUntilDate.")),
    };
    let version = version(input.version_id.as_deref())?;
    let bypass = input.bypass_governance_retention == Some(true);
    cx.perform(PutObjectRetention { bucket, key, version, retention, bypass }).await?;
    Ok(PutObjectRetentionOutput::default())
}

/// Shows until when a version is retained.
pub(super) async fn get_retention(
    cx: &Arc<Context>,
    request: S3Request<GetObjectRetentionInput>,
) -> Result<GetObjectRetentionOutput> {
    let (bucket, key) = place(&request.input.bucket, &request.input.key)?;
    let version = version(request.input.version_id.as_deref())?;
    let Retention { mode, until } = cx.perform(GetObjectRetention { bucket, key, version }).await?;
    let mode = Some(ObjectLockRetentionMode::from_static(mode.name()));
    let retention = ObjectLockRetention { mode, retain_until_date: Some(super::convert::stamp(until)) };
    Ok(GetObjectRetentionOutput { retention: Some(retention) })
}

/// Holds a version, or ends that.
pub(super) async fn put_hold(
    cx: &Arc<Context>,
    request: S3Request<PutObjectLegalHoldInput>,
) -> Result<PutObjectLegalHoldOutput> {
    let input = request.input;
    let (bucket, key) = place(&input.bucket, &input.key)?;
    let asked = input.legal_hold.and_then(|hold| hold.status);
    let on = asked.as_ref().and_then(|asked| held(asked.as_str()));
    let on = on.ok_or_else(|| malformed("The Status of the LegalHold must be ON or OFF."))?;
    cx.perform(PutObjectHold { bucket, key, version: version(input.version_id.as_deref())?, on }).await?;
    Ok(PutObjectLegalHoldOutput::default())
}

/// Shows whether a version is held.
pub(super) async fn get_hold(
    cx: &Arc<Context>,
    request: S3Request<GetObjectLegalHoldInput>,
) -> Result<GetObjectLegalHoldOutput> {
    let (bucket, key) = place(&request.input.bucket, &request.input.key)?;
    let version = version(request.input.version_id.as_deref())?;
    let on = cx.perform(GetObjectHold { bucket, key, version }).await?;
    let status = Some(ObjectLockLegalHoldStatus::from_static(status(on)));
    Ok(GetObjectLegalHoldOutput { legal_hold: Some(ObjectLockLegalHold { status }) })
}
