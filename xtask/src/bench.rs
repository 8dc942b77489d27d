//! Measures a server beside what this machine could do at best, in the same run.
//!
//! Each figure stands next to a ceiling: a bare hyper server that moves the same bytes and stores nothing, the speed of
//! AES-256-GCM and MD5 on one core, and how often the data folder's disk can sync. The load generator shares the cores
//! with the server, so that figures from two machines are comparable by their ratios, not as they are.

mod bare;
mod ceilings;
mod load;
mod process;
mod table;

pub(crate) use bare::{BareOptions, run_bare};

use crate::Summary;
use crate::client::Target;
use crate::outcome::{Doing, Failed, Outcome};
use crate::server::{self, Server};
use bare::Bare;
use ceilings::Ceilings;
use load::{KIB, KeyCall, Kind, Load, MIB};
use process::Process;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use table::Row;
use tokio::runtime::Runtime;

/// Room for the keys that are made to see how fast that is.
const CONFIG: &str = "[quotas]\nkeys = 100000\n";

/// What to measure, and for how long.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Which lines: of the whole server, or of keys in detail.
    #[arg(value_enum, default_value_t = Suite::All)]
    suite: Suite,
    /// Measure this S3 endpoint (host:port, plain HTTP) instead of a server of our own.
    #[arg(long, requires = "access_key", requires = "secret_key")]
    endpoint: Option<String>,
    /// The access key's id, for `--endpoint`.
    #[arg(long)]
    access_key: Option<String>,
    /// The access key's secret, for `--endpoint`.
    #[arg(long)]
    secret_key: Option<String>,
    /// The region to sign for, with `--endpoint`.
    #[arg(long, default_value = "local-1")]
    region: String,
    /// The endpoint has no KMS: leave that line out.
    #[arg(long)]
    s3_only: bool,
    /// The server to start; built from this workspace if not given.
    #[arg(long)]
    server: Option<PathBuf>,
    /// The folder to keep the data in, which decides the disk; a temporary one if not given.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// How long to measure each line.
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Only the lines whose name contains this.
    #[arg(long)]
    only: Option<String>,
}

/// Lines that are measured together.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Suite {
    /// Objects, and encryption with a key.
    All,
    /// Everything that is asked of keys often.
    Kms,
}

/// Measures and prints the table.
pub(crate) fn run(options: &Options) -> Summary {
    if cfg!(debug_assertions) {
        return again_in_release();
    }
    let runtime = Runtime::new().doing("start the runtime")?;
    let folder = match &options.folder {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    let folder = folder.doing("make a folder")?;
    let subject = Subject::of(options, folder.path())?;
    let bench = Bench { options, runtime, subject };
    let ceilings = ceilings::measure(folder.path())?;
    eprintln!("{ceilings}");
    let idle = bench.subject.process.as_ref().map(Process::resident_mib).transpose()?;
    let rows = bench.rows(&ceilings)?;
    Ok(table::print(&rows, &ceilings, idle))
}

/// An unoptimised load generator would measure itself.
fn again_in_release() -> Summary {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--release", "--quiet", "--package", "xtask", "--"])
        .args(std::env::args_os().skip(1))
        .status()
        .doing("run the release build of xtask")?;
    if status.success() { Ok(String::new()) } else { Err(Failed::new("the measurement failed")) }
}

/// The server that is measured.
struct Subject {
    target: Target,
    /// Our own server's process; nothing is known of another's.
    process: Option<Process>,
    /// Kept, so that it runs until the end.
    _server: Option<Server>,
}

impl Subject {
    fn of(options: &Options, folder: &std::path::Path) -> Outcome<Self> {
        if let (Some(address), Some(key), Some(secret)) = (&options.endpoint, &options.access_key, &options.secret_key)
        {
            let target = Target {
                address: address.clone(),
                access_key: key.clone(),
                secret_key: secret.clone(),
                region: options.region.clone(),
            };
            return Ok(Self { target, process: None, _server: None });
        }
        let binary = server::binary(options.server.as_deref())?;
        let config = folder.join("bench.toml");
        fs::write(&config, CONFIG).doing(config.display())?;
        let server = Server::configured(&binary, &folder.join("data"), Some(&config))?;
        Ok(Self { target: server.target()?, process: Some(Process(server.pid())), _server: Some(server) })
    }
}

struct Bench<'a> {
    options: &'a Options,
    runtime: Runtime,
    subject: Subject,
}

/// Every line of a table, in order.
fn lines(suite: Suite) -> Vec<(Kind, usize)> {
    let mut lines = Vec::new();
    if suite == Suite::Kms {
        for call in [KeyCall::Encrypt, KeyCall::Decrypt, KeyCall::DataKey, KeyCall::Sign] {
            lines.extend([1, 16, 64].map(|clients| (Kind::Kms(call), clients)));
        }
        lines.extend([16, 64].map(|clients| (Kind::StrictKms(KeyCall::Encrypt), clients)));
        lines.extend([1, 16, 64].map(|clients| (Kind::Kms(KeyCall::Create), clients)));
        return lines;
    }
    for (size, clients) in [(4 * KIB, &[1, 16, 64][..]), (MIB, &[1, 16]), (64 * MIB, &[1, 16])] {
        lines.extend(clients.iter().map(|&clients| (Kind::Put(size), clients)));
        lines.extend(clients.iter().filter(|&&clients| clients <= 16).map(|&clients| (Kind::Get(size), clients)));
    }
    let encrypt = Kind::Kms(KeyCall::Encrypt);
    lines.extend([(Kind::List, 1), (encrypt, 1), (encrypt, 16)]);
    lines
}

impl Bench<'_> {
    fn rows(&self, ceilings: &Ceilings) -> Outcome<Vec<Row>> {
        let bare = Bare::start()?;
        let target = bare.target(&self.subject.target);
        let mut rows = Vec::new();
        for (kind, clients) in lines(self.options.suite) {
            let wanted = self.options.only.as_ref().is_none_or(|only| kind.to_string().contains(only.as_str()));
            if !wanted || (matches!(kind, Kind::Kms(_) | Kind::StrictKms(_)) && self.options.s3_only) {
                continue;
            }
            eprintln!("measuring {kind}, {clients} clients …");
            let floor_before = self.floor(&target, kind, clients)?;
            let before = self.subject.process.as_ref().map(Process::begin).transpose()?;
            let measured = self.measure(&self.subject.target, kind, clients, self.options.seconds)?;
            let usage = match (&self.subject.process, before) {
                (Some(process), Some(before)) => Some(process.since(&before)?),
                _ => None,
            };
            // Once before and once after, so that a machine that slows down does so for both.
            let floor_after = self.floor(&target, kind, clients)?;
            let floor = floor_before.zip(floor_after).map(|(before, after)| f64::midpoint(before, after));
            rows.push(Row::new(kind, clients, measured, floor, usage, ceilings));
        }
        Ok(rows)
    }

    /// Operations per second of the bare server; it has nothing to list.
    fn floor(&self, target: &Target, kind: Kind, clients: usize) -> Outcome<Option<f64>> {
        if kind == Kind::List {
            return Ok(None);
        }
        self.measure(target, kind, clients, self.options.seconds / 2.0).map(|measured| Some(measured.rate))
    }

    fn measure(&self, target: &Target, kind: Kind, clients: usize, seconds: f64) -> Outcome<load::Measured> {
        let duration = Duration::from_secs_f64(seconds);
        self.runtime.block_on(Load { target: target.clone(), kind, clients, duration }.run())
    }
}
