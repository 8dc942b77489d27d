//! Who may: finding what an operation is about, and telling the gate all that counts for its decision.

use crate::acl::Acl;
use crate::bucket::{Bucket, BucketRecord};
use crate::bucket_access::PublicAccessBlock;
use crate::encryption::Place;
use crate::object::{ObjectInfo, ObjectRecord};
use crate::objects::Objects;
use crate::tables::{ACCOUNT, ACCOUNT_BLOCKS, BUCKETS, NAMES, OBJECTS, POLICIES, object_key};
use crate::version::{Version, VersionId, VersionRecord};
use crate::versions::{Eyes, Located};
use iam::policy::{Document, Kind, Labelled};
use iam::{Audit, Caller, Operation, Permit, Target};
use std::sync::Arc;
use store::{Txn, View};
use types::{AccountId, Action, BucketName, Failure, ObjectKey, Reason, Resource, Result, Service};

/// An object that was looked for: its bucket, and itself if it is there.
pub(crate) struct Found {
    pub(crate) bucket: Bucket,
    pub(crate) object: Option<Arc<ObjectRecord>>,
    /// The version that was asked for; `None`: what the key stands for.
    pub(crate) asked: Option<VersionId>,
    /// The delete marker that is there instead of an object.
    pub(crate) marker: Option<Version>,
}

impl Found {
    /// The list that counts for the object: its own, else the bucket's (RAM/OSS order of evaluation: object ACL first).
    pub(crate) fn acl(&self) -> Acl {
        self.object.as_ref().and_then(|o| o.acl).unwrap_or(self.bucket.record.acl)
    }

    /// What is known of the object.
    pub(crate) fn info(&self, object: &ObjectRecord) -> ObjectInfo {
        ObjectInfo::new(object, self.bucket.record.versioning)
    }
}

/// How the caller of a write came in, whose body took its time: an access control list that let everybody in may have
/// been closed since it was asked.
#[derive(Debug)]
pub(crate) enum Door {
    /// By a right of its own, which no list takes away.
    Own,
    /// By an open list and nothing else: what it is told if that is closed when the write commits.
    Open(Failure),
}

impl Door {
    /// How the caller of an operation that was decided came in.
    pub(crate) fn of<Op: Operation>(permit: &Permit<Op>) -> Self {
        match permit.target().open {
            true => permit.unless_open().err().map_or(Self::Own, Self::Open),
            false => Self::Own,
        }
    }

    /// Checks it with the records that the transaction read.
    pub(crate) fn check(self, bucket: &BucketRecord, object: Option<&ObjectRecord>) -> Result<()> {
        let acl = object.and_then(|o| o.acl).unwrap_or(bucket.acl);
        match self {
            Self::Open(refusal) if !acl.opens_writing() || bucket.access.ignores_acls() => Err(refusal),
            Self::Open(_) | Self::Own => Ok(()),
        }
    }
}

impl Bucket {
    pub(crate) fn place<'a>(&'a self, key: &'a ObjectKey) -> Place<'a> {
        Place { account: self.owner, bucket: &self.record.id, key }
    }
}

/// That a list lets everybody in where that is shut off.
pub(crate) fn no_public_list() -> Failure {
    Failure::new(Reason::AccessDenied, "Public access is blocked: the access control list lets everybody in.")
}

pub(crate) fn no_bucket(name: &BucketName) -> Failure {
    Failure::of(Reason::BucketNotFound).with("BucketName", name.as_str())
}

pub(crate) fn no_object(key: &ObjectKey) -> Failure {
    Failure::of(Reason::ObjectNotFound).with("Key", key.as_str())
}

pub(crate) fn no_version(key: &ObjectKey, version: VersionId) -> Failure {
    Failure::of(Reason::VersionNotFound).with("Key", key.as_str()).with("VersionId", version.to_string())
}

/// That there is a delete marker where an object was asked for.
pub(crate) fn is_marker(failure: Failure, marker: Version) -> Failure {
    failure.with("VersionId", marker.id().to_string()).with(DELETE_MARKER, "true")
}

/// The detail of a failure that says that there is a delete marker.
pub const DELETE_MARKER: &str = "DeleteMarker";

/// The account of whoever asks for something that no bucket says whose it is.
pub(crate) fn account_of(caller: &Caller) -> Result<AccountId> {
    caller.account().ok_or_else(|| Failure::of(Reason::MissingAuthentication))
}

impl Objects {
    /// The target of an operation on what the caller's account has, whichever bucket it is in.
    pub(crate) fn account_target(&self, action: Action, caller: &Caller) -> Result<Target> {
        Ok(Target::one(action, Resource::regional(Service::Oss, self.store.region(), account_of(caller)?, "*")))
    }

    /// Whether this region has a bucket of this name, whoever owns it: what a dialect needs to know which region a
    /// request is for that does not say. That a bucket exists is no secret: names are shared by all accounts.
    pub async fn has_bucket(&self, name: &BucketName) -> Result<bool> {
        let view = self.store.view().await?;
        Ok(view.get(NAMES, AccountId::PLATFORM, name.as_str().as_bytes()).await?.is_some())
    }

    /// The bucket of a name. That a bucket exists is no secret: names are shared by all accounts.
    pub(crate) async fn bucket(&self, view: &View, name: &BucketName) -> Result<Bucket> {
        let suffix = name.as_str().as_bytes();
        let owner = view.shared(NAMES, AccountId::PLATFORM, suffix).await?.ok_or_else(|| no_bucket(name))?.owner;
        let record = view.shared(BUCKETS, owner, suffix).await?.ok_or_else(|| no_bucket(name))?;
        Ok(Bucket { name: name.clone(), owner, record })
    }

    /// The bucket as it is now, which must still be so when the transaction commits. An error if it was removed, or
    /// made again, since it was found.
    pub(crate) async fn hold(&self, txn: &mut Txn, bucket: &Bucket) -> Result<Arc<BucketRecord>> {
        let record = txn.shared(BUCKETS, bucket.owner, bucket.name.as_str().as_bytes()).await?;
        record.filter(|r| r.id == bucket.record.id).ok_or_else(|| no_bucket(&bucket.name))
    }

    /// The bucket of an operation that was decided: still the account's whose policies were asked.
    pub(crate) async fn permitted<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        view: &View,
        name: &BucketName,
    ) -> Result<Bucket> {
        let bucket = self.bucket(view, name).await?;
        if permit.target().owner == Some(bucket.owner) { Ok(bucket) } else { Err(no_bucket(name)) }
    }

    /// What a key stands for.
    pub(crate) async fn found(&self, view: &View, name: &BucketName, key: &ObjectKey) -> Result<Found> {
        let bucket = self.bucket(view, name).await?;
        let object = view.shared(OBJECTS, bucket.owner, &object_key(&bucket.record.id, key)).await?;
        let marker = match &object {
            Some(_) => None,
            None => bucket.current_marker(view, key).await?,
        };
        Ok(Found { bucket, object, asked: None, marker })
    }

    /// A version of a key, or what it stands for.
    pub(crate) async fn found_version(
        &self,
        view: &View,
        name: &BucketName,
        key: &ObjectKey,
        version: Option<VersionId>,
    ) -> Result<Found> {
        let Some(id) = version else { return self.found(view, name, key).await };
        let bucket = self.bucket(view, name).await?;
        let (object, marker) = match bucket.locate(Eyes::Look(view), key, id).await? {
            Some(Located::Current(object)) => (Some(Arc::from(object)), None),
            Some(Located::Aside(VersionRecord::Object(object))) => (Some(Arc::from(object)), None),
            Some(Located::Aside(VersionRecord::Marker(marker))) => (None, Some(marker.version)),
            None => (None, None),
        };
        Ok(Found { bucket, object, asked: Some(id), marker })
    }

    /// The target of an operation on a bucket itself.
    pub(crate) async fn bucket_target(&self, view: &View, bucket: &Bucket, action: Action) -> Result<Target> {
        self.target(view, bucket, action, bucket.name.to_string()).await
    }

    /// The target of an operation on an object. `open`: whether an access control list lets everybody do it.
    pub(crate) async fn object_target(
        &self,
        view: &View,
        bucket: &Bucket,
        key: &ObjectKey,
        action: Action,
        open: bool,
    ) -> Result<Target> {
        let target = self.target(view, bucket, action, format!("{}/{key}", bucket.name)).await?;
        Ok(Target { open: self.list_opens(view, bucket, open).await?, ..target })
    }

    async fn target(&self, view: &View, bucket: &Bucket, action: Action, path: String) -> Result<Target> {
        let resource = Resource::regional(Service::Oss, self.store.region(), bucket.owner, path);
        let mut target = Target::one(action, resource);
        bucket.record.tags.tell_bucket(&mut target.context);
        if let Some(policy) = self.policy(view, bucket).await? {
            let public = policy.is_public();
            target.restricted = public && self.block(view, bucket.owner, &bucket.record).await?.restrict_policy;
            target.policy = Some(Labelled::new(format!("bucket {}", bucket.name), policy));
        }
        Ok(target)
    }

    /// Whether a list that is open lets anybody in: not where lists count for nothing.
    pub(crate) async fn list_opens(&self, view: &View, bucket: &Bucket, open: bool) -> Result<bool> {
        if !open || bucket.record.access.ignores_acls() {
            return Ok(false);
        }
        Ok(!self.account_block(view, bucket.owner).await?.ignore_acls)
    }

    /// What of public access to all that an account has here is shut off.
    pub(crate) async fn account_block(&self, view: &View, account: AccountId) -> Result<PublicAccessBlock> {
        Ok(view.shared(ACCOUNT_BLOCKS, account, ACCOUNT).await?.map_or_else(PublicAccessBlock::default, |block| *block))
    }

    /// Refuses who came in by a list where the account has shut that off since; held until the transaction commits.
    pub(crate) async fn check_door(&self, txn: &mut Txn, owner: AccountId, door: &Door) -> Result<()> {
        let Door::Open(_) = door else { return Ok(()) };
        match txn.shared(ACCOUNT_BLOCKS, owner, ACCOUNT).await?.is_some_and(|block| block.ignore_acls) {
            true => Err(no_public_list()),
            false => Ok(()),
        }
    }

    /// What of public access to a bucket is shut off, by itself or by its account.
    pub(crate) async fn block(
        &self,
        view: &View,
        owner: AccountId,
        bucket: &BucketRecord,
    ) -> Result<PublicAccessBlock> {
        Ok(self.account_block(view, owner).await?.and(bucket.access.block.unwrap_or_default()))
    }

    /// Refuses to give a list where there are none, and one that lets everybody in where that is shut off.
    pub(crate) async fn may_list(
        &self,
        view: &View,
        owner: AccountId,
        bucket: &BucketRecord,
        list: Option<Acl>,
    ) -> Result<()> {
        let Some(list) = list else { return Ok(()) };
        if bucket.access.has_no_lists() {
            return Err(Failure::of(Reason::AclsOff));
        }
        match list.opens_reading() && self.block(view, owner, bucket).await?.block_acls {
            true => Err(no_public_list()),
            false => Ok(()),
        }
    }

    /// The bucket's policy, compiled. The cache is by the hash that this very view says is the policy's.
    pub(crate) async fn policy(&self, view: &View, bucket: &Bucket) -> Result<Option<Arc<Document>>> {
        let Some(hash) = bucket.record.policy else { return Ok(None) };
        if let Some(known) = self.policies.get(&hash) {
            return Ok(Some(known));
        }
        let stored = view.get(POLICIES, bucket.owner, bucket.name.as_str().as_bytes()).await?;
        let text = stored.filter(|p| crypto::sha256(p.text.as_bytes()) == hash);
        let text = text.ok_or_else(|| Failure::corrupt(format!("the policy of bucket {}", bucket.name)))?.text;
        let document = Arc::new(Document::parse(&text, Kind::Bucket)?);
        self.policies.put(hash, document.clone());
        Ok(Some(document))
    }
}

/// Notes a bucket in the event.
pub(crate) fn audit_bucket(audit: &mut Audit, bucket: &BucketName) {
    audit.parameter("bucketName", bucket.as_str());
    audit.resource("ACS::OSS::Bucket", bucket.as_str());
}

/// Notes an object in the event.
pub(crate) fn audit_object(audit: &mut Audit, bucket: &BucketName, key: &ObjectKey) {
    audit_bucket(audit, bucket);
    audit.parameter("objectName", key.as_str());
    audit.resource("ACS::OSS::Object", format!("{bucket}/{key}"));
}

/// The same, of one of its versions, if one is named.
pub(crate) fn audit_version(audit: &mut Audit, bucket: &BucketName, key: &ObjectKey, version: Option<VersionId>) {
    audit_object(audit, bucket, key);
    audit.optional("versionId", version.map(|id| id.to_string()));
}
