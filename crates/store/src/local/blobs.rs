use super::options::LocalBlobsOptions;
use super::reader::LocalReader;
use super::writer::LocalWriter;
use crate::blobs::{BlobEntry, BlobError, BlobId, BlobReader, BlobWriter, Blobs};
use crate::room::Room;
use async_trait::async_trait;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;
use types::Timestamp;

/// A [`Blobs`] engine: one file each, in 256 folders.
pub struct LocalBlobs {
    inner: Arc<Inner>,
}

/// What the writers share.
pub(crate) struct Inner {
    dir: PathBuf,
    pub(crate) room: Room,
    pub(crate) reserve: u64,
    pub(crate) write_back: u64,
}

const SHARDS: std::ops::RangeInclusive<u8> = 0..=255;

impl LocalBlobs {
    /// Opens the store in `dir`, making it if it is not there, and removes what unfinished writes left. Blocks.
    pub fn open(dir: &Path, options: &LocalBlobsOptions) -> Result<Self, BlobError> {
        let room = Room::new(dir, options.free_space.clone(), options.clock.clone());
        let (reserve, write_back) = (options.reserve_bytes, options.write_back_bytes.max(1));
        let inner = Arc::new(Inner { dir: dir.to_owned(), room, reserve, write_back });
        inner.prepare().map_err(failed)?;
        Ok(Self { inner })
    }
}

impl Inner {
    fn prepare(&self) -> io::Result<()> {
        let tmp = self.dir.join("tmp");
        std::fs::create_dir_all(&tmp)?;
        for entry in std::fs::read_dir(&tmp)? {
            std::fs::remove_file(entry?.path())?;
        }
        for shard in SHARDS {
            std::fs::create_dir_all(self.shard(shard))?;
        }
        sync_folder(&self.dir)
    }

    fn shard(&self, shard: u8) -> PathBuf {
        self.dir.join(format!("{shard:02x}"))
    }

    /// Where a finished blob lies.
    pub(crate) fn path(&self, id: BlobId) -> PathBuf {
        let [first, ..] = *id.bytes();
        self.shard(first).join(format!("{id}.blob"))
    }

    /// Where a blob is written.
    pub(crate) fn tmp_path(&self, id: BlobId) -> PathBuf {
        self.dir.join("tmp").join(format!("{id}.blob"))
    }

    /// Takes room for `bytes`, or says that there is none.
    pub(crate) fn take_room(&self, bytes: u64) -> Result<(), BlobError> {
        if self.room.take(bytes, self.reserve).map_err(failed)? { Ok(()) } else { Err(BlobError::Full) }
    }

    fn list(&self, after: Option<BlobId>, limit: usize) -> io::Result<Vec<BlobEntry>> {
        let first = after.map_or(0, |id| {
            let [first, ..] = *id.bytes();
            first
        });
        let mut page = Vec::new();
        for shard in first..=255 {
            for id in self.ids(shard)?.into_iter().filter(|id| after.is_none_or(|after| *id > after)) {
                if page.len() >= limit {
                    return Ok(page);
                }
                // One that was deleted since the folder was read is not listed.
                if let Some(meta) = found(std::fs::metadata(self.path(id)))? {
                    page.push(BlobEntry { id, len: meta.len(), modified: modified(&meta)? });
                }
            }
        }
        Ok(page)
    }

    fn ids(&self, shard: u8) -> io::Result<Vec<BlobId>> {
        let mut ids = Vec::new();
        for entry in std::fs::read_dir(self.shard(shard))? {
            let name = entry?.file_name();
            // Other people's files are none of ours.
            ids.extend(name.to_str().and_then(|n| n.strip_suffix(".blob")).and_then(|n| n.parse::<BlobId>().ok()));
        }
        ids.sort_unstable();
        Ok(ids)
    }
}

fn modified(meta: &Metadata) -> io::Result<Timestamp> {
    let since = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// What an error of the file system means to a caller.
pub(crate) fn failed(error: io::Error) -> BlobError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => BlobError::Full,
        _ => BlobError::Failed(error.to_string()),
    }
}

/// Runs what blocks where it may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.unwrap_or_else(|error| Err(BlobError::Failed(error.to_string())))
}

#[async_trait]
impl Blobs for LocalBlobs {
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobWriter>, BlobError> {
        let inner = self.inner.clone();
        blocking(move || Ok(Box::new(LocalWriter::create(inner, id)?) as Box<dyn BlobWriter>)).await
    }

    async fn open(&self, id: BlobId) -> Result<Box<dyn BlobReader>, BlobError> {
        let path = self.inner.path(id);
        blocking(move || Ok(Box::new(LocalReader::open(&path)?) as Box<dyn BlobReader>)).await
    }

    async fn delete(&self, id: BlobId) -> Result<(), BlobError> {
        let path = self.inner.path(id);
        // Not synced: a blob that comes back after a crash is an orphan, and those are swept.
        blocking(move || found(std::fs::remove_file(path)).map(|_| ()).map_err(failed)).await
    }

    async fn list(&self, after: Option<BlobId>, limit: usize) -> Result<Vec<BlobEntry>, BlobError> {
        let inner = self.inner.clone();
        blocking(move || inner.list(after, limit).map_err(failed)).await
    }
}
