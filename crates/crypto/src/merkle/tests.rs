use super::{
    Frontier, Hash, HashReader, Leaves, Node, ProofError, Tile, TileError, TileReader, consistency_nodes,
    consistency_proof, empty_root, inclusion_nodes, inclusion_proof, leaf_hash, node_hash, root, tree_root,
    verify_consistency, verify_inclusion,
};
use proptest::prelude::{any, prop_assert, prop_assert_eq, prop_assume, proptest};
use std::collections::{BTreeMap, HashMap};

/// MTH, PATH and SUBPROOF exactly as RFC 6962 §2.1 writes them.
mod naive {
    use super::{Hash, empty_root, node_hash};

    fn split(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }

    pub(super) fn mth(d: &[Hash]) -> Hash {
        match d {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = d.split_at(split(d.len()));
                node_hash(&mth(left), &mth(right))
            }
        }
    }

    pub(super) fn path(m: usize, d: &[Hash]) -> Vec<Hash> {
        if d.len() == 1 {
            return Vec::new();
        }
        let k = split(d.len());
        let (left, right) = d.split_at(k);
        let (mut path, sibling) = if m < k { (path(m, left), mth(right)) } else { (path(m - k, right), mth(left)) };
        path.push(sibling);
        path
    }

    pub(super) fn subproof(m: usize, d: &[Hash], whole: bool) -> Vec<Hash> {
        if m == d.len() {
            return if whole { Vec::new() } else { vec![mth(d)] };
        }
        let k = split(d.len());
        let (left, right) = d.split_at(k);
        let (mut proof, sibling) =
            if m <= k { (subproof(m, left, whole), mth(right)) } else { (subproof(m - k, right, false), mth(left)) };
        proof.push(sibling);
        proof
    }
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

/// The tree of the Certificate Transparency reference tests: eight leaves, and its root at every size.
#[test]
fn known_roots() {
    let contents = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let hashes: Vec<_> = contents.iter().map(|content| leaf_hash(&hex::decode(content).unwrap())).collect();
    let mut frontier = Frontier::new();
    for (size, expected) in roots.iter().enumerate() {
        assert_eq!(tree_root(&hashes[..size]).to_string(), *expected);
        assert_eq!(frontier.root().to_string(), *expected);
        assert_eq!(frontier.size(), size as u64);
        if let Some(hash) = hashes.get(size) {
            frontier.append(*hash);
        }
    }
    let proof = inclusion_proof(&Leaves(&hashes), 5, 8).unwrap();
    let known = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(proof.iter().map(Hash::to_string).collect::<Vec<_>>(), known);
    let proof = consistency_proof(&Leaves(&hashes), 6, 8).unwrap();
    let known = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(proof.iter().map(Hash::to_string).collect::<Vec<_>>(), known);
}

/// Every proof of every tree of up to 40 leaves: the same as the recursive definition, and verified.
#[test]
fn all_small_proofs() {
    let all = leaves(40);
    let reader = Leaves(&all);
    for size in 0..=40usize {
        let tree = &all[..size];
        let top = naive::mth(tree);
        assert_eq!(root(&reader, size as u64).unwrap(), top);
        for (index, leaf) in tree.iter().enumerate() {
            let proof = inclusion_proof(&reader, index as u64, size as u64).unwrap();
            assert_eq!(proof, naive::path(index, tree));
            assert!(verify_inclusion(leaf, index as u64, size as u64, &proof, &top));
        }
        for old in 0..=size {
            let proof = consistency_proof(&reader, old as u64, size as u64).unwrap();
            let old_root = naive::mth(&all[..old]);
            if old > 0 {
                assert_eq!(proof, naive::subproof(old, tree, true));
            }
            assert!(verify_consistency(old as u64, &old_root, size as u64, &top, &proof), "{old} {size}");
        }
    }
}

#[test]
fn what_is_outside_has_no_proof() {
    let all = leaves(4);
    let reader = Leaves(&all);
    assert_eq!(inclusion_proof(&reader, 4, 4), Err(ProofError::Outside { size: 4 }));
    assert_eq!(inclusion_proof(&reader, 0, 0), Err(ProofError::Outside { size: 0 }));
    assert_eq!(consistency_proof(&reader, 5, 4), Err(ProofError::Outside { size: 4 }));
    assert!(matches!(inclusion_proof(&reader, 0, 5), Err(ProofError::Read(_))));
    assert!(inclusion_nodes(4, 4).is_empty());
    assert!(consistency_nodes(5, 4).is_empty());
    for node in [Node { level: 64, index: 0 }, Node { level: 200, index: 0 }, Node { level: 1, index: u64::MAX }] {
        assert!(reader.read(node).is_err());
        assert_eq!(Tile::of_node(node, u64::MAX), None);
    }
}

#[test]
fn verification_does_not_stumble_at_the_limits() {
    let hash = leaf_hash(b"");
    let long = vec![hash; 70];
    for (a, b) in [(0, u64::MAX), (u64::MAX - 1, u64::MAX), (1 << 63, u64::MAX), (1, u64::MAX), (5, 6), (7, 3)] {
        assert!(!verify_inclusion(&hash, a, b, &long, &hash));
        assert!(!verify_consistency(a, &hash, b, &hash, &long));
        assert!(!verify_consistency(a, &hash, b, &hash, &[]));
    }
    assert!(!verify_inclusion(&hash, 0, 0, &[], &empty_root()));
    assert!(!verify_consistency(0, &empty_root(), 0, &hash, &[]));
    assert!(verify_consistency(0, &empty_root(), 0, &empty_root(), &[]));
    assert_eq!(inclusion_nodes(u64::MAX - 1, u64::MAX).iter().map(|node| node.level).max(), Some(63));
    assert!(!consistency_nodes(1 << 63, u64::MAX).is_empty());
    assert_eq!(Frontier::from_hashes(u64::MAX, vec![hash; 64]), None);
    let mut large = Frontier::from_hashes((1 << 63) - 1, vec![hash; 63]).unwrap();
    large.append(hash);
    assert_eq!((large.size(), large.hashes().len()), (1 << 63, 1));
}

/// The tiles that a log of this size would have on disk, written in steps.
fn stored(all: &[Hash], steps: &[usize]) -> HashMap<String, Vec<u8>> {
    let mut tiles: BTreeMap<(u8, u64), Vec<u8>> = BTreeMap::new();
    let mut files = HashMap::new();
    let mut frontier = Frontier::new();
    for step in steps {
        let old = frontier.size();
        for leaf in &all[old as usize..*step] {
            frontier.append_with(*leaf, |node, hash| {
                if node.level % 8 == 0 {
                    tiles.entry((node.level / 8, node.index / 256)).or_default().extend_from_slice(hash.as_bytes());
                }
            });
        }
        for tile in Tile::grown(old, *step as u64) {
            let bytes = tiles[&(tile.level, tile.index)].clone();
            assert_eq!(bytes.len(), usize::from(tile.width) * 32);
            assert!(files.insert(tile.path(), bytes).is_none(), "{} is written once", tile.path());
        }
    }
    files
}

#[test]
fn tiles_stand_behind_proofs() {
    let all = leaves(66_000);
    let sizes = [1, 2, 255, 256, 257, 300, 511, 512, 5_000, 65_535, 65_536, 65_537, 66_000];
    let files = stored(&all, &sizes);
    for size in sizes.map(|size| size as u64) {
        let fetch = |tile: Tile| files.get(&tile.path()).ok_or_else(|| tile.path());
        let reader = TileReader { size, fetch };
        let top = root(&reader, size).unwrap();
        assert_eq!(top, tree_root(&all[..size as usize]));
        for index in [0, size / 3, size / 2, size - 1] {
            let proof = inclusion_proof(&reader, index, size).unwrap();
            assert!(verify_inclusion(&all[index as usize], index, size, &proof, &top));
        }
        for old in [1, size / 3, size / 2, size - 1, size].into_iter().filter(|old| *old > 0) {
            let proof = consistency_proof(&reader, old, size).unwrap();
            assert!(verify_consistency(old, &tree_root(&all[..old as usize]), size, &top, &proof));
        }
    }
    let outside = Node { level: 0, index: 66_000 };
    let reader = TileReader { size: 66_000, fetch: |_| Ok::<_, ()>(Vec::new()) };
    assert!(matches!(reader.read(outside), Err(TileError::Outside(_))));
    assert!(matches!(reader.read(Node { level: 3, index: 0 }), Err(TileError::Short(_))));
}

/// The examples of C2SP tlog-tiles § Merkle Tree.
#[test]
fn tile_paths() {
    let tile = Tile { level: 0, index: 1_234_067, width: 256 };
    assert_eq!(tile.path(), "tile/0/x001/x234/067");
    assert_eq!(tile.entries_path(), "tile/entries/x001/x234/067");
    // A tree of 70,000 leaves: 273 full tiles and one of 112 at level 0, one full and one of 17 at level 1, one of 1.
    let all: Vec<_> = Tile::grown(0, 70_000).collect();
    assert_eq!(all.len(), 273 + 1 + 1 + 1 + 1);
    let partial: Vec<_> = all.iter().filter(|tile| !tile.is_full()).map(Tile::path).collect();
    assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    for wrong in [
        "",
        "tile/0/",
        "tile/0/67",
        "tile/0/x000/067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/08/067",
        "tile/8/067",
        "tile/0/067.p/0",
        "tile/0/067.p/256",
        "tile/0/067.p/01",
        "tile/+0/067",
        "tile/0/+67",
        "tile/entries/067",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/067/",
        "tile/0/1067",
        "tile/0/x1067/001",
    ] {
        assert_eq!(Tile::parse(wrong), None, "{wrong}");
    }
    assert_eq!(Tile::parse_entries("tile/0/067"), None);
}

proptest! {
    #[test]
    fn tile_paths_read_back(level in 0..8u8, index in any::<u64>(), width in 1..=256u16) {
        let tile = Tile { level, index, width };
        prop_assert_eq!(Tile::parse(&tile.path()), Some(tile));
        let entries = Tile { level: 0, ..tile };
        prop_assert_eq!(Tile::parse_entries(&entries.entries_path()), Some(entries));
    }

    #[test]
    fn a_frontier_is_the_tree(size in 0..600usize, more in 0..50usize) {
        let all = leaves(size + more);
        let mut frontier = Frontier::new();
        let mut nodes = HashMap::new();
        for leaf in &all[..size] {
            frontier.append_with(*leaf, |node, hash| assert!(nodes.insert(node, hash).is_none()));
        }
        prop_assert_eq!(frontier.root(), naive::mth(&all[..size]));
        for (node, hash) in Frontier::nodes(size as u64).iter().zip(frontier.hashes()) {
            prop_assert_eq!(nodes.read(*node), Ok(*hash));
            prop_assert_eq!(Leaves(&all).read(*node), Ok(*hash));
        }
        let mut again = Frontier::from_hashes(size as u64, frontier.hashes().to_vec()).unwrap();
        prop_assert_eq!(&again, &frontier);
        prop_assert_eq!(Frontier::from_hashes(size as u64 + 1, frontier.hashes().to_vec()).is_some(),
            (size + 1).count_ones() == size.count_ones());
        all[size..].iter().for_each(|leaf| again.append(*leaf));
        prop_assert_eq!(again.root(), tree_root(&all));
    }

    #[test]
    fn the_nodes_named_are_enough(size in 1..600u64, old in any::<proptest::sample::Index>()) {
        let old = old.index(size as usize) as u64;
        let all = leaves(size as usize);
        let get = |nodes: Vec<Node>| -> BTreeMap<Node, Hash> {
            nodes.into_iter().map(|node| (node, Leaves(&all).read(node).unwrap())).collect()
        };
        let from_few = inclusion_proof(&get(inclusion_nodes(old, size)), old, size);
        prop_assert_eq!(from_few.unwrap(), naive::path(old as usize, &all));
        let from_few = consistency_proof(&get(consistency_nodes(old, size)), old, size);
        prop_assert_eq!(from_few.unwrap(), consistency_proof(&Leaves(&all), old, size).unwrap());
    }

    #[test]
    fn a_wrong_inclusion_fails(size in 1..300u64, at in any::<proptest::sample::Index>(), place in any::<proptest::sample::Index>(), other in 0..300u64) {
        let index = at.index(size as usize) as u64;
        let all = leaves(size as usize);
        let top = tree_root(&all);
        let leaf = all[index as usize];
        let proof = inclusion_proof(&Leaves(&all), index, size).unwrap();
        prop_assert!(!verify_inclusion(&leaf_hash(b"another"), index, size, &proof, &top));
        prop_assert!(!verify_inclusion(&leaf, index, size, &proof, &leaf_hash(b"another")));
        prop_assert!(other == index || !verify_inclusion(&leaf, other, size, &proof, &top));
        let longer = [proof.as_slice(), &[leaf]].concat();
        prop_assert!(!verify_inclusion(&leaf, index, size, &longer, &top));
        if !proof.is_empty() {
            let place = place.index(proof.len());
            prop_assert!(!verify_inclusion(&leaf, index, size, &proof[..place], &top));
            let mut changed = proof;
            changed[place] = leaf_hash(b"another");
            prop_assert!(!verify_inclusion(&leaf, index, size, &changed, &top));
        }
    }

    #[test]
    fn a_wrong_consistency_fails(size in 2..300u64, at in any::<proptest::sample::Index>(), place in any::<proptest::sample::Index>()) {
        let old = 1 + at.index(size as usize - 1) as u64;
        let all = leaves(size as usize);
        let (from, to) = (tree_root(&all[..old as usize]), tree_root(&all));
        let proof = consistency_proof(&Leaves(&all), old, size).unwrap();
        prop_assume!(!proof.is_empty());
        let another = leaf_hash(b"another");
        prop_assert!(!verify_consistency(old, &another, size, &to, &proof));
        prop_assert!(!verify_consistency(old, &from, size, &another, &proof));
        prop_assert!(!verify_consistency(old, &from, size, &to, &[proof.as_slice(), &[another]].concat()));
        let place = place.index(proof.len());
        prop_assert!(!verify_consistency(old, &from, size, &to, &proof[..place]));
        let mut changed = proof;
        changed[place] = another;
        prop_assert!(!verify_consistency(old, &from, size, &to, &changed));
    }
}
