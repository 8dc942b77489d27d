use super::blobs::{Inner, blocking, failed, sync_folder};
use crate::blobs::{BlobError, BlobId, BlobWriter};
use async_trait::async_trait;
use bytes::{Buf, Bytes};
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, IoSlice, Write};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Bytes that are gathered before they are given to the operating system. One such piece may be on its way while the
/// next is gathered, so a writer holds twice this.
const PIECE: usize = 512 * 1024;
/// Slices of one system call.
const SLICES: usize = 64;

type Background = JoinHandle<Result<(), BlobError>>;

/// A blob being written to `tmp/`.
pub(crate) struct LocalWriter {
    inner: Arc<Inner>,
    file: Arc<File>,
    tmp: Tmp,
    to: PathBuf,
    gathered: VecDeque<Bytes>,
    gathered_bytes: usize,
    /// Bytes since the disk was last told to write.
    unsynced: u64,
    writing: Option<Background>,
    syncing: Option<Background>,
}

/// The file's name under `tmp/`, removed unless it was renamed.
struct Tmp(Option<PathBuf>);

impl Drop for Tmp {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // What cannot be removed now is removed when the store opens next.
            let _left = std::fs::remove_file(path);
        }
    }
}

impl LocalWriter {
    pub(crate) fn create(inner: Arc<Inner>, id: BlobId) -> Result<Self, BlobError> {
        inner.take_room(0)?;
        let (path, to) = (inner.tmp_path(id), inner.path(id));
        if to.try_exists().map_err(failed)? {
            return Err(BlobError::Failed("there is a blob of that name".to_owned()));
        }
        let file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?;
        Ok(Self {
            inner,
            file: Arc::new(file),
            tmp: Tmp(Some(path)),
            to,
            gathered: VecDeque::new(),
            gathered_bytes: 0,
            unsynced: 0,
            writing: None,
            syncing: None,
        })
    }

    /// Gives what is gathered to the operating system, in the background, once what went before has arrived there.
    async fn flush(&mut self) -> Result<(), BlobError> {
        done(&mut self.writing).await?;
        if self.gathered.is_empty() {
            return Ok(());
        }
        self.inner.take_room(self.gathered_bytes as u64)?;
        self.unsynced += self.gathered_bytes as u64;
        self.gathered_bytes = 0;
        let (file, pieces) = (self.file.clone(), std::mem::take(&mut self.gathered));
        self.writing = Some(tokio::task::spawn_blocking(move || write_all(&file, pieces).map_err(failed)));
        if self.unsynced >= self.inner.write_back {
            self.write_back().await?;
        }
        Ok(())
    }

    /// Has the disk write what the operating system holds; waits for the last such call, so that a writer is never
    /// further ahead of the disk than two of them.
    async fn write_back(&mut self) -> Result<(), BlobError> {
        done(&mut self.syncing).await?;
        self.unsynced = 0;
        let file = self.file.clone();
        self.syncing = Some(tokio::task::spawn_blocking(move || file.sync_data().map_err(failed)));
        Ok(())
    }
}

async fn done(task: &mut Option<Background>) -> Result<(), BlobError> {
    match task.take() {
        None => Ok(()),
        Some(task) => task.await.unwrap_or_else(|error| Err(BlobError::Failed(error.to_string()))),
    }
}

fn write_all(mut file: &File, mut pieces: VecDeque<Bytes>) -> io::Result<()> {
    while !pieces.is_empty() {
        let slices: Vec<IoSlice<'_>> = pieces.iter().take(SLICES).map(|piece| IoSlice::new(piece)).collect();
        match file.write_vectored(&slices) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => advance(&mut pieces, written),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn advance(pieces: &mut VecDeque<Bytes>, mut written: usize) {
    while let Some(first) = pieces.front_mut() {
        let here = written.min(first.len());
        first.advance(here);
        written -= here;
        if !first.is_empty() {
            return;
        }
        pieces.pop_front();
    }
}

#[async_trait]
impl BlobWriter for LocalWriter {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.gathered_bytes += bytes.len();
        self.gathered.push_back(bytes);
        if self.gathered_bytes >= PIECE { self.flush().await } else { Ok(()) }
    }

    async fn finish(mut self: Box<Self>) -> Result<(), BlobError> {
        self.flush().await?;
        done(&mut self.writing).await?;
        done(&mut self.syncing).await?;
        let Self { file, mut tmp, to, .. } = *self;
        blocking(move || publish(&file, &mut tmp, &to).map_err(failed)).await
    }
}

/// The commit point of a blob is the sync of its folder: a crash before it leaves a file under `tmp/` or a whole blob
/// that nothing names, both of which are swept; after it the blob is there.
fn publish(file: &File, tmp: &mut Tmp, to: &std::path::Path) -> io::Result<()> {
    file.sync_data()?;
    if let Some(path) = &tmp.0 {
        std::fs::rename(path, to)?;
    }
    tmp.0 = None;
    to.parent().map_or(Ok(()), sync_folder)
}
