//! Clients in a closed loop: each sends its next request when it has the answer to the last.

use crate::client::{Connection, Target, query};
use crate::outcome::{Doing, Failed, Outcome};
use bytes::Bytes;
use http::Method;
use std::fmt;
use std::time::{Duration, Instant};

/// 1024 bytes.
pub(super) const KIB: usize = 1024;
/// 1024 KiB.
pub(super) const MIB: usize = 1024 * KIB;

const BUCKET: &str = "/bench";
const LIST_BUCKET: &str = "/bench-list";
const LISTED: usize = 10_000;
const KMS: &str = "2016-01-20";
const TRAIL: &str = "2020-07-06";
/// 32 bytes, in Base64.
const PLAINTEXT: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// What one line of the table measures.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// PUT of an object of so many bytes.
    Put(usize),
    /// GET of an object of so many bytes.
    Get(usize),
    /// A full listing of 10,000 keys, page by page.
    List,
    /// A call of KMS.
    Kms(KeyCall),
    /// The same of an account that has its reads on disk before the answer.
    StrictKms(KeyCall),
}

/// What is asked of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyCall {
    /// Encrypt of 32 bytes.
    Encrypt,
    /// Decrypt of them.
    Decrypt,
    /// GenerateDataKey of 32 bytes.
    DataKey,
    /// AsymmetricSign of a SHA-256 with a P-256 key.
    Sign,
    /// CreateKey: a change, which is on disk before the answer.
    Create,
}

impl KeyCall {
    const fn action(self) -> &'static str {
        match self {
            Self::Encrypt => "Encrypt",
            Self::Decrypt => "Decrypt",
            Self::DataKey => "GenerateDataKey",
            Self::Sign => "AsymmetricSign",
            Self::Create => "CreateKey",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size =
            |bytes: usize| if bytes < MIB { format!("{} KiB", bytes / KIB) } else { format!("{} MiB", bytes / MIB) };
        match self {
            Self::Put(bytes) => write!(f, "PUT {}", size(*bytes)),
            Self::Get(bytes) => write!(f, "GET {}", size(*bytes)),
            Self::List => write!(f, "LIST {LISTED} keys"),
            Self::Kms(call) => write!(f, "KMS {}", call.action()),
            Self::StrictKms(call) => write!(f, "KMS {}, strict", call.action()),
        }
    }
}

/// One measurement to make.
pub(super) struct Load {
    pub(super) target: Target,
    pub(super) kind: Kind,
    pub(super) clients: usize,
    pub(super) duration: Duration,
}

/// What was measured.
pub(super) struct Measured {
    /// Operations per second.
    pub(super) rate: f64,
    /// Millions of bytes per second.
    pub(super) megabytes: f64,
    /// Half of all operations took no longer.
    pub(super) p50: Duration,
    /// 99 of 100 operations took no longer.
    pub(super) p99: Duration,
}

impl Load {
    /// Prepares what the operations need, then runs them.
    pub(super) async fn run(&self) -> Outcome<Measured> {
        let subject = self.prepare().await?;
        if matches!(self.kind, Kind::StrictKms(_)) {
            self.set_strict("true").await?;
        }
        let began = Instant::now();
        let tasks: Vec<_> = (0..self.clients)
            .map(|number| {
                let client = Client { target: self.target.clone(), kind: self.kind, number, subject: subject.clone() };
                tokio::spawn(client.run(began + self.duration))
            })
            .collect();
        let (mut took, mut bytes) = (Vec::new(), 0);
        for task in tasks {
            let (one_took, one_bytes) = task.await.doing("join a client")??;
            took.extend(one_took);
            bytes += one_bytes;
        }
        let elapsed = began.elapsed().as_secs_f64();
        if matches!(self.kind, Kind::StrictKms(_)) {
            self.set_strict("false").await?;
        }
        took.sort_unstable();
        let count = f64::from(u32::try_from(took.len()).unwrap_or(u32::MAX));
        let rank = |hundredths: usize| took.get(took.len() * hundredths / 100).copied().unwrap_or_default();
        Ok(Measured { rate: count / elapsed, megabytes: bytes as f64 / 1e6 / elapsed, p50: rank(50), p99: rank(99) })
    }

    async fn prepare(&self) -> Outcome<Subject> {
        let mut connection = Connection::open(&self.target.address).await?;
        match self.kind {
            Kind::Put(size) => {
                self.make_bucket(&mut connection, BUCKET).await?;
                Ok(Subject::Body(vec![0xa5; size].into()))
            }
            Kind::Get(size) => self.put_objects(&mut connection, size).await,
            Kind::List => self.put_listed().await,
            Kind::Kms(call) | Kind::StrictKms(call) => self.prepare_key(&mut connection, call).await,
        }
    }

    /// Whether what only reads is on disk before it is answered.
    async fn set_strict(&self, strict: &str) -> Outcome<()> {
        let mut connection = Connection::open(&self.target.address).await?;
        let call = self.target.rpc(TRAIL, "SetRecordPreference", &[("StrictReads", strict)])?;
        connection.send(call).await?.ok().map(|_| ())
    }

    /// A key of its own, and the call with all it needs.
    async fn prepare_key(&self, connection: &mut Connection, call: KeyCall) -> Outcome<Subject> {
        let kind: &[_] = match call {
            KeyCall::Sign => &[("KeySpec", "EC_P256"), ("KeyUsage", "SIGN/VERIFY")],
            KeyCall::Encrypt | KeyCall::Decrypt | KeyCall::DataKey => &[],
            KeyCall::Create => return Ok(Subject::Call(call.action(), Vec::new())),
        };
        let made = self.ask(connection, "CreateKey", kind).await?;
        let key = text(&made, "/KeyMetadata/KeyId");
        let parameters = match call {
            KeyCall::Encrypt => vec![("KeyId", key), ("Plaintext", PLAINTEXT.to_owned())],
            KeyCall::DataKey => vec![("KeyId", key)],
            KeyCall::Decrypt => {
                let sealed = self.ask(connection, "Encrypt", &[("KeyId", &key), ("Plaintext", PLAINTEXT)]).await?;
                vec![("CiphertextBlob", text(&sealed, "/CiphertextBlob"))]
            }
            KeyCall::Create => Vec::new(),
            KeyCall::Sign => {
                let versions = self.ask(connection, "ListKeyVersions", &[("KeyId", &key)]).await?;
                let version = text(&versions, "/KeyVersions/KeyVersion/0/KeyVersionId");
                let algorithm = "ECDSA_SHA_256".to_owned();
                vec![
                    ("KeyId", key),
                    ("KeyVersionId", version),
                    ("Algorithm", algorithm),
                    ("Digest", PLAINTEXT.to_owned()),
                ]
            }
        };
        Ok(Subject::Call(call.action(), parameters))
    }

    /// The answer to a call; the bare server has none to give.
    async fn ask(
        &self,
        connection: &mut Connection,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Outcome<serde_json::Value> {
        let answer = connection.send(self.target.rpc(KMS, action, parameters)?).await?.ok()?;
        serde_json::from_slice(&answer.body).doing("read an answer of KMS")
    }

    /// The bucket may be there already, from the line before.
    async fn make_bucket(&self, connection: &mut Connection, bucket: &str) -> Outcome<()> {
        let answer = connection.send(self.target.s3(Method::PUT, bucket, "", Bytes::new())?).await?;
        if answer.status.is_success() || answer.status.as_u16() == 409 { Ok(()) } else { answer.ok().map(|_| ()) }
    }

    /// Objects to read: as many as fit into 256 MiB, at most 64.
    async fn put_objects(&self, connection: &mut Connection, size: usize) -> Outcome<Subject> {
        self.make_bucket(connection, BUCKET).await?;
        let body = Bytes::from(vec![0x5a; size]);
        let mut paths = Vec::new();
        for number in 0..(256 * MIB / size).clamp(1, 64) {
            let path = format!("{BUCKET}/get-{size}-{number}");
            connection.send(self.target.s3(Method::PUT, &path, "", body.clone())?).await?.ok()?;
            paths.push(path);
        }
        Ok(Subject::Paths(paths))
    }

    /// 10,000 keys in a bucket of their own, put by 64 clients.
    async fn put_listed(&self) -> Outcome<Subject> {
        let mut connection = Connection::open(&self.target.address).await?;
        self.make_bucket(&mut connection, LIST_BUCKET).await?;
        let tasks: Vec<_> = (0..64_usize)
            .map(|client| {
                let target = self.target.clone();
                tokio::spawn(async move {
                    let mut connection = Connection::open(&target.address).await?;
                    for key in (client..LISTED).step_by(64) {
                        let path = format!("{LIST_BUCKET}/folder-{}/key-{key:06}", key % 10);
                        connection.send(target.s3(Method::PUT, &path, "", Bytes::from_static(b"x"))?).await?.ok()?;
                    }
                    Outcome::Ok(())
                })
            })
            .collect();
        for task in tasks {
            task.await.doing("join a client")??;
        }
        Ok(Subject::Listing)
    }
}

/// What the operations of a line work on.
#[derive(Clone)]
enum Subject {
    Body(Bytes),
    Paths(Vec<String>),
    Listing,
    Call(&'static str, Vec<(&'static str, String)>),
}

/// One client.
struct Client {
    target: Target,
    kind: Kind,
    number: usize,
    subject: Subject,
}

impl Client {
    /// Works until the time is over, at least once; gives back how long each operation took, and the bytes moved.
    async fn run(self, end: Instant) -> Outcome<(Vec<Duration>, u64)> {
        let mut connection = Connection::open(&self.target.address).await?;
        let (mut took, mut bytes) = (Vec::new(), 0);
        for turn in 0.. {
            let began = Instant::now();
            bytes += self.once(&mut connection, turn).await?;
            took.push(began.elapsed());
            if Instant::now() >= end {
                break;
            }
        }
        Ok((took, bytes))
    }

    async fn once(&self, connection: &mut Connection, turn: usize) -> Outcome<u64> {
        match &self.subject {
            Subject::Body(body) => {
                // Small objects pile up as new keys; large ones are overwritten, so that the disk does not fill.
                let key = if body.len() < MIB { turn } else { turn % 4 };
                let path = format!("{BUCKET}/put-{}/{}-{key}", body.len(), self.number);
                connection.send(self.target.s3(Method::PUT, &path, "", body.clone())?).await?.ok()?;
                Ok(body.len() as u64)
            }
            Subject::Paths(paths) => {
                let path = paths.get((turn + self.number) % paths.len().max(1)).doing("an object to read")?;
                let length = connection.drain(self.target.s3(Method::GET, path, "", Bytes::new())?).await?;
                self.expect_size(length)
            }
            Subject::Listing => self.list(connection).await,
            Subject::Call(action, parameters) => {
                let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
                connection.send(self.target.rpc(KMS, action, &parameters)?).await?.ok()?;
                Ok(32)
            }
        }
    }

    fn expect_size(&self, length: u64) -> Outcome<u64> {
        match self.kind {
            Kind::Get(size) if size as u64 != length => Err(Failed::new(format!("{length} bytes instead of {size}"))),
            _ => Ok(length),
        }
    }

    async fn list(&self, connection: &mut Connection) -> Outcome<u64> {
        let (mut found, mut bytes, mut token) = (0, 0, None::<String>);
        loop {
            let pairs = match &token {
                Some(token) => vec![("continuation-token", token.as_str()), ("list-type", "2"), ("max-keys", "1000")],
                None => vec![("list-type", "2"), ("max-keys", "1000")],
            };
            let request = self.target.s3(Method::GET, LIST_BUCKET, &query(&pairs), Bytes::new())?;
            let answer = connection.send(request).await?.ok()?;
            let text = String::from_utf8_lossy(&answer.body);
            found += text.matches("<Contents>").count();
            bytes += answer.body.len() as u64;
            token = between(&text, "<NextContinuationToken>", "</NextContinuationToken>");
            if token.is_none() {
                break;
            }
        }
        if found == LISTED { Ok(bytes) } else { Err(Failed::new(format!("{found} keys listed instead of {LISTED}"))) }
    }
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    let (inside, _) = rest.split_once(after)?;
    Some(inside.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\""))
}

/// A member of an answer.
fn text(answer: &serde_json::Value, pointer: &str) -> String {
    answer.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}
