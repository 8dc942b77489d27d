//! Logs published, verified, tampered with, cut off in the middle, and read by a verifier of somebody else's.

mod crash;
mod faulty_meta;
mod fixture;
mod growth;
mod independent;
mod lookups;
mod receipts;
mod tampering;
