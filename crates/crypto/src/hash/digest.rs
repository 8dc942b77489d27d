use super::Md5;
use aws_lc_rs::digest;
use sm3::{Digest as _, Sm3};

/// SHA-1: for checksums that old clients send only.
pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    let mut out = [0; 20];
    out.copy_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref());
    out
}

/// SM3 (GM/T 0004).
pub fn sm3(bytes: &[u8]) -> [u8; 32] {
    Sm3::digest(bytes).into()
}

/// The hashes that [`Digest`] can compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DigestKind {
    /// MD5, 16 bytes.
    Md5,
    /// SHA-1, 20 bytes.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl DigestKind {
    /// Bytes of the result.
    pub const fn width(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// A hash of bytes that arrive piece by piece, of a kind chosen at run time.
#[derive(Clone)]
pub struct Digest {
    kind: DigestKind,
    state: State,
}

#[derive(Clone)]
enum State {
    Md5(Md5),
    Provider(digest::Context),
}

impl Digest {
    /// Of nothing yet.
    pub fn new(kind: DigestKind) -> Self {
        let algorithm = match kind {
            DigestKind::Md5 => return Self { kind, state: State::Md5(Md5::new()) },
            DigestKind::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            DigestKind::Sha256 => &digest::SHA256,
            DigestKind::Sha384 => &digest::SHA384,
            DigestKind::Sha512 => &digest::SHA512,
        };
        Self { kind, state: State::Provider(digest::Context::new(algorithm)) }
    }

    /// Which hash it is.
    pub const fn kind(&self) -> DigestKind {
        self.kind
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Md5(md5) => md5.update(bytes),
            State::Provider(context) => context.update(bytes),
        }
    }

    /// The hash of all that was added.
    pub fn finish(self) -> Vec<u8> {
        match self.state {
            State::Md5(md5) => md5.finish().to_vec(),
            State::Provider(context) => context.finish().as_ref().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Digest, DigestKind, sha1, sm3};
    use crate::hash::{Sha256, eq, md5, sha256};

    fn pieces(kind: DigestKind) -> String {
        let mut digest = Digest::new(kind);
        digest.update(b"a");
        digest.update(b"bc");
        let out = digest.finish();
        assert_eq!(out.len(), kind.width());
        hex::encode(out)
    }

    /// "abc": RFC 1321 §A.5, FIPS 180-4 examples, GM/T 0004 §A.1.
    #[test]
    fn known_answers() {
        assert_eq!(pieces(DigestKind::Md5), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(pieces(DigestKind::Sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
        let sha256_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(pieces(DigestKind::Sha256), sha256_abc);
        assert!(pieces(DigestKind::Sha384).starts_with("cb00753f45a35e8bb5a03d699ac65007"));
        assert!(pieces(DigestKind::Sha512).starts_with("ddaf35a193617abacc417349ae204131"));
        assert_eq!(hex::encode(md5(b"abc")), pieces(DigestKind::Md5));
        assert_eq!(hex::encode(sha1(b"abc")), pieces(DigestKind::Sha1));
        assert_eq!(hex::encode(sha256(b"abc")), sha256_abc);
        let mut streaming = Sha256::new();
        streaming.update(b"ab");
        streaming.update(b"c");
        assert_eq!(streaming.finish(), sha256(b"abc"));
        assert_eq!(hex::encode(sm3(b"abc")), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    }

    #[test]
    fn equality() {
        assert!(eq(b"", b""));
        assert!(eq(b"abc", b"abc"));
        assert!(!eq(b"abc", b"abd"));
        assert!(!eq(b"abc", b"abcd"));
    }
}
