use crate::folder::{CHECKPOINT, Folder, TEMPORARY, VKEY, blocking, names, read_file};
use crate::recount::{Milestone, Recount, difference};
use crate::source::Source;
use crate::tiles::{TileFile, TileId};
use crate::{Checkpoint, Entry, HEADS, Head, Log, Report, TreeHead};
use crypto::merkle::Tile;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use store::{Range, Space, Store, View};
use types::{AccountId, Reason, Result};

/// Entries read at a time.
const BATCH: usize = 1024;
/// Accounts looked up at a time.
const PAGE: usize = 256;
/// The most files looked at in one folder of files; a full one of ours has some 3,000.
const FILES: usize = 4096;
/// The most logs' folders looked at.
const FOLDERS: usize = 1_000_000;

/// Checks all logs of one region, offline: the events in the store, the folder of tiles, and each against the other.
///
/// Every entry opens and is an event, without gaps; the tree made from them is the one under the checkpoint, in the
/// store's own memory of checkpoints, and in the saved one; every file of the folder is what that tree says, none is
/// missing and none is too many.
pub struct Verifier<'a> {
    store: &'a Store,
    trails: PathBuf,
    against: Option<&'a [u8]>,
    report: Report,
}

impl<'a> Verifier<'a> {
    /// For the logs of this store and their folder.
    pub fn new(store: &'a Store, trails: &Path) -> Self {
        Self { store, trails: trails.to_owned(), against: None, report: Report::default() }
    }

    /// Also against a checkpoint that somebody kept: the log it names must still begin with the tree it is of. It is
    /// passed over if its log is of another region; see [`covers`](Self::covers).
    #[must_use]
    pub fn against(mut self, checkpoint: &'a [u8]) -> Self {
        self.against = Some(checkpoint);
        self
    }

    /// Whether a saved checkpoint names a log of this region that exists. One that no region covers is itself a
    /// finding: its log is gone.
    pub async fn covers(&self, checkpoint: &[u8]) -> Result<bool> {
        let Ok(origin) = Checkpoint::claimed_origin(checkpoint) else { return Ok(false) };
        let known = |account| Log::origin_of(self.store.region(), account) == origin;
        Ok(self.accounts(&self.store.view().await?).await?.into_iter().any(known))
    }

    /// Checks everything. An error only where the check itself could not be made.
    pub async fn run(mut self) -> Result<Report> {
        let view = self.store.view().await?;
        let accounts = self.accounts(&view).await?;
        for account in &accounts {
            self.log(&view, *account).await?;
        }
        let trails = self.trails.clone();
        for name in blocking(move || names(&trails, FOLDERS)).await? {
            if !name.parse::<AccountId>().is_ok_and(|account| accounts.contains(&account)) {
                self.report.find(&name, "folder", "there is no such log in the store");
            }
        }
        Ok(self.report)
    }

    /// The accounts that have events, or had a checkpoint.
    async fn accounts(&self, view: &View) -> Result<BTreeSet<AccountId>> {
        let mut all = BTreeSet::new();
        for space in [Space::Trail, Space::System] {
            let mut after = None;
            loop {
                let page = view.accounts(space, after, PAGE).await?;
                after = page.last().copied();
                for account in &page {
                    if space == Space::Trail || !view.keys(HEADS, *account, &Range::prefix(b"", 1)).await?.is_empty() {
                        all.insert(*account);
                    }
                }
                if page.len() < PAGE {
                    break;
                }
            }
        }
        Ok(all)
    }

    async fn log(&mut self, view: &View, account: AccountId) -> Result<()> {
        let log = Log::open(self.store, account).await?;
        let folder = Folder::of(&self.trails, account);
        let head = match view.get(HEADS, account, b"").await {
            Ok(head) => head.unwrap_or_else(Head::none),
            Err(error) if error.reason() == Reason::Corrupt => {
                self.report.find(log.origin(), "store", "its record of checkpoints does not open");
                Head::none()
            }
            Err(error) => return Err(error),
        };
        let published = self.checkpoint(&log, &folder, &head).await?;
        self.vkey(&log, &folder, published).await?;
        let mut milestones = vec![Milestone { tree: published, place: CHECKPOINT }];
        let remembered = [head.signed, head.intended].map(|tree| Milestone { tree, place: "store's last checkpoint" });
        milestones.extend(remembered.into_iter().filter(|m| m.tree != published));
        milestones.extend(self.saved(&log));
        let mut recount = Recount::new(&folder, log.origin(), published.size, milestones);
        let whole = self.entries(view, account, &log, &folder, &mut recount).await?;
        if whole {
            let edge = recount.finish(&mut self.report);
            for file in edge {
                self.partials(&log, &folder, file).await?;
            }
            self.files(&log, &folder, recount.size()).await?;
        }
        self.report.logs += 1;
        self.report.events += published.size.min(recount.size());
        self.report.pending += recount.size().saturating_sub(published.size);
        Ok(())
    }

    /// The tree under the checkpoint in the folder, held against what the store remembers.
    async fn checkpoint(&mut self, log: &Log, folder: &Folder, head: &Head) -> Result<TreeHead> {
        let Some(bytes) = folder.fetch(CHECKPOINT).await? else {
            if head.signed.size > 0 {
                let what = format!("it is missing: one of {} events was signed", head.signed.size);
                self.report.find(log.origin(), CHECKPOINT, what);
            }
            return Ok(TreeHead::empty());
        };
        let tree = match log.read(&bytes) {
            Ok(tree) => tree,
            Err(error) => {
                self.report.find(log.origin(), CHECKPOINT, error.to_string());
                return Ok(TreeHead::empty());
            }
        };
        let (covers, signed) = (tree.size, head.signed.size);
        if covers < signed {
            let what = format!("it was taken back: it covers {covers} events, but one of {signed} was signed");
            self.report.find(log.origin(), CHECKPOINT, what);
        } else if tree != head.signed && tree != head.intended {
            let what = format!("it covers {covers} events and is signed, but the store does not know it");
            self.report.find(log.origin(), CHECKPOINT, what);
        }
        Ok(tree)
    }

    async fn vkey(&mut self, log: &Log, folder: &Folder, published: TreeHead) -> Result<()> {
        let found = folder.fetch(VKEY).await?;
        let expected = format!("{}\n", log.vkey()).into_bytes();
        if found.is_none() && published.size > 0 {
            self.report.find(log.origin(), VKEY, "it is missing");
        } else if found.is_some_and(|found| found != expected) {
            self.report.find(log.origin(), VKEY, "it is not the log's key");
        }
        Ok(())
    }

    /// The saved checkpoint, if it is of this log.
    fn saved(&mut self, log: &Log) -> Option<Milestone> {
        let bytes = self.against?;
        let place = "saved checkpoint";
        if Checkpoint::claimed_origin(bytes).is_ok_and(|origin| origin != log.origin()) {
            return None;
        }
        match log.read(bytes) {
            Ok(tree) => Some(Milestone { tree, place }),
            Err(error) => {
                self.report.find(log.origin(), place, error.to_string());
                None
            }
        }
    }

    /// Reads all entries. Whether it came to the end: after an entry that does not open or is missing there is no tree.
    async fn entries(
        &mut self,
        view: &View,
        account: AccountId,
        log: &Log,
        folder: &Folder,
        recount: &mut Recount<'_>,
    ) -> Result<bool> {
        let mut limit = BATCH;
        loop {
            let first = recount.size();
            let entries = match view.stream(account, first, limit).await {
                Ok(entries) => entries,
                // One of these does not open: one by one, to name it.
                Err(error) if error.reason() == Reason::Corrupt && limit > 1 => {
                    limit = 1;
                    continue;
                }
                Err(error) if error.reason() == Reason::Corrupt => {
                    self.broken(log, first, "it does not open");
                    return Ok(false);
                }
                Err(error) => return Err(error),
            };
            if entries.is_empty() {
                return Ok(true);
            }
            for (index, bytes) in entries {
                if index != recount.size() {
                    self.broken(log, recount.size(), "it is missing");
                    return Ok(false);
                }
                let Some(entry) = Entry::from_bytes(bytes) else {
                    self.broken(log, index, "it is too short");
                    return Ok(false);
                };
                if entry.event().is_err() {
                    self.report.find(log.origin(), format!("event {index}"), "it is not an event");
                }
                for file in recount.push(&entry.commitment(), &mut self.report).await? {
                    self.partials(log, folder, file).await?;
                }
            }
        }
    }

    fn broken(&mut self, log: &Log, index: u64, what: &str) {
        let what = format!("{what}; what follows in this log was not checked");
        self.report.find(log.origin(), format!("event {index}"), what);
    }

    /// The partial forms of a tile that lie about must be its beginning.
    async fn partials(&mut self, log: &Log, folder: &Folder, whole: TileFile) -> Result<()> {
        let path = folder.path().join(whole.id.partial_folder());
        let id = whole.id;
        let differing = blocking(move || {
            let mut found = Vec::new();
            for name in names(&path, FILES)? {
                // A wider one than there are entries is found when all files are listed.
                let Ok(width) = name.parse::<u16>() else { continue };
                let part = id.of(Tile { width, ..id.tile() });
                let Some(right) = whole.bytes.get(..part.bytes()) else { continue };
                let bytes = read_file(&path.join(&name))?.unwrap_or_default();
                found.extend(difference(part, right, &bytes).map(|what| (part.path(), what)));
            }
            Ok(found)
        })
        .await?;
        differing.into_iter().for_each(|(place, what)| {
            // The one under the checkpoint was already compared on its way.
            if !self.report.findings.iter().any(|f| f.log == log.origin() && f.place == place) {
                self.report.find(log.origin(), place, what);
            }
        });
        Ok(())
    }

    /// Every file in the folder must be one that a log of this size has.
    async fn files(&mut self, log: &Log, folder: &Folder, size: u64) -> Result<()> {
        let root = folder.path().to_owned();
        let strays = blocking(move || {
            let mut strays = Vec::new();
            walk(&root, "", &mut |path| strays.extend(stray(path, size).map(|what| (path.to_owned(), what))))?;
            Ok(strays)
        })
        .await?;
        strays.into_iter().for_each(|(place, what)| self.report.find(log.origin(), place, what));
        Ok(())
    }
}

/// What is wrong with there being a file of this name in a log of `size` entries.
fn stray(path: &str, size: u64) -> Option<&'static str> {
    if path == CHECKPOINT || path == VKEY {
        return None;
    }
    let Some(id) = TileId::parse(path) else { return Some("it is not a file of a log") };
    let tile = id.tile();
    let there = Tile::at(tile.level, tile.index, size).map_or(0, |t| t.width);
    (tile.width > there).then_some("it covers events that the store does not have")
}

/// Calls `found` with every file below `root`, except the temporary ones.
fn walk(root: &Path, below: &str, found: &mut impl FnMut(&str)) -> std::io::Result<()> {
    for name in names(&root.join(below), FILES)? {
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if path == TEMPORARY {
            continue;
        }
        // The deepest path of a log has ten parts.
        if root.join(&path).is_dir() && path.split('/').count() < 12 {
            walk(root, &path, found)?;
        } else {
            found(&path);
        }
    }
    Ok(())
}
