use super::keys::SealKeys;
use super::{Seal, SealError, json_file};
use crypto::{Key, shares};
use serde::{Deserialize, Serialize};
use std::path::Path;
use types::{Rng, Secret};

pub(super) const KIND: &str = "shares";
/// What the sealed keys are bound to, besides the set of shares.
const CONTEXT: &str = "bailee/seal/shares/v1/";
/// What a share's text begins with.
const PREFIX: &str = "bailee-share";

/// The keys encrypted under a key that is kept nowhere: it is split into shares, of which a threshold give it.
pub struct SharesSeal {
    key: Key,
    set: ShareSet,
}

/// Which shares belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareSet {
    /// Random, in hex.
    pub id: String,
    /// How many are needed.
    pub threshold: u8,
    /// How many there are.
    pub count: u8,
}

/// A share, as it is written down.
pub struct SealShare {
    set: ShareSet,
    share: shares::Share,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    kind: String,
    set: ShareSet,
    sealed: String,
}

impl SharesSeal {
    /// Makes the shares of a new key, as texts to be written down.
    pub fn split(threshold: u8, count: u8, rng: &dyn Rng) -> Result<Vec<Secret<String>>, SealError> {
        let wrong = SealError::ShareWrong("of 2 to 255 shares, at least 2 must be needed, and no more than there are");
        let made = shares::split(&Key::random(rng), threshold, count, rng).ok_or(wrong)?;
        let id = hex::encode(rng.bytes::<4>());
        let set = ShareSet { id, threshold, count };
        Ok(made.into_iter().map(|share| SealShare { set: set.clone(), share }.to_text()).collect())
    }

    /// The seal that these shares open: as many as are needed, of one set, each another.
    pub fn join(given: &[SealShare]) -> Result<Self, SealError> {
        let Some(SealShare { set, .. }) = given.first() else {
            return Err(SealError::ShareWrong("none was given"));
        };
        if given.iter().any(|share| share.set != *set) {
            return Err(SealError::ShareWrong("they are not of one set"));
        }
        if given.len() < usize::from(set.threshold) {
            return Err(SealError::SharesNeeded);
        }
        let points: Vec<&shares::Share> = given.iter().map(|given| &given.share).collect();
        let key = shares::join(&points).ok_or(SealError::ShareWrong("one was given twice"))?;
        Ok(Self { key, set: set.clone() })
    }

    fn context(set: &ShareSet) -> Vec<u8> {
        format!("{CONTEXT}{}", set.id).into_bytes()
    }
}

/// What notices a slip of the pen.
fn checksum(text: &str) -> String {
    hex::encode(crypto::sha256(text.as_bytes()).first_chunk::<4>().unwrap_or(&[0; 4]))
}

impl SealShare {
    /// `bailee-share-<set>-<threshold>of<count>-<index>-<value>-<checksum>`
    fn to_text(&self) -> Secret<String> {
        let ShareSet { id, threshold, count } = &self.set;
        // Room for all of it, so that writing it never moves it and leaves a copy behind.
        let mut text = Secret::new(String::with_capacity(160));
        let out = text.expose_mut();
        out.push_str(&format!("{PREFIX}-{id}-{threshold}of{count}-{}-", self.share.index));
        for byte in self.share.value.expose() {
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
            }
        }
        let sum = checksum(out);
        out.push('-');
        out.push_str(&sum);
        text
    }

    /// Reads a share's text. The error says nothing of what was read.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let text = text.trim();
        let wrong = || SealError::ShareWrong("it is not the text of a share");
        let (body, sum) = text.rsplit_once('-').ok_or_else(wrong)?;
        let rest = body.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix('-')).ok_or_else(wrong)?;
        if checksum(body) != sum {
            return Err(SealError::ShareWrong("something in it is misspelt"));
        }
        let mut parts = rest.split('-');
        let mut next = || parts.next().ok_or_else(wrong);
        let (id, of, index, value) = (next()?, next()?, next()?, next()?);
        let (threshold, count) = of.split_once("of").ok_or_else(wrong)?;
        let number = |text: &str| text.parse::<u8>().map_err(|_| wrong());
        let set = ShareSet { id: id.to_owned(), threshold: number(threshold)?, count: number(count)? };
        let mut bytes = Secret::new([0; 32]);
        if parts.next().is_some() {
            return Err(wrong());
        }
        hex::decode_to_slice(value, bytes.expose_mut()).map_err(|_| wrong())?;
        Ok(Self { set, share: shares::Share { index: number(index)?, value: bytes } })
    }

    /// The set it belongs to.
    pub fn set(&self) -> &ShareSet {
        &self.set
    }

    /// Whether it is the same share.
    pub fn is_like(&self, other: &Self) -> bool {
        self.share.index == other.share.index
    }
}

impl Seal for SharesSeal {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn close(&self, keys: &SealKeys, rng: &dyn Rng) -> Result<Secret<Vec<u8>>, SealError> {
        let plain = keys.write("{", "}")?;
        let sealed = crypto::seal(&self.key, rng, &Self::context(&self.set), plain.expose());
        let file = File {
            version: keys.version(),
            kind: KIND.to_owned(),
            set: self.set.clone(),
            sealed: json_file::encode(&sealed),
        };
        json_file::write(&file)
    }

    fn open(&self, content: &Secret<Vec<u8>>) -> Result<SealKeys, SealError> {
        let file: File = json_file::read(content)?;
        if file.set.id != self.set.id {
            return Err(SealError::ShareWrong("they are of another set than the seal file"));
        }
        let sealed = json_file::decode(&file.sealed)?;
        let plain = crypto::open_secret(&self.key, &Self::context(&self.set), &sealed);
        SealKeys::read(&plain.map_err(|_| SealError::ShareWrong("they do not open the seal file, or it was changed"))?)
    }
}

fn content_in(folder: &Path) -> Result<Secret<Vec<u8>>, SealError> {
    super::key_file::read(folder)?.ok_or(SealError::Damaged("it is missing"))
}

/// Which shares open the seal of a folder.
pub fn set_in(folder: &Path) -> types::Result<ShareSet> {
    Ok(json_file::read::<File>(&content_in(folder)?)?.set)
}

/// Whether the shares open the seal of a folder.
pub fn check_shares(folder: &Path, seal: &SharesSeal) -> types::Result<()> {
    super::open(seal, &content_in(folder)?)?;
    Ok(())
}
