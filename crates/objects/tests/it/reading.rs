use crate::world::{World, data, home, key, read, reason};
use async_trait::async_trait;
use bytes::Bytes;
use iam::{Caller, Operation, Permit, Run, Target};
use objects::{
    Acl, Body, ByteRange, CompleteUpload, CreateBucket, DeleteBucket, Draft, ETags, Encryption, Get, Head,
    InitiateUpload, Objects, PartList, Put, ReadConditions, UploadPart,
};
use proptest::prelude::{ProptestConfig, prop_assert, proptest};
use std::time::Duration;
use store::{Store, Txn, View};
use types::{Clock, Reason, Result};

fn ranged(name: &str, range: ByteRange) -> Get {
    with!(Get::new(home(), key(name)), range: Some(range))
}

#[tokio::test]
async fn a_range_is_the_bytes_it_says() {
    let world = World::new().await;
    for size in [1_usize, 5000, 40_000, 100_000, 1_200_000] {
        let content = data(size);
        world.put("it", content.clone()).await;
        let size = size as u64;
        for (start, last) in
            [(0, 0), (0, size - 1), (size / 2, size / 2 + 20_000), (size - 1, size + 5), (16_383, 16_384)]
        {
            let got = world.ann(ranged("it", ByteRange::Between(start, last))).await;
            if start >= size {
                assert_eq!(reason(got), Reason::RangeInvalid);
                continue;
            }
            let (got, end) = (got.unwrap(), size.min(last + 1));
            assert_eq!(got.range, Some(start..end));
            let want = content.slice(usize::try_from(start).unwrap()..usize::try_from(end).unwrap());
            assert!(read(got).await.unwrap() == want, "{start}-{last} of {size}");
        }
        let tail = read(world.ann(ranged("it", ByteRange::Last(3))).await.unwrap()).await.unwrap();
        assert_eq!(tail, content.slice(content.len().saturating_sub(3)..));
        let outside = || ranged("it", ByteRange::From(size));
        assert_eq!(reason(world.ann(outside()).await), Reason::RangeInvalid);
        let lenient = world.ann(with!(outside(), lenient: true)).await.unwrap();
        assert_eq!((lenient.range.clone(), lenient.content.len()), (None, size));
    }
    let head = with!(Head::new(home(), key("it")), range: Some(ByteRange::Last(10)));
    assert_eq!(world.ann(head).await.unwrap().range, Some(1_199_990..1_200_000));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn any_range_of_any_size(size in 1_usize..1_400_000, from in 0.0..1.0_f64, len in 0.0..1.0_f64) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let world = World::new().await;
            let content = data(size);
            world.put("it", content.clone()).await;
            let start = ((size as f64 * from) as usize).min(size - 1);
            let end = (start + 1 + ((size - start) as f64 * len) as usize).min(size);
            let range = ByteRange::Between(start as u64, end as u64 - 1);
            let got = read(world.ann(ranged("it", range)).await.unwrap()).await.unwrap();
            prop_assert!(got == content.slice(start..end));
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn conditions_of_a_read_in_the_order_of_the_standard() {
    let world = World::new().await;
    let etag = world.put("it", "1").await.etag;
    let now = world.deployment.clock.now();
    let (earlier, later) = (now.minus(Duration::from_secs(9)), now.plus(Duration::from_secs(9)));
    let same = || Some(ETags::OneOf(vec!["x".to_owned(), etag.to_ascii_uppercase()]));
    let other = || Some(ETags::OneOf(vec!["x".to_owned()]));
    let none = ReadConditions::default;
    let cases = [
        (none(), None),
        (ReadConditions { if_match: same(), ..none() }, None),
        (ReadConditions { if_match: Some(ETags::Any), ..none() }, None),
        (ReadConditions { if_match: other(), ..none() }, Some(Reason::PreconditionFailed)),
        (ReadConditions { if_unmodified_since: Some(earlier), ..none() }, Some(Reason::PreconditionFailed)),
        (ReadConditions { if_unmodified_since: Some(now), ..none() }, None),
        // An ETag that matches silences the date.
        (ReadConditions { if_match: same(), if_unmodified_since: Some(earlier), ..none() }, None),
        (ReadConditions { if_none_match: same(), ..none() }, Some(Reason::NotModified)),
        (ReadConditions { if_none_match: Some(ETags::Any), ..none() }, Some(Reason::NotModified)),
        (ReadConditions { if_none_match: other(), ..none() }, None),
        (ReadConditions { if_modified_since: Some(now), ..none() }, Some(Reason::NotModified)),
        (ReadConditions { if_modified_since: Some(earlier), ..none() }, None),
        (ReadConditions { if_none_match: other(), if_modified_since: Some(later), ..none() }, None),
        (ReadConditions { if_match: other(), if_none_match: same(), ..none() }, Some(Reason::PreconditionFailed)),
    ];
    for (conditions, want) in cases {
        let got = world.ann(with!(Get::new(home(), key("it")), conditions: conditions.clone())).await;
        assert_eq!(got.as_ref().err().map(|f| f.reason()), want, "{conditions:?}");
        if let Err(failure) = got.map(|_| ())
            && want == Some(Reason::NotModified)
        {
            assert_eq!(failure.detail("ETag"), Some(etag.as_str()));
        }
        let seen = world.ann(with!(Head::new(home(), key("it")), conditions: conditions)).await;
        assert_eq!(seen.err().map(|f| f.reason()), want);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new().await;
    assert_eq!(reason(world.get("none").await), Reason::ObjectNotFound);
    assert_eq!(reason(world.head("none").await), Reason::ObjectNotFound);
}

#[tokio::test]
async fn who_reads_while_it_is_replaced_gets_what_was() {
    let world = World::new().await;
    let old = data(2_000_000);
    world.put("it", old.clone()).await;
    let got = world.ann(Get::new(home(), key("it"))).await.unwrap();
    world.put("it", "new").await;
    world.objects.collect(world.deployment.clock.now()).await.unwrap();
    assert!(read(got).await.unwrap() == old);
    assert_eq!(world.get("it").await.unwrap(), "new");
}

#[tokio::test]
async fn a_small_content_is_here_at_once() {
    let world = World::new().await;
    world.put("it", "tiny").await;
    let got = world.ann(Get::new(home(), key("it"))).await.unwrap();
    assert_eq!(got.content.whole().unwrap(), "tiny");
}

/// An object of two parts, the last of which is kept beside the metadata.
async fn put_parts(world: &World, draft: Draft) -> Bytes {
    let begin = with!(InitiateUpload::new(home(), key("it")), draft: draft);
    let upload = world.ann(begin).await.unwrap().upload;
    let parts = [data(1_100_000), data(10)];
    for (number, content) in (1..).zip(parts.clone()) {
        let op = UploadPart::new(home(), key("it"), upload.clone(), number, Body::bytes(content));
        world.ann(op).await.unwrap();
    }
    world.ann(CompleteUpload::new(home(), key("it"), upload, PartList::All)).await.unwrap();
    parts.concat().into()
}

#[tokio::test]
async fn a_small_last_part_does_not_go_while_it_is_read() {
    let world = World::new().await;
    let old = put_parts(&world, Draft::default()).await;
    let got = world.ann(Get::new(home(), key("it"))).await.unwrap();
    world.put("it", "new").await;
    assert!(read(got).await.unwrap() == old);
}

/// What happens after an operation was decided and before it runs.
#[derive(Clone)]
enum Meanwhile {
    Replaced(Box<Draft>),
    BucketMadeAgain,
}

/// The objects of a world in which something happens meanwhile.
struct Busy<'a>(&'a World, Meanwhile);

impl Busy<'_> {
    async fn happen(&self) -> Result<()> {
        let Self(world, meanwhile) = self;
        let mut draft = Draft::default();
        match meanwhile {
            Meanwhile::Replaced(wanted) => draft = wanted.as_ref().clone(),
            Meanwhile::BucketMadeAgain => {
                world.delete("it").await;
                world.ann(DeleteBucket { bucket: home() }).await?;
                world.ann(CreateBucket::new(home())).await?;
            }
        }
        world.ann(with!(Put::new(home(), key("it"), Body::bytes("new")), draft: draft)).await.map(|_| ())
    }
}

#[async_trait]
impl<Op: Operation> Run<Op> for Busy<'_>
where
    Objects: Run<Op>,
{
    fn store(&self) -> &Store {
        Run::<Op>::store(&self.0.objects)
    }

    async fn target(&self, op: &Op, caller: &Caller, view: &View) -> Result<Target> {
        self.0.objects.target(op, caller, view).await
    }

    async fn prepare(&self, permit: &Permit<Op>, op: &mut Op) -> Result<()> {
        self.0.objects.prepare(permit, op).await?;
        self.happen().await
    }

    async fn run(&self, permit: &Permit<Op>, op: &Op, txn: &mut Txn) -> Result<Op::Output> {
        self.0.objects.run(permit, op, txn).await
    }
}

async fn busy<Op: Operation>(world: &World, meanwhile: Meanwhile, op: Op) -> Result<Op::Output>
where
    Objects: Run<Op>,
{
    let root = world.root(&world.ann).await;
    world.deployment.gate().perform(&root, &Busy(world, meanwhile), op).await
}

#[tokio::test]
async fn an_object_that_was_replaced_between_decision_and_read_is_read_anew() {
    let world = World::new().await;
    let kms = || Draft { encryption: Some(Encryption::Kms { key: None }), ..Draft::default() };
    for before in [Draft::default(), kms()] {
        for after in [Draft::default(), kms()] {
            let meanwhile = || Meanwhile::Replaced(Box::new(after.clone()));
            put_parts(&world, before.clone()).await;
            let got = busy(&world, meanwhile(), Get::new(home(), key("it"))).await.unwrap();
            assert_eq!((got.info.size, read(got).await.unwrap()), (3, "new".into()));
            let small = with!(Put::new(home(), key("it"), Body::bytes("old")), draft: before.clone());
            world.ann(small).await.unwrap();
            let got = busy(&world, meanwhile(), Get::new(home(), key("it"))).await.unwrap();
            assert_eq!(read(got).await.unwrap(), "new");
        }
    }
    put_parts(&world, Draft::default()).await;
    let head = with!(Head::new(home(), key("it")), part: Some(1));
    let seen = busy(&world, Meanwhile::Replaced(Box::default()), head).await.unwrap();
    assert_eq!((seen.info.size, seen.range), (3, Some(0..3)));
}

#[tokio::test]
async fn what_was_decided_for_an_object_does_not_count_for_another() {
    let world = World::new().await;
    let listed = Draft { acl: Some(Acl::PublicRead), ..Draft::default() };
    for meanwhile in [Meanwhile::Replaced(Box::new(listed)), Meanwhile::BucketMadeAgain] {
        for parts in [false, true] {
            if parts {
                put_parts(&world, Draft::default()).await;
            } else {
                world.put("it", "old").await;
            }
            let got = busy(&world, meanwhile.clone(), Get::new(home(), key("it"))).await;
            assert_eq!(reason(got), Reason::Contended);
            assert_eq!(world.get("it").await.unwrap(), "new");
        }
    }
}
