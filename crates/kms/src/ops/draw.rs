use crate::key_kind::{Family, KeySpec};
use crate::kms::Kms;
use crate::material::Material;
use crypto::pair::PairKind;
use types::{Failure, Result};

/// Material that an operation has made for itself before its transaction, so that a transaction that is tried again does
/// not make it again. Only the operation can fill it.
#[derive(Default)]
pub struct Drawn(Option<Material>);

impl Drawn {
    /// What was made.
    pub(crate) const fn material(&self) -> Option<&Material> {
        self.0.as_ref()
    }
}

/// Whether making such material takes long enough to be in the way of others.
const fn is_slow(spec: KeySpec) -> bool {
    matches!(spec.family(), Family::Pair(PairKind::Rsa2048 | PairKind::Rsa3072 | PairKind::Rsa4096))
}

impl Kms {
    /// New material. RSA keys are made on a thread of their own.
    pub(crate) async fn draw(&self, spec: KeySpec) -> Result<Drawn> {
        let rng = self.store.rng().clone();
        let material = if is_slow(spec) {
            let made = tokio::task::spawn_blocking(move || Material::generate(spec, rng.as_ref())).await;
            made.map_err(Failure::internal)??
        } else {
            Material::generate(spec, rng.as_ref())?
        };
        Ok(Drawn(Some(material)))
    }
}
