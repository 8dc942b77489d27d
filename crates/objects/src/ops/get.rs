use crate::access::{Found, audit_version};
use crate::actions::{GET_OBJECT, GET_OBJECT_VERSION};
use crate::conditions::ReadConditions;
use crate::content::Segment;
use crate::encryption::Wrap;
use crate::object::{ObjectInfo, ObjectRecord};
use crate::objects::Objects;
use crate::range::ByteRange;
use crate::reader::Content;
use crate::slot::{Slot, skipped};
use crate::version::VersionId;
use async_trait::async_trait;
use crypto::Key;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::ops::Range;
use std::sync::Arc;
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, Failure, ObjectKey, Reason, Result};

/// Reads an object, or a range of it.
pub struct Get {
    /// In which bucket.
    pub bucket: BucketName,
    /// Under which key.
    pub key: ObjectKey,
    /// Which version; `None`: the one that the key stands for.
    pub version: Option<VersionId>,
    /// Which bytes; `None`: all.
    pub range: Option<ByteRange>,
    /// Whether a range that lies outside the object means all of it instead of an error.
    pub lenient: bool,
    /// Which part of an object made of parts, by its number. Not together with a range.
    pub part: Option<u32>,
    /// On what state of the object it insists.
    pub conditions: ReadConditions,
    found: Slot<Found>,
    data_key: Slot<Key>,
}

impl Get {
    /// A read of a whole object.
    pub fn new(bucket: BucketName, key: ObjectKey) -> Self {
        Self {
            bucket,
            key,
            version: None,
            range: None,
            lenient: false,
            part: None,
            conditions: ReadConditions::default(),
            found: Slot::default(),
            data_key: Slot::default(),
        }
    }
}

/// An object that is being read.
pub struct Got {
    /// What is known of it.
    pub info: ObjectInfo,
    /// Which of its bytes these are; `None`: all.
    pub range: Option<Range<u64>>,
    /// The bytes.
    pub content: Content,
}

impl Operation for Get {
    type Output = Got;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        read_action(self.version)
    }

    fn audit(&self, audit: &mut Audit) {
        audit_version(audit, &self.bucket, &self.key, self.version);
    }

    fn outcome(&self, output: &Got, audit: &mut Audit) {
        audit.answer("contentLength", output.content.len());
    }
}

/// Whoever names a version needs a right of its own to read it.
pub(crate) const fn read_action(version: Option<VersionId>) -> Action {
    if version.is_some() { GET_OBJECT_VERSION } else { GET_OBJECT }
}

/// Which bytes of an object are meant.
pub(crate) fn select(
    object: &ObjectRecord,
    range: Option<ByteRange>,
    lenient: bool,
    part: Option<u32>,
    segments: &[Segment],
) -> Result<Option<Range<u64>>> {
    if let Some(part) = part {
        return part_range(object, part, segments).map(Some);
    }
    match range.map(|r| r.resolve(object.size)).transpose() {
        Err(_) if lenient => Ok(None),
        other => other,
    }
}

fn part_range(object: &ObjectRecord, part: u32, segments: &[Segment]) -> Result<Range<u64>> {
    if object.stored.parts().is_none() && part == 1 {
        return Ok(0..object.size);
    }
    let mut start = 0;
    for segment in segments {
        if segment.part == part {
            return Ok(start..start + segment.size);
        }
        start += segment.size;
    }
    let text = "The object has no part of this number.";
    Err(Failure::new(Reason::RangeInvalid, text).with("ActualObjectSize", object.size.to_string()))
}

impl Objects {
    /// `data_key`: the object's, if it was opened before.
    async fn get(
        &self,
        op: &Get,
        permit: &Permit<Get>,
        view: &View,
        found: &Found,
        data_key: Option<Arc<Key>>,
    ) -> Result<Got> {
        let object = found.existing(&op.key)?;
        op.conditions.check(object)?;
        let parts = match op.part {
            Some(_) => self.segments(view, found.bucket.owner, &object.stored).await?,
            None => Vec::new(),
        };
        let range = select(object, op.range, op.lenient, op.part, &parts)?;
        let data_key = match data_key {
            Some(key) => key,
            None => Arc::new(self.open_key(permit.caller(), view, &found.bucket, &op.key, &object.data_key).await?),
        };
        let bytes = range.clone().unwrap_or(0..object.size);
        let content = self.read(view, &found.bucket, &op.key, object, data_key, bytes).await?;
        Ok(Got { info: self.described(permit, view, found, &op.key, object).await?, range, content })
    }
}

#[async_trait]
impl Run<Get> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &Get, _: &Caller, view: &View) -> Result<Target> {
        let found = self.found_version(view, &op.bucket, &op.key, op.version).await?;
        let open = found.acl().opens_reading();
        let target = self.found_target(view, &found, &op.key, op.action(), open).await?;
        op.found.set(found);
        Ok(target)
    }

    /// Asks for the data key if it is under a tenant's key: that is another operation, with a record of its own.
    async fn prepare(&self, permit: &Permit<Get>, op: &mut Get) -> Result<()> {
        let found = op.found.get().ok_or_else(skipped)?;
        let object = found.existing(&op.key)?;
        if matches!(object.data_key.wrap, Wrap::Kms(_) | Wrap::ShardKms { .. }) {
            op.conditions.check(object)?;
            let (caller, view) = (permit.caller(), self.store.view().await?);
            op.data_key.set(self.open_key(caller, &view, &found.bucket, &op.key, &object.data_key).await?);
        }
        Ok(())
    }

    /// What is given out is the very object that was decided on. If its content went away since, the object is read once
    /// more, as this transaction's view has it and with its own data key: in one view, record and content are of a piece.
    async fn run(&self, permit: &Permit<Get>, op: &Get, txn: &mut Txn) -> Result<Got> {
        let (found, view) = (op.found.get().ok_or_else(skipped)?, txn.view());
        match self.get(op, permit, view, &found, op.data_key.get()).await {
            Err(failure) if failure.reason() == Reason::Contended => {
                let fresh = self.found_again(view, &found, &op.key).await?;
                self.get(op, permit, view, &fresh, None).await
            }
            other => other,
        }
    }
}
