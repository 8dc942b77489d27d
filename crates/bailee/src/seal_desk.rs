use crate::sealing::Sealing;
use async_trait::async_trait;
use iam::{SealState, SealWork, Seals};
use std::sync::{Arc, OnceLock, Weak};
use types::{Failure, Reason, Result};

/// Where operators' wishes for the seal are taken in. It is there before the seal's keeper is, who needs all the rest.
#[derive(Default)]
pub(crate) struct SealDesk {
    /// Not kept alive by it: the keeper holds the deployment, which holds the desk.
    sealing: OnceLock<Weak<Sealing>>,
}

impl SealDesk {
    /// Opens it.
    pub(crate) fn open(&self, sealing: &Arc<Sealing>) {
        // Only the first counts; there is one seal.
        let _ = self.sealing.set(Arc::downgrade(sealing));
    }

    fn sealing(&self) -> Result<Arc<Sealing>> {
        self.sealing.get().and_then(Weak::upgrade).ok_or_else(|| Failure::of(Reason::Unavailable))
    }
}

#[async_trait]
impl Seals for SealDesk {
    fn state(&self) -> Result<SealState> {
        Ok(self.sealing()?.state())
    }

    async fn check(&self, _: SealWork) -> Result<()> {
        self.sealing()?.check_regions().await
    }

    fn begin(&self, work: SealWork) {
        let Ok(sealing) = self.sealing() else { return };
        tokio::spawn(async move {
            let done = match work {
                SealWork::RotateRoot => sealing.rotate().await,
                SealWork::EndEpoch => sealing.end_epoch().await,
            };
            if let Err(failure) = done {
                let cause = std::error::Error::source(&failure);
                tracing::warn!(?work, error = %failure, ?cause, "changing the seal as an operator asked; it is gone on with");
            }
        });
    }
}
