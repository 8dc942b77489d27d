use crate::folder::{CHECKPOINT, Folder, VKEY};
use crate::source::Source;
use crate::tiles::TileId;
use std::path::Path;
use types::{AccountId, Result};

/// A published file, as HTTP gives it out (C2SP tlog-tiles § APIs).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Its `Cache-Control`.
    pub cache_control: &'static str,
}

/// Whose log a path below `/.bailee/trail/` is of, so that it can be decided who may read it. `None` for what is not
/// exactly the path of a log's file: there is one spelling of each, without escapes.
pub fn published_path(path: &str) -> Option<(AccountId, &str)> {
    let (account, file) = path.split_once('/')?;
    let known = file == CHECKPOINT || file == VKEY || TileId::parse(file).is_some();
    Some((account.parse().ok()?, file)).filter(|_| known)
}

/// The file at `path` (`<account>/checkpoint`, `<account>/vkey`, `<account>/tile/…`) of a region's trails; `None` if
/// there is no such file, or there can be none.
pub async fn serve(trails: &Path, path: &str) -> Result<Option<Served>> {
    let Some((account, file)) = published_path(path) else { return Ok(None) };
    // Tiles never change; the checkpoint does each second.
    let (content_type, cache_control) = match file {
        CHECKPOINT | VKEY => ("text/plain; charset=utf-8", "no-cache"),
        _ => ("application/octet-stream", "private, max-age=31536000, immutable"),
    };
    let bytes = Folder::of(trails, account).fetch(file).await?;
    Ok(bytes.map(|bytes| Served { bytes, content_type, cache_control }))
}
