//! Policies of every kind.
#![no_main]

use iam::policy::{Document, Kind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for kind in [Kind::Identity, Kind::Session, Kind::Trust, Kind::Bucket, Kind::Key, Kind::Secret] {
        let _ = Document::parse(text, kind);
    }
});
