use crate::access::audit_bucket;
use crate::actions::GET_BUCKET_STAT;
use crate::bucket::Bucket;
use crate::objects::Objects;
use crate::tables::{OBJECTS, UPLOADS, VERSIONS};
use crate::version::VersionRecord;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Range, Record, Store, Table, Txn, View};
use types::{Action, BucketName, Result, limits};

/// Counts what is in a bucket. Counted when asked, by walking through it: a counter kept beside would make all writers
/// of a bucket wait for each other.
#[derive(Clone, Debug)]
pub struct GetBucketStat {
    /// The bucket.
    pub bucket: BucketName,
}

/// What is in a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BucketStat {
    /// Bytes of all objects, and of all their versions.
    pub bytes: u64,
    /// Objects, and versions of them that are kept.
    pub objects: u64,
    /// Delete markers.
    pub markers: u64,
    /// Uploads that are neither complete nor given up.
    pub uploads: u64,
}

impl Operation for GetBucketStat {
    type Output = BucketStat;

    fn action(&self) -> Action {
        GET_BUCKET_STAT
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketStat> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketStat, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_STAT).await
    }

    async fn run(&self, permit: &Permit<GetBucketStat>, op: &GetBucketStat, txn: &mut Txn) -> Result<BucketStat> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let mut stat = BucketStat::default();
        walk(txn.view(), OBJECTS, &bucket, |object| {
            stat.objects += 1;
            stat.bytes += object.size;
        })
        .await?;
        walk(txn.view(), VERSIONS, &bucket, |version| match version {
            VersionRecord::Object(object) => {
                stat.objects += 1;
                stat.bytes += object.size;
            }
            VersionRecord::Marker(_) => stat.markers += 1,
        })
        .await?;
        walk(txn.view(), UPLOADS, &bucket, |_| stat.uploads += 1).await?;
        Ok(stat)
    }
}

/// Shows every record of a bucket to `each`, page by page.
async fn walk<R: Record>(view: &View, table: Table<R>, bucket: &Bucket, mut each: impl FnMut(&R) + Send) -> Result<()> {
    let mut range = Range::prefix(bucket.record.id.bytes(), limits::PAGE);
    loop {
        let page = view.scan(table, bucket.owner, &range).await?;
        page.iter().for_each(|(_, record)| each(record));
        if !range.go_on(&page, |(suffix, _)| suffix) {
            return Ok(());
        }
        // A view in memory never waits, and a bucket may be large.
        tokio::task::yield_now().await;
    }
}
