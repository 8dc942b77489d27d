use crate::folder::CHECKPOINT;
use crate::source::Source;
use crate::stream_cursor::{first_from, open};
use crate::{Checkpoint, Entry, Event, Log, NoteError, NoteKey, Proof, disclose, read_disclosure};
use serde::{Deserialize, Serialize};
use store::{Store, View};
use types::{AccountId, Failure, Reason, Result, Timestamp};

/// Events opened to find one: those of a second in which much was done.
const SCANNED: usize = 20_000;
/// Entries read at a time.
const PAGE: usize = 128;
/// The most bytes of a receipt: more than a proof and a disclosed event have.
const BYTES: usize = 8 * 1024 * 1024;
/// What a receipt says that it is.
const FORMAT: &str = "bailee/receipt/v1";

/// A receipt for one event, as one document: the event with its salt, the proof that it is in its log, and the key that the
/// log's checkpoints are verified with (docs/formats/trail.md, "Receipts").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    format: String,
    /// The log's key. Who verifies takes it from here only if it has no better word for it.
    verifier_key: String,
    proof: String,
    event: String,
}

impl Receipt {
    /// For an event of an account, by its id and its time; without a time, one of the newest. `published`: what the log
    /// published. `None` if there is no such event.
    pub async fn of(
        store: &Store,
        published: &dyn Source,
        account: AccountId,
        event: &str,
        time: Option<Timestamp>,
    ) -> Result<Option<Self>> {
        let wanted = |opened: &Event<'_>| opened.event_id == event;
        Self::found(store, published, account, (time, time), wanted).await
    }

    /// For the first event of an account from `time` on that is as `wanted` says. `None` if none of the next many is.
    pub async fn first(
        store: &Store,
        published: &dyn Source,
        account: AccountId,
        time: Timestamp,
        wanted: impl Fn(&Event<'_>) -> bool,
    ) -> Result<Option<Self>> {
        Self::found(store, published, account, (Some(time), None), wanted).await
    }

    async fn found(
        store: &Store,
        published: &dyn Source,
        account: AccountId,
        window: (Option<Timestamp>, Option<Timestamp>),
        wanted: impl Fn(&Event<'_>) -> bool,
    ) -> Result<Option<Self>> {
        let view = store.view().await?;
        let Some((index, entry)) = find(&view, account, window, wanted).await? else { return Ok(None) };
        let log = Log::open(store, account).await?;
        let later =
            || Failure::new(Reason::Unavailable, "The event is not yet under a checkpoint; try again in a second.");
        if published.fetch(CHECKPOINT).await?.is_none() {
            return Err(later());
        }
        let proof = match Proof::build(published, log.vkey(), index).await {
            Err(failure) if failure.reason() == Reason::ParameterInvalid => return Err(later()),
            other => other?,
        };
        let event = String::from_utf8(disclose(&entry)).map_err(Failure::internal)?;
        let (format, verifier_key) = (FORMAT.to_owned(), log.vkey().to_string());
        Ok(Some(Self { format, verifier_key, proof: proof.to_text(), event }))
    }

    /// Reads one. Nothing of it is to be believed before [`verify`](Self::verify).
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        let wrong = NoteError::Malformed("this is no receipt bailee/receipt/v1");
        let read: Option<Self> = serde_json::from_slice(bytes).ok().filter(|_| bytes.len() <= BYTES);
        read.filter(|receipt| receipt.format == FORMAT).ok_or(wrong)
    }

    /// The key that it names, for whoever has no better word for it.
    pub fn claimed_key(&self) -> Result<NoteKey, NoteError> {
        self.verifier_key.parse()
    }

    /// The event, and the checkpoint it is under, if it is in the log whose key this is.
    pub fn verify(&self, vkey: &NoteKey) -> Result<(Event<'static>, Checkpoint), NoteError> {
        let entry = read_disclosure(self.event.as_bytes())?;
        let checkpoint = Proof::parse(self.proof.as_bytes())?.verify(vkey, &entry.commitment())?;
        let event = entry.event().map_err(|_| NoteError::Malformed("what was disclosed is not an event"))?;
        Ok((event, checkpoint))
    }
}

/// The first wanted event of a window, and its place in the log. Without a beginning, it is among the newest.
async fn find(
    view: &View,
    account: AccountId,
    (start, end): (Option<Timestamp>, Option<Timestamp>),
    wanted: impl Fn(&Event<'_>) -> bool,
) -> Result<Option<(u64, Entry)>> {
    let size = view.stream_last(account).await?.map_or(0, |(index, _)| index.saturating_add(1));
    let mut next = match start {
        // Events carry whole seconds.
        Some(start) => first_from(view, account, size, Timestamp::from_secs(start.secs())).await?,
        None => size.saturating_sub(SCANNED as u64),
    };
    let last = next.saturating_add(SCANNED as u64);
    while next < last {
        let page = view.stream(account, next, PAGE).await?;
        let Some((seen, _)) = page.last() else { return Ok(None) };
        next = seen.saturating_add(1);
        for (index, bytes) in page {
            let opened = open(bytes)?;
            if wanted(&opened.event) {
                return Ok(Some((index, opened.entry)));
            }
            if end.is_some_and(|end| opened.at > end) {
                return Ok(None);
            }
        }
        tokio::task::yield_now().await;
    }
    Ok(None)
}
