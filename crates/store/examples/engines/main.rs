//! Measures the embedded engine beside a copy of it over `redb`, and both beside what the disk allows, in one run:
//! `cargo run --release -p store --example engines -- [folder] [seconds]`.
//!
//! The figures of docs/adr/0001-embedded-meta-engine.md come from here.

mod load;
mod redb_meta;

use load::{Kind, Load};
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
                let load = Load { kind, clients, first: 0, time, clock: clock.clone() };
                let before = ceiling(dir, clients, time / 4, clock.as_ref())?;
                let figures = load.run(open(name, dir, clock.clone())?).await?;
                let after = ceiling(dir, clients, time / 4, clock.as_ref())?;
                let part = figures.rate / f64::midpoint(before, after);
                println!("{:<34}{figures}{part:>12.2}", format!("{name}: {kind:?} × {clients}"));
            }
        }
    }
    for name in ["fjall", "redb"].into_iter().filter(|name| name.contains(only)) {
        mixed(name, open(name, dir, clock.clone())?, time, clock.clone()).await?;
    }
    Ok(())
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
