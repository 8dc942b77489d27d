//! Where ciphertext lies, and how the transaction that names it or stops naming it keeps count.

use crate::bucket::Bucket;
use crate::ids::{BucketId, ContentId};
use crate::tables::{CONTENTS, DROPPED, MANIFESTS, USED, dropped_key};
use serde::{Deserialize, Serialize};
use store::binary;
use store::{Record, Txn};
use types::{AccountId, Failure, Result, Timestamp};

/// One run of ciphertext: a content stored whole, or a part. Written without field names: a list has up to 10,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Row", into = "Row")]
pub(crate) struct Segment {
    /// The part's number; 0 for a content stored whole.
    pub(crate) part: u32,
    /// Bytes of plaintext.
    pub(crate) size: u64,
    pub(crate) id: ContentId,
    /// Whether it is in [`CONTENTS`] rather than a blob.
    pub(crate) inline: bool,
}

#[derive(Serialize, Deserialize)]
struct Row(u32, u64, ContentId, bool);

impl From<Row> for Segment {
    fn from(Row(part, size, id, inline): Row) -> Self {
        Self { part, size, id, inline }
    }
}

impl From<Segment> for Row {
    fn from(s: Segment) -> Self {
        Self(s.part, s.size, s.id, s.inline)
    }
}

/// Where an object's content lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stored {
    /// In one run.
    Whole(Segment),
    /// In the parts that [`MANIFESTS`] lists: apart, so that listing objects does not read them.
    Parts { manifest: ContentId, count: u32 },
}

impl Stored {
    pub(crate) const fn parts(&self) -> Option<u32> {
        match self {
            Self::Whole(_) => None,
            Self::Parts { count, .. } => Some(*count),
        }
    }
}

/// The parts an object is made of, in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ManifestRecord {
    pub(crate) segments: Vec<Segment>,
}

impl Record for ManifestRecord {}

/// The ciphertext of a small content, in the bytes a blob would have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ContentRecord {
    #[serde(with = "binary")]
    pub(crate) sealed: Vec<u8>,
}

impl Record for ContentRecord {}

/// That a blob is in use, or was until it was dropped, and whose it is. It names no key: the platform keeps this record,
/// not the tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UsedRecord {
    pub(crate) account: AccountId,
    pub(crate) bucket: BucketId,
}

impl Record for UsedRecord {}

/// That a blob is not in use any more, and is to be collected. Its key says since when.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct DroppedRecord {}

impl Record for DroppedRecord {}

/// Names a content that has been taken in.
///
/// The caller's commit is the commit point: before it, a blob is an orphan that the sweep removes; after it, the blob is
/// durable already and named.
pub(crate) async fn keep(txn: &mut Txn, bucket: &Bucket, id: &ContentId, inline: Option<&ContentRecord>) -> Result<()> {
    match inline {
        Some(content) => txn.put(CONTENTS, bucket.owner, id.bytes(), content).await,
        None => {
            let used = UsedRecord { account: bucket.owner, bucket: bucket.record.id };
            txn.put(USED, AccountId::PLATFORM, id.bytes(), &used).await
        }
    }
}

/// Stops naming one run of ciphertext. A blob and the record of whose it is stay for a while, for those who are reading
/// it; a crash after the commit loses nothing, since the record of its being dropped is part of it.
pub(crate) async fn drop_segment(txn: &mut Txn, account: AccountId, segment: &Segment, now: Timestamp) -> Result<()> {
    if segment.inline {
        txn.delete(CONTENTS, account, segment.id.bytes());
        return Ok(());
    }
    txn.put(DROPPED, AccountId::PLATFORM, &dropped_key(now, &segment.id), &DroppedRecord {}).await
}

/// Stops naming all of an object's content.
pub(crate) async fn drop_stored(txn: &mut Txn, account: AccountId, stored: &Stored, now: Timestamp) -> Result<()> {
    match stored {
        Stored::Whole(segment) => drop_segment(txn, account, segment, now).await,
        Stored::Parts { manifest, .. } => {
            let list = txn.view().get(MANIFESTS, account, manifest.bytes()).await?;
            let list = list.ok_or_else(|| Failure::corrupt("the parts of an object"))?;
            for segment in &list.segments {
                drop_segment(txn, account, segment, now).await?;
            }
            txn.delete(MANIFESTS, account, manifest.bytes());
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ManifestRecord, Segment};
    use crate::ids::ContentId;
    use types::limits;

    /// A value in the metadata store has at most 1 MiB.
    #[test]
    fn the_longest_list_of_parts_fits_in_a_value() {
        let segment = |part| Segment { part, size: limits::PUT_BYTES, id: ContentId::LAST, inline: false };
        let manifest = ManifestRecord { segments: (1..=limits::PARTS).map(segment).collect() };
        let bytes = rmp_serde::to_vec_named(&manifest).unwrap();
        assert!(bytes.len() < 512 * 1024, "{}", bytes.len());
        let read: ManifestRecord = rmp_serde::from_slice(&bytes).unwrap();
        assert_eq!(read.segments, manifest.segments);
    }
}
