//! Tokens of OpenID Connect, and the keys of their issuers.
#![no_main]

use federation::oidc::{IdToken, KeySet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = IdToken::read(text);
    }
    let _ = KeySet::read(bytes);
});
