use crate::Commitment;
use crypto::merkle::{Hash, TILE_WIDTH, Tile};

/// Levels of tiles there can be: eight of eight bits each cover every 64-bit index.
pub(crate) const LEVELS: u8 = 8;
/// An entry in a bundle: its length in two bytes, then a commitment.
const FRAMED: usize = 2 + 32;

/// What a file of a log is (C2SP tlog-tiles): hashes of the tree, or the entries below a tile of level 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileId {
    /// Hashes.
    Hashes(Tile),
    /// Entries; the tile is that of their hashes.
    Entries(Tile),
}

impl TileId {
    /// Its place and width.
    pub const fn tile(&self) -> Tile {
        match self {
            Self::Hashes(tile) | Self::Entries(tile) => *tile,
        }
    }

    /// The same kind of file for another tile.
    #[must_use]
    pub const fn of(&self, tile: Tile) -> Self {
        match self {
            Self::Hashes(_) => Self::Hashes(tile),
            Self::Entries(_) => Self::Entries(tile),
        }
    }

    /// The full tile in the same place.
    #[must_use]
    pub const fn full(&self) -> Self {
        self.of(Tile { width: TILE_WIDTH, ..self.tile() })
    }

    /// The path: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`.
    pub fn path(&self) -> String {
        match self {
            Self::Hashes(tile) => tile.path(),
            Self::Entries(tile) => tile.entries_path(),
        }
    }

    /// Where its partial forms lie.
    pub fn partial_folder(&self) -> String {
        format!("{}.p", self.full().path())
    }

    /// Reads what [`path`](Self::path) writes, and nothing else.
    pub fn parse(path: &str) -> Option<Self> {
        Tile::parse(path).map(Self::Hashes).or_else(|| Tile::parse_entries(path).map(Self::Entries))
    }

    /// How many bytes one hash or entry takes.
    pub const fn stride(&self) -> usize {
        match self {
            Self::Hashes(_) => Hash::LEN,
            Self::Entries(_) => FRAMED,
        }
    }

    /// How many bytes it has.
    pub fn bytes(&self) -> usize {
        usize::from(self.tile().width) * self.stride()
    }

    /// The entry of the log at which the `place`-th of its hashes or entries begins.
    pub fn first_entry(&self, place: usize) -> u64 {
        let tile = self.tile();
        let number = tile.index.saturating_mul(u64::from(TILE_WIDTH)).saturating_add(place as u64);
        number.saturating_mul(1u64.checked_shl(u32::from(tile.level) * 8).unwrap_or(u64::MAX))
    }

    /// The entry of the log after the last it covers.
    pub fn end(&self) -> u64 {
        self.first_entry(usize::from(self.tile().width))
    }
}

/// How many full tiles a level has in a tree of `size`; also the index of the tile that is not full.
pub(crate) fn full_tiles(level: u8, size: u64) -> u64 {
    size.checked_shr((u32::from(level) + 1) * 8).unwrap_or(0)
}

/// The places where a tree of `size` can grow, with what is there, from the bottom up: each level's last tile, if it is
/// neither full nor empty.
pub(crate) fn partial_tiles(size: u64) -> Vec<TileId> {
    let tiles = (0..LEVELS).filter_map(|level| Tile::at(level, full_tiles(level, size), size));
    let tiles = tiles.filter(|tile| !tile.is_full()).map(TileId::Hashes);
    let bundle = Tile::at(0, full_tiles(0, size), size).map(TileId::Entries);
    tiles.chain(bundle).collect()
}

/// A file of a log: which one and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileFile {
    /// Which one.
    pub id: TileId,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Adds an entry to a bundle: its length in two big-endian bytes, then itself (C2SP tlog-tiles § Log entries).
pub(crate) fn frame(bundle: &mut Vec<u8>, entry: &Commitment) {
    bundle.extend_from_slice(&[0, 32]);
    bundle.extend_from_slice(entry);
}

/// The entries of a bundle; `None` if it is anything but whole commitments.
pub fn entries(bundle: &[u8]) -> Option<Vec<Commitment>> {
    let (framed, rest) = bundle.as_chunks::<FRAMED>();
    let entry = |f: &[u8; FRAMED]| f.strip_prefix(&[0, 32]).and_then(|e| e.try_into().ok());
    rest.is_empty().then(|| framed.iter().map(entry).collect()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop};
    use proptest::{prop_assert_eq, proptest};

    #[test]
    fn the_published_example() {
        let path = |id: &TileId| id.path();
        let partial: Vec<_> = partial_tiles(70_000).iter().map(path).collect();
        assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112"]);
        assert_eq!(partial_tiles(256).iter().map(path).collect::<Vec<_>>(), ["tile/1/000.p/1"]);
        assert_eq!(partial_tiles(0), []);
        assert_eq!(partial_tiles(u64::MAX).len(), 9);
    }

    #[test]
    fn what_a_tile_covers() {
        let tile = TileId::parse("tile/1/002.p/3").unwrap();
        assert_eq!((tile.first_entry(0), tile.first_entry(1), tile.end()), (131_072, 131_328, 131_840));
        assert_eq!(tile.partial_folder(), "tile/1/002.p");
        assert_eq!(tile.bytes(), 96);
        let bundle = TileId::parse("tile/entries/001").unwrap();
        assert_eq!((bundle.first_entry(0), bundle.end(), bundle.bytes()), (256, 512, 256 * 34));
        assert_eq!(TileId::parse("tile/7/005").unwrap().end(), u64::MAX);
        assert_eq!(TileId::parse("tile/8/000"), None);
        assert_eq!(TileId::parse("tile/0/../000"), None);
    }

    proptest! {
        #[test]
        fn bundles_read_back(list in prop::collection::vec(any::<[u8; 32]>(), 0..20)) {
            let mut bundle = Vec::new();
            list.iter().for_each(|e| frame(&mut bundle, e));
            prop_assert_eq!(entries(&bundle), Some(list));
            bundle.push(0);
            prop_assert_eq!(entries(&bundle), None);
        }
    }
}
