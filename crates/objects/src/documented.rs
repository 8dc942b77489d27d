//! The vectors of `docs/formats/objects.md`, computed and looked up there, so that neither changes without the other.

use crate::acl::Acl;
use crate::bucket::{BucketRecord, NameRecord, Redundancy, StorageClass};
use crate::bucket_access::{BucketAccess, Ownership, PublicAccessBlock};
use crate::bucket_retention::BucketRetention;
use crate::checksum::{ChecksumKind, ChecksumScope, Checksums};
use crate::content::{ContentRecord, ManifestRecord, Segment, Stored, UsedRecord};
use crate::cors::{CorsMethod, CorsRule, CorsRules};
use crate::encryption::{DataKey, Encryption, Place, UnderShard, Wrap};
use crate::ids::{BucketId, ContentId, ShardId};
use crate::lifecycle::{
    Except, Filter, Lifecycle, LifecycleRecord, NoncurrentExpiration, NoncurrentTransition, PassRecord, Rule,
    Transition, When,
};
use crate::object::{Headers, ObjectRecord};
use crate::retention::{DefaultRetention, Lock, Locking, Period, Retention, RetentionMode};
use crate::shard::{ShardRecord, ShardState, shard_context};
use crate::sse_kms::TenantKey;
use crate::tags::Tags;
use crate::upload::{PartRecord, UploadRecord};
use crate::version::{MarkerRecord, NullRecord, Version, VersionRecord, Versioning, version_key};
use crypto::Key;
use std::collections::BTreeMap;
use store::{Record, Wrapped};
use types::{AccountId, ObjectKey, Rng, Timestamp};

const PAGE: &str = include_str!("../../../docs/formats/objects.md");

/// Gives 40, 41, 42 …
struct Counting;

impl Rng for Counting {
    fn fill(&self, out: &mut [u8]) {
        (0x40..).zip(out).for_each(|(byte, place)| *place = byte);
    }
}

/// Looks a vector up in the page, where it may be broken into lines.
fn documented(name: &str, bytes: &[u8]) {
    let page: String = PAGE.split_whitespace().collect();
    assert!(page.contains(&hex::encode(bytes)), "{name}: {}", hex::encode(bytes));
}

fn account() -> AccountId {
    "1234567890123456".parse().unwrap()
}

fn key() -> ObjectKey {
    "a/é".parse().unwrap()
}

fn content() -> ContentId {
    ContentId::of_upload(&"A0A1A2A3A4A5A6A7A8A9AAABACADAEAF".parse().unwrap()).unwrap()
}

fn bucket() -> BucketId {
    BucketId::random(&Counting)
}

fn shard() -> ShardId {
    ShardId::random(&Counting)
}

#[test]
fn contexts_and_contents_are_as_documented() {
    let (bucket, key) = (bucket(), key());
    let place = Place { account: account(), bucket: &bucket, key: &key };
    documented("content context", &place.content(&content(), 2));
    documented("data key context", &place.data_key(&content()));
    let data_key = Key::from_bytes([0x11; 32]);
    let (in_shard, tenants) = (place.in_shard(&content()), place.tenants_in_shard(&content()));
    documented("data key context in a shard", &in_shard);
    documented("tenant's data key context in a shard", &tenants);
    documented("shard context", &shard_context(account(), &bucket, &shard()));
    let (shard_key, fresh) = (Key::from_bytes([0x22; 32]), Key::from_bytes([0x11; 32]));
    documented("data key in a shard", &crypto::seal(&shard_key, &Counting, &in_shard, fresh.expose()));
    documented("content", &crypto::seal(&data_key, &Counting, &place.content(&content(), 2), b"hello"));
}

/// What is written today is in the page, and what the page shows is read.
fn record<R: Record>(name: &str, record: &R) {
    let bytes = rmp_serde::to_vec_named(record).unwrap();
    documented(name, &bytes);
    let read = R::decode(R::VERSION, &bytes).unwrap();
    assert_eq!(rmp_serde::to_vec_named(&read).unwrap(), bytes);
}

fn wrapped() -> Wrapped {
    Wrapped { epoch: 1, sealed: vec![0xee; 4] }
}

pub(crate) fn object() -> ObjectRecord {
    let user = BTreeMap::from([("color".to_owned(), "blue".to_owned())]);
    ObjectRecord {
        size: 5,
        etag: "5d41402abc4b2a76b9719d911017c592".to_owned(),
        crc64: 0x1234_5678_9abc_def0,
        checksums: Checksums::from([(ChecksumKind::Crc32, "NhCmhg==".to_owned())]),
        checksum_scope: ChecksumScope::FullObject,
        headers: Headers { content_type: Some("text/plain".to_owned()), user, ..Headers::default() },
        modified: Timestamp::from_secs(1_795_305_600),
        owner: account(),
        acl: Some(Acl::PublicRead),
        storage_class: StorageClass::Standard,
        data_key: DataKey { id: content(), wrap: Wrap::Service(wrapped()) },
        stored: Stored::Whole(Segment { part: 0, size: 5, id: content(), inline: true }),
        upload: None,
        tags: Tags::default(),
        version: Version::default(),
        lock: Lock::default(),
    }
}

fn default() -> DefaultRetention {
    DefaultRetention { mode: RetentionMode::Governance, period: Period::Days(30) }
}

#[test]
fn locks_are_as_documented() {
    let until = Timestamp::from_secs(1_795_305_600);
    let lock = Lock { retention: Some(Retention { mode: RetentionMode::Compliance, until }), hold: Some(true) };
    record("locked object", &ObjectRecord { lock, ..object() });
    let policy = BucketRetention { id: "A".repeat(32), days: 365, created: until, locked: true };
    documented("retention policy", &rmp_serde::to_vec_named(&policy).unwrap());
}

fn plain_bucket() -> BucketRecord {
    BucketRecord {
        id: bucket(),
        created: Timestamp::from_secs(1_795_305_600),
        acl: Acl::Private,
        storage_class: StorageClass::Standard,
        redundancy: Redundancy::Local,
        encryption: None,
        policy: None,
        tags: Tags::default(),
        versioning: Versioning::Off,
        locking: None,
        retention: None,
        lifecycle: false,
        access: BucketAccess::default(),
    }
}

#[test]
fn lifecycle_rules_are_as_documented() {
    let date = Timestamp::from_secs(1_795_305_600);
    let tags = Tags::of_object([("team".to_owned(), "red".to_owned())]).unwrap();
    let except = vec![Except { prefix: "logs/keep".to_owned(), tag: Some(("a".to_owned(), "b".to_owned())) }];
    let filter = Filter { tags, larger_than: Some(9), except, ..Filter::prefix("logs/") };
    let first = Rule { expiration: Some(When::Before(date)), ..Rule::new("first", filter) };
    let class = StorageClass::InfrequentAccess;
    let second = Rule {
        lone_markers: true,
        noncurrent_expiration: Some(NoncurrentExpiration { days: 60, keep: 3 }),
        noncurrent_transitions: vec![NoncurrentTransition { days: 30, keep: 0, class }],
        transitions: vec![Transition { when: When::From(date), class }],
        uploads: Some(When::After(7)),
        ..Rule::new("second", Filter::prefix(""))
    };
    let lifecycle = Lifecycle::new(vec![first, second], 131_072).unwrap();
    record("lifecycle rules", &LifecycleRecord { bucket: bucket(), lifecycle, updated: date });
    record("pass", &PassRecord::example(date));
}

#[test]
fn versions_are_as_documented() {
    let version = Version { order: 2, tag: Some(0xd0d1_d2d3_d4d5_d6d7) };
    documented("place of a version", &version_key(&bucket(), &key(), 2));
    assert!(PAGE.contains(&version.id().to_string()), "{}", version.id());
    record("version", &VersionRecord::Object(Box::new(ObjectRecord { version, ..object() })));
    let null = Version { order: 3, tag: None };
    record("null version", &ObjectRecord { version: null, ..object() });
    let marker = MarkerRecord { version, modified: Timestamp::from_secs(1_795_305_600), owner: account() };
    record("delete marker", &VersionRecord::Marker(marker));
    record("place of the null version", &NullRecord { order: 3 });
}

#[test]
fn what_is_set_for_strangers_is_as_documented() {
    let rule = CorsRule {
        id: Some("r".to_owned()),
        origins: vec!["https://*.a".to_owned()],
        methods: vec![CorsMethod::Get, CorsMethod::Put],
        headers: vec!["x-*".to_owned()],
        exposed: vec!["ETag".to_owned()],
        max_age: Some(60),
    };
    record("cross-origin rules", &CorsRules::new(vec![rule], true).unwrap());
    let shut = BucketAccess { block: Some(PublicAccessBlock::ALL), ownership: Some(Ownership::Enforced) };
    record("bucket that is shut", &BucketRecord { access: shut, ..plain_bucket() });
    record("account's public access", &PublicAccessBlock { ignore_acls: true, ..PublicAccessBlock::default() });
}

#[test]
fn records_are_as_documented() {
    let tenant = TenantKey { account: account(), key: "k".to_owned(), managed: true, ciphertext: vec![0xdd; 4] };
    let segment = Segment { part: 2, size: 200_000, id: content(), inline: false };
    record("name", &NameRecord { owner: account() });
    record(
        "bucket",
        &BucketRecord {
            id: bucket(),
            created: Timestamp::from_secs(1_795_305_600),
            acl: Acl::Private,
            storage_class: StorageClass::InfrequentAccess,
            redundancy: Redundancy::Local,
            encryption: Some(Encryption::Kms { key: Some("k".to_owned()) }),
            policy: None,
            tags: Tags::default(),
            versioning: Versioning::Off,
            locking: None,
            retention: None,
            lifecycle: false,
            access: BucketAccess::default(),
        },
    );
    record("bucket that keeps versions", &BucketRecord { versioning: Versioning::Suspended, ..plain_bucket() });
    record("bucket with lifecycle rules", &BucketRecord { lifecycle: true, ..plain_bucket() });
    let locking = Some(Locking { default: Some(default()) });
    let locking = BucketRecord { versioning: Versioning::Enabled, locking, ..plain_bucket() };
    record("bucket in which versions can be locked", &locking);
    record("object", &object());
    let tags = Tags::of_object([("team".to_owned(), "red".to_owned())]).unwrap();
    record("object with a tag", &ObjectRecord { tags, ..object() });
    let under = UnderShard { shard: shard(), sealed: vec![0xbb; 4] };
    let in_shard = DataKey { id: content(), wrap: Wrap::Shard(under) };
    record("object in a shard", &ObjectRecord { data_key: in_shard, ..object() });
    let kms_in_shard = DataKey { id: content(), wrap: Wrap::ShardKms { shard: shard(), kept: tenant.clone() } };
    record("object under a key in a shard", &ObjectRecord { data_key: kms_in_shard, ..object() });
    record("shard", &ShardRecord { key: wrapped(), state: ShardState::Open });
    record("retiring shard", &ShardRecord { key: wrapped(), state: ShardState::Retiring });
    let data_key = DataKey { id: content(), wrap: Wrap::Kms(tenant) };
    let parts = Stored::Parts { manifest: content(), count: 2 };
    let upload = Some("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF".parse().unwrap());
    record("object of parts", &ObjectRecord { stored: parts, data_key: data_key.clone(), upload, ..object() });
    record(
        "upload",
        &UploadRecord {
            initiated: Timestamp::from_secs(1_795_305_600),
            owner: account(),
            initiator: None,
            headers: Headers::default(),
            acl: None,
            storage_class: StorageClass::Standard,
            data_key,
            checksum: Some((ChecksumKind::Sha256, ChecksumScope::Composite)),
            tags: Tags::default(),
            lock: Lock::default(),
        },
    );
    record(
        "part",
        &PartRecord {
            segment,
            etag: "5d41402abc4b2a76b9719d911017c592".to_owned(),
            crc64: 7,
            checksums: Checksums::new(),
            modified: Timestamp::from_secs(1_795_305_600),
        },
    );
    record("manifest", &ManifestRecord { segments: vec![segment] });
    record("used", &UsedRecord { account: account(), bucket: bucket() });
    record("content", &ContentRecord { sealed: vec![0xcc; 4] });
}
