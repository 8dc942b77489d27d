//! On the engines that are served from.

use crate::world::{data, home, key, read};
use futures::{StreamExt, TryStreamExt, stream};
use objects::{
    Body, CompleteUpload, Config, CreateBucket, Delete, Get, InitiateUpload, Objects, PartList, Put, UploadPart,
};
use std::sync::Arc;
use std::time::Duration;
use store::{Embedded, EmbeddedOptions, LocalBlobs, LocalBlobsOptions};
use testkit::Deployment;
use types::{Clock, limits};

/// What a world has, over a folder.
struct Disk {
    deployment: Deployment,
    objects: Objects,
    caller: iam::Caller,
}

impl Disk {
    async fn open(folder: &std::path::Path) -> Self {
        let clock = Arc::new(types::SystemClock::new());
        let meta = Embedded::open(&folder.join("meta"), &EmbeddedOptions::new(clock.clone())).unwrap();
        let deployment = Deployment::over(meta).await.unwrap();
        let blobs = LocalBlobs::open(&folder.join("blobs"), &LocalBlobsOptions::new(clock.clone())).unwrap();
        let kms = Arc::new(kms::Kms::new(deployment.region.clone()));
        let gate = deployment.gate().clone();
        let (store, clock) = (deployment.region.clone(), deployment.clock.clone());
        let objects = Objects::new(store, Arc::new(blobs), gate, kms, clock, Config::default());
        let tenant = deployment.tenant("ann").await.unwrap();
        let caller = deployment.caller(&tenant.root).await.unwrap();
        let disk = Self { deployment, objects, caller };
        disk.perform(CreateBucket::new(home())).await.unwrap();
        disk
    }

    async fn perform<Op: iam::Operation>(&self, op: Op) -> types::Result<Op::Output>
    where
        Objects: iam::Run<Op>,
    {
        self.deployment.gate().perform(&self.caller, &self.objects, op).await
    }

    async fn get(&self, name: &str) -> bytes::Bytes {
        read(self.perform(Get::new(home(), key(name))).await.unwrap()).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn objects_of_every_size_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open(folder.path()).await;
    let sizes = [0, 1, 16_384, 65_536, 65_537, 1_000_000, 3_000_000];
    let puts = sizes.map(|size| disk.perform(Put::new(home(), key(&size.to_string()), Body::bytes(data(size)))));
    futures::future::try_join_all(puts).await.unwrap();
    for size in sizes {
        assert!(disk.get(&size.to_string()).await == data(size), "{size}");
    }
    for size in sizes {
        disk.perform(Delete::new(home(), key(&size.to_string()))).await.unwrap();
    }
    disk.deployment.clock.advance(Duration::from_secs(3600));
    let now = disk.deployment.clock.now();
    // What is larger than is kept beside the metadata.
    assert_eq!(disk.objects.collect(now).await.unwrap(), 3);
    assert_eq!(disk.objects.sweep(now).await.unwrap().kept, 0);
}

/// As many as there may be: one transaction has to hold them all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_of_the_most_parts() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open(folder.path()).await;
    let upload = disk.perform(InitiateUpload::new(home(), key("it"))).await.unwrap().upload;
    let part = |n| disk.perform(UploadPart::new(home(), key("it"), upload.clone(), n, Body::bytes(vec![7])));
    let parts = stream::iter(1..=limits::PARTS).map(part).buffer_unordered(256);
    assert_eq!(parts.try_fold(0, async |n, _| Ok(n + 1)).await.unwrap(), limits::PARTS);
    let all = CompleteUpload { least: 1, ..CompleteUpload::new(home(), key("it"), upload, PartList::All) };
    assert_eq!(disk.perform(all).await.unwrap().size, u64::from(limits::PARTS));
    assert!(disk.get("it").await == vec![7; limits::PARTS as usize]);
    disk.perform(Delete::new(home(), key("it"))).await.unwrap();
}
