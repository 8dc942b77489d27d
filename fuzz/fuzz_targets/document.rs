//! Forms, XML and JSON in bodies.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::{Params, json, xml};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(params) = Params::parse(bytes) {
        let _ = (params.list("Tag"), params.structures("Tag"));
    }
    let _ = (xml::parse(bytes), json::parse(bytes));
});
