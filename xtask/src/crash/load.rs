//! One client of the crash test: it owns its keys, so it knows exactly what each must hold.

use crate::client::{Answer, Connection, Target, query};
use crate::crash::check::Totals;
use crate::crash::content::Content;
use crate::numbers::Numbers;
use crate::outcome::{Doing, Failed, Outcome};
use bytes::Bytes;
use http::{Method, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const BUCKET: &str = "/crash-test";
const KEYS: u64 = 12;
const KMS: &str = "2016-01-20";

/// Makes the bucket that all clients write to.
pub(super) async fn make_bucket(target: &Target) -> Outcome<()> {
    let mut connection = Connection::open(&target.address).await?;
    connection.send(target.s3(Method::PUT, BUCKET, "", Bytes::new())?).await?.ok()?;
    Ok(())
}

/// An object key, and what must be under it.
struct Slot {
    path: String,
    /// What was last acknowledged.
    settled: Content,
    /// What was under way when the server died: it may have happened, or not.
    pending: Option<Content>,
    /// Whether anything was done to it since the last check.
    touched: bool,
}

/// The most master keys one client makes: eight clients stay below what an account may have.
const MASTER_KEYS: u32 = 20;

/// A client and all it knows.
pub(super) struct Worker {
    slots: Vec<Slot>,
    /// Master keys that were acknowledged and not checked yet.
    keys: Vec<String>,
    /// Master keys it has made in all rounds: an account may have 200.
    made: u32,
    /// The ids of all requests that were answered since the last check.
    answered: Vec<String>,
}

/// What a client does next.
enum Step {
    Put(Content),
    Delete,
    Get,
    CreateKey,
}

impl Step {
    fn random(numbers: &mut Numbers) -> Self {
        match numbers.between(0, 99) {
            0..=64 => Self::Put(Content::random(numbers)),
            65..=79 => Self::Delete,
            80..=94 => Self::Get,
            _ => Self::CreateKey,
        }
    }
}

impl Worker {
    /// The client with this number; nothing is under its keys yet.
    pub(super) fn new(number: u64) -> Self {
        let path = |key| format!("{BUCKET}/client-{number}/key-{key}");
        let slot = |key| Slot { path: path(key), settled: Content::Absent, pending: None, touched: false };
        Self { slots: (0..KEYS).map(slot).collect(), keys: Vec::new(), made: 0, answered: Vec::new() }
    }

    /// Works until the server dies. An error before `dying` is set is a failure of the server.
    pub(super) async fn work(mut self, target: Target, dying: Arc<AtomicBool>, mut numbers: Numbers) -> Outcome<Self> {
        let mut connection = match Connection::open(&target.address).await {
            Ok(connection) => connection,
            Err(_) if dying.load(Ordering::SeqCst) => return Ok(self),
            Err(failure) => return Err(failure),
        };
        loop {
            let step = match Step::random(&mut numbers) {
                Step::CreateKey if self.made >= MASTER_KEYS => Step::Get,
                step => step,
            };
            let slot = usize::try_from(numbers.between(0, KEYS - 1)).unwrap_or(0);
            match self.step(&mut connection, &target, step, slot).await {
                Ok(()) => {}
                Err(Ended::Connection(_)) if dying.load(Ordering::SeqCst) => return Ok(self),
                Err(Ended::Connection(failure) | Ended::Wrong(failure)) => return Err(failure),
            }
        }
    }

    async fn step(
        &mut self,
        connection: &mut Connection,
        target: &Target,
        step: Step,
        slot: usize,
    ) -> Result<(), Ended> {
        let slot = self.slots.get_mut(slot).ok_or_else(|| Ended::Wrong(Failed::new("no such slot")))?;
        match step {
            Step::Put(content) => {
                let body = content.bytes().unwrap_or_default();
                let request = target.s3(Method::PUT, &slot.path, "", body).map_err(Ended::Wrong)?;
                slot.begin(content);
                let answer = connection.send(request).await.map_err(Ended::Connection)?;
                note(&mut self.answered, answer).map_err(Ended::Wrong)?;
                slot.settle(content);
            }
            Step::Delete => {
                let request = target.s3(Method::DELETE, &slot.path, "", Bytes::new()).map_err(Ended::Wrong)?;
                slot.begin(Content::Absent);
                let answer = connection.send(request).await.map_err(Ended::Connection)?;
                note(&mut self.answered, answer).map_err(Ended::Wrong)?;
                slot.settle(Content::Absent);
            }
            Step::Get => {
                let request = target.s3(Method::GET, &slot.path, "", Bytes::new()).map_err(Ended::Wrong)?;
                let answer = connection.send(request).await.map_err(Ended::Connection)?;
                let found = note_read(&mut self.answered, answer).map_err(Ended::Wrong)?;
                if found != slot.settled.bytes() {
                    return Err(Ended::Wrong(slot.differs("while it was running", found.as_ref())));
                }
            }
            Step::CreateKey => {
                let request = target.rpc(KMS, "CreateKey", &[("Description", "crash")]).map_err(Ended::Wrong)?;
                let answer = connection.send(request).await.map_err(Ended::Connection)?;
                let (request_id, key) = created(answer).map_err(Ended::Wrong)?;
                self.answered.push(request_id);
                self.keys.push(key);
                self.made += 1;
            }
        }
        Ok(())
    }

    /// Compares everything touched since the last check with what the server has now.
    pub(super) async fn check(&mut self, target: &Target, totals: &mut Totals) -> Outcome<()> {
        let mut connection = Connection::open(&target.address).await?;
        for slot in self.slots.iter_mut().filter(|slot| slot.touched) {
            let answer = connection.send(target.s3(Method::GET, &slot.path, "", Bytes::new())?).await?;
            let found = note_read(&mut self.answered, answer)?;
            slot.compare(found.as_ref(), totals)?;
        }
        for key in self.keys.drain(..) {
            let answer = connection.send(target.rpc(KMS, "DescribeKey", &[("KeyId", &key)])?).await?;
            if !answer.status.is_success() {
                return Err(Failed::new(format!("key {key} was acknowledged and is lost: {}", answer.status)));
            }
            totals.keys += 1;
        }
        self.check_listing(&mut connection, target).await
    }

    /// The listing has to agree with the objects: neither a name without an object, nor an object without a name.
    async fn check_listing(&mut self, connection: &mut Connection, target: &Target) -> Outcome<()> {
        let prefix = self.slots.first().and_then(|slot| slot.path.strip_prefix(BUCKET)).unwrap_or_default();
        let prefix = prefix.trim_start_matches('/').trim_end_matches("key-0");
        let listing = query(&[("list-type", "2"), ("prefix", prefix)]);
        let answer = connection.send(target.s3(Method::GET, BUCKET, &listing, Bytes::new())?).await?.ok()?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        for slot in &self.slots {
            let name = slot.path.trim_start_matches(BUCKET).trim_start_matches('/');
            let listed = text.contains(&format!("<Key>{name}</Key>"));
            if listed != (slot.settled != Content::Absent) {
                return Err(Failed::new(format!("{name}: listed is {listed}, but it holds {:?}", slot.settled)));
            }
        }
        self.answered.push(request_id(&answer)?);
        Ok(())
    }

    /// The ids of all requests answered since this was last asked.
    pub(super) fn take_answered(&mut self) -> Vec<String> {
        std::mem::take(&mut self.answered)
    }
}

impl Slot {
    fn begin(&mut self, content: Content) {
        self.touched = true;
        self.pending = Some(content);
    }

    fn settle(&mut self, content: Content) {
        self.settled = content;
        self.pending = None;
    }

    /// `found` must be what was acknowledged, or what was under way; from now on it is what was acknowledged.
    fn compare(&mut self, found: Option<&Bytes>, totals: &mut Totals) -> Outcome<()> {
        self.touched = false;
        totals.objects += 1;
        let happened = self.pending.take().filter(|pending| pending.bytes().as_ref() == found);
        match happened {
            Some(content) => {
                totals.in_flight += 1;
                self.settled = content;
                Ok(())
            }
            None if self.settled.bytes().as_ref() == found => Ok(()),
            None => Err(self.differs("after the crash", found)),
        }
    }

    fn differs(&self, when: &str, found: Option<&Bytes>) -> Failed {
        let found = found.map_or("nothing".to_owned(), |bytes| format!("{} other bytes", bytes.len()));
        Failed::new(format!("{} {when}: acknowledged {:?}, found {found}", self.path, self.settled))
    }
}

/// Why a step did not finish.
enum Ended {
    /// The connection broke: fine if the server was being killed.
    Connection(Failed),
    /// The server answered something wrong: never fine.
    Wrong(Failed),
}

fn note(answered: &mut Vec<String>, answer: Answer) -> Outcome<()> {
    let answer = answer.ok()?;
    answered.push(request_id(&answer)?);
    Ok(())
}

fn note_read(answered: &mut Vec<String>, answer: Answer) -> Outcome<Option<Bytes>> {
    answered.push(request_id(&answer)?);
    if answer.status == StatusCode::NOT_FOUND { Ok(None) } else { Ok(Some(answer.ok()?.body)) }
}

fn request_id(answer: &Answer) -> Outcome<String> {
    answer.header("x-amz-request-id").map(str::to_owned).doing("x-amz-request-id in the answer")
}

/// The request id and the key id of a CreateKey.
fn created(answer: Answer) -> Outcome<(String, String)> {
    let answer = answer.ok()?;
    let body: serde_json::Value = serde_json::from_slice(&answer.body).doing("read the answer to CreateKey")?;
    let text = |pointer| body.pointer(pointer).and_then(serde_json::Value::as_str).map(str::to_owned);
    Ok((text("/RequestId").doing("RequestId")?, text("/KeyMetadata/KeyId").doing("KeyMetadata.KeyId")?))
}

#[cfg(test)]
mod tests {
    use super::{Content, Slot};
    use crate::crash::check::Totals;
    use crate::numbers::Numbers;

    fn slot(settled: Content, pending: Option<Content>) -> Slot {
        Slot { path: "/b/k".into(), settled, pending, touched: true }
    }

    #[test]
    fn after_a_crash_a_key_holds_the_acknowledged_or_the_pending() {
        let mut numbers = Numbers::of(1);
        let (old, new, other) =
            (Content::random(&mut numbers), Content::random(&mut numbers), Content::random(&mut numbers));
        let totals = &mut Totals::default();
        for found in [old, new] {
            let mut slot = slot(old, Some(new));
            slot.compare(found.bytes().as_ref(), totals).unwrap();
            assert_eq!(slot.settled, found);
        }
        for wrong in [other, Content::Absent] {
            assert!(slot(old, Some(new)).compare(wrong.bytes().as_ref(), totals).is_err());
        }
        assert!(slot(Content::Absent, None).compare(old.bytes().as_ref(), totals).is_err());
        assert!(slot(old, None).compare(old.bytes().as_ref(), totals).is_ok());
    }
}
