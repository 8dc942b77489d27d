use crate::key_kind::{Family, KeySpec, Protection};
use crate::key_record::KeyRecord;
use crate::kms::{KeyPlace, Kms};
use crate::material::Material;
use crypto::pair::PairKind;
use types::{Failure, KeyId, Result, Timestamp};

/// Material that an operation has made for itself before its transaction, so that a transaction that is tried again does
/// not make it again. Only the operation can fill it.
#[derive(Default)]
pub struct Drawn {
    material: Option<Material>,
    /// The key it is for, and where it is written down that it is to be destroyed if nothing comes of it: of material in a
    /// token.
    token: Option<(KeyId, Vec<u8>)>,
}

impl Drawn {
    /// Material that is in a token.
    pub(crate) const fn in_token(material: Material, key: KeyId, spare: Vec<u8>) -> Self {
        Self { material: Some(material), token: Some((key, spare)) }
    }

    /// Material that is here.
    pub(crate) const fn here(material: Material) -> Self {
        Self { material: Some(material), token: None }
    }

    /// What was made.
    pub(crate) const fn material(&self) -> Option<&Material> {
        self.material.as_ref()
    }

    /// The key that it can only be the material of.
    pub(crate) fn key(&self) -> Option<&KeyId> {
        self.token.as_ref().map(|(key, _)| key)
    }

    /// Where it is written down that it may have to be destroyed.
    pub(crate) fn spare(&self) -> Option<&[u8]> {
        self.token.as_ref().map(|(_, spare)| spare.as_slice())
    }

    /// The version that it can only be the material of.
    pub(crate) fn version(&self) -> Option<&KeyId> {
        match &self.material {
            Some(Material::Held(held)) => Some(&held.object),
            _ => None,
        }
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
        Ok(Drawn::here(material))
    }

    /// New material for another version of a key, where its material is.
    pub(crate) async fn draw_for(&self, place: &KeyPlace, record: &KeyRecord, now: Timestamp) -> Result<Drawn> {
        match record.protection {
            Protection::Software => self.draw(record.spec).await,
            Protection::Hsm => self.draw_in_token(place, record.spec, record.usage, now).await,
        }
    }
}
