//! The vectors of `docs/formats/sealing.md`, computed and looked up there.

use crate::{Key, kdf, open, seal, sha256};
use types::Rng;

const PAGE: &str = include_str!("../../../docs/formats/sealing.md");
const CONTEXT: &[u8] = b"example/1";

/// Gives 40, 41, 42 …
struct Counting;

impl Rng for Counting {
    fn fill(&self, out: &mut [u8]) {
        (0x40..).zip(out).for_each(|(byte, place)| *place = byte);
    }
}

fn key() -> Key {
    Key::from_bytes(std::array::from_fn(|i| i as u8))
}

fn lines() -> Vec<String> {
    let mut salt = [0; 24];
    Counting.fill(&mut salt);
    let info = [b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0".as_slice(), salt.as_slice(), CONTEXT].concat();
    let derived = kdf::expand::<76>(kdf::HKDF_SHA512, key().expose(), &[&info]);
    let derived = derived.expose();
    let hello = seal(&key(), &Counting, CONTEXT, b"hello");
    let long: Vec<u8> = (0..16_384u32).map(|i| (i % 251) as u8).collect();
    let long = seal(&key(), &Counting, CONTEXT, &long);
    let child = key().derive("example", b"context");
    vec![
        format!("derived key  {}", hex::encode(&derived[..32])),
        format!("base nonce   {}", hex::encode(&derived[32..44])),
        format!("commitment   {}", hex::encode(&derived[44..])),
        format!("empty        {}", hex::encode(&seal(&key(), &Counting, CONTEXT, b"")[56..])),
        format!("\"hello\"      {}", hex::encode(&hello[56..])),
        format!("long         {} bytes, SHA-256 {}", long.len(), hex::encode(sha256(&long))),
        format!("derived      {}", hex::encode(child.expose())),
    ]
}

#[test]
fn documented() {
    let missing: Vec<_> = lines().into_iter().filter(|line| !PAGE.lines().any(|l| l == line)).collect();
    assert!(missing.is_empty(), "docs/formats/sealing.md lacks:\n{}", missing.join("\n"));
}

/// The page says that whoever opens states the place.
#[test]
fn the_place_is_part_of_it() {
    let sealed = seal(&key(), &Counting, CONTEXT, b"hello");
    assert_eq!(open(&key(), CONTEXT, &sealed).unwrap(), b"hello");
    assert!(open(&key(), b"example/2", &sealed).is_err());
}
