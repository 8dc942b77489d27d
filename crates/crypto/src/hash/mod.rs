//! Hashes and checksums. SHA-1, MD5 and the CRCs are here because protocols demand them, never to protect anything.

mod crc;
mod digest;
mod md5;
mod sha256;

pub use crc::{Crc, CrcKind};
pub use digest::{Digest, DigestKind, sha1, sm3};
pub use md5::{Md5, md5, update_together};
pub use sha256::{Sha256, sha256};

/// Whether two byte strings are equal, in time that depends only on their lengths.
pub fn eq(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}
