use super::Node;
use std::fmt;

/// Hashes in a full tile: 2^8 (C2SP tlog-tiles § Merkle Tree).
pub const TILE_WIDTH: u16 = 256;
/// Levels of the tree that one level of tiles spans.
pub(super) const TILE_HEIGHT: u8 = 8;
/// The highest level of tiles that a tree of fewer than 2^64 leaves has.
const MAX_LEVEL: u8 = 7;

/// One tile: `width` hashes of the tree's level `8 * level`, from number `256 * index`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// The level of tiles; 0 holds leaf hashes.
    pub level: u8,
    /// How many tiles of this level are to its left.
    pub index: u64,
    /// 1 to 256; below 256 it is a partial tile.
    pub width: u16,
}

impl Tile {
    /// The tile at this place in a tree of this size, as wide as it can be; none if it would be empty.
    pub fn at(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT)).unwrap_or(0);
        let before = index.checked_mul(u64::from(TILE_WIDTH))?;
        let width = hashes.checked_sub(before)?.min(u64::from(TILE_WIDTH)) as u16;
        (width > 0).then_some(Self { level, index, width })
    }

    /// The tile from which this node can be computed in a tree of this size, and which of its hashes are below the
    /// node; none if the node is not full in that tree.
    pub fn of_node(node: Node, size: u64) -> Option<(Self, std::ops::Range<usize>)> {
        let below = node.level % TILE_HEIGHT;
        let first = node.index.checked_mul(1 << below)?;
        let start = (first % u64::from(TILE_WIDTH)) as usize;
        let end = start + (1 << below);
        let tile = Self::at(node.level / TILE_HEIGHT, first / u64::from(TILE_WIDTH), size)?;
        (end <= usize::from(tile.width)).then_some((tile, start..end))
    }

    /// Whether it has all its hashes, and so will never change.
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The tiles to write when a tree grows from size `old` to size `new`: those that are new or wider, from the
    /// bottom up and from left to right.
    pub fn grown(old: u64, new: u64) -> impl Iterator<Item = Self> {
        (0..=MAX_LEVEL).flat_map(move |level| {
            let shift = u32::from(level) * u32::from(TILE_HEIGHT);
            let (had, has) = (old >> shift, new >> shift);
            let indexes =
                if had < has { had / u64::from(TILE_WIDTH)..has.div_ceil(u64::from(TILE_WIDTH)) } else { 0..0 };
            indexes.filter_map(move |index| Self::at(level, index, new))
        })
    }

    /// Its path below the log's prefix (C2SP tlog-tiles § Merkle Tree), such as `tile/0/x001/234.p/5`.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, Place(self.index, self.width))
    }

    /// The path of the bundle of entries below this tile, which has level 0, such as `tile/entries/x001/234.p/5`.
    pub fn entries_path(&self) -> String {
        format!("tile/entries/{}", Place(self.index, self.width))
    }

    /// Reads what [`path`](Self::path) writes, and nothing else.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, place) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = level.parse::<u8>().ok().filter(|level| *level <= MAX_LEVEL)?;
        let tile = Self::parse_place(level, place)?;
        (tile.path() == path).then_some(tile)
    }

    /// Reads what [`entries_path`](Self::entries_path) writes, and nothing else.
    pub fn parse_entries(path: &str) -> Option<Self> {
        let tile = Self::parse_place(0, path.strip_prefix("tile/entries/")?)?;
        (tile.entries_path() == path).then_some(tile)
    }

    /// Reads loosely: the callers hold the result against the one right spelling.
    fn parse_place(level: u8, place: &str) -> Option<Self> {
        let (number, width) = match place.split_once(".p/") {
            Some((number, width)) => (number, width.parse::<u16>().ok().filter(|w| (1..TILE_WIDTH).contains(w))?),
            None => (place, TILE_WIDTH),
        };
        let mut index = 0u64;
        for group in number.split('/') {
            let group = group.strip_prefix('x').unwrap_or(group).parse::<u16>().ok()?;
            index = index.checked_mul(1000)?.checked_add(u64::from(group))?;
        }
        Some(Self { level, index, width })
    }
}

/// The number in groups of three digits, all but the last after an `x`; then the width, if partial.
struct Place(u64, u16);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut above = vec![];
        let mut rest = self.0 / 1000;
        while rest > 0 {
            above.push(rest % 1000);
            rest /= 1000;
        }
        above.iter().rev().try_for_each(|group| write!(f, "x{group:03}/"))?;
        write!(f, "{:03}", self.0 % 1000)?;
        if self.1 < TILE_WIDTH { write!(f, ".p/{}", self.1) } else { Ok(()) }
    }
}
