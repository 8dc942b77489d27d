use super::{Hash, Node, empty_root, node_hash};

/// All that is needed of a tree to append to it and to know its root: the hashes of the largest full subtrees that
/// make it up, from left to right. There is one for each bit that is set in the size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    hashes: Vec<Hash>,
}

impl Frontier {
    /// Of a tree without leaves.
    pub const fn new() -> Self {
        Self { size: 0, hashes: Vec::new() }
    }

    /// From what [`hashes`](Self::hashes) gave for a tree of this size; none if their number doesn't fit the size,
    /// or if no tree can be so large.
    pub fn from_hashes(size: u64, hashes: Vec<Hash>) -> Option<Self> {
        (size >> 63 == 0 && hashes.len() == size.count_ones() as usize).then_some(Self { size, hashes })
    }

    /// The full subtrees whose hashes make up the frontier of a tree of this size, in its order.
    pub fn nodes(size: u64) -> Vec<Node> {
        super::root_nodes(size)
    }

    /// Leaves in the tree.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The hashes, largest subtree first.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Adds a leaf.
    pub fn append(&mut self, leaf: Hash) {
        self.append_with(leaf, |_, _| ());
    }

    /// Adds a leaf, and tells `made` of every subtree that is full now and was not before, from the leaf upwards:
    /// what a store of nodes or tiles has to keep.
    pub fn append_with(&mut self, leaf: Hash, mut made: impl FnMut(Node, Hash)) {
        let (mut hash, mut level) = (leaf, 0);
        made(Node { level, index: self.size }, hash);
        // Each bit that is set from the right is a subtree as large as the one just made: the two become one.
        while self.size >> level & 1 == 1
            && let Some(left) = self.hashes.pop()
        {
            hash = node_hash(&left, &hash);
            level += 1;
            made(Node { level, index: self.size >> level }, hash);
        }
        self.hashes.push(hash);
        self.size += 1;
    }

    /// The hash of the tree.
    pub fn root(&self) -> Hash {
        fold(&self.hashes).unwrap_or_else(empty_root)
    }
}

/// The hash over full subtrees that shrink from left to right (RFC 6962 §2.1: the left side of a split is always the
/// largest power of two that is smaller than the whole).
pub(super) fn fold(hashes: &[Hash]) -> Option<Hash> {
    hashes.iter().rev().copied().reduce(|right, left| node_hash(&left, &right))
}
