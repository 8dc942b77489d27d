use super::SealError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::Key;
use serde::Deserialize;
use std::collections::BTreeMap;
use store::{Epochs, Unsealed};
use types::{Rng, Secret};
use zeroize::Zeroizing;

/// The version of the file that is written.
pub(super) const VERSION: u32 = 1;
/// The epoch that a new deployment starts in.
const FIRST_EPOCH: u32 = 1;
/// Room for a file with many epochs, so that writing one never moves it and leaves a copy behind.
const ROOM: usize = 64 * 1024;

/// What a seal keeps: the root key, and the keys of the erasure epochs that have not ended.
pub struct SealKeys {
    root: Key,
    epochs: BTreeMap<u32, Key>,
}

/// The two members as they are in JSON. Borrowed, so that the only copy of the text is the one that is wiped.
#[derive(Deserialize)]
struct Members<'a> {
    root: &'a str,
    #[serde(borrow)]
    epochs: BTreeMap<u32, &'a str>,
}

/// What every file begins with.
#[derive(Deserialize)]
struct Head<'a> {
    version: u32,
    kind: &'a str,
}

/// What a file says it is sealed by.
pub(super) fn kind_of(content: &Secret<Vec<u8>>) -> Result<&str, SealError> {
    let head: Head<'_> = serde_json::from_slice(content.expose())
        .map_err(|_| SealError::Damaged("it is not a JSON object with version and kind"))?;
    if head.version == VERSION { Ok(head.kind) } else { Err(SealError::VersionUnknown(head.version)) }
}

fn read_key(text: &str) -> Option<Key> {
    // Larger than a key, because the decoder wants room for what the padding could hide.
    let mut bytes = Zeroizing::new([0; 48]);
    let len = STANDARD.decode_slice(text, bytes.as_mut_slice()).ok()?;
    bytes.get(..len)?.try_into().ok().map(Key::from_bytes)
}

fn write_key(key: &Key, out: &mut Vec<u8>) -> Result<(), SealError> {
    let mut text = Zeroizing::new([0; 48]);
    let full = SealError::Damaged("a key does not fit");
    let Ok(len) = STANDARD.encode_slice(key.expose(), text.as_mut_slice()) else { return Err(full) };
    out.push(b'"');
    out.extend_from_slice(text.get(..len).ok_or(full)?);
    out.push(b'"');
    Ok(())
}

impl SealKeys {
    /// Keys for a new deployment.
    pub fn random(rng: &dyn Rng) -> Self {
        Self { root: Key::random(rng), epochs: BTreeMap::from([(FIRST_EPOCH, Key::random(rng))]) }
    }

    /// Keys that are there already: none if there is no epoch.
    pub fn new(root: Key, epochs: BTreeMap<u32, Key>) -> Option<Self> {
        (!epochs.is_empty()).then_some(Self { root, epochs })
    }

    /// What a region's store opens with. Each store takes one, so this can be asked for again.
    pub fn unsealed(&self) -> types::Result<Unsealed> {
        let epochs = self.epochs.iter().map(|(number, key)| (*number, key.duplicate())).collect();
        let epochs = Epochs::new(epochs).ok_or(SealError::Damaged("it has no epoch"))?;
        Ok(Unsealed { root: self.root.duplicate(), epochs })
    }

    /// The members `root` and `epochs` of a JSON object, between `front` and `back`.
    pub(super) fn write(&self, front: &str, back: &str) -> Result<Secret<Vec<u8>>, SealError> {
        // A fixed start: the text of some thousand epochs fits without growing.
        let mut text = Secret::new(Vec::with_capacity(ROOM));
        let out = text.expose_mut();
        out.extend_from_slice(front.as_bytes());
        out.extend_from_slice(b"\"root\":");
        write_key(&self.root, out)?;
        out.extend_from_slice(b",\"epochs\":{");
        for (i, (number, key)) in self.epochs.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            out.extend_from_slice(format!("{comma}\"{number}\":").as_bytes());
            write_key(key, out)?;
        }
        out.push(b'}');
        out.extend_from_slice(back.as_bytes());
        Ok(text)
    }

    /// Reads the members `root` and `epochs` of a JSON object.
    pub(super) fn read(json: &Secret<Vec<u8>>) -> Result<Self, SealError> {
        let members: Members<'_> =
            serde_json::from_slice(json.expose()).map_err(|_| SealError::Damaged("its keys cannot be read"))?;
        let wrong = || SealError::Damaged("a key is not the base64 of 32 bytes");
        let root = read_key(members.root).ok_or_else(wrong)?;
        let mut epochs = BTreeMap::new();
        for (number, text) in members.epochs {
            epochs.insert(number, read_key(text).ok_or_else(wrong)?);
        }
        Self::new(root, epochs).ok_or(SealError::Damaged("it has no epoch"))
    }
}
