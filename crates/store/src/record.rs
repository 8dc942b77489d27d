use crate::meta::Space;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;
use types::{AccountId, Failure, Result};

/// A value that is kept. Written as one version byte and MessagePack with field names, so that fields can be added
/// (with `#[serde(default)]`) without a new version; what cannot be read that way gets a new version and a `decode` that
/// still reads the old ones.
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The version that is written.
    const VERSION: u8 = 1;

    /// Reads any version that was ever written.
    fn decode(version: u8, bytes: &[u8]) -> Option<Self> {
        (version == Self::VERSION).then(|| rmp_serde::from_slice(bytes).ok()).flatten()
    }
}

/// A kind of record and where it is kept. Keys are the account (eight bytes), the table's tag, then the record's own
/// suffix: so every record is scoped by an account, and a scan cannot leave it.
pub struct Table<R> {
    space: Space,
    tag: u8,
    what: &'static str,
    record: PhantomData<fn() -> R>,
}

impl<R> Clone for Table<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Table<R> {}

impl<R: Record> Table<R> {
    /// A table. `tag` is unique in its space and never reused; `what` names a record in errors.
    pub const fn new(space: Space, tag: u8, what: &'static str) -> Self {
        Self { space, tag, what, record: PhantomData }
    }

    /// The space it lives in.
    pub const fn space(&self) -> Space {
        self.space
    }

    /// What its records are called in errors.
    pub const fn what(&self) -> &'static str {
        self.what
    }

    /// The full key of a record.
    pub fn key(&self, account: AccountId, suffix: &[u8]) -> Vec<u8> {
        let mut key = Vec::with_capacity(9 + suffix.len());
        key.extend_from_slice(&account.get().to_be_bytes());
        key.push(self.tag);
        key.extend_from_slice(suffix);
        key
    }

    /// The part of a full key that is the record's own.
    pub fn suffix<'k>(&self, key: &'k [u8]) -> Result<&'k [u8]> {
        key.get(9..).ok_or_else(|| Failure::corrupt(self.what))
    }

    pub(crate) fn encode(&self, record: &R) -> Result<Vec<u8>> {
        let mut bytes = vec![R::VERSION];
        rmp_serde::encode::write_named(&mut bytes, record).map_err(Failure::internal)?;
        Ok(bytes)
    }

    pub(crate) fn decode(&self, bytes: &[u8]) -> Result<R> {
        let (version, body) = bytes.split_first().ok_or_else(|| Failure::corrupt(self.what))?;
        R::decode(*version, body).ok_or_else(|| Failure::corrupt(self.what))
    }
}
