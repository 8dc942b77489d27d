use super::blobs::{blocking, failed};
use crate::blobs::{BlobError, BlobReader};
use async_trait::async_trait;
use rustix::fs::Advice;
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
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
        blocking(move || {
            let mut bytes = vec![0; len];
            file.read_exact_at(&mut bytes, offset).map_err(failed)?;
            Ok(bytes)
        })
        .await
    }
}
