use crate::access::{Door, Found, audit_object};
use crate::actions::PUT_OBJECT;
use crate::body::Body;
use crate::checksum::Expected;
use crate::conditions::{ReadConditions, WriteConditions};
use crate::draft::{Draft, Ready, Written};
use crate::objects::Objects;
use crate::ops::get::{Get, Got};
use crate::ops::object_tags::{AllowTags, GetObjectTags};
use crate::ops::put::{audit_draft, audit_written};
use crate::range::ByteRange;
use crate::slot::{Slot, skipped};
use crate::tags::Tags;
use crate::version::VersionId;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, Failure, ObjectKey, Reason, Result, Service, limits};

/// Where the headers or the tags of a copy come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MetadataDirective {
    /// From the source.
    #[default]
    Copy,
    /// From the request.
    Replace,
}

/// Stores a copy of an object, without the client carrying it. Reading the source is an operation of its own, decided
/// and recorded where the source belongs.
pub struct Copy {
    /// The bucket to copy from.
    pub source_bucket: BucketName,
    /// The key to copy from.
    pub source_key: ObjectKey,
    /// Which version of it; `None`: the one that its key stands for.
    pub source_version: Option<VersionId>,
    /// On what state of the source it insists.
    pub source_conditions: ReadConditions,
    /// The bucket to copy to.
    pub bucket: BucketName,
    /// The key to copy to.
    pub key: ObjectKey,
    /// Where the headers come from.
    pub directive: MetadataDirective,
    /// Where the tags come from.
    pub tagging: MetadataDirective,
    /// What else is said of the copy; its headers and its tags count only if they are to replace the source's.
    pub draft: Draft,
    /// Which checksums to compute of it.
    pub expected: Expected,
    /// On what state of the object under this key it insists.
    pub conditions: WriteConditions,
    found: Slot<Found>,
    ready: Option<Ready>,
    copied: Option<VersionId>,
}

impl Copy {
    /// A copy with the source's headers and nothing else said.
    pub fn new(source: (BucketName, ObjectKey), bucket: BucketName, key: ObjectKey) -> Self {
        Self {
            source_bucket: source.0,
            source_key: source.1,
            source_version: None,
            source_conditions: ReadConditions::default(),
            bucket,
            key,
            directive: MetadataDirective::Copy,
            tagging: MetadataDirective::Copy,
            draft: Draft::default(),
            expected: Expected::default(),
            conditions: WriteConditions::default(),
            found: Slot::default(),
            ready: None,
            copied: None,
        }
    }
}

impl Operation for Copy {
    type Output = Written;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        PUT_OBJECT
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, &self.key);
        audit_draft(audit, &self.draft);
        audit.parameter("copySource", format!("{}/{}", self.source_bucket, self.source_key));
        audit.optional("copySourceVersionId", self.source_version.map(|id| id.to_string()));
    }

    fn outcome(&self, output: &Written, audit: &mut Audit) {
        audit_written(audit, output);
    }
}

impl Objects {
    /// Reads the source of a copy, as the caller.
    pub(crate) async fn read_source(
        &self,
        caller: &Caller,
        (bucket, key, version): (&BucketName, &ObjectKey, Option<VersionId>),
        conditions: &ReadConditions,
        range: Option<ByteRange>,
    ) -> Result<Got> {
        let mut get = Get::new(bucket.clone(), key.clone());
        get.version = version;
        get.conditions = conditions.clone();
        get.range = range;
        let asking = caller.via(Service::Oss, caller.call().dialect, "GetObject");
        let got = Box::pin(self.gate.perform(&asking, self, get)).await?;
        if got.content.len() > limits::PUT_BYTES {
            return Err(Failure::new(
                Reason::ObjectTooLarge,
                "The source is larger than can be copied in one request; copy it in parts.",
            ));
        }
        Ok(got)
    }
}

impl Objects {
    /// The tags of a copy's source, for the caller who may read them there and set them here.
    async fn copied_tags(&self, caller: &Caller, op: &Copy) -> Result<Tags> {
        let dialect = caller.call().dialect;
        let read =
            GetObjectTags { bucket: op.source_bucket.clone(), key: op.source_key.clone(), version: op.source_version };
        let asking = caller.via(Service::Oss, dialect, "GetObjectTagging");
        let tags = Box::pin(self.gate.perform(&asking, self, read)).await?.tags;
        let allow = AllowTags { bucket: op.bucket.clone(), key: op.key.clone(), tags: tags.clone() };
        let asking = caller.via(Service::Oss, dialect, "PutObjectTagging");
        Box::pin(self.gate.perform(&asking, self, allow)).await?;
        Ok(tags)
    }
}

#[async_trait]
impl Run<Copy> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &Copy, _: &Caller, view: &View) -> Result<Target> {
        let (target, found) = self.write_target(view, &op.bucket, &op.key, &op.draft).await?;
        op.found.set(found);
        Ok(target)
    }

    async fn prepare(&self, permit: &Permit<Copy>, op: &mut Copy) -> Result<()> {
        let found = op.found.get().ok_or_else(skipped)?;
        op.conditions.check(found.object.as_deref(), found.bucket.record.versioning)?;
        let caller = permit.caller();
        let source = (&op.source_bucket, &op.source_key, op.source_version);
        let got = self.read_source(caller, source, &op.source_conditions, None).await?;
        op.copied = got.info.version;
        if op.directive == MetadataDirective::Copy {
            op.draft.headers = got.info.headers;
        }
        if op.tagging == MetadataDirective::Copy {
            op.draft.tags = if got.info.tags == 0 { Tags::default() } else { self.copied_tags(caller, op).await? };
        }
        // A copy keeps the kinds of checksum its source has.
        op.expected.compute.extend(got.info.checksums.keys());
        let length = got.content.len();
        let mut body = Body::new(got.content.into_stream(), Some(length));
        op.ready = Some(self.make_ready(caller, &found, &op.key, &op.draft, &op.expected, &mut body).await?);
        Ok(())
    }

    async fn run(&self, permit: &Permit<Copy>, op: &Copy, txn: &mut Txn) -> Result<Written> {
        let ready = op.ready.as_ref().ok_or_else(skipped)?;
        let written = self.put_ready(txn, &op.key, ready, &op.conditions, Door::of(permit)).await?;
        Ok(Written { source_version: op.copied, ..written })
    }
}
