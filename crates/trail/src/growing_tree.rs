use crate::tiles::{TileFile, TileId, frame, full_tiles, partial_tiles};
use crate::{Commitment, TreeHead};
use crypto::merkle::{Frontier, Hash, TILE_WIDTH, Tile, leaf_hash, tree_root};

/// The right edge of a log's tree: all that is needed to append to it and to write its tiles. It takes at most one tile
/// per level, whatever the size of the log.
#[derive(Clone, Debug, Default)]
pub struct GrowingTree {
    size: u64,
    /// The hashes of each level's partial tile, from the bottom.
    levels: Vec<Vec<Hash>>,
    /// The partial bundle.
    bundle: Vec<u8>,
}

impl GrowingTree {
    /// The tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// From the files that [`partial`](Self::partial) names for a tree of this size. What they hold is to be checked by
    /// comparing [`head`](Self::head) with one that is known.
    pub(crate) fn from_partial(size: u64, files: &[TileFile]) -> Option<Self> {
        let mut tree = Self { size, ..Self::default() };
        for file in files {
            if file.bytes.len() != file.id.bytes() {
                return None;
            }
            match file.id {
                TileId::Hashes(tile) => *tree.level(tile.level) = Hash::list(&file.bytes)?,
                TileId::Entries(_) => tree.bundle.clone_from(&file.bytes),
            }
        }
        let leaves: Vec<_> = crate::tiles::entries(&tree.bundle)?.iter().map(|e| leaf_hash(e)).collect();
        (leaves == *tree.level(0)).then_some(tree)
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends an entry; the files that became full with it are added to `full`.
    pub fn push(&mut self, entry: &Commitment, full: &mut Vec<TileFile>) {
        frame(&mut self.bundle, entry);
        self.size += 1;
        let mut level = 0;
        let mut hash = leaf_hash(entry);
        loop {
            let hashes = self.level(level);
            hashes.push(hash);
            if hashes.len() < usize::from(TILE_WIDTH) {
                return;
            }
            let hashes = std::mem::take(hashes);
            let tile = Tile { level, index: full_tiles(level, self.size) - 1, width: TILE_WIDTH };
            if level == 0 {
                full.push(TileFile { id: TileId::Entries(tile), bytes: std::mem::take(&mut self.bundle) });
            }
            full.push(TileFile { id: TileId::Hashes(tile), bytes: joined(&hashes) });
            // What a full tile hashes to is one hash of the level above.
            hash = tree_root(&hashes);
            level += 1;
        }
    }

    /// The files at the right edge that are not full.
    pub fn partial(&self) -> Vec<TileFile> {
        let bytes = |id: &TileId| match id {
            TileId::Hashes(tile) => self.levels.get(usize::from(tile.level)).map(|h| joined(h)).unwrap_or_default(),
            TileId::Entries(_) => self.bundle.clone(),
        };
        partial_tiles(self.size).into_iter().map(|id| TileFile { bytes: bytes(&id), id }).collect()
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        // Highest level first: the subtrees shrink from left to right, as a frontier's do.
        let hashes = self.levels.iter().rev().flat_map(|hashes| row_peaks(hashes)).collect();
        let root = Frontier::from_hashes(self.size, hashes).map(|f| f.root());
        TreeHead { size: self.size, root: root.unwrap_or_default() }
    }

    fn level(&mut self, level: u8) -> &mut Vec<Hash> {
        let level = usize::from(level);
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Vec::new);
        }
        #[expect(clippy::indexing_slicing, reason = "the line above made it so")]
        &mut self.levels[level]
    }
}

/// The largest full subtrees over less than 256 hashes, from left to right.
fn row_peaks(hashes: &[Hash]) -> Vec<Hash> {
    let mut row = Frontier::new();
    hashes.iter().for_each(|hash| row.append(*hash));
    row.hashes().to_vec()
}

fn joined(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_and_files_are_those_of_the_plain_tree() {
        let (mut tree, mut leaves, mut files) = (GrowingTree::new(), Vec::new(), Vec::new());
        assert_eq!(tree.head(), TreeHead::empty());
        for n in 0u32..66_000 {
            let entry = crypto::hash::sha256(&n.to_be_bytes());
            tree.push(&entry, &mut files);
            leaves.push(leaf_hash(&entry));
            let size = n + 1;
            if size < 600 || size % 256 < 2 && size > 65_000 {
                let known = if size < 600 || size == 65_536 { tree_root(&leaves) } else { tree.head().root };
                assert_eq!(tree.head(), TreeHead { size: u64::from(size), root: known }, "{size}");
                let again = GrowingTree::from_partial(u64::from(size), &tree.partial()).unwrap();
                assert_eq!((again.head(), again.partial()), (tree.head(), tree.partial()));
            }
        }
        assert_eq!(tree.head().root, tree_root(&leaves));
        let full = |level: u8| files.iter().filter(|f| matches!(f.id, TileId::Hashes(t) if t.level == level)).count();
        assert_eq!((full(0), full(1), full(2)), (257, 1, 0));
        assert!(files.iter().all(|f| f.bytes.len() == f.id.bytes() && f.id.tile().is_full()));
        let below = &leaves[512..768];
        let tile = files.iter().find(|f| f.id.path() == "tile/0/002").unwrap();
        assert_eq!(Hash::list(&tile.bytes).unwrap(), below);
    }

    #[test]
    fn files_that_disagree_are_refused() {
        let mut tree = GrowingTree::new();
        (0..300u32).for_each(|n| tree.push(&crypto::hash::sha256(&n.to_be_bytes()), &mut Vec::new()));
        let good = tree.partial();
        for spoiled in 0..good.len() {
            let mut files = good.clone();
            files[spoiled].bytes.pop();
            assert!(GrowingTree::from_partial(300, &files).is_none());
            files[spoiled].bytes.push(0xa5);
            let head = GrowingTree::from_partial(300, &files).map(|t| t.head());
            assert_ne!(head, Some(tree.head()));
        }
    }
}
