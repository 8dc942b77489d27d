//! The operations, asked for through the gate.

mod aliases;
mod crypto;
mod destruction;
mod events;
mod lifecycle;
mod places;
mod quotas;
mod service_key;
mod world;
