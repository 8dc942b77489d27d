//! The operations on identities, through the gate: what each does, what it refuses, who may, and what the log says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is wrong"
)]

mod attachments;
mod authorization;
mod diagnosis;
mod groups;
mod keys;
mod listing;
mod marks;
mod nonces;
mod oidc;
mod passkeys;
mod people;
mod policies;
mod recording;
mod recycling;
mod saml;
mod sessions;
mod upkeep;
mod users;
mod versions;
mod world;
