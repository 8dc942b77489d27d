//! Responses and metadata of SAML.
#![no_main]

use federation::saml::{Expected, Metadata, verify};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use types::Timestamp;

static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    let golden = include_str!("../../crates/federation/src/saml/tests/golden/pysaml2.metadata.xml");
    Metadata::parse(golden).expect("golden metadata")
});

fuzz_target!(|bytes: &[u8]| {
    let expected = Expected {
        metadata: &METADATA,
        audiences: &["urn:example:sp"],
        recipients: &["https://sp.example/saml"],
        in_response_to: None,
        now: Timestamp::from_secs(1_795_305_600),
    };
    let _ = verify(bytes, &expected);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Metadata::parse(text);
    }
});
