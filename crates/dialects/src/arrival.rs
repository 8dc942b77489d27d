use std::net::IpAddr;
use types::{Call, Dialect, RequestId, Timestamp, limits};

/// A request as the listener received it, before its dialect is known.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The id it was given.
    pub id: RequestId,
    /// When.
    pub time: Timestamp,
    /// From where.
    pub source_ip: IpAddr,
    /// Whether over TLS.
    pub secure: bool,
}

impl Arrival {
    /// The call it makes in a dialect.
    pub fn call(&self, dialect: Dialect, user_agent: &str) -> Call {
        let cut =
            user_agent.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= limits::USER_AGENT);
        let user_agent = user_agent.get(..cut.last().unwrap_or(0)).unwrap_or_default().to_owned();
        let Self { id, time, source_ip, secure } = self.clone();
        Call { id, time, source_ip, secure, user_agent, dialect, operation: "" }
    }
}
