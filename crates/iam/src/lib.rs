//! Identities and what they may do: accounts, users, roles, credentials, policies, and the gate every operation passes.

pub mod policy;
