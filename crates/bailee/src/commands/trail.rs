use super::block_on;
use super::client::HttpSource;
use crate::Stop;
use crate::cli::{DataArgs, tool_settings};
use crate::deployment::Deployment;
use clap::Args;
use serde::Deserialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::Store;
use trail::{Entry, NoteKey, Report, Source};
use types::{AccountId, Failure};

/// Entries read at a time.
const PAGE: usize = 1_000;

/// How the log is verified.
#[derive(Args)]
#[command(after_help = VERIFY_HELP)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Verify over HTTP what a server publishes, trusting nothing but the log's key
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Take endpoint, region and account from this file (first-credentials.json)
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// Online: the account whose logs to verify
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// Online: the regions whose logs to verify, besides the global one
    #[arg(long, value_name = "NAME")]
    region: Vec<String>,
    /// Online: files with the logs' keys, kept from earlier; without it the keys are taken from the server, and shown
    #[arg(long, value_name = "FILE")]
    vkey: Vec<PathBuf>,
    /// Online, https: the file of the certificate authority to trust
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// A checkpoint kept from earlier, which the log must continue
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
}

const VERIFY_HELP: &str = "\
Offline (the default) it reads a data folder that no server is using, such as a copy: every event opens, none is missing, \
changed or moved, and the trees are the signed ones. Online it reads checkpoints and tiles from a server.

  bailee trail verify --data ./copy-of-bailee-data
  bailee trail verify --credentials bailee-data/first-credentials.json";

/// Which events are printed.
#[derive(Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Only this account's
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
}

#[derive(Deserialize)]
struct Credentials {
    account_id: AccountIdText,
    endpoint: String,
    region: String,
}

/// An account id as the file writes it.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct AccountIdText(AccountId);

impl TryFrom<String> for AccountIdText {
    type Error = types::NameError;

    fn try_from(text: String) -> Result<Self, types::NameError> {
        text.parse().map(Self)
    }
}

/// Checks the whole log and says how many events it holds, or where it is wrong.
pub(crate) fn verify(args: &VerifyArgs) -> Result<ExitCode, Stop> {
    let against = args.against.as_ref().map(|path| read(path)).transpose()?;
    let online = args.endpoint.is_some() || args.credentials.is_some();
    let report = block_on(async {
        if online {
            verify_online(args, against.as_deref()).await
        } else {
            verify_offline(args, against.as_deref()).await
        }
    })?;
    Ok(tell(&report))
}

fn tell(report: &Report) -> ExitCode {
    for finding in &report.findings {
        println!("wrong: {finding}");
    }
    if report.more > 0 {
        println!("wrong: and {} more", report.more);
    }
    let Report { logs, events, pending, .. } = report;
    let verdict = if report.is_clean() { "ok" } else { "NOT ok" };
    println!("{verdict}: {events} events under signed checkpoints in {logs} logs, {pending} not yet under one");
    if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn verify_offline(args: &VerifyArgs, against: Option<&[u8]>) -> Result<Report, Stop> {
    if !args.data.data.join("seal.json").exists() {
        return Err(format!("{} is no data folder: it has no seal.json", args.data.data.display()).into());
    }
    let deployment = Deployment::open(&tool_settings(&args.data)?).await?;
    let domains = &deployment.domains;
    let mut logs: Vec<(Store, PathBuf)> = vec![(domains.identity.clone(), domains.identity_trail.clone())];
    logs.extend(domains.regions.iter().map(|r| (r.store.clone(), r.trail.clone())));
    // The folder is left as it was found: nothing is published.
    Ok(trail::verify(&logs, against).await?)
}

async fn verify_online(args: &VerifyArgs, against: Option<&[u8]>) -> Result<Report, Stop> {
    let credentials: Option<Credentials> = match &args.credentials {
        Some(path) => Some(serde_json::from_slice(&read(path)?).map_err(|e| format!("{}: {e}", path.display()))?),
        None => None,
    };
    let named = credentials.as_ref();
    let account =
        args.account.or(named.map(|c| c.account_id.0)).ok_or("say which account, with --account or --credentials")?;
    let endpoint = args.endpoint.clone().or(named.map(|c| c.endpoint.clone())).ok_or("say where, with --endpoint")?;
    let mut regions = args.region.clone();
    if regions.is_empty() {
        regions.extend(named.map(|c| c.region.clone()));
    }
    regions.push(iam::GLOBAL.to_owned());
    let kept = args.vkey.iter().map(|path| vkey(&read(path)?)).collect::<Result<Vec<_>, _>>()?;
    let mut all = Report::default();
    for region in regions {
        let source = HttpSource::new(&endpoint, &format!("/.bailee/trail/{region}/{account}"), args.ca.as_deref())?;
        let origin = format!("bailee/{region}/{account}");
        let Some(key) = key(&source, &kept, &origin).await? else {
            println!("{origin}: nothing is published there yet");
            continue;
        };
        let saved = against.filter(|bytes| trail::Checkpoint::claimed_origin(bytes).is_ok_and(|o| o == origin));
        merge(&mut all, trail::verify_published(&source, &key, saved).await?);
    }
    Ok(all)
}

fn merge(all: &mut Report, one: Report) {
    let Report { logs, events, pending, findings, more } = one;
    all.logs += logs;
    all.events += events;
    all.pending += pending;
    all.findings.extend(findings);
    all.more += more;
}

/// The key a log is verified with: one that was kept, or the server's own word, which is shown so that it can be.
async fn key(source: &HttpSource, kept: &[NoteKey], origin: &str) -> Result<Option<NoteKey>, Stop> {
    if let Some(known) = kept.iter().find(|key| key.name() == origin) {
        return Ok(Some(known.clone()));
    }
    let Some(bytes) = source.fetch("vkey").await? else { return Ok(None) };
    let key = vkey(&bytes)?;
    if key.name() != origin {
        return Err(format!("the server gives a key of {} for {origin}", key.name()).into());
    }
    println!("{origin}: its key, from the server (keep it for --vkey): {}", String::from_utf8_lossy(&bytes).trim());
    Ok(Some(key))
}

pub(super) fn vkey(bytes: &[u8]) -> Result<NoteKey, Stop> {
    let text = std::str::from_utf8(bytes)?.trim();
    Ok(text.parse::<NoteKey>().map_err(|e| format!("this is no log key: {e}"))?)
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Stop> {
    std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()).into())
}

/// Prints events as they are in the log, one a line.
pub(crate) fn show(args: &ShowArgs) -> Result<ExitCode, Stop> {
    block_on(async {
        let deployment = Deployment::open(&tool_settings(&args.data)?).await?;
        let domains = &deployment.domains;
        let mut out = std::io::stdout().lock();
        show_store(&mut out, &domains.identity, args.account).await?;
        for region in &domains.regions {
            show_store(&mut out, &region.store, args.account).await?;
        }
        Ok(out.flush()?)
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn show_store(out: &mut impl Write, store: &Store, only: Option<AccountId>) -> Result<(), Stop> {
    let view = store.view().await?;
    let mut after = None;
    loop {
        let accounts = view.streams(after, PAGE).await?;
        let Some(last) = accounts.last() else { return Ok(()) };
        after = Some(*last);
        for account in accounts.iter().filter(|a| only.is_none_or(|o| o == **a)) {
            let mut next = 0;
            loop {
                let entries = view.stream(*account, next, PAGE).await?;
                let Some((last, _)) = entries.last() else { break };
                next = last + 1;
                for (index, bytes) in entries {
                    let damaged = || Failure::corrupt(format!("event {index} of {account}"));
                    let entry = Entry::from_bytes(bytes).ok_or_else(damaged)?;
                    out.write_all(entry.json())?;
                    out.write_all(b"\n")?;
                }
            }
        }
    }
}
