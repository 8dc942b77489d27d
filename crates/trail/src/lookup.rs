use crate::lookup_query::{Direction, Query};
use crate::lookup_token::Token;
use crate::stream_cursor::{Opened, StreamCursor};
use serde_json::Value;
use store::View;
use types::{AccountId, Failure, Result, Timestamp};

/// The most events looked at for one answer; a token goes on from there. It bounds what one call may cost.
const SCANNED: usize = 5_000;

/// The answer to a look-up.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The events, in the order asked for.
    pub events: Vec<Value>,
    /// Where to go on; `None` at the end. There may be one though `events` is short or empty: the rest was not looked
    /// at yet.
    pub token: Option<String>,
    /// The window that was looked at.
    pub window: (Timestamp, Timestamp),
}

/// Looks events of an account up in its logs: those of each of `views` (that of the region, that of what is global),
/// merged by time.
pub async fn lookup(views: &[View], account: AccountId, query: &Query) -> Result<Found> {
    let token = query.token.as_deref().map(|text| Token::decode(text, account, query)).transpose()?;
    let window = token.as_ref().map_or(query.window, |token| token.window);
    // Events carry whole seconds: the second that the window starts in belongs to it.
    let (start, end) = (Timestamp::from_secs(window.0.secs()), window.1);
    let mut cursors = Vec::with_capacity(views.len());
    for (i, view) in views.iter().enumerate() {
        let place = token.as_ref().and_then(|token| token.places.get(i).copied());
        cursors.push(StreamCursor::open(view, account, query.direction, (start, end), place).await?);
    }
    let mut events = Vec::new();
    for _ in 0..SCANNED {
        if events.len() >= query.limit {
            break;
        }
        let Some(opened) = next(&mut cursors, query.direction).await? else { break };
        if (start..=end).contains(&opened.at) && query.matches(&opened.event) {
            events.push(shown(&opened)?);
        }
    }
    let done = cursors.iter().all(StreamCursor::is_done);
    let token = Token { window, places: cursors.iter().map(StreamCursor::place).collect() };
    let token = (!done).then(|| token.encode(account, query));
    Ok(Found { events, token, window })
}

/// The next event of all logs: the oldest when going forwards, the newest when going backwards.
async fn next(cursors: &mut [StreamCursor<'_>], direction: Direction) -> Result<Option<Opened>> {
    let mut best: Option<(usize, Timestamp)> = None;
    for (i, cursor) in cursors.iter_mut().enumerate() {
        let Some(at) = cursor.peek().await?.map(|opened| opened.at) else { continue };
        let better = best.is_none_or(|(_, other)| match direction {
            Direction::Forward => at < other,
            Direction::Backward => at > other,
        });
        if better {
            best = Some((i, at));
        }
    }
    Ok(best.and_then(|(i, _)| cursors.get_mut(i)).and_then(StreamCursor::take))
}

/// The event as it is shown: as it was kept, with the parameters once more as text (`requestParameterJson`).
fn shown(opened: &Opened) -> Result<Value> {
    let mut value: Value = serde_json::from_slice(opened.entry.json()).map_err(Failure::internal)?;
    let text = value.get("requestParameters").map(Value::to_string).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.insert("requestParameterJson".to_owned(), Value::String(text));
    }
    Ok(value)
}
