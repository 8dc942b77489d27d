use iam::{Gate, Iam};
use kms::Kms;
use objects::Objects;
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;
use types::{Clock, Failure, Reason, RegionId, Result, Rng};
use wire::Addressing;

/// One region: what lives in it and nowhere else.
pub struct Region {
    /// Its name.
    pub id: RegionId,
    /// Its metadata.
    pub store: Store,
    /// Its keys.
    pub kms: Arc<Kms>,
    /// Its buckets and objects.
    pub objects: Arc<Objects>,
    /// Where its trails are published.
    pub trail: PathBuf,
}

/// Everything a dialect can reach.
pub struct Domains {
    /// The one door.
    pub gate: Gate,
    /// Identities.
    pub iam: Iam,
    /// Their store.
    pub identity: Store,
    /// Where the trails of what is global are published.
    pub identity_trail: PathBuf,
    /// The regions. The first is the one that requests go to which name none.
    pub regions: Vec<Arc<Region>>,
    /// How buckets are addressed by host name.
    pub addressing: Addressing,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
}

impl Domains {
    /// The region of this name, or the first if none is named.
    pub fn region(&self, name: Option<&str>) -> Result<&Arc<Region>> {
        let found = match name {
            Some(name) => self.regions.iter().find(|r| r.id.as_str() == name),
            None => self.regions.first(),
        };
        found.ok_or_else(|| Failure::of(Reason::RegionMismatch).with("ExpectedRegion", self.region_names().join(", ")))
    }

    /// The names of the regions.
    pub fn region_names(&self) -> Vec<&str> {
        self.regions.iter().map(|r| r.id.as_str()).collect()
    }
}
