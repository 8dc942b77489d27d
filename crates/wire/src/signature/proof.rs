use super::{Scope, malformed};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::hash;
use crypto::mac::{hmac_sha1, hmac_sha256, hmac_sm3};
use types::Result;

/// How a string is signed with a secret, and how the result is written.
#[derive(Clone, Debug)]
pub(super) enum Method {
    /// Base64 of HMAC-SHA1; the RPC scheme puts a `&` after the secret.
    Sha1 { suffix: &'static [u8] },
    /// Base64 of HMAC-SHA256.
    Sha256Base64,
    /// Hex of HMAC-SHA256.
    Sha256Hex,
    /// Hex of HMAC-SM3.
    Sm3Hex,
    /// Hex of HMAC-SHA256 under a key derived for a scope, from the secret with the vendor's prefix.
    Derived { prefix: &'static [u8], scope: Scope },
}

/// What decides whether a signature is right.
#[derive(Clone)]
pub(super) struct Proof {
    pub(super) method: Method,
    /// The string to sign; a second one where SDKs of one scheme differ in what they sign.
    pub(super) strings: Vec<String>,
    pub(super) canonical_request: Option<String>,
    /// The signature as sent.
    pub(super) signature: String,
}

impl Proof {
    /// Whether the signature is that of one of the strings. Compared as text, so that each signature has one spelling.
    pub(super) fn holds(&self, secret: &[u8]) -> bool {
        // No early exit: the time taken must not tell which string came closest.
        self.strings.iter().fold(false, |held, string| {
            held | hash::eq(self.method.sign(secret, string.as_bytes()).as_bytes(), self.signature.as_bytes())
        })
    }
}

impl Method {
    pub(super) fn sign(&self, secret: &[u8], text: &[u8]) -> String {
        match self {
            Self::Sha1 { suffix: b"" } => STANDARD.encode(hmac_sha1(secret, &[text])),
            Self::Sha1 { suffix } => {
                let key = zeroize::Zeroizing::new([secret, suffix].concat());
                STANDARD.encode(hmac_sha1(&key, &[text]))
            }
            Self::Sha256Base64 => STANDARD.encode(hmac_sha256(secret, &[text])),
            Self::Sha256Hex => hex::encode(hmac_sha256(secret, &[text])),
            Self::Sm3Hex => hex::encode(hmac_sm3(secret, &[text])),
            Self::Derived { prefix, scope } => hex::encode(hmac_sha256(&*derive(prefix, secret, scope), &[text])),
        }
    }
}

/// The chain of the version 4 signatures: secret, day, region, service, terminator.
fn derive(prefix: &[u8], secret: &[u8], scope: &Scope) -> zeroize::Zeroizing<[u8; 32]> {
    let root = zeroize::Zeroizing::new([prefix, secret].concat());
    let mut key = zeroize::Zeroizing::new(hmac_sha256(&root, &[scope.date.as_bytes()]));
    for step in [&scope.region, &scope.product, scope.terminator] {
        *key = hmac_sha256(&*key, &[step.as_bytes()]);
    }
    key
}

/// A signature in hex, as it must be spelled.
pub(super) fn hex_signature(text: &str) -> Result<String> {
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        Ok(text.to_owned())
    } else {
        Err(malformed("the signature must be 64 lower-case hex digits"))
    }
}

/// A signature of `len` bytes in base64.
pub(super) fn base64_signature(text: &str, len: usize) -> Result<String> {
    if STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == len) {
        Ok(text.to_owned())
    } else {
        Err(malformed(format_args!("the signature must be {len} bytes in base64")))
    }
}
