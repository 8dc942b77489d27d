use async_trait::async_trait;
use std::sync::Mutex;
use store::{Batch, Durability, MemoryMeta, Meta, MetaError, Snapshot};

/// When the next commit that changes something is to fail.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A synced one, before it happens.
    BeforeSynced,
    /// A synced one, after it happened.
    AfterSynced,
    /// One that is only logged, before it happens.
    BeforeLogged,
}

/// A store that fails once when told: what a process that dies at a commit looks like to the next one.
pub(crate) struct FaultyMeta {
    inner: MemoryMeta,
    fault: Mutex<Option<Fault>>,
}

impl FaultyMeta {
    pub(crate) fn new(inner: MemoryMeta) -> Self {
        Self { inner, fault: Mutex::new(None) }
    }

    pub(crate) fn fail(&self, fault: Fault) {
        *self.fault.lock().unwrap() = Some(fault);
    }

    fn due(&self, batch: &Batch, durability: Durability) -> Option<Fault> {
        let mut fault = self.fault.lock().unwrap();
        let synced = durability == Durability::Synced;
        let is_due = !batch.writes.is_empty() && fault.is_some_and(|f| (f != Fault::BeforeLogged) == synced);
        if is_due { fault.take() } else { None }
    }
}

#[async_trait]
impl Meta for FaultyMeta {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, MetaError> {
        self.inner.snapshot().await
    }

    async fn commit(&self, batch: Batch, durability: Durability) -> Result<Vec<u64>, MetaError> {
        let failed = Err(MetaError::Failed("told to".to_owned()));
        match self.due(&batch, durability) {
            Some(Fault::BeforeSynced | Fault::BeforeLogged) => failed,
            Some(Fault::AfterSynced) => {
                self.inner.commit(batch, durability).await?;
                failed
            }
            None => self.inner.commit(batch, durability).await,
        }
    }
}
