use super::{Hash, node_hash};
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

/// A full subtree: the `2^level` leaves from `index * 2^level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// 0 for a leaf.
    pub level: u8,
    /// How many nodes of this level are to its left.
    pub index: u64,
}

/// Gives the hashes of full subtrees.
pub trait HashReader {
    /// Why there is no hash to give.
    type Error;

    /// The hash of this full subtree.
    fn read(&self, node: Node) -> Result<Hash, Self::Error>;
}

/// Any function from a node to its hash.
impl<F, E> HashReader for F
where
    F: Fn(Node) -> Result<Hash, E>,
{
    type Error = E;

    fn read(&self, node: Node) -> Result<Hash, E> {
        self(node)
    }
}

/// A node that was asked for is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tree has no node {} at level {}", .0.index, .0.level)]
pub struct NodeMissing(
    /// Which one.
    pub Node,
);

impl HashReader for HashMap<Node, Hash> {
    type Error = NodeMissing;

    fn read(&self, node: Node) -> Result<Hash, NodeMissing> {
        self.get(&node).copied().ok_or(NodeMissing(node))
    }
}

impl HashReader for BTreeMap<Node, Hash> {
    type Error = NodeMissing;

    fn read(&self, node: Node) -> Result<Hash, NodeMissing> {
        self.get(&node).copied().ok_or(NodeMissing(node))
    }
}

/// The hashes of all leaves, in order. Computes every node from them: for tests and small trees.
pub struct Leaves<'a>(
    /// The leaf hashes.
    pub &'a [Hash],
);

impl HashReader for Leaves<'_> {
    type Error = NodeMissing;

    fn read(&self, node: Node) -> Result<Hash, NodeMissing> {
        let missing = NodeMissing(node);
        let width = 1usize.checked_shl(u32::from(node.level)).ok_or(missing)?;
        let start = usize::try_from(node.index).ok().and_then(|index| index.checked_mul(width)).ok_or(missing)?;
        let end = start.checked_add(width).ok_or(missing)?;
        self.0.get(start..end).and_then(full_root).ok_or(missing)
    }
}

/// The root over hashes whose number is a power of two; none for any other number.
pub(super) fn full_root(hashes: &[Hash]) -> Option<Hash> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        let (pairs, _) = row.as_chunks::<2>();
        row = pairs.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    row.pop()
}

/// Gives no hash, but notes what was asked for.
#[derive(Default)]
pub(super) struct Recorder(pub(super) std::cell::RefCell<Vec<Node>>);

impl HashReader for Recorder {
    type Error = Infallible;

    fn read(&self, node: Node) -> Result<Hash, Infallible> {
        self.0.borrow_mut().push(node);
        Ok(Hash::default())
    }
}
