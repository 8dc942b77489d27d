use crate::tiles::{TileFile, TileId};
use async_trait::async_trait;
use types::Result;

/// The most bytes any resource of a log has: a note, which is longer than a full bundle.
pub const RESOURCE_BYTES: usize = crate::note::NOTE_BYTES;

/// Where the published files of one log are read from: its folder, or its URL prefix.
#[async_trait]
pub trait Source: Send + Sync {
    /// The file at `path` below the log's prefix (`checkpoint`, `tile/0/000`); `None` if there is none. More than
    /// [`RESOURCE_BYTES`] is an error.
    async fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>>;
}

/// A tile of the width asked for, cut from the full one if only that is there (C2SP tlog-tiles § Partial Tiles lets a
/// log drop partial tiles once the full one exists). `None` if it is missing or shorter than it must be.
pub(crate) async fn fetch_tile(source: &dyn Source, id: TileId) -> Result<Option<TileFile>> {
    let fits = |bytes: &Vec<u8>| bytes.len() == id.bytes();
    if let Some(bytes) = source.fetch(&id.path()).await?.filter(fits) {
        return Ok(Some(TileFile { id, bytes }));
    }
    if id.tile().is_full() {
        return Ok(None);
    }
    let full = source.fetch(&id.full().path()).await?.filter(|bytes| bytes.len() == id.full().bytes());
    Ok(full.map(|mut bytes| {
        bytes.truncate(id.bytes());
        TileFile { id, bytes }
    }))
}
