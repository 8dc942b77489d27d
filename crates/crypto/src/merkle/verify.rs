use super::{Hash, empty_root, node_hash};

/// Whether `proof` shows that the leaf with this hash is number `index` of the tree with this size and root
/// (RFC 9162 §2.1.3.2).
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            skip_lone(&mut node, &mut last);
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether `proof` shows that the tree of size `old` with `old_root` is the beginning of the tree of size `new` with
/// `new_root` (RFC 9162 §2.1.4.2). A tree without leaves is the beginning of every tree.
pub fn verify_consistency(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    if old == 0 {
        return proof.is_empty() && *old_root == empty_root() && (new > 0 || *new_root == empty_root());
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old > new {
        return false;
    }
    // An old tree that is full is itself the first hash of the path, and is left out of the proof.
    let (first, path) = match proof.split_first() {
        _ if old.is_power_of_two() => (old_root, proof),
        Some(split) => split,
        None => return false,
    };
    walk(old, new, first, path).is_some_and(|(from, to)| from == *old_root && to == *new_root)
}

/// Climbs from where the old tree ends, and gives the roots that the path leads to: the old and the new.
fn walk(old: u64, new: u64, first: &Hash, path: &[Hash]) -> Option<(Hash, Hash)> {
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut from, mut to) = (*first, *first);
    for hash in path {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            from = node_hash(hash, &from);
            to = node_hash(hash, &to);
            skip_lone(&mut node, &mut last);
        } else {
            to = node_hash(&to, hash);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some((from, to))
}

/// The last node of a level that has no sibling rises unhashed, until it is somebody's right side.
const fn skip_lone(node: &mut u64, last: &mut u64) {
    while *node & 1 == 0 && *node != 0 {
        *node >>= 1;
        *last >>= 1;
    }
}
