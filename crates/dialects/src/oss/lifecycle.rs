//! Lifecycle rules of a bucket (alibaba-wire §9.5).

use super::answer::{document, nothing};
use super::context::Context;
use super::spelling;
use crate::body::Response;
use http::StatusCode;
use objects::{
    DeleteBucketLifecycle, Except, Filter, GetBucketLifecycle, Lifecycle, NoncurrentExpiration, NoncurrentTransition,
    PutBucketLifecycle, Rule, StorageClass, Tags, Transition, When,
};
use types::{Failure, Reason, Result, Timestamp};
use wire::xml::{Element, Writer};

const CONFIGURATION: &str = "LifecycleConfiguration";
/// The header by which rules may ask for the same thing of the same objects.
const OVERLAP: &str = "x-oss-allow-same-action-overlap";

/// `PUT /bucket/?lifecycle`
pub(super) async fn put(c: Context<'_>) -> Result<Response> {
    let xml = c.xml(CONFIGURATION)?;
    xml.only(&["Rule"])?;
    let rules = xml.all("Rule").enumerate().map(|(at, rule)| read(at, rule)).collect::<Result<Vec<_>>>()?;
    let may_overlap = match c.head.header(OVERLAP) {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Failure::invalid(OVERLAP, "true or false")),
    };
    if !may_overlap {
        refuse_overlap(&rules)?;
    }
    c.perform(PutBucketLifecycle { bucket: c.bucket()?, lifecycle: Lifecycle::new(rules, 0)? }).await?;
    Ok(nothing(StatusCode::OK))
}

/// `GET /bucket/?lifecycle`
pub(super) async fn get(c: Context<'_>) -> Result<Response> {
    let lifecycle = c.perform(GetBucketLifecycle { bucket: c.bucket()? }).await?;
    let keeps = |rule: &Rule| {
        let kept = rule.noncurrent_transitions.iter().map(|transition| transition.keep);
        kept.chain(rule.noncurrent_expiration.map(|expiration| expiration.keep)).any(|keep| keep > 0)
    };
    let dated = |rule: &Rule| {
        let moved = rule.transitions.iter().map(|transition| transition.when);
        moved.chain(rule.expiration).any(|when| matches!(when, When::From(_)))
    };
    if let Some(rule) = lifecycle.rules().iter().find(|rule| keeps(rule) || dated(rule)) {
        let text = format!("The rule {} was set through S3 and cannot be said in this protocol.", rule.id);
        return Err(Failure::new(Reason::NotImplemented, text));
    }
    Ok(document(CONFIGURATION, |w| lifecycle.rules().iter().for_each(|rule| show(w, rule))))
}

/// `DELETE /bucket/?lifecycle`
pub(super) async fn delete(c: Context<'_>) -> Result<Response> {
    c.perform(DeleteBucketLifecycle { bucket: c.bucket()? }).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}

/// A rule as it was written. One without an id is called by its place.
fn read(at: usize, rule: &Element) -> Result<Rule> {
    rule.only(&[
        "ID",
        "Prefix",
        "Status",
        "Tag",
        "Filter",
        "Expiration",
        "Transition",
        "NoncurrentVersionExpiration",
        "NoncurrentVersionTransition",
        "AbortMultipartUpload",
    ])?;
    let enabled = match rule.required_text("Status")? {
        "Enabled" => true,
        "Disabled" => false,
        _ => return Err(Failure::invalid("Status", "Enabled or Disabled")),
    };
    let id = rule.optional_text("ID")?.filter(|id| !id.is_empty());
    let id = id.map_or_else(|| format!("rule-{}", at + 1), str::to_owned);
    let mut read = Rule { enabled, ..Rule::new(id, filter(rule)?) };
    if let Some(expiration) = rule.optional("Expiration")? {
        expiration.only(&["Days", "CreatedBeforeDate", "ExpiredObjectDeleteMarker"])?;
        read.expiration = when(expiration)?;
        read.lone_markers = expiration.boolean("ExpiredObjectDeleteMarker")?.unwrap_or_default();
    }
    read.transitions = rule.all("Transition").map(transition).collect::<Result<_>>()?;
    if let Some(expiration) = rule.optional("NoncurrentVersionExpiration")? {
        expiration.only(&["NoncurrentDays"])?;
        read.noncurrent_expiration = Some(NoncurrentExpiration { days: noncurrent_days(expiration)?, keep: 0 });
    }
    let noncurrent = rule.all("NoncurrentVersionTransition").map(noncurrent_transition);
    read.noncurrent_transitions = noncurrent.collect::<Result<_>>()?;
    if let Some(abort) = rule.optional("AbortMultipartUpload")? {
        abort.only(&["Days", "CreatedBeforeDate"])?;
        read.uploads = Some(when(abort)?.ok_or_else(|| Failure::missing("Days"))?);
    }
    Ok(read)
}

fn when(element: &Element) -> Result<Option<When>> {
    let days = element.parsed::<u32>("Days")?;
    let date = element.optional_text("CreatedBeforeDate")?;
    match (days, date) {
        (None, None) => Ok(None),
        (Some(days), None) => Ok(Some(When::After(days))),
        (None, Some(date)) => {
            let wrong = || Failure::invalid("CreatedBeforeDate", "a midnight such as 2030-01-01T00:00:00.000Z");
            Ok(Some(When::Before(Timestamp::parse_iso(date.trim()).ok_or_else(wrong)?)))
        }
        (Some(_), Some(_)) => Err(Failure::invalid("CreatedBeforeDate", "without Days beside it")),
    }
}

fn noncurrent_days(element: &Element) -> Result<u32> {
    element.parsed("NoncurrentDays")?.ok_or_else(|| Failure::missing("NoncurrentDays"))
}

/// What goes by the time of the last access is not there: nobody keeps it.
fn refuse_access_time(transition: &Element) -> Result<()> {
    let asks = |name| transition.boolean(name).map(Option::unwrap_or_default);
    if asks("IsAccessTime")? || asks("ReturnToStdWhenVisit")? {
        let text = "Transitions by the time of the last access are not supported.";
        return Err(Failure::new(Reason::NotImplemented, text));
    }
    Ok(())
}

fn transition(transition: &Element) -> Result<Transition> {
    transition.only(&["Days", "CreatedBeforeDate", "StorageClass", "IsAccessTime", "ReturnToStdWhenVisit"])?;
    refuse_access_time(transition)?;
    let class = lower_class(transition)?;
    let when = when(transition)?.ok_or_else(|| Failure::missing("Days"))?;
    Ok(Transition { when, class })
}

fn noncurrent_transition(transition: &Element) -> Result<NoncurrentTransition> {
    transition.only(&["NoncurrentDays", "StorageClass", "IsAccessTime", "ReturnToStdWhenVisit"])?;
    refuse_access_time(transition)?;
    Ok(NoncurrentTransition { days: noncurrent_days(transition)?, keep: 0, class: lower_class(transition)? })
}

fn lower_class(transition: &Element) -> Result<StorageClass> {
    match transition.required_text("StorageClass")? {
        "IA" => Ok(StorageClass::InfrequentAccess),
        other => spelling::parse_storage_class(other),
    }
}

fn filter(rule: &Element) -> Result<Filter> {
    let mut filter = Filter::prefix(rule.optional_text("Prefix")?.unwrap_or_default());
    filter.tags = Tags::of_object(rule.all("Tag").map(tag).collect::<Result<Vec<_>>>()?)?;
    let Some(more) = rule.optional("Filter")? else { return Ok(filter) };
    more.only(&["ObjectSizeGreaterThan", "ObjectSizeLessThan", "Not"])?;
    filter.larger_than = more.parsed("ObjectSizeGreaterThan")?;
    filter.smaller_than = more.parsed("ObjectSizeLessThan")?;
    let except = |not: &Element| {
        not.only(&["Prefix", "Tag"])?;
        let prefix = not.optional_text("Prefix")?.unwrap_or_default().to_owned();
        Ok(Except { prefix, tag: not.optional("Tag")?.map(tag).transpose()? })
    };
    filter.except = more.all("Not").map(except).collect::<Result<_>>()?;
    Ok(filter)
}

fn tag(tag: &Element) -> Result<(String, String)> {
    tag.only(&["Key", "Value"])?;
    Ok((tag.required_text("Key")?.to_owned(), tag.optional_text("Value")?.unwrap_or_default().to_owned()))
}

/// Refuses two rules that ask for the same kind of thing of the same objects.
fn refuse_overlap(rules: &[Rule]) -> Result<()> {
    let meets = |a: &Rule, b: &Rule| {
        let (one, other) = (&a.filter.prefix, &b.filter.prefix);
        let prefixes = one.starts_with(other.as_str()) || other.starts_with(one.as_str());
        prefixes && a.filter.tags == b.filter.tags && kinds(a).iter().zip(kinds(b)).any(|(a, b)| *a && b)
    };
    let mut rest = rules;
    while let Some((rule, behind)) = rest.split_first() {
        if let Some(other) = behind.iter().find(|other| meets(rule, other)) {
            let (one, other) = (&rule.id, &other.id);
            let text = format!("The rules {one} and {other} ask for the same of the same objects; see {OVERLAP}.");
            return Err(Failure::new(Reason::ParameterInvalid, text));
        }
        rest = behind;
    }
    Ok(())
}

fn kinds(rule: &Rule) -> [bool; 5] {
    [
        rule.expiration.is_some() || rule.lone_markers,
        !rule.transitions.is_empty(),
        rule.noncurrent_expiration.is_some(),
        !rule.noncurrent_transitions.is_empty(),
        rule.uploads.is_some(),
    ]
}

fn show(w: &mut Writer, rule: &Rule) {
    w.element("Rule", |w| {
        w.text("ID", &rule.id);
        w.text("Prefix", &rule.filter.prefix);
        w.text("Status", if rule.enabled { "Enabled" } else { "Disabled" });
        rule.filter.tags.iter().for_each(|tag| show_tag(w, tag));
        show_filter(w, &rule.filter);
        if rule.expiration.is_some() || rule.lone_markers {
            w.element("Expiration", |w| {
                rule.expiration.into_iter().for_each(|when| show_when(w, when));
                w.optional("ExpiredObjectDeleteMarker", rule.lone_markers.then_some(true));
            });
        }
        for transition in &rule.transitions {
            w.element("Transition", |w| {
                show_when(w, transition.when);
                w.text("StorageClass", spelling::storage_class(transition.class));
            });
        }
        if let Some(expiration) = rule.noncurrent_expiration {
            w.element("NoncurrentVersionExpiration", |w| w.text("NoncurrentDays", expiration.days));
        }
        for transition in &rule.noncurrent_transitions {
            w.element("NoncurrentVersionTransition", |w| {
                w.text("NoncurrentDays", transition.days);
                w.text("StorageClass", spelling::storage_class(transition.class));
            });
        }
        if let Some(when) = rule.uploads {
            w.element("AbortMultipartUpload", |w| show_when(w, when));
        }
    });
}

fn show_tag(w: &mut Writer, (name, value): (&str, &str)) {
    w.element("Tag", |w| {
        w.text("Key", name);
        w.text("Value", value);
    });
}

fn show_filter(w: &mut Writer, filter: &Filter) {
    if filter.larger_than.is_none() && filter.smaller_than.is_none() && filter.except.is_empty() {
        return;
    }
    w.element("Filter", |w| {
        w.optional("ObjectSizeGreaterThan", filter.larger_than);
        w.optional("ObjectSizeLessThan", filter.smaller_than);
        for except in &filter.except {
            w.element("Not", |w| {
                w.text("Prefix", &except.prefix);
                except.tag.iter().for_each(|(name, value)| show_tag(w, (name, value)));
            });
        }
    });
}

fn show_when(w: &mut Writer, when: When) {
    match when {
        When::After(days) => w.text("Days", days),
        When::Before(date) | When::From(date) => w.text("CreatedBeforeDate", date.iso_millis()),
    }
}
