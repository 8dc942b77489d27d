use crate::lookup_query::{Direction, Query};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::hash::sha256;
use types::{AccountId, Failure, Result, Timestamp};

const VERSION: u8 = 1;
/// The most bytes of a token's text; that of two logs has about 60.
const LONGEST: usize = 256;

/// Where a look-up goes on: its window, and the place in each log. It is not secret and not signed: whoever changes it
/// only reads another part of the log they were allowed to read anyway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) window: (Timestamp, Timestamp),
    pub(crate) places: Vec<u64>,
}

impl Token {
    pub(crate) fn encode(&self, account: AccountId, query: &Query) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&fingerprint(account, query));
        let times = [self.window.0, self.window.1].map(|t| t.millis().cast_unsigned());
        times.iter().chain(&self.places).for_each(|n| bytes.extend_from_slice(&n.to_be_bytes()));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token that this query's earlier answer gave.
    pub(crate) fn decode(text: &str, account: AccountId, query: &Query) -> Result<Self> {
        let wrong = || Failure::invalid("NextToken", "it is the token of the same query's last answer");
        let bytes = Some(text).filter(|t| t.len() <= LONGEST).and_then(|t| URL_SAFE_NO_PAD.decode(t).ok());
        let bytes = bytes.ok_or_else(wrong)?;
        let body = bytes.strip_prefix(&[VERSION]).and_then(|b| b.strip_prefix(&fingerprint(account, query)));
        let (numbers, rest) = body.ok_or_else(wrong)?.as_chunks::<8>();
        let numbers: Vec<_> = numbers.iter().map(|n| u64::from_be_bytes(*n)).collect();
        let [start, end, places @ ..] = numbers.as_slice() else { return Err(wrong()) };
        let window = [start, end].map(|n| Timestamp::from_millis(n.cast_signed()));
        let window = (window[0], window[1]);
        if !rest.is_empty() || (query.chosen && window != query.window) {
            return Err(wrong());
        }
        Ok(Self { window, places: places.to_vec() })
    }
}

/// What of a query must stay the same from page to page.
fn fingerprint(account: AccountId, query: &Query) -> [u8; 8] {
    let direction = match query.direction {
        Direction::Forward => "forward",
        Direction::Backward => "backward",
    };
    let mut text = format!("{account} {direction}");
    for filter in &query.filters {
        text.push_str(&format!(" {:?}={}:{}", filter.attribute, filter.value.len(), filter.value));
    }
    let hash = sha256(text.as_bytes());
    hash.first_chunk().copied().unwrap_or_default()
}
