//! Kills a loaded server at random moments. Whatever it acknowledged has to be there afterwards: every write, every
//! delete, every key, and an event for every answered request, in a log that verifies.

mod check;
mod content;
mod load;

use crate::Summary;
use crate::numbers::Numbers;
use crate::outcome::{Doing, Outcome};
use crate::server::{self, Server};
use check::Totals;
use load::Worker;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How the crash test runs.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How often to kill the server.
    #[arg(long, default_value_t = 50)]
    rounds: u32,
    /// Repeat the choices of an earlier run; the moments of death still differ a little.
    #[arg(long)]
    seed: Option<u64>,
    /// The server to kill; built from this workspace if not given.
    #[arg(long)]
    server: Option<PathBuf>,
    /// How many clients write at the same time.
    #[arg(long, default_value_t = 8)]
    clients: u64,
    /// How many rounds share a data folder, before a new one is begun.
    #[arg(long, default_value_t = 10)]
    share: u32,
}

/// Runs all rounds; fails at the first loss, and leaves the data folder there to be looked at.
pub(crate) fn run(options: &Options) -> Summary {
    let binary = server::binary(options.server.as_deref())?;
    let seed = options.seed.unwrap_or_else(Numbers::surprise);
    println!("crash: seed {seed}");
    let runtime = Runtime::new().doing("start the runtime")?;
    let began = Instant::now();
    let mut totals = Totals::default();
    let mut round = 0;
    while round < options.rounds {
        let folder = tempfile::tempdir().doing("make a folder")?;
        let rounds = options.share.clamp(1, options.rounds - round);
        let lives = Lives { binary: &binary, folder: &folder, runtime: &runtime, clients: options.clients };
        if let Err(failure) = lives.run(round..round + rounds, seed, &mut totals) {
            let kept = folder.keep();
            println!("crash: seed {seed} failed; the data is kept in {}", kept.display());
            return Err(failure);
        }
        round += rounds;
    }
    Ok(format!("crash: {} rounds in {} s: {totals}", options.rounds, began.elapsed().as_secs()))
}

/// The lives of one data folder.
struct Lives<'a> {
    binary: &'a Path,
    folder: &'a TempDir,
    runtime: &'a Runtime,
    clients: u64,
}

impl Lives<'_> {
    fn run(&self, rounds: std::ops::Range<u32>, seed: u64, totals: &mut Totals) -> Outcome<()> {
        let data = self.folder.path().join("data");
        let mut workers: Vec<Worker> = (0..self.clients).map(Worker::new).collect();
        let first = Server::start(self.binary, &data)?;
        self.runtime.block_on(load::make_bucket(&first.target()?))?;
        first.stop()?;
        for round in rounds {
            let mut numbers = Numbers::of(seed.wrapping_add(u64::from(round) << 32));
            workers = self.one_life(&data, workers, &mut numbers, totals)?;
            workers = self.check(&data, workers, totals)?;
        }
        Ok(())
    }

    /// Loads the server and kills it in the middle.
    fn one_life(
        &self,
        data: &Path,
        workers: Vec<Worker>,
        numbers: &mut Numbers,
        totals: &mut Totals,
    ) -> Outcome<Vec<Worker>> {
        let server = Server::start(self.binary, data)?;
        let target = server.target()?;
        let dying = Arc::new(AtomicBool::new(false));
        let tasks: Vec<_> = workers
            .into_iter()
            .map(|worker| {
                let (target, dying, numbers) = (target.clone(), Arc::clone(&dying), Numbers::of(numbers.next()));
                self.runtime.spawn(worker.work(target, dying, numbers))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(numbers.between(50, 800)));
        dying.store(true, Ordering::SeqCst);
        server.kill()?;
        let mut alive = Vec::new();
        for task in tasks {
            alive.push(self.runtime.block_on(task).doing("join a client")??);
        }
        totals.rounds += 1;
        Ok(alive)
    }

    /// Starts the server again and compares what it has with what it said; then reads the log of the stopped server.
    fn check(&self, data: &Path, workers: Vec<Worker>, totals: &mut Totals) -> Outcome<Vec<Worker>> {
        let server = Server::start(self.binary, data)?;
        totals.slowest_start = totals.slowest_start.max(server.took);
        let target = server.target()?;
        let mut checked = Vec::new();
        for mut worker in workers {
            self.runtime.block_on(worker.check(&target, totals))?;
            checked.push(worker);
        }
        server.stop()?;
        let answered = checked.iter_mut().flat_map(Worker::take_answered).collect();
        check::events(self.binary, data, answered, totals)?;
        check::trail(self.binary, data)?;
        Ok(checked)
    }
}
