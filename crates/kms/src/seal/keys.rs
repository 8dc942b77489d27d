use super::SealError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::Key;
use serde::Deserialize;
use std::collections::BTreeMap;
use store::Unsealed;
use types::{Failure, Rng, Secret, Timestamp};
use zeroize::Zeroizing;

/// The version of a file that has nothing in it that the first programs could not read.
const FIRST_VERSION: u32 = 1;
/// The version of a file that holds two root keys: who knows only one would not open every store.
const TWO_ROOTS: u32 = 2;
/// The epoch that a new deployment starts in.
const FIRST_EPOCH: u32 = 1;
/// Room for a file with many epochs, so that writing one never moves it and leaves a copy behind.
const ROOM: usize = 64 * 1024;

/// What a seal keeps: the root key, the one that is to take its place while that is under way, and the keys of the erasure
/// epochs that have not ended.
pub struct SealKeys {
    root: Key,
    next: Option<Key>,
    epochs: BTreeMap<u32, Key>,
    since: Since,
}

/// When the keys were made, as far as that was written down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Since {
    /// The root key.
    pub(super) root: Option<i64>,
    /// The one that takes its place.
    pub(super) next: Option<i64>,
    /// The epochs' keys.
    pub(super) epochs: BTreeMap<u32, i64>,
}

/// The members as they are in JSON. Borrowed, so that the only copy of the text is the one that is wiped.
#[derive(Deserialize)]
struct Members<'a> {
    root: &'a str,
    #[serde(default, borrow)]
    next: Option<&'a str>,
    #[serde(borrow)]
    epochs: BTreeMap<u32, &'a str>,
    #[serde(default)]
    since: Since,
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
    match head.version {
        FIRST_VERSION | TWO_ROOTS => Ok(head.kind),
        unknown => Err(SealError::VersionUnknown(unknown)),
    }
}

fn read_key(text: &str) -> Result<Key, SealError> {
    // Larger than a key, because the decoder wants room for what the padding could hide.
    let mut bytes = Zeroizing::new([0; 48]);
    let len = STANDARD.decode_slice(text, bytes.as_mut_slice()).ok();
    let key = len.and_then(|len| bytes.get(..len)?.try_into().ok().map(Key::from_bytes));
    key.ok_or(SealError::Damaged("a key is not the base64 of 32 bytes"))
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
    pub fn random(rng: &dyn Rng, now: Timestamp) -> Self {
        let since =
            Since { root: Some(now.millis()), next: None, epochs: BTreeMap::from([(FIRST_EPOCH, now.millis())]) };
        let epochs = BTreeMap::from([(FIRST_EPOCH, Key::random(rng))]);
        Self { root: Key::random(rng), next: None, epochs, since }
    }

    /// Keys that are there already: none if there is no epoch.
    pub fn new(root: Key, epochs: BTreeMap<u32, Key>) -> Option<Self> {
        (!epochs.is_empty()).then(|| Self { root, next: None, epochs, since: Since::default() })
    }

    /// A second copy, to be changed.
    pub(super) fn duplicate(&self) -> Self {
        Self {
            root: self.root.duplicate(),
            next: self.next.as_ref().map(Key::duplicate),
            epochs: self.epoch_keys(),
            since: self.since.clone(),
        }
    }

    fn epoch_keys(&self) -> BTreeMap<u32, Key> {
        self.epochs.iter().map(|(number, key)| (*number, key.duplicate())).collect()
    }

    fn roots(&self) -> Vec<Key> {
        [Some(&self.root), self.next.as_ref()].into_iter().flatten().map(Key::duplicate).collect()
    }

    /// What the deployment's stores open with.
    pub fn unsealed(&self) -> types::Result<Unsealed> {
        let unsealed = Unsealed::new(self.roots(), self.epoch_keys());
        unsealed.ok_or_else(|| Failure::from(SealError::Damaged("it has no epoch")))
    }

    /// Has the stores that are open see what is kept now.
    pub(super) fn show(&self, unsealed: &Unsealed) {
        unsealed.replace(self.roots(), self.epoch_keys());
    }

    pub(super) fn since(&self) -> &Since {
        &self.since
    }

    /// Whether a root key is taking another's place.
    pub(super) fn has_next(&self) -> bool {
        self.next.is_some()
    }

    /// The epochs that have not ended, the newest last.
    pub(super) fn epochs(&self) -> Vec<u32> {
        self.epochs.keys().copied().collect()
    }

    /// Adds the next epoch.
    pub(super) fn add_epoch(&mut self, rng: &dyn Rng, now: Timestamp) {
        let next = self.epochs.last_key_value().map_or(FIRST_EPOCH, |(number, _)| number.saturating_add(1));
        self.epochs.insert(next, Key::random(rng));
        self.since.epochs.insert(next, now.millis());
    }

    /// Destroys the keys of all epochs but the newest.
    pub(super) fn keep_newest_epoch(&mut self) {
        while self.epochs.len() > 1 {
            self.epochs.pop_first();
        }
        self.since.epochs.retain(|number, _| self.epochs.contains_key(number));
    }

    /// Adds the root key that is to take the other's place.
    pub(super) fn add_root(&mut self, rng: &dyn Rng, now: Timestamp) {
        self.next = Some(Key::random(rng));
        self.since.next = Some(now.millis());
    }

    /// Destroys the root key whose place another has taken.
    pub(super) fn keep_newest_root(&mut self) {
        if let Some(next) = self.next.take() {
            self.root = next;
            self.since.root = self.since.next.take();
        }
    }

    /// The version of a file that holds this.
    pub(super) fn version(&self) -> u32 {
        if self.next.is_some() { TWO_ROOTS } else { FIRST_VERSION }
    }

    /// The members of a JSON object, between `front` and `back`.
    pub(super) fn write(&self, front: &str, back: &str) -> Result<Secret<Vec<u8>>, SealError> {
        // A fixed start: the text of some thousand epochs fits without growing.
        let mut text = Secret::new(Vec::with_capacity(ROOM));
        let out = text.expose_mut();
        out.extend_from_slice(front.as_bytes());
        out.extend_from_slice(b"\"root\":");
        write_key(&self.root, out)?;
        if let Some(next) = &self.next {
            out.extend_from_slice(b",\"next\":");
            write_key(next, out)?;
        }
        out.extend_from_slice(b",\"epochs\":{");
        for (i, (number, key)) in self.epochs.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            out.extend_from_slice(format!("{comma}\"{number}\":").as_bytes());
            write_key(key, out)?;
        }
        out.push(b'}');
        out.extend_from_slice(self.since.text().as_bytes());
        out.extend_from_slice(back.as_bytes());
        Ok(text)
    }

    /// Reads the members of a JSON object.
    pub(super) fn read(json: &Secret<Vec<u8>>) -> Result<Self, SealError> {
        let members: Members<'_> =
            serde_json::from_slice(json.expose()).map_err(|_| SealError::Damaged("its keys cannot be read"))?;
        let root = read_key(members.root)?;
        let next = members.next.map(read_key).transpose()?;
        let mut epochs = BTreeMap::new();
        for (number, text) in members.epochs {
            epochs.insert(number, read_key(text)?);
        }
        let keys = Self::new(root, epochs).ok_or(SealError::Damaged("it has no epoch"))?;
        Ok(Self { next, since: members.since, ..keys })
    }
}

impl Since {
    /// The member of the JSON object; nothing if nothing is known.
    fn text(&self) -> String {
        if *self == Self::default() {
            return String::new();
        }
        let times = [("root", self.root), ("next", self.next)];
        let mut parts: Vec<String> =
            times.iter().filter_map(|(name, at)| at.map(|at| format!("\"{name}\":{at}"))).collect();
        let epochs: Vec<String> = self.epochs.iter().map(|(number, at)| format!("\"{number}\":{at}")).collect();
        parts.push(format!("\"epochs\":{{{}}}", epochs.join(",")));
        format!(",\"since\":{{{}}}", parts.join(","))
    }
}
