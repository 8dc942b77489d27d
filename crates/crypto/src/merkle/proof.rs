use super::frontier::fold;
use super::reader::Recorder;
use super::{Hash, HashReader, Leaves, Node, empty_root};
use std::convert::Infallible;
use std::ops::Range;

/// Why there is no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E> {
    /// The leaf is not in the tree, or the older tree is the larger one.
    #[error("there is no such proof in a tree of {size} leaves")]
    Outside {
        /// Leaves in the tree.
        size: u64,
    },
    /// A hash could not be read.
    #[error("a hash of the tree could not be read")]
    Read(#[source] E),
}

/// The hash of the tree with these leaf hashes.
pub fn tree_root(leaves: &[Hash]) -> Hash {
    // Every node of the tree can be computed from its leaves, so there is always a root.
    root(&Leaves(leaves), leaves.len() as u64).unwrap_or_else(|_| empty_root())
}

/// The hash of the tree of this size.
pub fn root<R: HashReader>(reader: &R, size: u64) -> Result<Hash, R::Error> {
    range_root(reader, 0..size)
}

/// The nodes that [`root`] reads, which are also those of the [`Frontier`](super::Frontier).
pub fn root_nodes(size: u64) -> Vec<Node> {
    range_nodes(0..size).collect()
}

/// The proof that leaf `index` is in the tree of this size: PATH of RFC 6962 §2.1.1.
pub fn inclusion_proof<R: HashReader>(reader: &R, index: u64, size: u64) -> Result<Vec<Hash>, ProofError<R::Error>> {
    if index >= size {
        return Err(ProofError::Outside { size });
    }
    let siblings = inclusion_siblings(index, size);
    siblings.into_iter().map(|range| range_root(reader, range)).collect::<Result<_, _>>().map_err(ProofError::Read)
}

/// The nodes that [`inclusion_proof`] reads, for those who have to fetch them first; empty if there is no such proof.
pub fn inclusion_nodes(index: u64, size: u64) -> Vec<Node> {
    recorded(|reader| inclusion_proof(reader, index, size))
}

/// The proof that the tree of size `old` is the beginning of the tree of size `new`: PROOF of RFC 6962 §2.1.2. It is
/// empty if they have the same size, or if the older one has no leaves and so needs no proof.
pub fn consistency_proof<R: HashReader>(reader: &R, old: u64, new: u64) -> Result<Vec<Hash>, ProofError<R::Error>> {
    if old > new {
        return Err(ProofError::Outside { size: new });
    }
    let parts = consistency_parts(old, new);
    parts.into_iter().map(|range| range_root(reader, range)).collect::<Result<_, _>>().map_err(ProofError::Read)
}

/// The nodes that [`consistency_proof`] reads, for those who have to fetch them first; empty if there is no such proof.
pub fn consistency_nodes(old: u64, new: u64) -> Vec<Node> {
    recorded(|reader| consistency_proof(reader, old, new))
}

fn recorded(proof: impl FnOnce(&Recorder) -> Result<Vec<Hash>, ProofError<Infallible>>) -> Vec<Node> {
    let recorder = Recorder::default();
    // A proof that doesn't exist reads nothing.
    let _ = proof(&recorder);
    recorder.0.into_inner()
}

/// The leaves below each sibling on the way from leaf `index` up to the root.
fn inclusion_siblings(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut siblings = Vec::new();
    let (mut low, mut high) = (0, size);
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            siblings.push(middle..high);
            high = middle;
        } else {
            siblings.push(low..middle);
            low = middle;
        }
    }
    siblings.reverse();
    siblings
}

/// SUBPROOF of RFC 6962 §2.1.2, from the root down to where the old tree ends.
fn consistency_parts(old: u64, new: u64) -> Vec<Range<u64>> {
    let mut parts = Vec::new();
    let (mut low, mut high) = (0, new);
    if old == 0 || old == new {
        return parts;
    }
    while old < high {
        let middle = low + split(high - low);
        if old <= middle {
            parts.push(middle..high);
            high = middle;
        } else {
            parts.push(low..middle);
            low = middle;
        }
    }
    // The verifier knows the old tree as a whole, but no smaller part of it.
    if low > 0 {
        parts.push(low..high);
    }
    parts.reverse();
    parts
}

/// The largest power of two smaller than `n`, which is at least 2.
const fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

fn range_root<R: HashReader>(reader: &R, range: Range<u64>) -> Result<Hash, R::Error> {
    let hashes = range_nodes(range).map(|node| reader.read(node)).collect::<Result<Vec<_>, _>>()?;
    Ok(fold(&hashes).unwrap_or_else(empty_root))
}

/// The largest full subtrees that make up these leaves, from left to right. The range begins at a multiple of the
/// smallest power of two that is at least its length, as every part of a tree does.
fn range_nodes(range: Range<u64>) -> impl Iterator<Item = Node> {
    let length = range.end - range.start;
    let mut start = range.start;
    (0..64u8).rev().filter(move |level| length >> level & 1 == 1).map(move |level| {
        let node = Node { level, index: start >> level };
        start += 1 << level;
        node
    })
}
