//! Removing blobs that nothing names: those that were dropped, and those that a crash or a broken upload left behind.
//!
//! Neither changes anything a tenant can see, so neither is an operation: what made a blob superfluous was recorded.

use crate::content::DroppedRecord;
use crate::ids::ContentId;
use crate::objects::Objects;
use crate::tables::{DROPPED, USED, dropped_key};
use store::{Committed, Durability, Range};
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
    /// Removes the blobs that were dropped longer ago than the grace for readers. Cheap: it looks at nothing else.
    ///
    /// The blob goes first and its record after, so that a crash between leaves a record of a blob that is gone, and
    /// removing it again does no harm.
    pub async fn collect(&self, now: Timestamp) -> Result<u64> {
        let end = dropped_key(now.minus(self.config.dropped_grace), &ContentId::LAST);
        let mut removed = 0;
        loop {
            let range = Range { start: Vec::new(), end: Some(end.clone()), limit: PAGE, reverse: false };
            let page = self.store.view().await?.keys(DROPPED, AccountId::PLATFORM, &range).await?;
            for key in &page {
                let blob = ContentId::of_dropped(key).ok_or_else(|| Failure::corrupt("a dropped blob"))?;
                self.blobs.delete(blob.blob()?).await?;
                removed += 1;
            }
            if page.is_empty() {
                return Ok(removed);
            }
            self.forget(&page).await?;
            if page.len() < PAGE {
                return Ok(removed);
            }
        }
    }

    async fn forget(&self, keys: &[Vec<u8>]) -> Result<()> {
        let mut txn = self.store.begin().await?;
        for key in keys {
            txn.delete::<DroppedRecord>(DROPPED, AccountId::PLATFORM, key);
        }
        match txn.commit(Durability::Logged).await? {
            // It reads nothing, so nothing can conflict; if it did, the next round does the same again.
            Committed::Done(_) | Committed::Conflict => Ok(()),
        }
    }

    /// Removes the blobs that no record names and that are older than the grace for uploads. It looks at every blob
    /// there is.
    ///
    /// A blob becomes durable before the commit that names it, so a young one without a record may still get one; an old
    /// one cannot: its upload is long over.
    pub async fn sweep(&self, now: Timestamp) -> Result<Swept> {
        let young = now.minus(self.config.orphan_grace);
        let mut swept = Swept::default();
        let mut after = None;
        loop {
            let page = self.blobs.list(after, PAGE).await?;
            for entry in &page {
                after = Some(entry.id);
                if entry.modified > young || self.is_named(ContentId::of_blob(&entry.id)).await? {
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
        }
    }

    /// Looked up in the present state, after the blob was listed: a record that was made meanwhile is seen.
    async fn is_named(&self, content: ContentId) -> Result<bool> {
        let view = self.store.view().await?;
        Ok(view.get(USED, AccountId::PLATFORM, content.bytes()).await?.is_some())
    }
}
