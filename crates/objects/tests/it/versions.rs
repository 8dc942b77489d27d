//! Buckets that keep versions, held against a simple model of what has to be there.

use crate::world::{World, home, key, read, reason};
use bytes::Bytes;
use iam::Operation;
use objects::{
    Body, CompleteUpload, Copy, Delete, DeleteBucket, Get, GetBucketVersioning, GetObjectAcl, InitiateUpload,
    ListVersions, ListedKind, Objects, PartList, PutBucketVersioning, PutObjectAcl, UploadPart, VersionId, Versioning,
};
use proptest::prelude::{Strategy, any, prop_oneof};
use types::{Reason, Result};

async fn set(world: &World, versioning: Versioning) {
    world.ann(PutBucketVersioning { bucket: home(), versioning }).await.unwrap();
}

fn get(name: &str, version: Option<VersionId>) -> Get {
    with!(Get::new(home(), key(name)), version: version)
}

async fn got(world: &World, name: &str, version: Option<VersionId>) -> Result<Bytes> {
    read(world.ann(get(name, version)).await?).await
}

/// A version as the model has it; `None`: a delete marker.
type Kept = (VersionId, Option<Bytes>);

/// What has to be under each key, the newest first.
#[derive(Default)]
struct Model {
    state: Versioning,
    keys: [Vec<Kept>; 2],
}

impl Model {
    fn add(&mut self, k: usize, id: Option<VersionId>, content: Option<Bytes>) {
        let id = id.unwrap_or(VersionId::Null);
        assert_eq!(id == VersionId::Null, self.state != Versioning::Enabled);
        if id == VersionId::Null {
            self.keys[k].retain(|(old, _)| *old != VersionId::Null);
        }
        assert!(self.keys[k].iter().all(|(old, _)| *old != id), "an id is used once");
        self.keys[k].insert(0, (id, content));
    }
}

#[derive(Clone, Debug)]
enum Deed {
    Put(bool),
    Multipart(bool),
    CopyOver(bool, u8),
    Delete(bool),
    DeleteVersion(bool, u8),
    Set(bool),
    ClockBack,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let one = prop_oneof![
        4 => any::<bool>().prop_map(Deed::Put),
        1 => any::<bool>().prop_map(Deed::Multipart),
        1 => any::<(bool, u8)>().prop_map(|(k, n)| Deed::CopyOver(k, n)),
        3 => any::<bool>().prop_map(Deed::Delete),
        4 => any::<(bool, u8)>().prop_map(|(k, n)| Deed::DeleteVersion(k, n)),
        2 => any::<bool>().prop_map(Deed::Set),
        1 => proptest::prelude::Just(Deed::ClockBack),
    ];
    proptest::collection::vec(one, 1..24)
}

const NAMES: [&str; 2] = ["a", "a/b"];

async fn multipart(world: &World, name: &str, content: Bytes) -> Option<VersionId> {
    let upload = world.ann(InitiateUpload::new(home(), key(name))).await.unwrap().upload;
    world.ann(UploadPart::new(home(), key(name), upload.clone(), 1, Body::bytes(content))).await.unwrap();
    world.ann(CompleteUpload::new(home(), key(name), upload, PartList::All)).await.unwrap().version
}

async fn do_one(world: &World, model: &mut Model, n: usize, deed: &Deed) {
    let content = Bytes::from(format!("content {n}"));
    match *deed {
        Deed::Put(k) => {
            let k = usize::from(k);
            let version = world.put(NAMES[k], content.clone()).await.version;
            model.add(k, version, Some(content));
        }
        Deed::Multipart(k) => {
            let k = usize::from(k);
            let version = multipart(world, NAMES[k], content.clone()).await;
            model.add(k, version, Some(content));
        }
        Deed::CopyOver(k, of) => {
            let k = usize::from(k);
            if model.keys[k].is_empty() {
                return;
            }
            let (id, content) = model.keys[k][usize::from(of) % model.keys[k].len()].clone();
            let copy = with!(Copy::new((home(), key(NAMES[k])), home(), key(NAMES[k])), source_version: Some(id));
            match content {
                Some(content) => {
                    let version = world.ann(copy).await.unwrap().version;
                    model.add(k, version, Some(content));
                }
                None => assert_eq!(reason(world.ann(copy).await), Reason::MethodNotAllowed),
            }
        }
        Deed::Delete(k) => {
            let k = usize::from(k);
            let deleted = world.ann(Delete::new(home(), key(NAMES[k]))).await.unwrap();
            assert_eq!(deleted.marker, model.state != Versioning::Off);
            match model.state {
                Versioning::Off => model.keys[k].clear(),
                _ => model.add(k, deleted.version, None),
            }
        }
        Deed::DeleteVersion(k, of) => {
            let k = usize::from(k);
            if model.keys[k].is_empty() {
                return;
            }
            let at = usize::from(of) % model.keys[k].len();
            let (id, content) = model.keys[k].remove(at);
            let op = with!(Delete::new(home(), key(NAMES[k])), version: Some(id));
            let deleted = world.ann(op).await.unwrap();
            assert_eq!((deleted.existed, deleted.marker), (true, content.is_none()));
        }
        Deed::Set(on) => {
            model.state = if on { Versioning::Enabled } else { Versioning::Suspended };
            set(world, model.state).await;
        }
        Deed::ClockBack => world.deployment.clock.set(types::Timestamp::from_secs(1_700_000_000)),
    }
}

/// Everything that can be seen, held against the model.
async fn compare(world: &World, model: &Model) {
    for page in [1, 3, 1000] {
        let (mut seen, mut op) = (Vec::new(), with!(ListVersions::new(home()), max: page));
        loop {
            let found = world.ann(op.clone()).await.unwrap();
            assert!(found.versions.len() <= page);
            seen.extend(found.versions);
            let Some((after, version)) = found.next else { break };
            (op.after, op.after_version) = (Some(after), version);
        }
        let seen: Vec<_> = seen
            .into_iter()
            .map(|v| (v.key.to_string(), v.version, v.latest, matches!(v.kind, ListedKind::Marker { .. })))
            .collect();
        let wanted = NAMES.iter().zip(&model.keys).flat_map(|(name, kept)| {
            let one = |(i, (id, content)): (usize, &Kept)| ((*name).to_owned(), *id, i == 0, content.is_none());
            kept.iter().enumerate().map(one).collect::<Vec<_>>()
        });
        assert_eq!(seen, wanted.collect::<Vec<_>>(), "by pages of {page}");
    }
    let mut listed = Vec::new();
    for (name, kept) in NAMES.iter().zip(&model.keys) {
        match kept.first() {
            Some((_, Some(content))) => {
                assert_eq!(got(world, name, None).await.unwrap(), content);
                listed.push((*name).to_owned());
            }
            Some((_, None)) | None => assert_eq!(reason(got(world, name, None).await), Reason::ObjectNotFound),
        }
        for (id, content) in kept {
            match content {
                Some(content) => assert_eq!(got(world, name, Some(*id)).await.unwrap(), content),
                None => assert_eq!(reason(got(world, name, Some(*id)).await), Reason::MethodNotAllowed),
            }
        }
    }
    let page = world.list().await;
    assert_eq!(page.objects.iter().map(|o| o.key.to_string()).collect::<Vec<_>>(), listed);
}

async fn all_done(deeds: Vec<Deed>) {
    let world = World::new().await;
    let mut model = Model::default();
    for (n, deed) in deeds.iter().enumerate() {
        do_one(&world, &mut model, n, deed).await;
        compare(&world, &model).await;
    }
    let empty = model.keys.iter().all(Vec::is_empty);
    let deleted = world.ann(DeleteBucket { bucket: home() }).await;
    assert_eq!(deleted.is_ok(), empty, "a bucket goes when nothing is left in it");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    #[test]
    fn versions_are_as_a_simple_model_has_them(deeds in deeds()) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(all_done(deeds));
    }
}

#[tokio::test]
async fn what_never_kept_versions_has_none() {
    let world = World::new().await;
    assert_eq!(world.put("it", "1").await.version, None);
    assert_eq!(world.ann(GetBucketVersioning { bucket: home() }).await.unwrap(), Versioning::Off);
    let off = PutBucketVersioning { bucket: home(), versioning: Versioning::Off };
    assert_eq!(reason(world.ann(off).await), Reason::ParameterInvalid);
    assert_eq!(got(&world, "it", Some(VersionId::Null)).await.unwrap(), "1");
    let other = VersionId::Kept { order: 1, tag: 1 };
    assert_eq!(reason(got(&world, "it", Some(other)).await), Reason::VersionNotFound);
}

#[tokio::test]
async fn a_named_version_needs_a_right_of_its_own() {
    async fn refused<Op: Operation>(world: &World, caller: &iam::Caller, op: impl Fn() -> Op)
    where
        Objects: iam::Run<Op>,
    {
        assert_eq!(reason(world.nobody(op()).await), Reason::AccessDenied);
        assert_eq!(reason(world.bob(op()).await), Reason::AccessDenied);
        assert_eq!(reason(world.by(caller, op()).await), Reason::AccessDenied);
    }
    let world = World::new().await;
    set(&world, Versioning::Enabled).await;
    let version = world.put("it", "1").await.version;
    let plain = r#"{"Effect":"Allow","Action":["oss:GetObject","oss:DeleteObject","oss:PutObjectAcl","oss:GetObjectAcl","oss:ListObjects"],"Resource":"*"}"#;
    let user = world.user("plain", plain).await;
    refused(&world, &user, || get("it", version)).await;
    refused(&world, &user, || with!(Delete::new(home(), key("it")), version: version)).await;
    refused(&world, &user, || PutObjectAcl { bucket: home(), key: key("it"), version, acl: None }).await;
    refused(&world, &user, || GetObjectAcl { bucket: home(), key: key("it"), version }).await;
    refused(&world, &user, || ListVersions::new(home())).await;
    refused(&world, &user, || GetBucketVersioning { bucket: home() }).await;
    refused(&world, &user, || PutBucketVersioning { bucket: home(), versioning: Versioning::Suspended }).await;
    let own = r#"{"Effect":"Allow","Action":["oss:GetObjectVersion","oss:DeleteObjectVersion"],"Resource":"*"}"#;
    let user = world.user("own", own).await;
    assert!(world.by(&user, get("it", version)).await.is_ok());
    assert_eq!(reason(world.by(&user, get("it", None)).await), Reason::AccessDenied);
    world.by(&user, with!(Delete::new(home(), key("it")), version: version)).await.unwrap();
    assert_eq!(reason(world.get("it").await), Reason::ObjectNotFound);
}

#[tokio::test]
async fn an_open_list_lets_nobody_remove_a_version() {
    let world = World::new().await;
    set(&world, Versioning::Enabled).await;
    let version = world.put("it", "1").await.version;
    let acl = Some(objects::Acl::PublicReadWrite);
    world.ann(PutObjectAcl { bucket: home(), key: key("it"), version, acl }).await.unwrap();
    assert!(world.nobody(get("it", version)).await.is_ok());
    let delete = || Delete::new(home(), key("it"));
    assert_eq!(reason(world.nobody(with!(delete(), version: version)).await), Reason::AccessDenied);
    world.nobody(delete()).await.unwrap();
    assert_eq!(got(&world, "it", version).await.unwrap(), "1");
}
