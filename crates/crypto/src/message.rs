//! Small messages under keys that are not Cobblestone's: AES-128, AES-192 and SM4. Described in `docs/formats/keys.md`.
//!
//! Each message has a key of its own, derived from the long-lived key and a random salt of 24 bytes, so that no key ever
//! meets a nonce twice however often the long-lived key is used; and a commitment, so that no message opens under two keys.

use crate::aead::{CipherKind, NONCE};
use crate::{OpenError, hash, hmac_sha256, hmac_sm3};
use types::{Rng, Secret};

const SALT: usize = 24;
const COMMITMENT: usize = 32;
/// Bytes in front of the ciphertext: the same as Cobblestone's header.
pub const MESSAGE_HEADER: usize = SALT + COMMITMENT;
const DOMAIN: &[u8] = b"bailee/message/v1\0";

/// The only nonce: a message's key seals nothing else.
const ONLY: [u8; NONCE] = [0; NONCE];

/// What tells the ciphers apart in derivations; never changed, since ciphertexts depend on it.
const fn code(kind: CipherKind) -> u8 {
    match kind {
        CipherKind::Aes128Gcm => 1,
        CipherKind::Aes192Gcm => 2,
        CipherKind::Aes256Gcm => 3,
        CipherKind::Sm4Gcm => 4,
    }
}

/// One of two values derived from key and salt, by the hash that belongs to the cipher's family.
fn derive(kind: CipherKind, key: &[u8], use_: u8, salt: &[u8]) -> Secret<[u8; 32]> {
    let parts: [&[u8]; 4] = [DOMAIN, &[code(kind)], &[use_], salt];
    Secret::new(match kind {
        CipherKind::Sm4Gcm => hmac_sm3(key, &parts),
        CipherKind::Aes128Gcm | CipherKind::Aes192Gcm | CipherKind::Aes256Gcm => hmac_sha256(key, &parts),
    })
}

/// Appends the salt, the commitment and the sealed plaintext to `out`. `None` if the key is not of the cipher's length.
pub fn seal_message(
    kind: CipherKind,
    key: &[u8],
    rng: &dyn Rng,
    context: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Option<()> {
    if key.len() != kind.key_len() {
        return None;
    }
    let mut salt = [0; SALT];
    rng.fill(&mut salt);
    out.extend_from_slice(&salt);
    out.extend_from_slice(derive(kind, key, 2, &salt).expose());
    let message_key = derive(kind, key, 1, &salt);
    kind.seal(message_key.expose().get(..kind.key_len())?, ONLY, context, plaintext, out)
}

/// Opens what [`seal_message`] gave.
pub fn open_message(kind: CipherKind, key: &[u8], context: &[u8], sealed: &[u8]) -> Result<Secret<Vec<u8>>, OpenError> {
    let (salt, rest) = sealed.split_first_chunk::<SALT>().ok_or(OpenError::Damaged)?;
    let (commitment, body) = rest.split_first_chunk::<COMMITMENT>().ok_or(OpenError::Damaged)?;
    if key.len() != kind.key_len() || !hash::eq(commitment, derive(kind, key, 2, salt).expose()) {
        return Err(OpenError::Commitment);
    }
    let message_key = derive(kind, key, 1, salt);
    let message_key = message_key.expose().get(..kind.key_len()).ok_or(OpenError::Damaged)?;
    kind.open(message_key, ONLY, context, body)
}

#[cfg(test)]
mod tests {
    use super::{MESSAGE_HEADER, open_message, seal_message};
    use crate::aead::CipherKind;
    use types::SystemRng;

    #[test]
    fn what_was_sealed_opens_and_nothing_else_does() {
        for kind in [CipherKind::Aes128Gcm, CipherKind::Aes192Gcm, CipherKind::Sm4Gcm] {
            let (key, other) = (vec![7; kind.key_len()], vec![8; kind.key_len()]);
            let mut sealed = Vec::new();
            seal_message(kind, &key, &SystemRng, b"here", b"hello", &mut sealed).unwrap();
            assert_eq!(sealed.len(), MESSAGE_HEADER + 5 + 16);
            assert_eq!(open_message(kind, &key, b"here", &sealed).unwrap().expose(), b"hello");
            assert!(open_message(kind, &key, b"there", &sealed).is_err());
            assert!(open_message(kind, &other, b"here", &sealed).is_err());
            for i in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[i] ^= 1;
                assert!(open_message(kind, &key, b"here", &changed).is_err(), "{kind:?} byte {i}");
                assert!(open_message(kind, &key, b"here", &sealed[..i]).is_err(), "{kind:?} {i} bytes");
            }
            assert!(seal_message(kind, &key[1..], &SystemRng, b"", b"", &mut Vec::new()).is_none());
        }
    }
}
