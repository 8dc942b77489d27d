use crate::folder::CHECKPOINT;
use crate::recount::{Milestone, Recount};
use crate::source::{Source, fetch_tile};
use crate::tiles::{TileId, entries};
use crate::{Checkpoint, NoteKey, Report};
use crypto::merkle::{TILE_WIDTH, Tile};
use types::Result;

/// Checks what a log publishes, with nothing but its key, which must come from elsewhere than the log: the checkpoint's
/// signature, every entry bundle, the tree they make against every hash tile and the signed root; and that the log
/// continues the one under a checkpoint that was kept from earlier.
pub async fn verify_published(source: &dyn Source, vkey: &NoteKey, against: Option<&[u8]>) -> Result<Report> {
    let mut report = Report { logs: 1, ..Report::default() };
    let name = vkey.name();
    let Some(bytes) = source.fetch(CHECKPOINT).await? else {
        report.find(name, CHECKPOINT, "it is missing");
        return Ok(report);
    };
    let tree = match Checkpoint::open(&bytes, vkey) {
        Ok(checkpoint) => checkpoint.tree,
        Err(error) => {
            report.find(name, CHECKPOINT, error.to_string());
            return Ok(report);
        }
    };
    let mut milestones = vec![Milestone { tree, place: CHECKPOINT }];
    match against.map(|bytes| Checkpoint::open(bytes, vkey)) {
        Some(Ok(saved)) => milestones.push(Milestone { tree: saved.tree, place: "saved checkpoint" }),
        Some(Err(error)) => report.find(name, "saved checkpoint", error.to_string()),
        None => {}
    }
    let mut recount = Recount::new(source, name, tree.size, milestones);
    for index in 0..tree.size.div_ceil(u64::from(TILE_WIDTH)) {
        let Some(id) = Tile::at(0, index, tree.size).map(TileId::Entries) else { break };
        let file = fetch_tile(source, id).await?;
        let Some(list) = file.and_then(|file| entries(&file.bytes)) else {
            report.find(name, id.path(), "it is missing or no bundle of entries; what follows was not checked");
            return Ok(report);
        };
        for entry in list {
            recount.push(&entry, &mut report).await?;
        }
    }
    recount.finish(&mut report);
    report.events = tree.size;
    Ok(report)
}
