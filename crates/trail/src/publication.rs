use crate::folder::{CHECKPOINT, Folder, VKEY};
use crate::source::{Source, fetch_tile};
use crate::tiles::{TileFile, TileId, partial_tiles};
use crate::{Entry, GrowingTree, HEADS, Head, Log, TreeHead};
use crypto::merkle::{TILE_WIDTH, Tile};
use store::{Committed, Store, View};
use types::{AccountId, Failure, Reason, Result};

/// Entries read, hashed and written at a time: what publishing a log of any length takes in memory.
const BATCH: usize = 1024;

/// One log being brought up to date. It starts each time from what is on disk, so that the path after a crash is the
/// path of every second.
///
/// Order, and what a crash leaves:
///
/// 1. Tiles and bundles, durable. A crash leaves tiles that no checkpoint covers; the same entries make the same tiles
///    again, and [`Folder::sweep`] removes those of entries that a power cut took back.
/// 2. `Head::intended`, synced: the commit point. Every entry below it was committed earlier to the same engine and is
///    durable with it; no other tree of this size can be signed from now on. A crash leaves the old checkpoint, and the
///    next publication goes on from it.
/// 3. The checkpoint, durable. A crash leaves `Head::signed` behind by one, which is allowed for.
/// 4. `Head::signed`: from now on the loss of this checkpoint shows.
/// 5. Partial tiles whose full tile is there are removed; a crash keeps some, which harms nothing.
pub(crate) struct Publication<'a> {
    store: &'a Store,
    view: View,
    account: AccountId,
    log: Log,
    folder: Folder,
    head: Head,
    /// The last tree that was signed: what every later one must continue.
    base: TreeHead,
    /// Whether the checkpoint in the folder is of `base`.
    intact: bool,
}

impl<'a> Publication<'a> {
    /// Finds out where the log stands. An error with reason `Corrupt` if folder and store contradict each other in a
    /// way that no crash explains.
    pub(crate) async fn open(store: &'a Store, trails: &std::path::Path, account: AccountId) -> Result<Self> {
        let view = store.view().await?;
        let log = Log::open(store, account).await?;
        let folder = Folder::of(trails, account);
        let head = view.get(HEADS, account, b"").await?.unwrap_or_else(Head::none);
        let found = folder.fetch(CHECKPOINT).await?.and_then(|bytes| log.read(&bytes).ok());
        let (base, intact) = match found {
            Some(tree) if tree == head.signed || tree == head.intended => (tree, true),
            // Missing, unreadable or taken back: the store remembers what was signed, and the entries still make it.
            None => (head.signed, head.signed.size == 0),
            Some(tree) if tree.size < head.signed.size => (head.signed, false),
            // Signed by us, but unknown to the store: the store was taken back, and signing on would fork the log.
            Some(_) => return Err(fork(&log, "its checkpoint is not one that the store knows")),
        };
        Ok(Self { store, view, account, log, folder, head, base, intact })
    }

    /// The size of the last tree that was signed.
    pub(crate) fn base(&self) -> TreeHead {
        self.base
    }

    /// The log's folder.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Writes what is new and signs it. How many entries came under a checkpoint.
    pub(crate) async fn run(mut self) -> Result<u64> {
        let edge = self.right_edge().await?;
        let rebuilt = edge.is_none() || !self.intact;
        let mut tree = match edge {
            Some(tree) => tree,
            None => self.rebuild().await?,
        };
        self.extend(&mut tree).await?;
        let tree = tree;
        if tree.size() == self.base.size && !rebuilt && self.head.signed == self.base {
            return Ok(0);
        }
        self.folder.write(named(tree.partial())).await?;
        self.sign(tree.head()).await?;
        self.folder.remove_partials(self.base.size, tree.size()).await?;
        Ok(tree.size() - self.base.size)
    }

    /// The tree at the last checkpoint, from its tiles; `None` if they are missing or damaged, or differ from the
    /// store's last entries.
    async fn right_edge(&self) -> Result<Option<GrowingTree>> {
        if !self.intact {
            return Ok(None);
        }
        let mut files = Vec::new();
        for id in partial_tiles(self.base.size) {
            let Some(file) = fetch_tile(&self.folder, id).await? else { return Ok(None) };
            files.push(file);
        }
        let tree = GrowingTree::from_partial(self.base.size, &files).filter(|tree| tree.head() == self.base);
        Ok(if self.last_entries_agree().await? { tree } else { None })
    }

    /// Whether the store's entries are those of the last bundle: a cheap sign that store and folder belong together,
    /// at most one bundle long. The verifier compares all.
    async fn last_entries_agree(&self) -> Result<bool> {
        let Some(last) = self.base.size.checked_sub(1) else { return Ok(true) };
        let tile = Tile::at(0, last / u64::from(TILE_WIDTH), self.base.size);
        let Some(id) = tile.map(TileId::Entries) else { return Ok(false) };
        let Some(file) = fetch_tile(&self.folder, id).await? else { return Ok(false) };
        let published = crate::tiles::entries(&file.bytes);
        let stored = self.view.stream(self.account, id.first_entry(0), usize::from(id.tile().width)).await?;
        let stored = stored.into_iter().map(|(_, bytes)| Entry::from_bytes(bytes).map(|e| e.commitment()));
        Ok(published.is_some() && published == stored.collect::<Option<Vec<_>>>())
    }

    /// Makes the tiles of the last signed tree again from the entries. First it is only computed: nothing in the folder
    /// is touched before the entries have proved to be those that were signed.
    async fn rebuild(&self) -> Result<GrowingTree> {
        if self.base.size > 0 {
            tracing::warn!(
                log = self.log.origin(),
                size = self.base.size,
                "the trail's folder is damaged: rebuilding it"
            );
        }
        let mut tried = GrowingTree::new();
        while tried.size() < self.base.size {
            self.step(&mut tried, self.base.size, &mut Vec::new()).await?;
        }
        if tried.head() != self.base {
            return Err(fork(&self.log, "its entries are not those that were signed"));
        }
        let mut tree = GrowingTree::new();
        while tree.size() < self.base.size {
            self.step_and_write(&mut tree, self.base.size).await?;
        }
        Ok(tree)
    }

    /// Goes on to the end of the stream.
    async fn extend(&self, tree: &mut GrowingTree) -> Result<()> {
        if tree.size() < self.head.intended.size {
            // Committed, and perhaps signed and shown to somebody: entries below it must still make this very tree.
            while tree.size() < self.head.intended.size {
                self.step_and_write(tree, self.head.intended.size).await?;
            }
            if tree.head() != self.head.intended {
                return Err(fork(&self.log, "its entries are not those that were to be signed"));
            }
        }
        while self.step_and_write(tree, u64::MAX).await? > 0 {}
        Ok(())
    }

    async fn step_and_write(&self, tree: &mut GrowingTree, until: u64) -> Result<usize> {
        let mut full = Vec::new();
        let count = self.step(tree, until, &mut full).await?;
        if !full.is_empty() {
            self.folder.write(named(full)).await?;
        }
        Ok(count)
    }

    /// Appends the next entries to the tree, at most a batch and not beyond `until`; how many. An error if an entry
    /// below a known tree head is missing.
    async fn step(&self, tree: &mut GrowingTree, until: u64, full: &mut Vec<TileFile>) -> Result<usize> {
        let limit = usize::try_from(until - tree.size()).unwrap_or(BATCH).min(BATCH);
        let entries = self.view.stream(self.account, tree.size(), limit).await?;
        if entries.is_empty() && until < u64::MAX {
            return Err(fork(&self.log, "it has fewer entries than were signed"));
        }
        let count = entries.len();
        for (index, bytes) in entries {
            if index != tree.size() {
                return Err(fork(&self.log, "an entry is missing"));
            }
            let entry = Entry::from_bytes(bytes).ok_or_else(|| fork(&self.log, "an entry is too short"))?;
            tree.push(&entry.commitment(), full);
        }
        Ok(count)
    }

    /// Steps 2 to 4.
    async fn sign(&mut self, tree: TreeHead) -> Result<()> {
        let intended = Head { signed: self.base, intended: tree };
        // COMMIT POINT: this tree, and no other of its size, is the log's from here on.
        self.commit(intended, store::Durability::Synced).await?;
        let checkpoint = self.log.sign(tree)?;
        let vkey = format!("{}\n", self.log.vkey()).into_bytes();
        if self.folder.fetch(VKEY).await?.as_ref() != Some(&vkey) {
            self.folder.write(vec![(VKEY.into(), vkey)]).await?;
        }
        self.folder.write(vec![(CHECKPOINT.into(), checkpoint.into())]).await?;
        // Not synced: if a power cut takes it back, it lags by one checkpoint, which is allowed for.
        self.commit(Head { signed: tree, intended: tree }, store::Durability::Logged).await
    }

    async fn commit(&mut self, head: Head, durability: store::Durability) -> Result<()> {
        let mut txn = self.store.begin().await?;
        let now = txn.get(HEADS, self.account, b"").await?.unwrap_or_else(Head::none);
        if now != self.head {
            return Err(Failure::of(Reason::Contended));
        }
        txn.put(HEADS, self.account, b"", &head).await?;
        match txn.commit(durability).await? {
            Committed::Done(_) => self.head = head,
            // Another server published this log meanwhile; from its state, next time.
            Committed::Conflict => return Err(Failure::of(Reason::Contended)),
        }
        Ok(())
    }
}

fn named(files: Vec<TileFile>) -> Vec<(String, Vec<u8>)> {
    files.into_iter().map(|file| (file.id.path(), file.bytes)).collect()
}

/// Signing would contradict what was signed: the log stays as it is until somebody has looked.
fn fork(log: &Log, why: &'static str) -> Failure {
    Failure::corrupt(format!("the log {}", log.origin())).caused_by(why)
}
