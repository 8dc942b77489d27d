//! Merkle trees of append-only logs: the hashes of RFC 6962 §2.1, which every C2SP `tlog` format uses.
//!
//! A tree of any size is made of full subtrees: node (`level`, `index`) covers the `2^level` leaves from
//! `index * 2^level`. Proofs ask a [`HashReader`] for such nodes only, so anything that can give them can stand behind
//! it: a list of leaves, a map, or [tiles](Tile).

mod frontier;
mod hash;
mod proof;
mod reader;
mod tile;
mod tile_reader;
mod verify;

pub use frontier::Frontier;
pub use hash::{Hash, empty_root, leaf_hash, node_hash};
pub use proof::{
    ProofError, consistency_nodes, consistency_proof, inclusion_nodes, inclusion_proof, root, root_nodes, tree_root,
};
pub use reader::{HashReader, Leaves, Node, NodeMissing};
pub use tile::{TILE_WIDTH, Tile};
pub use tile_reader::{TileError, TileReader};
pub use verify::{verify_consistency, verify_inclusion};

#[cfg(test)]
mod tests;
