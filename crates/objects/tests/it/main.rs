//! The operations, asked for through the gate.

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
mod buckets;
mod damage;
mod listing;
mod multipart;
mod reading;
mod sweeping;
mod tenant_keys;
mod world;
mod writing;
