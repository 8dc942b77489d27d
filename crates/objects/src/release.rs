//! Whether a content may go: asked wherever one would, of everything that can keep it.

use crate::bucket::BucketRecord;
use crate::object::ObjectRecord;
use crate::retention::Kept;
use crate::versions::Standing;
use types::{Failure, Reason, Result, Timestamp};

/// By what right contents go.
pub(crate) struct Release<'h> {
    /// The bucket's settings, as the transaction holds them.
    held: &'h BucketRecord,
    /// Whether whoever asks may go past governance, and said so.
    bypass: bool,
}

impl<'h> Release<'h> {
    /// By no more right than what is about to happen needs anyway.
    pub(crate) const fn plain(held: &'h BucketRecord) -> Self {
        Self { held, bypass: false }
    }

    /// By the right to go past governance, if `bypass`.
    pub(crate) const fn bypassing(held: &'h BucketRecord, bypass: bool) -> Self {
        Self { held, bypass }
    }

    /// Refuses if anything keeps the content; says whether governance was gone past. `now`: the earliest it may be.
    pub(crate) fn check(&self, object: &ObjectRecord, now: Timestamp) -> Result<bool> {
        let refused = |text| Err(Failure::new(Reason::ObjectRetained, text));
        if self.held.retention.as_ref().is_some_and(|policy| policy.keeps(object.modified, now)) {
            return refused("The bucket's retention policy keeps the object.");
        }
        match object.lock.kept(now) {
            Kept::Free => Ok(false),
            Kept::Governed if self.bypass => Ok(true),
            Kept::Governed => refused("The object is retained in governance mode."),
            Kept::Locked(why) => refused(why),
        }
    }
}

impl Standing<'_> {
    /// What replaces something never goes past what keeps it.
    pub(crate) fn release(&self) -> Release<'_> {
        Release::plain(&self.held)
    }
}
