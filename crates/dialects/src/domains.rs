use iam::{Diagnoses, Gate, Iam};
use kms::Kms;
use kms::secrets::Secrets;
use objects::Objects;
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;
use types::{BucketName, Clock, Failure, Reason, RegionId, Result, Rng};
use wire::Addressing;

/// One region: what lives in it and nowhere else.
pub struct Region {
    /// Its name.
    pub id: RegionId,
    /// Its metadata.
    pub store: Store,
    /// Its keys.
    pub kms: Arc<Kms>,
    /// Its secrets.
    pub secrets: Arc<Secrets>,
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
    /// What can say why calls were refused, in whichever region.
    pub(crate) fn diagnoses(&self) -> Diagnoses {
        let regions = self.regions.iter().map(|region| region.store.clone()).collect();
        Diagnoses { iam: self.iam.clone(), regions }
    }

    /// The region of this name, or the first if none is named.
    pub fn region(&self, name: Option<&str>) -> Result<&Arc<Region>> {
        let found = match name {
            Some(name) => self.regions.iter().find(|r| r.id.as_str() == name),
            None => self.regions.first(),
        };
        found.ok_or_else(|| Failure::of(Reason::RegionMismatch).with("ExpectedRegion", self.region_names().join(", ")))
    }

    /// The region a request went to: the one it was signed for; else the one that has its bucket; else the first.
    pub(crate) async fn region_for(
        &self,
        signed_for: Option<&str>,
        bucket: Option<&BucketName>,
    ) -> Result<&Arc<Region>> {
        if let (None, Some(bucket), 2..) = (signed_for, bucket, self.regions.len()) {
            for region in &self.regions {
                if region.objects.has_bucket(bucket).await? {
                    return Ok(region);
                }
            }
        }
        self.region(signed_for)
    }

    /// The other region that has the bucket which a call has not found in this one: then what is wrong is the region it
    /// was signed for. That a bucket exists is no secret, and so where it is is none.
    pub(crate) async fn elsewhere(&self, here: &Region, failure: &Failure) -> Option<&Arc<Region>> {
        if failure.reason() != Reason::BucketNotFound || self.regions.len() < 2 {
            return None;
        }
        let bucket = failure.detail("BucketName")?.parse::<BucketName>().ok()?;
        let found = self.region_for(None, Some(&bucket)).await.ok()?;
        let has = found.id != here.id && found.objects.has_bucket(&bucket).await.is_ok_and(|has| has);
        has.then_some(found)
    }

    /// The names of the regions.
    pub fn region_names(&self) -> Vec<&str> {
        self.regions.iter().map(|r| r.id.as_str()).collect()
    }
}
