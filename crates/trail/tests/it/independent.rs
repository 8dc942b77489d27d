//! The same files under the eyes of `metamorphic-log`, a verifier written by others.

use crate::fixture::Fixture;
use metamorphic_log::checkpoint::Checkpoint;
use metamorphic_log::merkle::hash_leaf;
use metamorphic_log::note::VerifierKey;
use metamorphic_log::tile::{Tile, parent_hash, recompute_root, tiles_for_size};
use trail::Proof;

async fn checkpoint(f: &Fixture) -> Checkpoint {
    let key = VerifierKey::parse(std::str::from_utf8(&f.read("vkey")).unwrap().trim_end()).unwrap();
    assert_eq!(key.encode(), f.log().await.vkey().to_string());
    let text = String::from_utf8(f.read("checkpoint")).unwrap();
    Checkpoint::from_signed_note(&text, &[key]).unwrap()
}

#[tokio::test]
async fn it_reads_our_checkpoint_tiles_and_bundles() {
    for size in [1u64, 255, 256, 257, 700, 66_000] {
        let f = Fixture::new().await;
        f.grow(size).await;
        f.publish().await.unwrap();
        let signed = checkpoint(&f).await;
        assert_eq!((signed.size(), signed.origin()), (size, "bailee/local-1/1234567890123456"));
        let mut leaves = Vec::new();
        for tile in tiles_for_size(size) {
            let hashes = tile.hashes(&f.read(&tile.path())).unwrap();
            if tile.level() == 0 {
                let bundle = trail::entries(&f.read(&tile.entries_path())).unwrap();
                assert_eq!(hashes, bundle.iter().map(|e| hash_leaf(e)).collect::<Vec<_>>());
                leaves.extend(hashes);
            } else {
                for (i, hash) in (0u64..).zip(&hashes) {
                    let below = Tile::new(tile.level() - 1, tile.index() * 256 + i, 256).unwrap();
                    assert_eq!(parent_hash(&below.hashes(&f.read(&below.path())).unwrap()).unwrap(), *hash);
                }
            }
        }
        assert_eq!(leaves.len() as u64, size);
        assert_eq!(&recompute_root(&leaves), signed.root_hash());
    }
}

#[tokio::test]
async fn it_verifies_inclusion_and_consistency_by_proofs_from_our_tiles() {
    let f = Fixture::new().await;
    f.grow(300).await;
    f.publish().await.unwrap();
    let older = checkpoint(&f).await;
    f.grow(1000).await;
    f.publish().await.unwrap();
    let signed = checkpoint(&f).await;
    let source = f.source();
    for index in [0, 1, 255, 256, 511, 767, 768, 998, 999] {
        let proof = Proof::build(&source, f.log().await.vkey(), index).await.unwrap();
        let bundle =
            if index < 768 { format!("tile/entries/{:03}", index / 256) } else { "tile/entries/003.p/232".into() };
        let entry = trail::entries(&f.read(&bundle)).unwrap()[usize::try_from(index % 256).unwrap()];
        let path: Vec<_> = proof.path().iter().map(|hash| hash.as_bytes().to_vec()).collect();
        signed.verify_inclusion(index, &hash_leaf(&entry), &path).unwrap();
        assert!(signed.verify_inclusion(index, &hash_leaf(b"other"), &path).is_err());
    }
    let mut leaves = Vec::new();
    for tile in tiles_for_size(1000).into_iter().filter(|tile| tile.level() == 0) {
        leaves.extend(crypto::merkle::Hash::list(&f.read(&tile.path())).unwrap());
    }
    let proof = crypto::merkle::consistency_proof(&crypto::merkle::Leaves(&leaves), 300, 1000).unwrap();
    let proof: Vec<_> = proof.iter().map(|hash| hash.as_bytes().to_vec()).collect();
    older.verify_consistency(&signed, &proof).unwrap();
}
