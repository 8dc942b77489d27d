//! Rules for pages of other origins.

use crate::world::{World, bucket, home, reason};
use objects::{
    CorsMethod, CorsRule, CorsRules, CreateBucket, DeleteBucket, DeleteBucketCors, GetBucketCors, Preflight,
    PutBucketCors, PutBucketPolicy,
};
use types::Reason;

const ORIGIN: &str = "https://a.example";

fn rules() -> CorsRules {
    let rule = CorsRule {
        id: None,
        origins: vec![ORIGIN.to_owned()],
        methods: vec![CorsMethod::Get],
        headers: vec!["x-*".to_owned()],
        exposed: vec!["ETag".to_owned()],
        max_age: Some(60),
    };
    CorsRules::new(vec![rule], true).unwrap()
}

fn ask(method: &str) -> Preflight {
    let (origin, headers) = (ORIGIN.to_owned(), vec!["x-a".to_owned()]);
    Preflight { bucket: home(), origin, method: method.to_owned(), headers }
}

#[tokio::test]
async fn rules_are_kept_and_go_with_their_bucket() {
    let world = World::new().await;
    assert_eq!(reason(world.ann(GetBucketCors { bucket: home() }).await), Reason::CorsNotFound);
    assert!(world.objects.cors_rules(&home()).await.unwrap().is_none());
    world.ann(PutBucketCors { bucket: home(), rules: rules() }).await.unwrap();
    assert_eq!(world.ann(GetBucketCors { bucket: home() }).await.unwrap(), rules());
    assert_eq!(*world.objects.cors_rules(&home()).await.unwrap().unwrap(), rules());
    world.ann(DeleteBucketCors { bucket: home() }).await.unwrap();
    world.ann(DeleteBucketCors { bucket: home() }).await.unwrap();
    assert_eq!(reason(world.ann(GetBucketCors { bucket: home() }).await), Reason::CorsNotFound);
    world.ann(PutBucketCors { bucket: home(), rules: rules() }).await.unwrap();
    world.ann(DeleteBucket { bucket: home() }).await.unwrap();
    assert!(world.objects.cors_rules(&home()).await.is_err());
    world.ann(CreateBucket::new(home())).await.unwrap();
    assert!(world.objects.cors_rules(&home()).await.unwrap().is_none());
}

#[tokio::test]
async fn only_the_owner_sets_them_and_everybody_may_ask() {
    let world = World::new().await;
    assert_eq!(reason(world.bob(PutBucketCors { bucket: home(), rules: rules() }).await), Reason::AccessDenied);
    assert_eq!(reason(world.nobody(GetBucketCors { bucket: home() }).await), Reason::AccessDenied);
    assert_eq!(reason(world.nobody(ask("GET")).await), Reason::CorsForbidden);
    world.ann(PutBucketCors { bucket: home(), rules: rules() }).await.unwrap();
    let grant = world.nobody(ask("GET")).await.unwrap();
    assert_eq!((grant.origin.as_deref(), grant.max_age, grant.vary), (Some(ORIGIN), Some(60), true));
    assert_eq!(
        (grant.headers.as_slice(), grant.exposed.as_slice()),
        (&["x-a".to_owned()][..], &["ETag".to_owned()][..])
    );
    // A policy says who may touch things, not which page's scripts may see answers.
    let policy = r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"oss:*","Principal":["*"],"Resource":"acs:oss:*:*:ann-bucket"}]}"#;
    world.ann(PutBucketPolicy::new(home(), policy)).await.unwrap();
    assert!(world.nobody(ask("GET")).await.is_ok());
    assert_eq!(reason(world.nobody(ask("PUT")).await), Reason::CorsForbidden);
}

#[tokio::test]
async fn preflights_are_recorded_and_do_not_tell_what_there_is() {
    let world = World::new().await;
    let there = world.nobody(ask("GET")).await.unwrap_err();
    let missing = world.nobody(Preflight { bucket: bucket("nowhere-at-all"), ..ask("GET") }).await.unwrap_err();
    assert_eq!((there.reason(), there.to_string()), (missing.reason(), missing.to_string()));
    let events = world.events(world.ann.account).await;
    let last = events.last().unwrap();
    assert!(!last.error_code.is_empty());
}
