use super::row::ServiceName;
use crate::domains::{Domains, Region};
use iam::Caller;
use serde_json::{Map, Value};
use std::sync::Arc;
use wire::Params;

/// The members of a JSON answer, without the request id that every answer gets.
pub(crate) type Answer = Map<String, Value>;

/// What the handler of an action works with.
pub(crate) struct Context<'c> {
    /// Everything there is.
    pub(super) domains: &'c Arc<Domains>,
    /// The interface it came through.
    pub(super) service: ServiceName,
    /// The region the request went to.
    pub(super) region: &'c Arc<Region>,
    /// Who calls.
    pub(super) caller: &'c Caller,
    /// The parameters of query and form together.
    pub(super) params: &'c Params,
}

/// An answer of these members, in the spelling of [`serde_json::json!`].
macro_rules! answer {
    ($($members:tt)*) => {
        match serde_json::json!({ $($members)* }) {
            serde_json::Value::Object(members) => members,
            _ => $crate::rpc::context::Answer::new(),
        }
    };
}
pub(super) use answer;
