//! Lifecycle rules of a bucket (Amazon S3 API: PutBucketLifecycleConfiguration and what belongs to it).

use super::context::Context;
use super::convert::{bucket, class, moment, signed, small, stamp};
use objects::{
    DeleteBucketLifecycle, Filter, GetBucketLifecycle, Lifecycle, NoncurrentExpiration, NoncurrentTransition,
    PutBucketLifecycle, Rule, StorageClass, Tags, Transition, When,
};
use s3s::S3Request;
use s3s::dto;
use s3s::dto::{
    AbortIncompleteMultipartUpload, DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput, ExpirationStatus,
    GetBucketLifecycleConfigurationInput, GetBucketLifecycleConfigurationOutput, LifecycleExpiration, LifecycleRule,
    LifecycleRuleAndOperator, LifecycleRuleFilter, NoncurrentVersionExpiration, NoncurrentVersionTransition,
    PutBucketLifecycleConfigurationInput, PutBucketLifecycleConfigurationOutput, TransitionDefaultMinimumObjectSize,
    TransitionStorageClass,
};
use std::sync::Arc;
use types::{Failure, Reason, Result};

/// Objects of fewer bytes stay in their class unless a rule says which sizes it is about.
const LEAST_MOVED: u64 = 128 * 1024;
/// The least days after which an object can come into the class for what is read less often.
const DAYS_BEFORE_MOVE: u32 = 30;

/// Sets a bucket's rules.
pub(super) async fn put(
    cx: &Arc<Context>,
    request: S3Request<PutBucketLifecycleConfigurationInput>,
) -> Result<PutBucketLifecycleConfigurationOutput> {
    let input = request.input;
    let least = input.transition_default_minimum_object_size;
    if least.is_some_and(|size| size.as_str() != TransitionDefaultMinimumObjectSize::ALL_STORAGE_CLASSES_128K) {
        let text = "The header x-amz-transition-default-minimum-object-size can only be all_storage_classes_128K.";
        return Err(Failure::new(Reason::NotImplemented, text));
    }
    let missing = || Failure::new(Reason::BodyMalformed, "The request has no LifecycleConfiguration.");
    let rules = input.lifecycle_configuration.ok_or_else(missing)?.rules;
    let rules = rules.into_iter().enumerate().map(|(at, rule)| read(at, rule)).collect::<Result<Vec<_>>>()?;
    let lifecycle = Lifecycle::new(rules, LEAST_MOVED)?;
    cx.perform(PutBucketLifecycle { bucket: bucket(&input.bucket)?, lifecycle }).await?;
    Ok(PutBucketLifecycleConfigurationOutput { transition_default_minimum_object_size: Some(usual_least()) })
}

/// Shows a bucket's rules.
pub(super) async fn get(
    cx: &Arc<Context>,
    request: S3Request<GetBucketLifecycleConfigurationInput>,
) -> Result<GetBucketLifecycleConfigurationOutput> {
    let lifecycle = cx.perform(GetBucketLifecycle { bucket: bucket(&request.input.bucket)? }).await?;
    let rules = lifecycle.rules().iter().map(shown).collect::<Result<Vec<_>>>()?;
    Ok(GetBucketLifecycleConfigurationOutput {
        rules: Some(rules),
        transition_default_minimum_object_size: Some(usual_least()),
    })
}

/// Takes a bucket's rules away.
pub(super) async fn delete(
    cx: &Arc<Context>,
    request: S3Request<DeleteBucketLifecycleInput>,
) -> Result<DeleteBucketLifecycleOutput> {
    cx.perform(DeleteBucketLifecycle { bucket: bucket(&request.input.bucket)? }).await?;
    Ok(DeleteBucketLifecycleOutput::default())
}

fn usual_least() -> TransitionDefaultMinimumObjectSize {
    TransitionDefaultMinimumObjectSize::from_static(TransitionDefaultMinimumObjectSize::ALL_STORAGE_CLASSES_128K)
}

fn malformed(text: &str) -> Failure {
    Failure::new(Reason::BodyMalformed, text)
}

/// A rule as it was written. One without an id is called by its place.
fn read(at: usize, rule: LifecycleRule) -> Result<Rule> {
    let enabled = match rule.status.as_str() {
        ExpirationStatus::ENABLED => true,
        ExpirationStatus::DISABLED => false,
        _ => return Err(Failure::invalid("Status", "Enabled or Disabled")),
    };
    let id = rule.id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("rule-{}", at + 1));
    let mut read = Rule { enabled, ..Rule::new(id, filter(rule.filter, rule.prefix)?) };
    if let Some(expiration) = rule.expiration {
        let LifecycleExpiration { date, days, expired_object_delete_marker } = expiration;
        read.expiration = when(days, date.as_ref(), "Days")?;
        read.lone_markers = expired_object_delete_marker.unwrap_or_default();
        if read.expiration.is_none() && expired_object_delete_marker.is_none() {
            return Err(malformed("An Expiration has Days, a Date or an ExpiredObjectDeleteMarker."));
        }
    }
    let transitions = rule.transitions.unwrap_or_default();
    read.transitions = transitions.into_iter().map(transition).collect::<Result<_>>()?;
    let noncurrent = rule.noncurrent_version_transitions.unwrap_or_default();
    read.noncurrent_transitions = noncurrent.into_iter().map(noncurrent_transition).collect::<Result<_>>()?;
    read.noncurrent_expiration = rule.noncurrent_version_expiration.map(noncurrent_expiration).transpose()?;
    read.uploads = match rule.abort_incomplete_multipart_upload {
        None => None,
        Some(AbortIncompleteMultipartUpload { days_after_initiation: Some(days) }) => {
            Some(When::After(count(days, "DaysAfterInitiation")?))
        }
        Some(_) => return Err(Failure::missing("DaysAfterInitiation")),
    };
    Ok(read)
}

fn count(number: i32, field: &'static str) -> Result<u32> {
    u32::try_from(number).map_err(|_| Failure::invalid(field, "a number that is not below zero"))
}

fn when(days: Option<i32>, date: Option<&dto::Timestamp>, field: &'static str) -> Result<Option<When>> {
    match (days, date) {
        (None, None) => Ok(None),
        (Some(days), None) => Ok(Some(When::After(count(days, field)?))),
        (None, Some(date)) => Ok(Some(When::From(moment(date)))),
        (Some(_), Some(_)) => Err(malformed("Days and Date do not go together.")),
    }
}

fn lower_class(class: Option<&TransitionStorageClass>) -> Result<StorageClass> {
    match class.map(TransitionStorageClass::as_str) {
        Some(TransitionStorageClass::STANDARD_IA) => Ok(StorageClass::InfrequentAccess),
        Some(other) => {
            let text = format!("The storage class {other} is not supported; STANDARD_IA is.");
            Err(Failure::new(Reason::NotImplemented, text))
        }
        None => Err(Failure::missing("StorageClass")),
    }
}

fn transition(transition: dto::Transition) -> Result<Transition> {
    let class = lower_class(transition.storage_class.as_ref())?;
    let when = when(transition.days, transition.date.as_ref(), "Days")?;
    let when = when.ok_or_else(|| malformed("A Transition has Days or a Date."))?;
    match when {
        When::After(days) if days < DAYS_BEFORE_MOVE => Err(too_soon("Days")),
        _ => Ok(Transition { when, class }),
    }
}

fn too_soon(field: &'static str) -> Failure {
    Failure::invalid(field, format_args!("at least {DAYS_BEFORE_MOVE} for STANDARD_IA"))
}

fn noncurrent_transition(transition: NoncurrentVersionTransition) -> Result<NoncurrentTransition> {
    let class = lower_class(transition.storage_class.as_ref())?;
    let days = transition.noncurrent_days.ok_or_else(|| Failure::missing("NoncurrentDays"))?;
    let days = count(days, "NoncurrentDays")?;
    if days < DAYS_BEFORE_MOVE {
        return Err(too_soon("NoncurrentDays"));
    }
    Ok(NoncurrentTransition { days, keep: kept(transition.newer_noncurrent_versions)?, class })
}

fn noncurrent_expiration(expiration: NoncurrentVersionExpiration) -> Result<NoncurrentExpiration> {
    let days = expiration.noncurrent_days.ok_or_else(|| Failure::missing("NoncurrentDays"))?;
    let days = count(days, "NoncurrentDays")?;
    Ok(NoncurrentExpiration { days, keep: kept(expiration.newer_noncurrent_versions)? })
}

fn kept(versions: Option<i32>) -> Result<u32> {
    versions.map_or(Ok(0), |versions| count(versions, "NewerNoncurrentVersions"))
}

/// What a rule is about: in a filter, or by the prefix that came before there were filters.
fn filter(filter: Option<LifecycleRuleFilter>, prefix: Option<String>) -> Result<Filter> {
    let filter = match (filter, prefix) {
        (Some(filter), None) => filter,
        (None, Some(prefix)) => return Ok(Filter::prefix(prefix)),
        (None, None) => return Err(malformed("A Rule has a Filter or a Prefix.")),
        (Some(_), Some(_)) => return Err(malformed("Filter and Prefix do not go together.")),
    };
    let LifecycleRuleFilter { and, object_size_greater_than, object_size_less_than, prefix, tag } = filter;
    let given = [
        and.is_some(),
        object_size_greater_than.is_some(),
        object_size_less_than.is_some(),
        prefix.is_some(),
        tag.is_some(),
    ];
    if given.into_iter().filter(|given| *given).count() > 1 {
        return Err(malformed("A Filter has one condition; several are in an And."));
    }
    let all = and.unwrap_or(LifecycleRuleAndOperator {
        object_size_greater_than,
        object_size_less_than,
        prefix,
        tags: tag.map(|tag| vec![tag]),
    });
    let tags = all.tags.unwrap_or_default().into_iter();
    let tags = tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()));
    Ok(Filter {
        prefix: all.prefix.unwrap_or_default(),
        tags: Tags::of_object(tags)?,
        larger_than: size(all.object_size_greater_than, "ObjectSizeGreaterThan")?,
        smaller_than: size(all.object_size_less_than, "ObjectSizeLessThan")?,
        except: Vec::new(),
    })
}

fn size(bytes: Option<i64>, field: &'static str) -> Result<Option<u64>> {
    let wrong = |_| Failure::invalid(field, "a number of bytes");
    bytes.map(u64::try_from).transpose().map_err(wrong)
}

/// A rule as answers have it. What was set through OSS may be what this protocol has no words for.
fn shown(rule: &Rule) -> Result<LifecycleRule> {
    let unspeakable = || {
        let text = format!("The rule {} was set through OSS and cannot be said in this protocol.", rule.id);
        Failure::new(Reason::NotImplemented, text)
    };
    let of_days = |when: When| match when {
        When::After(days) => Ok((Some(small(days)), None)),
        When::From(date) => Ok((None, Some(stamp(date)))),
        When::Before(_) => Err(unspeakable()),
    };
    if !rule.filter.except.is_empty() {
        return Err(unspeakable());
    }
    let expiration = match (rule.expiration, rule.lone_markers) {
        (None, false) => None,
        (when, lone) => {
            let (days, date) = when.map(of_days).transpose()?.unwrap_or_default();
            Some(LifecycleExpiration { date, days, expired_object_delete_marker: lone.then_some(true) })
        }
    };
    let transition = |transition: &Transition| {
        let (days, date) = of_days(transition.when)?;
        Ok(dto::Transition { date, days, storage_class: Some(class(transition.class).to_owned().into()) })
    };
    let transitions = rule.transitions.iter().map(transition).collect::<Result<Vec<_>>>()?;
    let uploads = match rule.uploads {
        None => None,
        Some(When::After(days)) => Some(AbortIncompleteMultipartUpload { days_after_initiation: Some(small(days)) }),
        Some(_) => return Err(unspeakable()),
    };
    let noncurrent: Vec<_> = rule.noncurrent_transitions.iter().map(shown_noncurrent).collect();
    let status = if rule.enabled { ExpirationStatus::ENABLED } else { ExpirationStatus::DISABLED };
    Ok(LifecycleRule {
        abort_incomplete_multipart_upload: uploads,
        expiration,
        filter: Some(shown_filter(&rule.filter)),
        id: Some(rule.id.clone()),
        noncurrent_version_expiration: rule.noncurrent_expiration.map(|expiration| NoncurrentVersionExpiration {
            newer_noncurrent_versions: Some(small(expiration.keep)).filter(|keep| *keep > 0),
            noncurrent_days: Some(small(expiration.days)),
        }),
        noncurrent_version_transitions: Some(noncurrent).filter(|some| !some.is_empty()),
        prefix: None,
        status: ExpirationStatus::from_static(status),
        transitions: Some(transitions).filter(|some| !some.is_empty()),
    })
}

fn shown_noncurrent(transition: &NoncurrentTransition) -> NoncurrentVersionTransition {
    NoncurrentVersionTransition {
        newer_noncurrent_versions: Some(small(transition.keep)).filter(|keep| *keep > 0),
        noncurrent_days: Some(small(transition.days)),
        storage_class: Some(class(transition.class).to_owned().into()),
    }
}

/// One condition stands alone, several are in an `And`, and none is an empty prefix.
fn shown_filter(filter: &Filter) -> LifecycleRuleFilter {
    let tag = |(name, value): (&str, &str)| dto::Tag { key: Some(name.to_owned()), value: Some(value.to_owned()) };
    let tags: Vec<_> = filter.tags.iter().map(tag).collect();
    let prefix = Some(filter.prefix.clone());
    let (larger, smaller) = (filter.larger_than.map(signed), filter.smaller_than.map(signed));
    let conditions = [!filter.prefix.is_empty(), larger.is_some(), smaller.is_some()];
    let several = conditions.into_iter().filter(|there| *there).count() + tags.len() > 1;
    if several {
        let and = LifecycleRuleAndOperator {
            object_size_greater_than: larger,
            object_size_less_than: smaller,
            prefix: prefix.filter(|prefix| !prefix.is_empty()),
            tags: Some(tags).filter(|tags| !tags.is_empty()),
        };
        return LifecycleRuleFilter { and: Some(and), ..LifecycleRuleFilter::default() };
    }
    let only = larger.is_none() && smaller.is_none() && tags.is_empty();
    LifecycleRuleFilter {
        and: None,
        object_size_greater_than: larger,
        object_size_less_than: smaller,
        prefix: prefix.filter(|_| only),
        tag: tags.into_iter().next(),
    }
}
