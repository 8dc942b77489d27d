//! The socket in the data folder through which the tools reach a server that is running. Whoever can open it could as well
//! stop the server and use the tools on the folder: its folder is the owner's alone.
//!
//! One line of JSON each way: `{"seal": …}` or `{"control_policy": …}`, then `{"done": …}` or `{"error": …}`. What is asked is
//! tagged on its outside throughout: any other tagging would keep a copy of all that comes, secrets too, that nobody wipes.

use crate::Stop;
use crate::control::{self, AskControl};
use crate::sealing::{Sealing, seal_config};
use kms::seal::{SealShare, ShareSet, SharesSeal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use types::Secret;
use zeroize::Zeroizing;

/// The folder of the socket, below the data folder.
const FOLDER: &str = "admin";
const SOCKET: &str = "socket";
/// The most bytes of a line.
const LINE: usize = 64 * 1024;
/// How long a tool may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a tool can ask for.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    /// What there is to know of the seal.
    Status,
    /// Another root key.
    Rotate,
    /// The end of the erasure epoch.
    Epoch,
    /// Another seal.
    Migrate { to: String, passphrase: Option<Zeroizing<String>>, shares: Vec<Zeroizing<String>> },
    /// One of the shares that a server waits for.
    Unseal { share: Zeroizing<String> },
}

/// What a tool asks for of either kind.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asked {
    /// About the seal.
    Seal(Ask),
    /// About the ceiling over an account.
    #[serde(rename = "control_policy")]
    Control(AskControl),
}

/// Does what was asked.
pub(crate) async fn answer(sealing: &Sealing, asked: Asked) -> Result<Value, Stop> {
    match asked {
        Asked::Seal(ask) => answer_seal(sealing, ask).await,
        Asked::Control(ask) => control::answer(sealing.domains(), ask).await,
    }
}

async fn answer_seal(sealing: &Sealing, ask: Ask) -> Result<Value, Stop> {
    match ask {
        Ask::Status => {}
        Ask::Rotate => sealing.rotate().await?,
        Ask::Epoch => sealing.end_epoch().await?,
        Ask::Migrate { to, passphrase, shares } => {
            let passphrase = passphrase.map(|text| Secret::new(text.as_bytes().to_vec()));
            sealing.migrate(seal_config(&to, passphrase, &shares, sealing.token())?).await?;
        }
        Ask::Unseal { .. } => return Err("the seal is open already".into()),
    }
    Ok(sealing.status().await?)
}

/// The socket, removed when it is dropped.
pub(crate) struct Admin {
    path: PathBuf,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Admin {
    fn drop(&mut self) {
        self.task.abort();
        let _ = fs::remove_file(&self.path);
    }
}

/// Listens.
pub(crate) fn listen(data: &Path, sealing: Arc<Sealing>) -> Result<Admin, Stop> {
    let (socket, path) = bind(data)?;
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            // In a task of its own: what was begun is finished, even if the tool goes away.
            tokio::spawn(serve(stream, sealing.clone()));
        }
    });
    Ok(Admin { path, task })
}

/// Waits until enough shares have come that open the folder's seal.
pub(crate) async fn gather(data: &Path) -> Result<SharesSeal, Stop> {
    let set = kms::seal::set_in(data)?;
    let (socket, _) = bind(data)?;
    let (threshold, count) = (set.threshold, set.count);
    eprintln!(
        "bailee: sealed by shares; waiting for {threshold} of {count}: give each by `bailee seal unseal --data {}`",
        data.display()
    );
    let mut given: Vec<SealShare> = Vec::new();
    loop {
        let (stream, _) = socket.accept().await?;
        let (reader, mut writer) = stream.into_split();
        // Whoever says nothing keeps nobody waiting.
        let asked = match tokio::time::timeout(PATIENCE, read_ask(reader)).await {
            Ok(Some(asked)) => asked,
            _ => continue,
        };
        let taken = asked.and_then(|ask| take_share(data, &set, &mut given, ask));
        let (answer, seal) = match taken {
            Ok(seal) => {
                let opened = seal.is_some();
                let count = if opened { usize::from(threshold) } else { given.len() };
                (Ok(json!({"kind": "shares", "opened": opened, "given": count, "needed": threshold})), seal)
            }
            Err(error) => (Err(error), None),
        };
        tell(&mut writer, answer).await;
        if let Some(seal) = seal {
            return Ok(seal);
        }
    }
}

/// Takes a share in; the seal, once there are enough. If they don't open it, all have to be given again.
fn take_share(data: &Path, set: &ShareSet, given: &mut Vec<SealShare>, ask: Asked) -> Result<Option<SharesSeal>, Stop> {
    let share = match ask {
        Asked::Seal(Ask::Unseal { share }) => SealShare::parse(&share)?,
        Asked::Seal(Ask::Status) => return Ok(None),
        _ => return Err("the server waits for shares of its seal, and does nothing else until it has them".into()),
    };
    if share.set() != set {
        return Err("this share is of another set than the seal".into());
    }
    if given.iter().any(|other| other.is_like(&share)) {
        return Err("this share was given already".into());
    }
    given.push(share);
    if given.len() < usize::from(set.threshold) {
        return Ok(None);
    }
    let seal = SharesSeal::join(&std::mem::take(given))?;
    kms::seal::check_shares(data, &seal)?;
    Ok(Some(seal))
}

/// The socket and its path. The caller holds the folder's lock: a socket that is there is left over.
fn bind(data: &Path) -> Result<(UnixListener, PathBuf), Stop> {
    let folder = data.join(FOLDER);
    match DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        }
        made => made.map_err(|e| format!("cannot make {}: {e}", folder.display()))?,
    }
    let path = folder.join(SOCKET);
    match fs::remove_file(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        removed => removed?,
    }
    let open = File::open(&folder)?;
    let socket = UnixListener::bind(short_path(&open))
        .map_err(|e| format!("cannot listen on {}, where `bailee seal` asks: {e}", path.display()))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    Ok((socket, path))
}

/// The socket's path as long as its folder is open: paths of sockets have at most a hundred bytes, and this one is short.
fn short_path(folder: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(SOCKET)
}

async fn serve(stream: UnixStream, sealing: Arc<Sealing>) {
    let (reader, mut writer) = stream.into_split();
    let Some(asked) = read_ask(reader).await else { return };
    let answer = match asked {
        Ok(ask) => answer(&sealing, ask).await,
        Err(error) => Err(error),
    };
    tell(&mut writer, answer).await;
}

/// Whoever has gone away is told nothing.
async fn tell(writer: &mut OwnedWriteHalf, answer: Result<Value, Stop>) {
    let text = match answer {
        Ok(done) => json!({"done": done}),
        Err(error) => json!({"error": with_causes(error.as_ref())}),
    };
    let _ = writer.write_all(format!("{text}\n").as_bytes()).await;
}

/// What a tool asks for; `None` if it says nothing.
async fn read_ask(reader: OwnedReadHalf) -> Option<Result<Asked, Stop>> {
    let line = read_line(reader).await.ok()?;
    let asked = serde_json::from_slice(&line);
    Some(asked.map_err(|_| "the request cannot be read".into()))
}

/// A line that may hold secrets: it goes into room that is wiped, and through no other. The whole room is there at once,
/// since growing would leave copies behind.
async fn read_line(mut reader: OwnedReadHalf) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut line = Zeroizing::new(Vec::with_capacity(LINE));
    while line.len() < line.capacity() && line.last() != Some(&b'\n') {
        if reader.read_buf(&mut *line).await? == 0 {
            break;
        }
    }
    Ok(line)
}

fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Asks the server that uses a data folder; `None` if none does.
pub(crate) async fn ask(data: &Path, ask: &Asked) -> Result<Option<Value>, Stop> {
    let folder = data.join(FOLDER);
    let connected = match File::open(&folder) {
        Err(_) => return Ok(None),
        Ok(open) => UnixStream::connect(short_path(&open)).await,
    };
    let stream = match connected {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => return Ok(None),
        connected => connected.map_err(|e| format!("cannot reach the server of {}: {e}", data.display()))?,
    };
    let (reader, mut writer) = stream.into_split();
    let line = Zeroizing::new(serde_json::to_string(ask)?);
    writer.write_all(line.as_bytes()).await?;
    writer.write_all(b"\n").await?;
    let mut line = String::new();
    BufReader::new(reader.take(LINE as u64)).read_line(&mut line).await?;
    let mut answer: Value = serde_json::from_str(&line).map_err(|_| "the server went away before it had answered")?;
    if let Some(error) = answer.get("error").and_then(Value::as_str) {
        return Err(error.to_owned().into());
    }
    Ok(Some(answer.get_mut("done").map(Value::take).unwrap_or_default()))
}
