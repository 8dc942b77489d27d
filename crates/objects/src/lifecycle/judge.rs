use super::Lifecycle;
use super::rule::{NoncurrentExpiration, NoncurrentTransition, Rule, Transition, When};
use crate::bucket::StorageClass;
use crate::object::ObjectRecord;
use crate::version::VersionRecord;
use std::time::Duration;
use types::{ObjectKey, Timestamp};

/// What a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It goes.
    Expire,
    /// It comes into this storage class.
    Move(StorageClass),
}

/// Says what is to be done with something at a moment, and by which rule. Where several rules ask for something, going comes
/// before moving, and else the first rule is named.
pub(crate) struct Judge<'r> {
    pub(crate) lifecycle: &'r Lifecycle,
    pub(crate) now: Timestamp,
    pub(crate) day: Duration,
}

/// What was decided.
pub(crate) type Decided<'r> = Option<(Verdict, &'r Rule)>;

impl<'r> Judge<'r> {
    fn rules(&self) -> impl Iterator<Item = &'r Rule> + use<'r> {
        self.lifecycle.rules.iter().filter(|rule| rule.enabled)
    }

    /// The end of the day on which something from `since` is so many days old (Amazon S3, "Lifecycle rules: based on an object's
    /// age": the time is rounded up to the next midnight UTC).
    fn end_of_days(&self, since: Timestamp, days: u32) -> Timestamp {
        let day = i64::try_from(self.day.as_millis()).unwrap_or(i64::MAX).max(1);
        let end = since.millis().saturating_add(day.saturating_mul(i64::from(days)));
        let over = end.rem_euclid(day);
        Timestamp::from_millis(if over == 0 { end } else { end.saturating_add(day - over) })
    }

    /// When something from `since` is due.
    fn due_at(&self, since: Timestamp, when: When) -> Option<Timestamp> {
        match when {
            When::After(days) => Some(self.end_of_days(since, days)),
            When::Before(date) => (since < date).then_some(since),
            When::From(date) => Some(date),
        }
    }

    fn is_due(&self, since: Timestamp, when: When) -> bool {
        self.due_at(since, when).is_some_and(|due| due <= self.now)
    }

    /// Of what a key stands for.
    pub(crate) fn current(&self, key: &ObjectKey, object: &ObjectRecord) -> Decided<'r> {
        let about = || self.rules().filter(|rule| takes(rule, key, object));
        let due = |when| self.is_due(object.modified, when);
        let expire = about().find(|rule| rule.expiration.is_some_and(due)).map(|rule| (Verdict::Expire, rule));
        expire.or_else(|| {
            let moved = |rule: &Rule| {
                let asks = |t: &&Transition| due(t.when) && self.may_move(rule, object, t.class);
                rule.transitions.iter().find(asks).map(|transition| Verdict::Move(transition.class))
            };
            about().find_map(|rule| moved(rule).map(|verdict| (verdict, rule)))
        })
    }

    /// Of a version that its key does not stand for any more, since a moment; `newer`: how many such versions of its key are
    /// newer.
    pub(crate) fn aside(
        &self,
        key: &ObjectKey,
        version: &VersionRecord,
        (since, newer): (Timestamp, u32),
    ) -> Decided<'r> {
        let about = || {
            self.rules().filter(|rule| match version {
                VersionRecord::Object(object) => takes(rule, key, object),
                VersionRecord::Marker(_) => takes_marker(rule, key),
            })
        };
        let due = |days, keep| newer >= keep && self.is_due(since, When::After(days));
        let expires = |rule: &&Rule| {
            rule.noncurrent_expiration.is_some_and(|NoncurrentExpiration { days, keep }| due(days, keep))
        };
        if let Some(rule) = about().find(expires) {
            return Some((Verdict::Expire, rule));
        }
        let VersionRecord::Object(object) = version else { return None };
        let moved = |rule: &Rule| {
            let asks = |t: &&NoncurrentTransition| due(t.days, t.keep) && self.may_move(rule, object, t.class);
            rule.noncurrent_transitions.iter().find(asks).map(|transition| Verdict::Move(transition.class))
        };
        about().find_map(|rule| moved(rule).map(|verdict| (verdict, rule)))
    }

    /// Of a delete marker from `since` that its key stands for and that nothing is behind.
    pub(crate) fn lone_marker(&self, key: &ObjectKey, since: Timestamp) -> Decided<'r> {
        let goes = |rule: &&Rule| {
            let due = rule.lone_markers || rule.expiration.is_some_and(|when| self.is_due(since, when));
            takes_marker(rule, key) && due
        };
        self.rules().find(goes).map(|rule| (Verdict::Expire, rule))
    }

    /// Of an upload that was begun at a moment.
    pub(crate) fn upload(&self, key: &ObjectKey, initiated: Timestamp) -> Decided<'r> {
        let goes =
            |rule: &&Rule| rule.filter.takes_key(key) && rule.uploads.is_some_and(|when| self.is_due(initiated, when));
        self.rules().find(goes).map(|rule| (Verdict::Expire, rule))
    }

    /// When what a key stands for is due to go, and by which rule: the first that comes.
    pub(crate) fn expiry(&self, key: &ObjectKey, object: &ObjectRecord) -> Option<(Timestamp, &'r Rule)> {
        let due = |rule: &'r Rule| Some((self.due_at(object.modified, rule.expiration?)?, rule));
        let about = self.rules().filter(|rule| takes(rule, key, object));
        about.filter_map(due).min_by_key(|(at, _)| *at)
    }

    fn may_move(&self, rule: &Rule, object: &ObjectRecord, class: StorageClass) -> bool {
        let large = object.size >= self.lifecycle.least_moved || rule.filter.is_of_sizes();
        large && object.storage_class == StorageClass::Standard && class != StorageClass::Standard
    }

    /// Whether any rule is about versions that are not current, or delete markers.
    pub(crate) fn asks_of_versions(&self) -> bool {
        let asks = |rule: &Rule| {
            let markers = rule.lone_markers || rule.expiration.is_some();
            markers || rule.noncurrent_expiration.is_some() || !rule.noncurrent_transitions.is_empty()
        };
        self.rules().any(asks)
    }

    /// Whether any rule is about uploads.
    pub(crate) fn asks_of_uploads(&self) -> bool {
        self.rules().any(|rule| rule.uploads.is_some())
    }

    /// Whether any rule is about current objects.
    pub(crate) fn asks_of_objects(&self) -> bool {
        self.rules().any(|rule| rule.expiration.is_some() || !rule.transitions.is_empty())
    }
}

fn takes(rule: &Rule, key: &ObjectKey, object: &ObjectRecord) -> bool {
    rule.filter.takes(key, object.size, &object.tags)
}

/// Markers have no tags and no size, so that a rule which is about those is not about them.
fn takes_marker(rule: &Rule, key: &ObjectKey) -> bool {
    rule.filter.is_of_keys() && rule.filter.takes_key(key)
}
