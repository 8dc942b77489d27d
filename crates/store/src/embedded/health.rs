use crate::meta::MetaError;
use std::sync::OnceLock;

/// Whether the engine may still write. After a failed write or sync nobody knows what the disk holds, so everything
/// that comes later is refused until the store is opened anew and recovers from what is really there.
#[derive(Default)]
pub(crate) struct Health {
    failed: OnceLock<String>,
}

impl Health {
    /// Remembers the first failure and returns the error for whoever met it.
    pub(crate) fn fail(&self, why: String) -> MetaError {
        if self.failed.set(why.clone()).is_ok() {
            tracing::error!(why, "the metadata store takes no more commits");
        }
        MetaError::Failed(why)
    }

    pub(crate) fn check(&self) -> Result<(), MetaError> {
        match self.failed.get() {
            None => Ok(()),
            Some(why) => Err(MetaError::Failed(format!("an earlier failure stopped the store: {why}"))),
        }
    }
}
