use crate::hash::{Sha256, sha256};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// The hash of a leaf, a node or a tree.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// Bytes of a hash.
    pub const LEN: usize = 32;

    /// The hash with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hashes that were written one after the other, as in a tile; none if the length is no whole number of them.
    pub fn list(bytes: &[u8]) -> Option<Vec<Self>> {
        let (hashes, rest) = bytes.as_chunks();
        rest.is_empty().then(|| hashes.iter().copied().map(Self).collect())
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Hexadecimal where people read it, 32 bytes elsewhere.
impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_bytes(&self.0) }
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(HashVisitor)
        } else {
            deserializer.deserialize_bytes(HashVisitor)
        }
    }
}

struct HashVisitor;

impl de::Visitor<'_> for HashVisitor {
    type Value = Hash;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a hash of 32 bytes")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Hash, E> {
        let mut out = [0; 32];
        hex::decode_to_slice(text, &mut out).map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))?;
        Ok(Hash(out))
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Hash, E> {
        bytes.try_into().map(Hash).map_err(|_| E::invalid_length(bytes.len(), &self))
    }
}

/// The hash of a leaf with this content. The first byte keeps leaves apart from nodes (RFC 6962 §2.1).
pub fn leaf_hash(content: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(&[0]);
    hash.update(content);
    Hash(hash.finish())
}

/// The hash of the node above these two.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut input = [1; 65];
    let (_, both) = input.split_at_mut(1);
    let (first, second) = both.split_at_mut(32);
    first.copy_from_slice(&left.0);
    second.copy_from_slice(&right.0);
    Hash(sha256(&input))
}

/// The hash of a tree without leaves.
pub fn empty_root() -> Hash {
    Hash(sha256(&[]))
}

#[cfg(test)]
mod tests {
    use super::{Hash, leaf_hash};

    #[test]
    fn both_spellings_read_back() {
        let hash = leaf_hash(b"x");
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(json, format!("\"{hash}\""));
        assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), hash);
        let packed = rmp_serde::to_vec(&hash).unwrap();
        assert_eq!(packed.len(), 34);
        assert_eq!(rmp_serde::from_slice::<Hash>(&packed).unwrap(), hash);
        assert!(serde_json::from_str::<Hash>("\"00\"").is_err());
        assert!(rmp_serde::from_slice::<Hash>(&packed[..33]).is_err());
    }

    #[test]
    fn lists() {
        let hashes = [leaf_hash(b"a"), leaf_hash(b"b")];
        let bytes = [hashes[0].as_bytes().as_slice(), hashes[1].as_bytes()].concat();
        assert_eq!(Hash::list(&bytes).unwrap(), hashes);
        assert_eq!(Hash::list(&bytes[1..]), None);
        assert_eq!(Hash::list(&[]).unwrap(), []);
    }
}
