//! The vectors of docs/formats/trail.md: what is written there is what this code makes.

use crate::tiles::frame;
use crate::{Entry, GrowingTree, Log, TreeHead};
use crypto::Key;
use crypto::merkle::leaf_hash;

const DOCUMENT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats/trail.md"));

fn documented(what: &str) {
    assert!(DOCUMENT.contains(what), "docs/formats/trail.md does not have\n{what}");
}

fn entry(n: u8) -> Entry {
    let json = format!("{{\"eventId\":\"{n}\"}}");
    Entry::from_bytes([[n; 32].as_slice(), json.as_bytes()].concat()).unwrap()
}

#[test]
fn the_documented_vectors() {
    let mut tree = GrowingTree::new();
    let mut bundle = Vec::new();
    for n in 0..3 {
        let commitment = entry(n).commitment();
        documented(&hex::encode(commitment));
        documented(&leaf_hash(&commitment).to_string());
        frame(&mut bundle, &commitment);
        tree.push(&commitment, &mut Vec::new());
    }
    documented(&hex::encode(&bundle[..34]));
    documented(&tree.head().root.to_string());
    documented(&TreeHead::empty().root.to_string());
    let origin = "bailee/local-1/1234567890123456";
    let log = Log::with_key(origin.to_owned(), &Key::from_bytes([7; 32])).unwrap();
    documented(&log.vkey().to_string());
    documented(&log.sign(tree.head()).unwrap());
}
