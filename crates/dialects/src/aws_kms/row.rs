use super::context::Context;
use super::{aliases, data_keys, encrypt, grants, keys, pairs, policies, rotation, tags};
use crate::Status;
use futures::future::BoxFuture;
use serde_json::Value;
use types::Result;

/// What runs an operation: its answer is the members of a JSON object.
pub(super) type Handler = for<'c> fn(&'c Context<'c>) -> BoxFuture<'c, Result<Value>>;

/// One operation.
pub struct Row {
    /// Its name on the wire, behind `TrentService.`.
    pub name: &'static str,
    /// The actions in policy spelling that it can need, for the authorization tests and the compatibility page.
    pub needs: &'static [&'static str],
    /// How much of it there is.
    pub status: Status,
    /// The members that its request can have. Others are refused by name.
    pub(super) takes: &'static [&'static str],
    /// What runs it; `None` where it is refused.
    pub(super) run: Option<Handler>,
}

impl Row {
    /// The row of an operation.
    pub fn find(name: &str) -> Option<&'static Self> {
        ROWS.iter().flat_map(|rows| rows.iter()).find(|row| row.name == name)
    }
}

/// Every operation there is. What is in none of these tables does not exist.
pub const ROWS: &[&[Row]] = &[
    keys::ROWS,
    aliases::ROWS,
    encrypt::ROWS,
    data_keys::ROWS,
    pairs::ROWS,
    rotation::ROWS,
    policies::ROWS,
    grants::ROWS,
    tags::ROWS,
    REFUSED,
];

/// A row that is served, or one that is refused by name.
macro_rules! row {
    ($name:literal, $status:ident, [$($need:literal),*], [$($member:literal),*], $run:path) => {
        $crate::aws_kms::row::Row {
            name: $name,
            needs: &[$($need),*],
            status: $crate::Status::$status,
            takes: &[$($member),*],
            run: Some(|context| Box::pin($run(context))),
        }
    };
    ($name:literal) => {
        $crate::aws_kms::row::Row {
            name: $name,
            needs: &[],
            status: $crate::Status::Refused,
            takes: &[],
            run: None,
        }
    };
}
pub(super) use row;

/// What keeps keys elsewhere, in several regions, or agrees on secrets.
const REFUSED: &[Row] = &[
    row!("ConnectCustomKeyStore"),
    row!("CreateCustomKeyStore"),
    row!("Decapsulate"),
    row!("DeleteCustomKeyStore"),
    row!("DeriveSharedSecret"),
    row!("DescribeCustomKeyStores"),
    row!("DisconnectCustomKeyStore"),
    row!("Encapsulate"),
    row!("GetKeyLastUsage"),
    row!("ReplicateKey"),
    row!("UpdateCustomKeyStore"),
    row!("UpdatePrimaryRegion"),
];
