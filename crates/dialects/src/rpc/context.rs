use crate::domains::{Domains, Region};
use iam::Caller;
use serde_json::{Map, Value};
use std::sync::Arc;
use wire::Params;

/// The members of a JSON answer, without the request id that every answer gets.
pub type Answer = Map<String, Value>;

/// What the handler of an action works with.
pub struct Context<'c> {
    /// Everything there is.
    pub(super) domains: &'c Arc<Domains>,
    /// The region the request went to.
    pub(super) region: &'c Arc<Region>,
    /// Who calls.
    pub(super) caller: &'c Caller,
    /// The parameters of query and form together.
    pub(super) params: &'c Params,
}

/// An answer of these members.
macro_rules! answer {
    ($($name:literal : $value:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "an answer may have no members")]
        let mut members = $crate::rpc::context::Answer::new();
        $(members.insert($name.to_owned(), serde_json::json!($value));)*
        members
    }};
}
pub(super) use answer;
