//! The operations, asked for through the gate.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests stops the test when something is not as it must be"
)]

/// An operation with some of its fields set.
macro_rules! with {
    ($op:expr $(, $field:ident: $value:expr)* $(,)?) => {{
        let mut op = $op;
        $(op.$field = $value;)*
        op
    }};
}

mod access;
mod blobs;
mod bucket_retention;
mod buckets;
mod cors;
mod damage;
mod disk;
mod erasure;
mod lifecycle;
mod listing;
mod multipart;
mod public_access;
mod reading;
mod retention;
mod retention_model;
mod rewrapping;
mod sweeping;
mod tenant_keys;
mod versions;
mod world;
mod writing;
