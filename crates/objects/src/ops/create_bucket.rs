use crate::access::{account_of, audit_bucket, no_public_list};
use crate::acl::Acl;
use crate::actions::{
    PUT_BUCKET, PUT_BUCKET_ACL, PUT_BUCKET_OBJECT_WORM, PUT_BUCKET_OWNERSHIP_CONTROLS, PUT_BUCKET_VERSIONING,
};
use crate::bucket::{Bucket, BucketInfo, BucketRecord, NameRecord, Redundancy, StorageClass};
use crate::bucket_access::{BucketAccess, Ownership};
use crate::ids::BucketId;
use crate::objects::Objects;
use crate::reader::changed;
use crate::retention::Locking;
use crate::shard::ShardedRecord;
use crate::tables::{BUCKETS, NAMES, SHARDED};
use crate::tags::Tags;
use crate::version::Versioning;
use async_trait::async_trait;
use iam::{Audit, Caller, Need, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Range, Store, Txn, View};
use types::{AccountId, Action, BucketName, Failure, Reason, Resource, Result, Service, limits};

/// Makes a bucket, for the caller's account.
#[derive(Clone, Debug)]
pub struct CreateBucket {
    /// Its name.
    pub bucket: BucketName,
    /// Who may touch it without a policy; `None`: nobody, or as it is if it is there.
    pub acl: Option<Acl>,
    /// How its objects are kept unless they say otherwise.
    pub storage_class: StorageClass,
    /// Across how much of the region it is spread.
    pub redundancy: Redundancy,
    /// Whether its objects' versions can be locked. It keeps versions, then, from the beginning and for good.
    pub locking: bool,
    /// Whose its objects are, and whether lists count; `None`: nothing is said, and they do.
    pub ownership: Option<Ownership>,
    /// Whether to make a bucket that the account has already is no error.
    pub again: bool,
}

impl CreateBucket {
    /// A private bucket for what is read often.
    pub fn new(bucket: BucketName) -> Self {
        let (storage_class, redundancy) = (StorageClass::default(), Redundancy::default());
        Self { bucket, acl: None, storage_class, redundancy, locking: false, ownership: None, again: false }
    }
}

/// The bucket there is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// The bucket.
    pub bucket: BucketInfo,
    /// Whether it was there already.
    pub existed: bool,
}

impl Operation for CreateBucket {
    type Output = Created;

    fn action(&self) -> Action {
        PUT_BUCKET
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.optional("acl", self.acl.map(Acl::name));
        audit.optional("objectLockEnabled", self.locking.then_some(true));
        audit.optional("objectOwnership", self.ownership.map(Ownership::name));
    }
}

#[async_trait]
impl Run<CreateBucket> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    /// A bucket that the account has already has its policy asked, too. Whoever gives a list, or lets objects be locked, needs
    /// the right to do that.
    async fn target(&self, op: &CreateBucket, caller: &Caller, view: &View) -> Result<Target> {
        let account = account_of(caller)?;
        let resource = Resource::regional(Service::Oss, self.store.region(), account, op.bucket.as_str());
        let mut target = match view.get(BUCKETS, account, op.bucket.as_str().as_bytes()).await? {
            Some(record) => {
                let bucket = Bucket { name: op.bucket.clone(), owner: account, record: Arc::new(record) };
                self.bucket_target(view, &bucket, PUT_BUCKET).await?
            }
            None => Target::one(PUT_BUCKET, resource.clone()),
        };
        if op.ownership.is_some() {
            target.needs.push(Need { action: PUT_BUCKET_OWNERSHIP_CONTROLS, resource: resource.clone() });
        }
        if op.locking {
            let locks = [PUT_BUCKET_OBJECT_WORM, PUT_BUCKET_VERSIONING];
            target.needs.extend(locks.map(|action| Need { action, resource: resource.clone() }));
        }
        if op.acl.is_some() {
            target.needs.push(Need { action: PUT_BUCKET_ACL, resource });
        }
        Ok(target)
    }

    /// Commit point: this transaction, which holds the name and the bucket.
    async fn run(&self, permit: &Permit<CreateBucket>, op: &CreateBucket, txn: &mut Txn) -> Result<Created> {
        let owner = account_of(permit.caller())?;
        let suffix = op.bucket.as_str().as_bytes();
        self.may_begin_with(op, owner, txn.view()).await?;
        match txn.get(NAMES, AccountId::PLATFORM, suffix).await? {
            Some(name) if name.owner != owner => return Err(taken(Reason::BucketExists, &op.bucket)),
            Some(_) if !op.again => return Err(taken(Reason::BucketOwned, &op.bucket)),
            Some(_) => return self.create_again(permit, op, owner, txn).await,
            None => {}
        }
        if txn.scan(BUCKETS, owner, &Range::all(limits::BUCKETS)).await?.len() >= limits::BUCKETS {
            return Err(Failure::of(Reason::TooManyBuckets));
        }
        let record = BucketRecord {
            id: BucketId::random(self.store.rng().as_ref()),
            created: self.now(),
            acl: op.acl.unwrap_or_default(),
            storage_class: op.storage_class,
            redundancy: op.redundancy,
            encryption: None,
            policy: None,
            tags: Tags::default(),
            versioning: if op.locking { Versioning::Enabled } else { Versioning::Off },
            locking: op.locking.then(Locking::default),
            retention: None,
            lifecycle: false,
            access: BucketAccess { block: None, ownership: op.ownership },
        };
        txn.put(NAMES, AccountId::PLATFORM, suffix, &NameRecord { owner }).await?;
        txn.put(BUCKETS, owner, suffix, &record).await?;
        txn.put(SHARDED, owner, record.id.bytes(), &ShardedRecord {}).await?;
        Ok(Created { bucket: BucketInfo::new(op.bucket.clone(), owner, record), existed: false })
    }
}

impl Objects {
    /// Whether a bucket may begin with such a list.
    async fn may_begin_with(&self, op: &CreateBucket, owner: AccountId, view: &View) -> Result<()> {
        let opens = op.acl.is_some_and(Acl::opens_reading);
        if opens && op.ownership == Some(Ownership::Enforced) {
            return Err(Failure::of(Reason::AclsOpen).with("BucketName", op.bucket.as_str()));
        }
        match opens && self.account_block(view, owner).await?.block_acls {
            true => Err(no_public_list()),
            false => Ok(()),
        }
    }

    /// The bucket is the account's own already: only its list changes, and only if one was given.
    async fn create_again(
        &self,
        permit: &Permit<CreateBucket>,
        op: &CreateBucket,
        owner: AccountId,
        txn: &mut Txn,
    ) -> Result<Created> {
        let suffix = op.bucket.as_str().as_bytes();
        let record = txn.get(BUCKETS, owner, suffix).await?;
        let mut record = record.ok_or_else(|| Failure::corrupt(format!("bucket {}", op.bucket)))?;
        if let Some(acl) = op.acl.filter(|acl| *acl != record.acl) {
            self.may_list(txn.view(), owner, &record, Some(acl)).await?;
            // Made, or given a policy, after that would have been asked.
            if record.policy.is_some() && permit.target().policy.is_none() {
                return Err(changed());
            }
            record.acl = acl;
            txn.put(BUCKETS, owner, suffix, &record).await?;
        }
        Ok(Created { bucket: BucketInfo::new(op.bucket.clone(), owner, record), existed: true })
    }
}

fn taken(reason: Reason, name: &BucketName) -> Failure {
    Failure::of(reason).with("BucketName", name.as_str())
}
