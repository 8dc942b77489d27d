use crate::access::audit_object;
use crate::actions::DELETE_OBJECT;
use crate::conditions::WriteConditions;
use crate::content::drop_stored;
use crate::objects::Objects;
use crate::shards::note_erased;
use crate::tables::{OBJECTS, object_key};
use async_trait::async_trait;
use futures::StreamExt;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, ObjectKey, Result};

/// How many of a list of deletions are on their way at the same time: they share their syncs to disk.
const AT_ONCE: usize = 32;

/// Removes an object. No error if it is not there.
#[derive(Clone, Debug)]
pub struct Delete {
    /// In which bucket.
    pub bucket: BucketName,
    /// Under which key.
    pub key: ObjectKey,
    /// On what state of the object it insists.
    pub conditions: WriteConditions,
}

impl Delete {
    /// A removal of whatever is there.
    pub fn new(bucket: BucketName, key: ObjectKey) -> Self {
        Self { bucket, key, conditions: WriteConditions::default() }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Whether there was anything.
    pub existed: bool,
}

impl Operation for Delete {
    type Output = Deleted;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        DELETE_OBJECT
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, &self.key);
    }
}

#[async_trait]
impl Run<Delete> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &Delete, _: &Caller, view: &View) -> Result<Target> {
        let found = self.found(view, &op.bucket, &op.key).await?;
        let open = found.acl().opens_writing();
        self.found_target(view, &found, &op.key, DELETE_OBJECT, open).await
    }

    /// Commit point: this transaction. Before it the object is whole; after it nothing names its content, and its blobs
    /// are on the list of the dropped.
    async fn run(&self, permit: &Permit<Delete>, op: &Delete, txn: &mut Txn) -> Result<Deleted> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let place = object_key(&bucket.record.id, &op.key);
        let object = txn.get(OBJECTS, bucket.owner, &place).await?;
        op.conditions.check(object.as_ref())?;
        let Some(object) = object else { return Ok(Deleted { existed: false }) };
        drop_stored(txn, bucket.owner, &object.stored, self.now()).await?;
        note_erased(txn, bucket.owner, &bucket.record.id, &object.data_key).await?;
        txn.delete(OBJECTS, bucket.owner, &place);
        Ok(Deleted { existed: true })
    }
}

impl Objects {
    /// Removes several objects, each by an operation of its own: decided and recorded one by one, answered in the order
    /// asked.
    pub async fn delete_many(
        &self,
        caller: &Caller,
        bucket: &BucketName,
        keys: Vec<ObjectKey>,
    ) -> Vec<(ObjectKey, Result<Deleted>)> {
        let one = |key: ObjectKey| async move {
            let result = self.gate.perform(caller, self, Delete::new(bucket.clone(), key.clone())).await;
            (key, result)
        };
        let mut keys = keys.into_iter();
        // The first goes alone: it uses up what the request may use once, which those beside it would trip over.
        let Some(first) = keys.next() else { return Vec::new() };
        let mut results = vec![one(first).await];
        results.extend(futures::stream::iter(keys.map(one)).buffered(AT_ONCE).collect::<Vec<_>>().await);
        results
    }
}
