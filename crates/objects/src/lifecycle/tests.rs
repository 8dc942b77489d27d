use super::{
    Except, Filter, Judge, Lifecycle, NoncurrentExpiration, NoncurrentTransition, Rule, Transition, Verdict, When,
};
use crate::bucket::StorageClass;
use crate::documented::object;
use crate::object::ObjectRecord;
use crate::tags::Tags;
use crate::version::{MarkerRecord, Version, VersionRecord};
use std::time::Duration;
use types::{ObjectKey, Timestamp};

const DAY: i64 = 86_400;
/// A noon.
const NOON: i64 = 20_000 * DAY + DAY / 2;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn key(name: &str) -> ObjectKey {
    name.parse().unwrap()
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    Tags::of_object(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).unwrap()
}

fn stored(secs: i64, size: u64, with: &[(&str, &str)]) -> ObjectRecord {
    ObjectRecord { modified: at(secs), size, tags: tags(with), ..object() }
}

fn rules(rules: Vec<Rule>) -> Lifecycle {
    Lifecycle::new(rules, 0).unwrap()
}

fn judge(lifecycle: &Lifecycle, now: i64) -> Judge<'_> {
    Judge { lifecycle, now: at(now), day: Duration::from_secs(DAY.unsigned_abs()) }
}

fn expires(lifecycle: &Lifecycle, now: i64, name: &str, object: &ObjectRecord) -> bool {
    judge(lifecycle, now).current(&key(name), object).is_some_and(|(verdict, _)| verdict == Verdict::Expire)
}

fn after(days: u32, filter: Filter) -> Rule {
    Rule { expiration: Some(When::After(days)), ..Rule::new("r", filter) }
}

#[test]
fn days_end_at_midnight() {
    let lifecycle = rules(vec![after(3, Filter::default())]);
    let object = stored(NOON, 1, &[]);
    // Noon of a day and three days is noon of the third day after; the midnight that follows is the time.
    let due = NOON + 3 * DAY + DAY / 2;
    assert!(!expires(&lifecycle, due - 1, "k", &object));
    assert!(expires(&lifecycle, due, "k", &object));
    assert_eq!(judge(&lifecycle, 0).expiry(&key("k"), &object).unwrap().0, at(due));
    let midnight = stored(NOON - DAY / 2, 1, &[]);
    assert!(expires(&lifecycle, NOON - DAY / 2 + 3 * DAY, "k", &midnight));
}

#[test]
fn dates_are_of_two_kinds() {
    let date = 20_001 * DAY;
    let from = rules(vec![Rule { expiration: Some(When::From(at(date))), ..Rule::new("r", Filter::default()) }]);
    let old = stored(NOON, 1, &[]);
    assert!(!expires(&from, date - 1, "k", &old));
    assert!(expires(&from, date, "k", &old));
    assert!(expires(&from, date + DAY, "k", &stored(date + 5, 1, &[])));
    let before = rules(vec![Rule { expiration: Some(When::Before(at(date))), ..Rule::new("r", Filter::default()) }]);
    assert!(expires(&before, NOON, "k", &old));
    assert!(!expires(&before, date + DAY, "k", &stored(date, 1, &[])));
}

/// Key, size, tags, and whether it is meant.
type Case<'c> = (&'c str, u64, &'c [(&'c str, &'c str)], bool);

#[test]
fn filters_take_what_all_of_them_is_true_of() {
    let filter = Filter {
        tags: tags(&[("team", "red")]),
        larger_than: Some(10),
        smaller_than: Some(20),
        except: vec![
            Except { prefix: "logs/keep/".to_owned(), tag: None },
            Except { prefix: "logs/".to_owned(), tag: Some(("hold".to_owned(), "1".to_owned())) },
        ],
        ..Filter::prefix("logs/")
    };
    let lifecycle = rules(vec![after(1, filter)]);
    let cases: [Case<'_>; 8] = [
        ("logs/a", 15, &[("team", "red")], true),
        ("logs/a", 15, &[("team", "red"), ("x", "y")], true),
        ("log", 15, &[("team", "red")], false),
        ("logs/a", 10, &[("team", "red")], false),
        ("logs/a", 20, &[("team", "red")], false),
        ("logs/a", 15, &[("team", "blue")], false),
        ("logs/keep/a", 15, &[("team", "red")], false),
        ("logs/a", 15, &[("team", "red"), ("hold", "1")], false),
    ];
    for (name, size, with, taken) in cases {
        assert_eq!(
            expires(&lifecycle, NOON + 9 * DAY, name, &stored(NOON, size, with)),
            taken,
            "{name} {size} {with:?}"
        );
    }
}

#[test]
fn going_comes_before_moving_and_off_is_off() {
    let class = StorageClass::InfrequentAccess;
    let moves =
        Rule { transitions: vec![Transition { when: When::After(1), class }], ..Rule::new("moves", Filter::default()) };
    let expires = Rule { id: "expires".to_owned(), ..after(2, Filter::default()) };
    let lifecycle = rules(vec![moves.clone(), expires.clone()]);
    let object = stored(NOON, 1, &[]);
    let decided = |lifecycle: &Lifecycle, days: i64, object: &ObjectRecord| {
        judge(lifecycle, NOON + days * DAY).current(&key("k"), object).map(|(verdict, rule)| (verdict, rule.id.clone()))
    };
    assert_eq!(decided(&lifecycle, 1, &object), None);
    assert_eq!(decided(&lifecycle, 2, &object), Some((Verdict::Move(class), "moves".to_owned())));
    assert_eq!(decided(&lifecycle, 3, &object), Some((Verdict::Expire, "expires".to_owned())));
    let moved = ObjectRecord { storage_class: class, ..object.clone() };
    assert_eq!(decided(&lifecycle, 2, &moved), None);
    let off = rules(vec![Rule { enabled: false, ..expires }]);
    assert_eq!(decided(&off, 9, &object), None);
    // Small ones stay, unless the rule says what is small.
    let large_only = Lifecycle::new(vec![moves.clone()], 2).unwrap();
    assert_eq!(decided(&large_only, 9, &object), None);
    let sized = Rule { filter: Filter { smaller_than: Some(5), ..Filter::default() }, ..moves };
    let said = Lifecycle::new(vec![sized], 2).unwrap();
    assert_eq!(decided(&said, 9, &object).unwrap().0, Verdict::Move(class));
}

#[test]
fn versions_go_by_when_they_were_replaced_and_how_many_are_newer() {
    let noncurrent = Rule {
        noncurrent_expiration: Some(NoncurrentExpiration { days: 2, keep: 1 }),
        noncurrent_transitions: vec![NoncurrentTransition { days: 1, keep: 0, class: StorageClass::InfrequentAccess }],
        ..Rule::new("r", Filter::prefix("k"))
    };
    let lifecycle = rules(vec![noncurrent]);
    let version = VersionRecord::Object(Box::new(stored(0, 1, &[])));
    let marker =
        VersionRecord::Marker(MarkerRecord { version: Version::default(), modified: at(0), owner: object().owner });
    let judged = |name: &str, version: &VersionRecord, days: i64, newer: u32| {
        judge(&lifecycle, NOON + days * DAY).aside(&key(name), version, (at(NOON), newer)).map(|(verdict, _)| verdict)
    };
    let moved = Some(Verdict::Move(StorageClass::InfrequentAccess));
    assert_eq!(judged("k", &version, 1, 5), None);
    assert_eq!(judged("k", &version, 2, 0), moved);
    assert_eq!(judged("k", &version, 3, 0), moved);
    assert_eq!(judged("k", &version, 3, 1), Some(Verdict::Expire));
    assert_eq!(judged("k", &marker, 3, 1), Some(Verdict::Expire));
    assert_eq!(judged("k", &marker, 2, 1), None);
    assert_eq!(judged("other", &version, 9, 9), None);
}

#[test]
fn rules_that_make_no_sense_are_refused() {
    let day = || Some(When::After(1));
    let plain = || Rule { expiration: day(), ..Rule::new("r", Filter::default()) };
    let class = StorageClass::InfrequentAccess;
    let tagged = || Filter { tags: tags(&[("a", "b")]), ..Filter::default() };
    let wrong = [
        (vec![], "Rule"),
        (vec![Rule::new("r", Filter::default())], "Rule"),
        (vec![plain(), plain()], "ID"),
        (vec![Rule { id: "x".repeat(256), ..plain() }], "ID"),
        (vec![Rule { expiration: Some(When::After(0)), ..plain() }], "Days"),
        (vec![Rule { expiration: Some(When::From(at(1))), ..plain() }], "Date"),
        (vec![Rule { lone_markers: true, ..plain() }], "ExpiredObjectDeleteMarker"),
        (vec![Rule { lone_markers: true, ..Rule::new("r", tagged()) }], "ExpiredObjectDeleteMarker"),
        (vec![Rule { uploads: day(), ..Rule::new("r", tagged()) }], "AbortIncompleteMultipartUpload"),
        (vec![Rule { transitions: vec![Transition { when: When::After(1), class }], ..plain() }], "Expiration"),
        (
            vec![Rule {
                noncurrent_expiration: Some(NoncurrentExpiration { days: 1, keep: 101 }),
                ..Rule::new("r", Filter::default())
            }],
            "NewerNoncurrentVersions",
        ),
        (vec![after(1, Filter { larger_than: Some(5), smaller_than: Some(6), ..Filter::default() })], "ObjectSize"),
        (vec![after(1, Filter::prefix("x".repeat(1_025)))], "Prefix"),
        (
            vec![after(
                1,
                Filter { except: vec![Except { prefix: "b".to_owned(), tag: None }], ..Filter::prefix("a") },
            )],
            "Not",
        ),
    ];
    for (rules, field) in wrong {
        let failure = Lifecycle::new(rules, 0).unwrap_err();
        assert!(failure.to_string().contains(field), "{failure} names {field}");
    }
}
