use crate::source::{Source, fetch_tile};
use crate::tiles::{TileFile, TileId};
use crate::{Commitment, GrowingTree, Report, TreeHead};
use types::Result;

/// A tree head that the recomputed tree must pass through, and whose it is.
pub(crate) struct Milestone {
    pub(crate) tree: TreeHead,
    pub(crate) place: &'static str,
}

/// Makes a log's tree again from its entries and holds everything that was published against it.
pub(crate) struct Recount<'a> {
    source: &'a dyn Source,
    log: &'a str,
    /// The size under the checkpoint: so far every tile must be there.
    published: u64,
    milestones: Vec<Milestone>,
    tree: GrowingTree,
}

impl<'a> Recount<'a> {
    pub(crate) fn new(source: &'a dyn Source, log: &'a str, published: u64, milestones: Vec<Milestone>) -> Self {
        Self { source, log, published, milestones, tree: GrowingTree::new() }
    }

    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Takes in the next entry; the files that became full with it.
    pub(crate) async fn push(&mut self, entry: &Commitment, report: &mut Report) -> Result<Vec<TileFile>> {
        let mut full = Vec::new();
        self.tree.push(entry, &mut full);
        for file in &full {
            self.compare(file, report).await?;
        }
        if self.tree.size() == self.published {
            for file in self.tree.partial() {
                self.compare(&file, report).await?;
            }
        }
        if self.milestones.iter().any(|m| m.tree.size == self.tree.size()) {
            self.pass(report);
        }
        Ok(full)
    }

    /// Says which milestones lie beyond the last entry; gives what is at the right edge.
    pub(crate) fn finish(&self, report: &mut Report) -> Vec<TileFile> {
        let size = self.tree.size();
        for m in self.milestones.iter().filter(|m| m.tree.size > size) {
            let what = format!("it covers {} events, but there are only {size}: the rest is missing", m.tree.size);
            report.find(self.log, m.place, what);
        }
        self.tree.partial()
    }

    fn pass(&self, report: &mut Report) {
        let here = self.tree.head();
        for m in self.milestones.iter().filter(|m| m.tree.size == here.size && m.tree.root != here.root) {
            let what = format!("its root is not that of the first {} events: some were changed", here.size);
            report.find(self.log, m.place, what);
        }
    }

    /// Holds a published file against the recomputed one. One beyond the checkpoint may be missing.
    async fn compare(&self, right: &TileFile, report: &mut Report) -> Result<()> {
        let Some(bytes) = self.fetch(right.id).await? else {
            if right.id.end() <= self.published {
                report.find(self.log, right.id.path(), "it is missing");
            }
            return Ok(());
        };
        if let Some(what) = difference(right.id, &right.bytes, &bytes) {
            report.find(self.log, right.id.path(), what);
        }
        Ok(())
    }

    async fn fetch(&self, id: TileId) -> Result<Option<Vec<u8>>> {
        match self.source.fetch(&id.path()).await? {
            Some(bytes) => Ok(Some(bytes)),
            None => Ok(fetch_tile(self.source, id).await?.map(|file| file.bytes)),
        }
    }
}

/// Where a file differs from what it must be: the event it concerns first; `None` if it does not.
pub(crate) fn difference(id: TileId, right: &[u8], found: &[u8]) -> Option<String> {
    if right == found {
        return None;
    }
    let same = right.iter().zip(found).take_while(|(a, b)| a == b).count();
    let event = id.first_entry(same / id.stride());
    if right.len() != found.len() && same == right.len().min(found.len()) {
        return Some(format!("it has {} bytes instead of {}", found.len(), right.len()));
    }
    Some(format!("it differs at byte {same}, from event {event} on"))
}
