use crate::fixture::{Fixture, START, event};
use serde_json::Value;
use store::{Durability, Store};
use trail::{Attribute, Direction, Event, Query, lookup};
use types::{AccountId, Timestamp};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(START + seconds)
}

fn query(from: i64, to: i64) -> Query {
    Query::new(Some(at(from)), Some(at(to)), at(3600)).unwrap()
}

fn times(events: &[Value]) -> Vec<i64> {
    let time = |v: &Value| Timestamp::parse_iso(v["eventTime"].as_str().unwrap()).unwrap().secs() - START;
    events.iter().map(time).collect()
}

/// All pages of a query, and how many there were.
async fn all(stores: &[&Store], account: AccountId, query: &Query) -> (Vec<Value>, usize) {
    let (mut found, mut pages, mut query) = (Vec::new(), 0, query.clone());
    loop {
        let mut views = Vec::new();
        for store in stores {
            views.push(store.view().await.unwrap());
        }
        let answer = lookup(&views, account, &query).await.unwrap();
        assert!(answer.events.len() <= query.limit);
        found.extend(answer.events);
        pages += 1;
        assert!(pages < 1000);
        match answer.token {
            Some(token) => query = query.after(Some(token)),
            None => return (found, pages),
        }
    }
}

async fn append(f: &Fixture, event: &Event<'_>) {
    let mut txn = f.store.begin().await.unwrap();
    trail::append(&mut txn, f.account, event, f.store.rng().as_ref()).await.unwrap();
    txn.commit(Durability::Logged).await.unwrap();
}

#[tokio::test]
async fn a_window_is_found_in_both_directions_page_by_page() {
    let f = Fixture::new().await;
    f.grow(3000).await;
    for (from, to) in [(0, 0), (100, 399), (2900, 3500), (-50, 5), (10, 9 + 50)] {
        let expected: Vec<_> = (from.max(0)..=to.min(2999)).collect();
        let forward = query(from, to).directed(Direction::Forward).limited(50).unwrap();
        let (found, _) = all(&[&f.store], f.account, &forward).await;
        assert_eq!(times(&found), expected);
        let (found, _) = all(&[&f.store], f.account, &query(from, to).limited(7).unwrap()).await;
        assert_eq!(times(&found), expected.into_iter().rev().collect::<Vec<_>>());
    }
    let (found, _) = all(&[&f.store], f.account, &query(5, 5)).await;
    assert_eq!(found[0]["requestParameterJson"], r#"{"BucketName":"b","ObjectKey":"5"}"#);
    assert_eq!(found[0]["eventId"], *event(5).event_id);
    assert_eq!(found[0]["userIdentity"]["userName"], "alice");
}

#[tokio::test]
async fn conditions_select() {
    let f = Fixture::new().await;
    f.grow(60).await;
    let count = async |attribute, value: &str| {
        let query = query(0, 59).filter(attribute, value).unwrap();
        all(&[&f.store], f.account, &query).await.0.len()
    };
    assert_eq!(count(Attribute::EventName, "PutObject").await, 30);
    assert_eq!(count(Attribute::EventRw, "Read").await, 30);
    assert_eq!(count(Attribute::EventRw, "All").await, 60);
    assert_eq!(count(Attribute::ServiceName, "Oss").await, 60);
    assert_eq!(count(Attribute::ServiceName, "Kms").await, 0);
    assert_eq!(count(Attribute::User, "alice").await, 60);
    assert_eq!(count(Attribute::EventId, &event(7).event_id).await, 1);
    assert_eq!(count(Attribute::ResourceType, "ACS::OSS::Bucket").await, 60);
    assert_eq!(count(Attribute::ResourceName, "bucket-3").await, 6);
    assert_eq!(count(Attribute::EventAccessKeyId, "LTAI1").await, 20);
    let both = query(0, 59).filter(Attribute::ResourceName, "bucket-3").unwrap();
    let both = both.filter(Attribute::EventAccessKeyId, "LTAI1").unwrap();
    assert_eq!(times(&all(&[&f.store], f.account, &both).await.0), [43, 13]);
}

#[tokio::test]
async fn two_logs_are_merged_by_time() {
    let (region, global) = (Fixture::new().await, Fixture::new().await);
    for n in 0..400 {
        append(if n % 3 == 0 { &global } else { &region }, &event(n)).await;
    }
    let stores = [&global.store, &region.store];
    let forward = query(20, 350).directed(Direction::Forward).limited(50).unwrap();
    let (found, pages) = all(&stores, region.account, &forward).await;
    assert_eq!(times(&found), (20..=350).collect::<Vec<_>>());
    assert!(pages >= 7);
    let (found, _) = all(&stores, region.account, &query(20, 350)).await;
    assert_eq!(times(&found), (20..=350).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_clock_put_back_hides_nothing() {
    let f = Fixture::new().await;
    for n in (0..1000).chain(700..1500) {
        append(&f, &event(n)).await;
    }
    let (found, _) = all(&[&f.store], f.account, &query(690, 1010).directed(Direction::Forward)).await;
    let mut expected: Vec<_> = (690..1000).chain(700..=1010).collect();
    assert_eq!(times(&found), expected);
    let (found, _) = all(&[&f.store], f.account, &query(690, 1010)).await;
    expected.reverse();
    assert_eq!(times(&found), expected);
}

#[tokio::test]
async fn a_long_search_for_nothing_is_cut_into_calls() {
    let f = Fixture::new().await;
    f.grow(45_000).await;
    let query = Query::new(Some(at(0)), Some(at(45_000)), at(45_000)).unwrap();
    let query = query.filter(Attribute::EventName, "Nothing").unwrap();
    assert_eq!(all(&[&f.store], f.account, &query).await, (Vec::new(), 9));
}

#[tokio::test]
async fn tokens_and_windows_are_checked() {
    let f = Fixture::new().await;
    f.grow(100).await;
    let views = [f.store.view().await.unwrap()];
    let first = query(0, 99).limited(10).unwrap();
    let token = lookup(&views, f.account, &first).await.unwrap().token;
    assert!(token.is_some());
    let other = query(0, 99).limited(10).unwrap().directed(Direction::Forward);
    for wrong in [other.after(token.clone()), query(0, 98).after(token.clone()), first.clone().after(Some("x".into()))]
    {
        assert!(lookup(&views, f.account, &wrong).await.is_err());
    }
    // Without times of its own, a query goes on in the window its first answer had.
    let usual = |now| Query::new(None, None, at(now)).unwrap().limited(10).unwrap();
    let answer = lookup(&views, f.account, &usual(99)).await.unwrap();
    assert_eq!(answer.window, (at(99 - 7 * 86_400), at(99)));
    let next = lookup(&views, f.account, &usual(200).after(answer.token)).await.unwrap();
    assert_eq!((next.window, times(&next.events)), (answer.window, (80..90).rev().collect()));
    let now = at(0);
    assert!(Query::new(Some(now), None, now).is_err() && Query::new(None, Some(now), now).is_err());
    assert!(Query::new(Some(at(1)), Some(at(0)), now).is_err());
    assert!(Query::new(Some(at(-91 * 86_400)), Some(now), now).is_err());
    assert!(Query::new(Some(at(-90 * 86_400)), Some(now), now).is_ok());
    assert!(usual(0).limited(51).is_err());
    assert_eq!(usual(0).limited(0).unwrap().limit, 50);
    assert!("Nothing".parse::<Attribute>().is_err());
}
