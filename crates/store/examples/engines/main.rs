//! Measures the embedded engine beside a copy of it over `redb`, and both beside what the disk allows, in one run:
//! `cargo run --release -p store --example engines -- [folder] [seconds]`.
//!
//! The figures of docs/adr/0001-embedded-meta-engine.md come from here.

mod load;
mod redb_meta;

use load::{Figures, Kind, Load};
use redb_meta::RedbMeta;
use std::error::Error;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::{Embedded, EmbeddedOptions, Meta};
use types::{Clock, SystemClock};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let mut args = std::env::args().skip(1);
    let dir = args.next().unwrap_or_else(|| "target/engines".to_owned());
    let seconds = args.next().map_or(Ok(3), |text| text.parse())?;
    let only = args.next().unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(Path::new(&dir), Duration::from_secs(seconds), &only))
}

async fn run(dir: &Path, time: Duration, only: &str) -> Outcome {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    std::fs::create_dir_all(dir)?;
    println!("{:<34}{:>10}{:>10}{:>10}{:>10}{:>12}", "", "ops/s", "p50 µs", "p99 µs", "CPU µs/op", "of ceiling");
    for kind in [Kind::Durable, Kind::Logged] {
        for clients in [1, 16, 64] {
            for name in ["fjall", "redb"].into_iter().filter(|name| name.contains(only)) {
                let meta = open(name, dir, clock.clone())?;
                let (figures, ceiling) = sliced(dir, meta, kind, clients, time, clock.clone()).await?;
                let part = figures.rate() / ceiling;
                println!("{:<34}{figures}{part:>12.2}", format!("{name}: {kind:?} × {clients}"));
            }
        }
    }
    for name in ["fjall", "redb"].into_iter().filter(|name| name.contains(only)) {
        mixed(name, open(name, dir, clock.clone())?, time, clock.clone()).await?;
    }
    Ok(())
}

/// A load, and the mean of what the disk would allow it, measured by turns: a shared disk is not equally fast all the
/// time.
async fn sliced(
    dir: &Path,
    meta: Arc<dyn Meta>,
    kind: Kind,
    clients: u64,
    time: Duration,
    clock: Arc<dyn Clock>,
) -> Outcome<(Figures, f64)> {
    const SLICES: u32 = 8;
    let (mut figures, mut sum) = (Figures::default(), 0.0);
    for slice in 0..SLICES {
        let first = u64::from(slice) * clients;
        let load = Load { kind, clients, first, time: time / SLICES, clock: clock.clone() };
        sum += ceiling(dir, clients, time / SLICES, clock.as_ref())?;
        figures = figures.and(load.run(meta.clone()).await?);
    }
    Ok((figures, sum / f64::from(SLICES)))
}

/// Durable commits, logged events and range reads at the same time.
async fn mixed(name: &str, meta: Arc<dyn Meta>, time: Duration, clock: Arc<dyn Clock>) -> Outcome {
    let load = |kind, clients, first| Load { kind, clients, first, time, clock: clock.clone() };
    load(Kind::Durable, 16, 0).run(meta.clone()).await?;
    let loads = [load(Kind::Durable, 16, 100), load(Kind::Logged, 16, 200), load(Kind::Scan, 4, 300)];
    let running = loads.clone().map(|load| {
        let meta = meta.clone();
        tokio::spawn(async move { load.run(meta).await })
    });
    for (load, figures) in loads.iter().zip(running) {
        let figures = figures.await??;
        println!("{:<34}{figures}", format!("{name}: together, {:?} × {}", load.kind, load.clients));
    }
    Ok(())
}

/// What group commit can reach at best: as many clients as there are, at every sync of what they write together.
fn ceiling(dir: &Path, clients: u64, time: Duration, clock: &dyn Clock) -> Outcome<f64> {
    let bytes = usize::try_from(clients)? * load::DURABLE_BYTES;
    Ok(raw_syncs(dir, bytes, time, clock)? * clients as f64)
}

fn open(name: &str, dir: &Path, clock: Arc<dyn Clock>) -> Outcome<Arc<dyn Meta>> {
    let dir = dir.join(name);
    if dir.exists() {
        std::fs::remove_dir_all(&dir)?;
    }
    std::fs::create_dir_all(&dir)?;
    Ok(match name {
        "fjall" => Embedded::open(&dir, &EmbeddedOptions::new(clock))?,
        _ => Arc::new(RedbMeta::open(&dir.join("redb"))?),
    })
}

/// Syncs of so many new bytes each that the disk makes per second, one after another.
fn raw_syncs(dir: &Path, bytes: usize, time: Duration, clock: &dyn Clock) -> Outcome<f64> {
    let path = dir.join("raw");
    let file = File::create(&path)?;
    let piece = vec![7; bytes];
    let (start, mut count) = (clock.elapsed(), 0_u32);
    while clock.elapsed() - start < time {
        file.write_all_at(&piece, u64::from(count) * bytes as u64)?;
        file.sync_data()?;
        count += 1;
    }
    let rate = f64::from(count) / (clock.elapsed() - start).as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}
