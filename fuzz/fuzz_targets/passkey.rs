//! What browsers and authenticators answer.
#![no_main]

use federation::webauthn::{Assertion, CredentialKey, KnownPasskey, Registration, RelyingParty};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static PARTY: LazyLock<RelyingParty> = LazyLock::new(|| {
    let origins = vec!["https://example.com".to_owned()];
    RelyingParty::new("example.com".to_owned(), "Example".to_owned(), origins).expect("a relying party")
});

fuzz_target!(|bytes: &[u8]| {
    let _ = CredentialKey::read(bytes);
    if let Ok(read) = Registration::read(bytes) {
        let _ = read.verify(&PARTY, read.client_data().challenge(), true);
    }
    if let Ok(read) = Assertion::read(bytes) {
        let known = KnownPasskey { key: bytes, user: b"", count: 0, backup_eligible: false };
        let _ = read.verify(&PARTY, read.client_data().challenge(), false, true, &known);
    }
});
