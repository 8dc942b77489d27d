//! Requests through the whole dialect, signed as clients sign them.

mod cors;
mod coverage;
mod direct;
mod identity;
mod lifecycle;
mod listing;
mod locks;
mod multipart;
mod objects;
mod post_forms;
mod public_access;
mod settings;
mod signer;
mod tagging;
mod versions;
mod world;
