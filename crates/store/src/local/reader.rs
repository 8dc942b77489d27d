use super::blobs::{blocking, failed};
use crate::blobs::{BlobError, BlobReader};
use async_trait::async_trait;
use rustix::buffer::spare_capacity;
use rustix::fs::Advice;
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;

/// A finished blob. It stays readable while it is open, even once deleted.
pub(crate) struct LocalReader {
    file: Arc<File>,
    len: u64,
}

impl LocalReader {
    pub(crate) fn open(path: &Path) -> Result<Self, BlobError> {
        let file = File::open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => BlobError::Missing,
            _ => failed(error),
        })?;
        let len = file.metadata().map_err(failed)?.len();
        // Most blobs are read from front to back: the kernel may read further ahead. Only advice, so failing is no harm.
        let _advised = rustix::fs::fadvise(&file, 0, None, Advice::Sequential);
        Ok(Self { file: Arc::new(file), len })
    }
}

#[async_trait]
impl BlobReader for LocalReader {
    fn len(&self) -> u64 {
        self.len
    }

    async fn read_at(&self, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
        // Asked before the buffer is made: no more is ever held than the blob has.
        if offset.checked_add(len as u64).is_none_or(|end| end > self.len) {
            return Err(BlobError::Failed("read past the end of the blob".to_owned()));
        }
        let file = self.file.clone();
        blocking(move || read_exactly(&file, offset, len).map_err(failed)).await
    }
}

/// Reads `len` bytes from `offset` on. The buffer is filled by the kernel alone: clearing it first would cost a twelfth
/// of what decrypting it does.
fn read_exactly(file: &File, mut offset: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(len);
    while bytes.len() < len {
        match rustix::io::pread(file, spare_capacity(&mut bytes), offset) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(got) => offset += got as u64,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // The allocation may have been larger than asked.
    bytes.truncate(len);
    Ok(bytes)
}
