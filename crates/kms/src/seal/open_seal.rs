use super::keys::SealKeys;
use super::{Seal, SealConfig, key_file};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::Unsealed;
use types::{Clock, Failure, Reason, Result, Rng, Timestamp};

/// The seal of a data folder that is in use, which can be changed while it is. Each change is on disk before it counts.
///
/// The methods that change something write files and may compute for a while.
pub struct OpenSeal {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    held: Mutex<Held>,
    unsealed: Unsealed,
}

struct Held {
    seal: Box<dyn Seal>,
    keys: SealKeys,
    written: Written,
}

/// How the last change stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// Nothing opens what the file held before.
    Settled,
    /// It is on disk; what opened the file before is not destroyed yet.
    Durable,
    /// Writing it failed: the file may be the old one or the new one, so nothing that opens either may be destroyed.
    Unknown,
}

/// What there is to know of a seal. No secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealStatus {
    /// What kind it is.
    pub kind: &'static str,
    /// When the root key was made, if that was written down.
    pub root_since: Option<Timestamp>,
    /// Whether another root key is taking its place.
    pub rotating: bool,
    /// The erasure epochs that have not ended, the newest last, and since when they are.
    pub epochs: Vec<(u32, Option<Timestamp>)>,
}

impl OpenSeal {
    pub(super) fn new(
        folder: &Path,
        seal: Box<dyn Seal>,
        keys: SealKeys,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self> {
        let unsealed = keys.unsealed()?;
        Ok(Self {
            folder: folder.to_owned(),
            clock,
            rng,
            held: Mutex::new(Held { seal, keys, written: Written::Durable }),
            unsealed,
        })
    }

    /// What the deployment's stores open with. They see the changes made here.
    pub fn unsealed(&self) -> Unsealed {
        self.unsealed.clone()
    }

    /// What there is to know of it.
    pub fn status(&self) -> SealStatus {
        let held = self.held();
        let since = held.keys.since();
        let at = |millis: &i64| Timestamp::from_millis(*millis);
        let epochs = held.keys.epochs();
        SealStatus {
            kind: held.seal.kind(),
            root_since: since.root.as_ref().map(at),
            rotating: held.keys.has_next(),
            epochs: epochs.into_iter().map(|number| (number, since.epochs.get(&number).map(at))).collect(),
        }
    }

    /// Adds an erasure epoch, unless one is ending already. From here on stores can move into it.
    pub fn begin_epoch(&self) -> Result<()> {
        let mut held = self.held();
        if held.keys.epochs().len() > 1 {
            return Ok(());
        }
        self.change(&mut held, |keys| keys.add_epoch(self.rng.as_ref(), self.clock.now()))
    }

    /// Destroys the keys of all epochs but the newest. What is still wrapped in an earlier one is lost, here and in every
    /// copy: the caller has seen to it that nothing that lives is.
    pub fn end_epochs(&self) -> Result<()> {
        self.change(&mut self.held(), SealKeys::keep_newest_epoch)
    }

    /// Adds a root key that is to take the place of the other, unless one is doing so already.
    pub fn begin_root(&self) -> Result<()> {
        let mut held = self.held();
        if held.keys.has_next() {
            return Ok(());
        }
        self.change(&mut held, |keys| keys.add_root(self.rng.as_ref(), self.clock.now()))
    }

    /// Destroys the root key whose place another has taken. The caller has seen to it that nothing is under it any more.
    pub fn end_root(&self) -> Result<()> {
        self.change(&mut self.held(), SealKeys::keep_newest_root)
    }

    /// Makes sure that nothing opens any more what the file held before. A change does it; this is for when that failed.
    pub fn settle(&self) -> Result<()> {
        self.held().settle()
    }

    /// Keeps the same keys under another seal, or under the same kind with another passphrase.
    pub fn migrate(&self, config: SealConfig) -> Result<()> {
        let mut held = self.held();
        let seal = config.into_seal();
        let content = seal.close(&held.keys, self.rng.as_ref())?;
        held.written = Written::Unknown;
        key_file::replace(&self.folder, &content)?;
        held.written = Written::Durable;
        let left = std::mem::replace(&mut held.seal, seal);
        left.dismiss()?;
        Ok(())
    }

    /// Commit point: the file's new name. A crash before it leaves the keys as they were, one after it as they are now;
    /// the stores see the change only after it.
    fn change(&self, held: &mut Held, change: impl FnOnce(&mut SealKeys)) -> Result<()> {
        let mut keys = held.keys.duplicate();
        change(&mut keys);
        let content = held.seal.close(&keys, self.rng.as_ref())?;
        held.written = Written::Unknown;
        key_file::replace(&self.folder, &content)?;
        held.written = Written::Durable;
        keys.show(&self.unsealed);
        held.keys = keys;
        held.settle()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn settle(&mut self) -> Result<()> {
        match self.written {
            Written::Settled => Ok(()),
            Written::Durable => {
                self.seal.settle()?;
                self.written = Written::Settled;
                Ok(())
            }
            Written::Unknown => {
                let text = "The seal's file could not be written; change it once more, or start again.";
                Err(Failure::new(Reason::Unavailable, text))
            }
        }
    }
}

/// What protects the keys of a folder, as its file says; `None` if it has none yet.
pub fn kind_in(folder: &Path) -> Result<Option<String>> {
    let Some(content) = key_file::read(folder)? else { return Ok(None) };
    let kind = super::keys::kind_of(&content)?;
    Ok(Some(kind.to_owned()))
}

#[cfg(test)]
impl OpenSeal {
    pub(super) fn with_keys<T>(&self, look: impl FnOnce(&SealKeys) -> T) -> T {
        look(&self.held().keys)
    }
}
