use super::reader::full_root;
use super::{Hash, HashReader, Node, NodeMissing, Tile};

/// Computes nodes from tiles, for a tree of `size` leaves. `fetch` gives the bytes of a tile: `32 * width` of them, or
/// those of a wider tile at the same place.
pub struct TileReader<F> {
    /// Leaves in the tree.
    pub size: u64,
    /// Gets a tile.
    pub fetch: F,
}

/// Why a node could not be computed from tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileError<E> {
    /// The node is outside of the tree.
    #[error(transparent)]
    Outside(NodeMissing),
    /// The tile has too few bytes.
    #[error("the tile {} is too short", .0.path())]
    Short(Tile),
    /// The tile could not be fetched.
    #[error("a tile could not be fetched")]
    Fetch(#[source] E),
}

impl<F, B, E> HashReader for TileReader<F>
where
    F: Fn(Tile) -> Result<B, E>,
    B: AsRef<[u8]>,
{
    type Error = TileError<E>;

    fn read(&self, node: Node) -> Result<Hash, TileError<E>> {
        let (tile, hashes) = Tile::of_node(node, self.size).ok_or(TileError::Outside(NodeMissing(node)))?;
        let bytes = (self.fetch)(tile).map_err(TileError::Fetch)?;
        let below = bytes.as_ref().get(hashes.start * Hash::LEN..hashes.end * Hash::LEN);
        below.and_then(Hash::list).and_then(|hashes| full_root(&hashes)).ok_or(TileError::Short(tile))
    }
}
