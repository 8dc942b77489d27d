use super::record::{BUCKET_KIND, ERASED, FINISHED, finished_suffix};
use crate::kms::KEY_KIND;
use crate::secrets::SECRET_KIND;
use async_trait::async_trait;
use iam::{Audit, Caller, DESTROYED, Operation, Permit, Run, Target};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use store::{Range, Store, Txn, View};
use trail::{Event, Folder, Log, NoteError, NoteKey, Receipt};
use types::{AccountId, Action, Failure, Reason, Resource, Result, Service, Timestamp};

/// What events call an erasure that became final.
const FINISH: &str = "FinishErasure";
/// What can be erased, the most particular first.
const KINDS: [&str; 3] = [KEY_KIND, SECRET_KIND, BUCKET_KIND];
/// Records looked at in one go.
const PAGE: usize = 256;
/// The most bytes of a receipt.
const BYTES: usize = 16 * 1024 * 1024;

/// A receipt for an erasure: shows offline, to anybody, what was erased, when nobody could reach it any more, by whom and on
/// what authority; and, once the epoch's key is destroyed, that it is final (docs/erasure.md).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureReceipt {
    /// That it was erased.
    erasure: Receipt,
    /// That it is final; `None` if it is not yet.
    finality: Option<Receipt>,
}

/// What an erasure receipt shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Erasure {
    /// The log it was recorded in.
    pub log: String,
    /// The event that erased.
    pub event: Event<'static>,
    /// How many wrapped keys were destroyed.
    pub keys: u64,
    /// The root of the Merkle tree over them (RFC 6962 §2.1), in hex.
    pub root: String,
    /// The epoch they were in.
    pub epoch: u32,
    /// When that epoch's key had been destroyed, as the event that says so has it; `None`: it may still be there.
    pub finished: Option<String>,
}

/// The element of an event that says which keys were destroyed.
#[derive(Deserialize)]
struct DestroyedKeys {
    keys: u64,
    root: String,
    epoch: u32,
}

impl DestroyedKeys {
    fn of(event: &Event<'_>) -> Option<Self> {
        let said = event.response_elements.get(DESTROYED).filter(|_| !event.failed())?;
        serde_json::from_value(said.clone()).ok()
    }
}

/// The thing that an event erased from, or that one became final of.
fn thing<'e>(event: &'e Event<'_>) -> Option<(&'static str, &'e str)> {
    let first = |kind: &'static str| Some((kind, event.referenced_resources.get(kind)?.first()?.as_str()));
    KINDS.into_iter().find_map(first)
}

fn finishes(event: &Event<'_>, epoch: u32, of: (&str, &str)) -> bool {
    event.event_name == FINISH
        && !event.failed()
        && event.user_identity.kind == trail::IdentityKind::System
        && event.request_parameters.get("Epoch").and_then(serde_json::Value::as_u64) == Some(u64::from(epoch))
        && thing(event) == Some(of)
}

impl ErasureReceipt {
    /// Of an account in this store's region, for the event of this id and time. `folder`: where the account's log is published.
    pub async fn of(
        store: &Store,
        folder: &Folder,
        account: AccountId,
        event: &str,
        time: Option<Timestamp>,
    ) -> Result<Option<Self>> {
        let Some(erasure) = Receipt::of(store, folder, account, event, time).await? else { return Ok(None) };
        let vkey = Log::open(store, account).await?.vkey().clone();
        let (event, _) = erasure.verify(&vkey).map_err(|e| Failure::corrupt("a trail").caused_by(e))?;
        let nothing = || Failure::invalid("EventId", "that of an event by which something was erased");
        let destroyed = DestroyedKeys::of(&event).ok_or_else(nothing)?;
        let of = thing(&event).ok_or_else(nothing)?;
        let epoch = destroyed.epoch;
        let view = store.view().await?;
        let finished = view.get(FINISHED, account, &finished_suffix(epoch, of.0, of.1)).await?;
        let finality = match finished {
            // Part of the same thing may be in a token that is away.
            Some(_) if waits(&view, account, epoch, of).await? => None,
            Some(finished) => {
                Receipt::first(store, folder, account, finished.at, |event| finishes(event, epoch, of)).await?
            }
            None => None,
        };
        Ok(Some(Self { erasure, finality }))
    }

    /// Reads one. Nothing of it is to be believed before [`verify`](Self::verify).
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        let read = serde_json::from_slice(bytes).ok().filter(|_| bytes.len() <= BYTES);
        read.ok_or(NoteError::Malformed("this is no receipt of an erasure"))
    }

    /// The key of the log that it names, for whoever has no better word for it.
    pub fn claimed_key(&self) -> Result<NoteKey, NoteError> {
        self.erasure.claimed_key()
    }

    /// What it shows, if both its events are in the log whose key this is, and belong together.
    pub fn verify(&self, vkey: &NoteKey) -> Result<Erasure, NoteError> {
        let (event, checkpoint) = self.erasure.verify(vkey)?;
        let nothing = NoteError::Malformed("the event did not erase anything");
        let DestroyedKeys { keys, root, epoch } = DestroyedKeys::of(&event).ok_or(nothing)?;
        let of = thing(&event).ok_or(nothing)?;
        let finished = match &self.finality {
            None => None,
            Some(receipt) => {
                let (finish, _) = receipt.verify(vkey)?;
                if !finishes(&finish, epoch, of) {
                    return Err(NoteError::Malformed("what became final is not what was erased"));
                }
                Some(finish.event_time.into_owned())
            }
        };
        Ok(Erasure { log: checkpoint.origin, event, keys, root, epoch, finished })
    }
}

/// Whether anything of a thing that was destroyed in an epoch is not final yet.
async fn waits(view: &View, account: AccountId, epoch: u32, of: (&str, &str)) -> Result<bool> {
    let mut range = Range::prefix(&epoch.to_be_bytes(), PAGE);
    loop {
        let page = view.scan(ERASED, account, &range).await?;
        if page.iter().any(|(_, record)| record.what.thing() == of) {
            return Ok(true);
        }
        if !range.go_on(&page, |(suffix, _)| suffix) {
            return Ok(false);
        }
    }
}

/// The erasures of a region, and where its trails are published.
#[derive(Clone)]
pub struct ErasureReceipts {
    /// The region.
    pub store: Store,
    /// The folder of its trails.
    pub trails: PathBuf,
}

/// Gives a receipt for an erasure in the caller's account.
pub struct GetErasureReceipt {
    /// The id of the event that erased.
    pub event: String,
    /// Its time, as the event has it. Without one only the newest events are looked at.
    pub time: Option<Timestamp>,
}

impl Operation for GetErasureReceipt {
    type Output = ErasureReceipt;

    fn action(&self) -> Action {
        Action::read(Service::ActionTrail, "GetErasureReceipt")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("EventId", self.event.as_str());
        audit.optional("EventTime", self.time.map(Timestamp::iso_seconds));
    }
}

fn home(caller: &Caller) -> Result<AccountId> {
    caller.account().ok_or_else(|| Failure::of(Reason::MissingAuthentication))
}

#[async_trait]
impl Run<GetErasureReceipt> for ErasureReceipts {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetErasureReceipt, caller: &Caller, _: &View) -> Result<Target> {
        let resource = Resource::regional(Service::ActionTrail, self.store.region(), home(caller)?, "*");
        Ok(Target::one(op.action(), resource))
    }

    async fn run(
        &self,
        permit: &Permit<GetErasureReceipt>,
        op: &GetErasureReceipt,
        _: &mut Txn,
    ) -> Result<ErasureReceipt> {
        let account = home(permit.caller())?;
        let folder = Folder::of(&self.trails, account);
        let found = ErasureReceipt::of(&self.store, &folder, account, &op.event, op.time).await?;
        found.ok_or_else(|| {
            Failure::invalid("EventId", "that of an event which the trail of the region has at this time")
        })
    }
}
