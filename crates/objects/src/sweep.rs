//! Removing blobs that nothing names: those that were dropped, and those that a crash or a broken upload left behind.
//!
//! Neither changes anything a tenant can see, so neither is an operation: what made a blob superfluous was recorded.

use crate::content::DroppedRecord;
use crate::ids::ContentId;
use crate::objects::Objects;
use crate::tables::{DROPPED, USED, dropped_key};
use std::collections::BTreeSet;
use store::{BlobEntry, Committed, Durability, Range};
use types::{AccountId, Failure, Result, Timestamp};

/// Records and blobs looked at in one go.
const PAGE: usize = 256;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Blobs that were removed.
    pub removed: u64,
    /// Blobs that were looked at and stay.
    pub kept: u64,
}

impl Objects {
    /// Removes the blobs that were dropped longer ago than the grace for readers. Cheap, since it looks at nothing else:
    /// to be called every minute.
    ///
    /// The grace has a second use: a view may show a commit that is not on disk yet, so that a power failure takes it
    /// back and the object names its old blob again. By the end of the grace that has long been settled.
    ///
    /// The records go first and the blob after. A crash between leaves an orphan, which the sweep removes; a power
    /// failure that takes the records back leaves one of a blob that is gone, and removing that again does no harm.
    pub async fn collect(&self, now: Timestamp) -> Result<u64> {
        let end = dropped_key(now.minus(self.config.dropped_grace), &ContentId::LAST);
        let mut removed = 0;
        loop {
            let range = Range { start: Vec::new(), end: Some(end.clone()), limit: PAGE, reverse: false };
            let page = self.store.view().await?.keys(DROPPED, AccountId::PLATFORM, &range).await?;
            let contents = page.iter().map(|key| ContentId::of_dropped(key));
            let contents: Option<Vec<_>> = contents.collect();
            let contents = contents.ok_or_else(|| Failure::corrupt("a dropped blob"))?;
            if page.is_empty() || !self.forget(&page, &contents).await? {
                return Ok(removed);
            }
            for content in &contents {
                self.discard_blob(content).await;
                removed += 1;
            }
            if page.len() < PAGE {
                return Ok(removed);
            }
            tokio::task::yield_now().await;
        }
    }

    /// Takes away all that is known of dropped blobs, and says whether that was done.
    async fn forget(&self, dropped: &[Vec<u8>], contents: &[ContentId]) -> Result<bool> {
        let mut txn = self.store.begin().await?;
        for key in dropped {
            txn.delete::<DroppedRecord>(DROPPED, AccountId::PLATFORM, key);
        }
        for content in contents {
            txn.delete(USED, AccountId::PLATFORM, content.bytes());
        }
        // It reads nothing, so nothing can conflict; if it did, the next round would do the same again.
        Ok(matches!(txn.commit(Durability::Logged).await?, Committed::Done(_)))
    }

    /// Removes the blobs that no record names and that are older than the grace for uploads. It lists every blob there
    /// is, and of the records only the names: to be called at the start and every few hours.
    ///
    /// A blob becomes durable before the commit that names it, so a young one without a record may still get one; an old
    /// one cannot: its upload is long over. One that was dropped has its record until it is collected, so that it is
    /// left to those who are reading it, however old it is.
    pub async fn sweep(&self, now: Timestamp) -> Result<Swept> {
        let young = now.minus(self.config.orphan_grace);
        let mut swept = Swept::default();
        let mut after = None;
        loop {
            let page = self.blobs.list(after, PAGE).await?;
            let used = self.used(&page).await?;
            for entry in &page {
                after = Some(entry.id);
                if entry.modified > young || used.contains(entry.id.bytes().as_slice()) {
                    swept.kept += 1;
                    continue;
                }
                tracing::info!(blob = %entry.id, bytes = entry.len, "removing a blob that nothing names");
                self.blobs.delete(entry.id).await?;
                swept.removed += 1;
            }
            if page.len() < PAGE {
                return Ok(swept);
            }
            tokio::task::yield_now().await;
        }
    }

    /// Which contents are in use, from the first to the last of these blobs. Looked up in the present state, after the
    /// blobs were listed: a record that was made meanwhile is seen.
    async fn used(&self, blobs: &[BlobEntry]) -> Result<BTreeSet<Vec<u8>>> {
        let (Some(first), Some(last)) = (blobs.first(), blobs.last()) else { return Ok(BTreeSet::new()) };
        let end = [last.id.bytes().as_slice(), &[0]].concat();
        let view = self.store.view().await?;
        let mut range = Range { start: first.id.bytes().to_vec(), end: Some(end), limit: PAGE, reverse: false };
        let mut used = BTreeSet::new();
        loop {
            let page = view.keys(USED, AccountId::PLATFORM, &range).await?;
            let more = range.go_on(&page, Vec::as_slice);
            used.extend(page);
            if !more {
                return Ok(used);
            }
        }
    }
}
