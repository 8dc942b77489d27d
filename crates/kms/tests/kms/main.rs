//! The operations, asked for through the gate.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on must stop")]

mod aliases;
mod crypto;
mod data_pairs;
mod destruction;
mod erasure;
mod events;
mod fake_token;
mod hsm;
mod import;
mod lifecycle;
mod places;
mod quotas;
mod re_encrypting;
mod rewrapping;
mod rotation;
mod seal;
mod secret_rotation;
mod secrets;
mod service_key;
mod sharing;
mod softhsm;
mod specs;
mod states;
mod world;
