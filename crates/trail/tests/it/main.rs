//! Logs published, verified, tampered with, cut off in the middle, and read by a verifier of somebody else's.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that goes wrong may panic, in its helpers too"
)]

mod crash;
mod faulty_meta;
mod fixture;
mod growth;
mod independent;
mod lookups;
mod parsers;
mod receipts;
mod tampering;
