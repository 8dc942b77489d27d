use types::{Dialect, Reason};

/// The dialect of calls that one part of the house makes to this one: events spell them in the house's own words.
pub const INTERNAL: Dialect = Dialect { service: "Kms", source: "kms", version: "1", code: Reason::text };
