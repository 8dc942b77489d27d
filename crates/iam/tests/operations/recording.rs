//! How surely reads are recorded before they are answered.

use crate::world::World;
use async_trait::async_trait;
use iam::{Caller, GetRecordPreference, LookupEvents, SetRecordPreference, Trails};
use std::sync::{Arc, Mutex};
use store::{Batch, Durability, MemoryMeta, Meta, MetaError, Snapshot};
use testkit::Deployment;
use trail::Query;
use types::{Clock, Reason};

/// An engine that remembers how sure the last commit was to be.
#[derive(Default)]
struct Remembering {
    inner: MemoryMeta,
    last: Mutex<Option<Durability>>,
}

#[async_trait]
impl Meta for Remembering {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, MetaError> {
        self.inner.snapshot().await
    }

    async fn commit(&self, batch: Batch, durability: Durability) -> Result<Vec<u64>, MetaError> {
        *self.last.lock().unwrap() = Some(durability);
        self.inner.commit(batch, durability).await
    }
}

/// A read in the region.
async fn look_up(world: &World, caller: &Caller) -> Result<(), Reason> {
    let deployment = &world.deployment;
    let trails = Trails {
        region: deployment.region.clone(),
        identity: deployment.identity.clone(),
        region_folder: "none".into(),
        identity_folder: "none".into(),
    };
    let query = Query::new(None, None, deployment.clock.now()).unwrap();
    let done = deployment.gate().perform(caller, &trails, LookupEvents { query }).await;
    done.map(|_| ()).map_err(|failure| failure.reason())
}

#[tokio::test]
async fn an_account_may_want_its_reads_on_disk_before_the_answer() {
    let meta = Arc::new(Remembering::default());
    let deployment = Deployment::over(meta.clone()).await.unwrap();
    let tenant = deployment.tenant("first").await.unwrap();
    let other = deployment.tenant("second").await.unwrap();
    let world = World { deployment, tenant };
    let (root, bob) = (world.root().await, world.caller(&other.root).await);
    let nobody = world.deployment.anonymous();
    let last = || *meta.last.lock().unwrap();

    assert!(!world.make(GetRecordPreference).await.strict);
    look_up(&world, &root).await.unwrap();
    assert_eq!(last(), Some(Durability::Logged));

    assert!(world.make(SetRecordPreference { strict: true }).await.strict);
    assert!(world.make(GetRecordPreference).await.strict);
    look_up(&world, &root).await.unwrap();
    assert_eq!(last(), Some(Durability::Synced), "what is read");
    let powerless = world.caller(&world.user_with_key("powerless").await).await;
    assert_eq!(look_up(&world, &powerless).await, Err(Reason::AccessDenied));
    assert_eq!(last(), Some(Durability::Synced), "what is refused");
    look_up(&world, &bob).await.unwrap();
    assert_eq!(last(), Some(Durability::Logged), "another account's preference is its own");
    assert!(look_up(&world, &nobody).await.is_err());
    assert_eq!(last(), Some(Durability::Logged));

    world.make(SetRecordPreference { strict: false }).await;
    look_up(&world, &root).await.unwrap();
    assert_eq!(last(), Some(Durability::Logged));
}

#[tokio::test]
async fn only_who_may_changes_it() {
    let world = World::new().await;
    let nobody = world.deployment.anonymous();
    let powerless = world.caller(&world.user_with_key("powerless").await).await;
    for caller in [&nobody, &powerless] {
        let refused = world.refused(caller, SetRecordPreference { strict: true }).await;
        assert!(matches!(refused, Reason::AccessDenied | Reason::MissingAuthentication));
        let refused = world.refused(caller, GetRecordPreference).await;
        assert!(matches!(refused, Reason::AccessDenied | Reason::MissingAuthentication));
    }
    assert!(!world.make(GetRecordPreference).await.strict);
    let admin = world.caller(&world.admin("admin").await).await;
    assert!(world.done(&admin, SetRecordPreference { strict: true }).await.strict);
    assert!(world.make(GetRecordPreference).await.strict);
}
