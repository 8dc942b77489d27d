use crate::{Report, Verifier};
use std::path::PathBuf;
use store::Store;
use types::Result;

/// Checks all logs of several regions, each a store and its folder of trails, and that the log of a checkpoint which
/// somebody kept still continues it.
pub async fn verify(regions: &[(Store, PathBuf)], against: Option<&[u8]>) -> Result<Report> {
    let mut all = Report::default();
    let mut covered = false;
    for (store, trails) in regions {
        let mut verifier = Verifier::new(store, trails);
        if let Some(checkpoint) = against {
            covered |= verifier.covers(checkpoint).await?;
            verifier = verifier.against(checkpoint);
        }
        all.absorb(verifier.run().await?);
    }
    if against.is_some() && !covered {
        all.find("saved checkpoint", "origin", "there is no log of this name here");
    }
    Ok(all)
}
