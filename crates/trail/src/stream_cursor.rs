use crate::lookup_query::Direction;
use crate::{Entry, Event};
use std::collections::VecDeque;
use std::time::Duration;
use store::View;
use types::{AccountId, Failure, Result, Timestamp};

/// Entries read, opened and parsed at a time: what a look-up does before it lets others go on.
const PAGE: u64 = 128;
/// How much the server's clock may have been put back or forth within a log without hiding events from a look-up: times
/// in a log are in order but for such steps.
const MARGIN: Duration = Duration::from_secs(10 * 60);

/// An event of a log, opened.
pub(crate) struct Opened {
    pub(crate) at: Timestamp,
    pub(crate) event: Event<'static>,
    pub(crate) entry: Entry,
}

/// A walk along one log, between two indices that surround a window of time.
pub(crate) struct StreamCursor<'a> {
    view: &'a View,
    account: AccountId,
    direction: Direction,
    /// What is still to be read: forwards from the low end, backwards from the high one.
    low: u64,
    high: u64,
    ahead: VecDeque<Opened>,
}

impl<'a> StreamCursor<'a> {
    /// On the part of the log that the window is in. `place` is where an earlier walk ended.
    pub(crate) async fn open(
        view: &'a View,
        account: AccountId,
        direction: Direction,
        window: (Timestamp, Timestamp),
        place: Option<u64>,
    ) -> Result<Self> {
        let size = view.stream_last(account).await?.map_or(0, |(index, _)| index.saturating_add(1));
        let low = first_from(view, account, size, window.0.minus(MARGIN)).await?;
        let high = first_from(view, account, size, window.1.plus(MARGIN)).await?;
        let (low, high) = match (direction, place) {
            (_, None) => (low, high),
            (Direction::Forward, Some(place)) => (place.clamp(low, high), high),
            (Direction::Backward, Some(place)) => (low, place.clamp(low, high)),
        };
        Ok(Self { view, account, direction, low, high, ahead: VecDeque::new() })
    }

    /// The next event, without taking it.
    pub(crate) async fn peek(&mut self) -> Result<Option<&Opened>> {
        if self.ahead.is_empty() && self.low < self.high {
            self.read().await?;
        }
        Ok(self.ahead.front())
    }

    /// Takes what [`peek`](Self::peek) showed.
    pub(crate) fn take(&mut self) -> Option<Opened> {
        self.ahead.pop_front()
    }

    /// Where the walk stands: the first event not taken when going forwards, the last one taken when going backwards.
    pub(crate) fn place(&self) -> u64 {
        let ahead = self.ahead.len() as u64;
        match self.direction {
            Direction::Forward => self.low - ahead,
            Direction::Backward => self.high + ahead,
        }
    }

    /// Whether there is nothing more.
    pub(crate) fn is_done(&self) -> bool {
        self.ahead.is_empty() && self.low >= self.high
    }

    async fn read(&mut self) -> Result<()> {
        let count = PAGE.min(self.high - self.low);
        let first = match self.direction {
            Direction::Forward => self.low,
            Direction::Backward => self.high - count,
        };
        let page = self.view.stream(self.account, first, usize::try_from(count).unwrap_or(1)).await?;
        if page.len() as u64 != count {
            return Err(Failure::corrupt("a trail"));
        }
        let opened = page.into_iter().map(|(_, bytes)| open(bytes)).collect::<Result<Vec<_>>>()?;
        match self.direction {
            Direction::Forward => {
                self.low += count;
                self.ahead.extend(opened);
            }
            Direction::Backward => {
                self.high -= count;
                self.ahead.extend(opened.into_iter().rev());
            }
        }
        // Opening and parsing never waits for anything: without this, one look-up would hold a worker to its end.
        tokio::task::yield_now().await;
        Ok(())
    }
}

pub(crate) fn open(bytes: Vec<u8>) -> Result<Opened> {
    let entry = Entry::from_bytes(bytes).ok_or_else(|| Failure::corrupt("an event"))?;
    let event = entry.event()?;
    let at = Timestamp::parse_iso(&event.event_time).ok_or_else(|| Failure::corrupt("an event"))?;
    Ok(Opened { at, event, entry })
}

/// The index of the first event not before `time`, if times are in order; `size` if there is none.
pub(crate) async fn first_from(view: &View, account: AccountId, size: u64, time: Timestamp) -> Result<u64> {
    let (mut low, mut high) = (0, size);
    while low < high {
        let middle = low + (high - low) / 2;
        let (_, bytes) = view.stream(account, middle, 1).await?.pop().ok_or_else(|| Failure::corrupt("a trail"))?;
        if open(bytes)?.at < time {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}
