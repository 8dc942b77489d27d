//! Requests through the whole dialect, signed as clients sign them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod ask;
mod authorization;
mod buckets;
mod cors;
mod lifecycle;
mod multipart;
mod objects;
mod post_forms;
mod public_access;
mod refusals;
mod routing;
mod signing;
mod tagging;
mod versions;
mod world;
mod worm;
