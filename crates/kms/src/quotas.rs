use crate::{limits, secrets};

/// How much an account may have in one region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Keys.
    pub keys: u32,
    /// Aliases.
    pub aliases: u32,
    /// Versions of all keys together, beside the first of each.
    pub versions: u32,
    /// Secrets.
    pub secrets: u32,
}

impl Quotas {
    /// The most that any of them can be: listings count what there is.
    pub const MOST: u32 = 100_000;
}

impl Default for Quotas {
    /// The vendor's (KMS quotas).
    fn default() -> Self {
        Self {
            keys: limits::KEYS,
            aliases: limits::ALIASES,
            versions: limits::ALL_VERSIONS,
            secrets: secrets::limits::SECRETS,
        }
    }
}
