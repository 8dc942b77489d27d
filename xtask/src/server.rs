//! A `bailee serve` process on free loopback ports.

use crate::client::Target;
use crate::numbers::Numbers;
use crate::outcome::{Doing, Failed, Outcome};
use serde::Deserialize;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const START: Duration = Duration::from_secs(30);
const STOP: Duration = Duration::from_secs(30);

/// The running process. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    data: PathBuf,
    log: PathBuf,
    /// How long it took from start to ready.
    pub(crate) took: Duration,
}

/// The part of `first-credentials.json` that a client needs.
#[derive(Deserialize)]
struct FirstCredentials {
    access_key_id: String,
    access_key_secret: String,
    region: String,
}

impl Server {
    /// Starts the server on a data folder and waits until it is ready. Its output is appended to `<data>.log`.
    pub(crate) fn start(binary: &Path, data: &Path) -> Outcome<Self> {
        Self::configured(binary, data, None)
    }

    /// As [`start`](Self::start), with a configuration file.
    pub(crate) fn configured(binary: &Path, data: &Path, config: Option<&Path>) -> Outcome<Self> {
        let (address, metrics) = (free_address()?, free_address()?);
        let log = data.with_extension("log");
        let output = File::options().create(true).append(true).open(&log).doing(log.display())?;
        let child = Command::new(binary)
            .arg("serve")
            .args(config.map(|file| [OsStr::new("--config"), file.as_os_str()]).into_iter().flatten())
            .arg("--data")
            .arg(data)
            .args(["--listen", &address.to_string(), "--metrics-listen", &metrics.to_string()])
            .stdin(Stdio::null())
            .stdout(output.try_clone().doing(log.display())?)
            .stderr(output)
            .spawn()
            .doing(format_args!("start {}", binary.display()))?;
        let began = Instant::now();
        let mut server = Self { child, address, data: data.to_path_buf(), log, took: Duration::ZERO };
        server.wait_until_ready(metrics, began)?;
        server.took = began.elapsed();
        Ok(server)
    }

    fn wait_until_ready(&mut self, metrics: SocketAddr, began: Instant) -> Outcome<()> {
        while !is_ready(metrics) {
            let ended = self.child.try_wait().doing("look at the server")?;
            if ended.is_some() || began.elapsed() > START {
                return Err(Failed::new(format!("the server did not become ready:\n{}", self.last_words())));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Where it listens, and the key of its first account.
    pub(crate) fn target(&self) -> Outcome<Target> {
        let file = self.data.join("first-credentials.json");
        let text = fs::read_to_string(&file).doing(file.display())?;
        let first: FirstCredentials = serde_json::from_str(&text).doing(file.display())?;
        Ok(Target {
            address: self.address.to_string(),
            access_key: first.access_key_id,
            secret_key: first.access_key_secret,
            region: first.region,
        })
    }

    /// The process id, for `/proc`.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it as a power cut would: without a word.
    pub(crate) fn kill(mut self) -> Outcome<()> {
        self.child.kill().doing("kill the server")?;
        self.child.wait().doing("wait for the server")?;
        Ok(())
    }

    /// Asks it to stop; it has to end by itself and without an error.
    pub(crate) fn stop(mut self) -> Outcome<()> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().doing("signal the server")?;
        let began = Instant::now();
        loop {
            match self.child.try_wait().doing("wait for the server")? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => {
                    return Err(Failed::new(format!("the server ended with {status}:\n{}", self.last_words())));
                }
                None if began.elapsed() > STOP => return Err(Failed::new("the server did not stop when asked")),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    fn last_words(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines.iter().skip(lines.len().saturating_sub(40)).copied().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs `bailee <arguments>` and waits for it.
pub(crate) fn run(binary: &Path, arguments: &[&str], data: &Path) -> Outcome<Output> {
    let mut command = Command::new(binary);
    command.args(arguments).arg("--data").arg(data);
    command.output().doing(format_args!("run {} {}", binary.display(), arguments.join(" ")))
}

/// The release build of the server, made now unless a path is given.
pub(crate) fn binary(given: Option<&Path>) -> Outcome<PathBuf> {
    if let Some(path) = given {
        return path.canonicalize().doing(path.display());
    }
    let root = crate::workspace::root()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--package", "bailee"])
        .current_dir(&root)
        .status()
        .doing("run cargo build")?;
    if !status.success() {
        return Err(Failed::new("the server does not build"));
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
    let path = target.join("release").join("bailee");
    path.canonicalize().doing(path.display())
}

/// An address on loopback that nobody listens on, with a port below those that outgoing connections are given, so that
/// none of them takes it meanwhile.
pub(crate) fn free_address() -> Outcome<SocketAddr> {
    let mut numbers = Numbers::of(Numbers::surprise());
    loop {
        let port = u16::try_from(numbers.between(10_240, 32_000)).unwrap_or(10_240);
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(probe) => return probe.local_addr().doing("find a free port"),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => return Err(error).doing("find a free port"),
        }
    }
}

fn is_ready(metrics: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&metrics, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: {metrics}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200"))
    };
    ask().unwrap_or(false)
}
