use async_trait::async_trait;
use bytes::Bytes;
use std::fmt;
use std::str::FromStr;
use types::{Failure, NameError, Reason, Rng, Timestamp};

/// The name of a blob: 128 random bits, so that it says nothing of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct BlobId([u8; 16]);

impl BlobId {
    /// A new random name.
    pub fn random(rng: &dyn Rng) -> Self {
        Self(rng.bytes())
    }

    /// The raw bytes.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for BlobId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let mut id = [0; 16];
        hex::decode_to_slice(text, &mut id).map_err(|_| NameError::new("blob id", "32 hex digits"))?;
        Ok(Self(id))
    }
}

/// A blob as a listing shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobEntry {
    /// Its name.
    pub id: BlobId,
    /// Bytes stored.
    pub len: u64,
    /// When it was finished.
    pub modified: Timestamp,
}

/// Why the engine did not do it.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There is no such blob.
    #[error("the blob is missing")]
    Missing,
    /// There is no room.
    #[error("the disk is full")]
    Full,
    /// The engine failed otherwise.
    #[error("the blob store failed: {0}")]
    Failed(String),
}

impl From<BlobError> for Failure {
    fn from(error: BlobError) -> Self {
        let reason = match error {
            // Metadata names a blob only once it is durable, so one that is missing was lost.
            BlobError::Missing => Reason::Corrupt,
            BlobError::Full => Reason::StorageFull,
            BlobError::Failed(_) => Reason::Unavailable,
        };
        Self::of(reason).caused_by(error)
    }
}

/// A blob being written. Dropping it without [`finish`](BlobWriter::finish) leaves nothing that counts.
#[async_trait]
pub trait BlobWriter: Send {
    /// Adds bytes at the end.
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError>;

    /// Makes the blob durable and visible under its name. Only after this may metadata name it.
    async fn finish(self: Box<Self>) -> Result<(), BlobError>;
}

/// A blob being read.
#[async_trait]
pub trait BlobReader: Send + Sync {
    /// Bytes stored.
    fn len(&self) -> u64;

    /// Whether nothing is stored.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Exactly `len` bytes from `offset`; an error if the blob ends before.
    async fn read_at(&self, offset: u64, len: usize) -> Result<Vec<u8>, BlobError>;
}

/// A store of immutable bytes. It may be slow to start and fast to stream; what it holds is ciphertext.
#[async_trait]
pub trait Blobs: Send + Sync + 'static {
    /// Starts a new blob.
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobWriter>, BlobError>;

    /// Opens a finished blob.
    async fn open(&self, id: BlobId) -> Result<Box<dyn BlobReader>, BlobError>;

    /// Removes a blob; no error if it is not there.
    async fn delete(&self, id: BlobId) -> Result<(), BlobError>;

    /// Finished blobs in the order of their names, after `after`, at most `limit`.
    async fn list(&self, after: Option<BlobId>, limit: usize) -> Result<Vec<BlobEntry>, BlobError>;
}
