use crate::{Reason, Rng, Timestamp, ids};
use std::fmt;
use std::net::IpAddr;

/// The id of one request: in the answer, the log line and the event alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    /// A new random id, an upper-case UUID.
    pub fn random(rng: &dyn Rng) -> Self {
        Self(ids::random_uuid(rng, ids::UPPER))
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an event has to know of the dialect a call came in by. A table of text and one function, so that the floors
/// below the dialects can write a vendor's words without knowing any.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// The service's name in events: `Oss`, `Kms`, `Ram`.
    pub service: &'static str,
    /// The host clients think they talk to, such as `kms.aliyuncs.com`.
    pub source: &'static str,
    /// The version of the interface, such as `2016-01-20`.
    pub version: &'static str,
    /// The dialect's error code for a reason.
    pub code: fn(Reason) -> &'static str,
}

/// One request as the listener saw it: everything about it that policies may ask for and events record, before anyone
/// knows who sent it.
#[derive(Clone, Debug)]
pub struct Call {
    /// The id of this request.
    pub id: RequestId,
    /// When it arrived.
    pub time: Timestamp,
    /// The address it came from.
    pub source_ip: IpAddr,
    /// Whether it came over TLS.
    pub secure: bool,
    /// What the client says it is. Cut to [`crate::limits::USER_AGENT`] bytes.
    pub user_agent: String,
    /// How it spells things.
    pub dialect: Dialect,
    /// The operation's name in that dialect, such as `PutObject`; empty until the request is decoded.
    pub operation: &'static str,
}
