//! Measures blobs in local files beside plain writes of the same bytes, in one run:
//! `cargo run --release -p store --example blobs -- [folder] [writers] [MiB each]`.

use bytes::Bytes;
use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use store::{BlobError, BlobId, Blobs, LocalBlobs, LocalBlobsOptions};
use types::{Clock, SystemClock, SystemRng};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const MIB: usize = 1024 * 1024;
/// What writers give and readers ask at a time.
const PIECE: usize = 256 * 1024;

fn main() -> Outcome {
    let mut args = std::env::args().skip(1);
    let dir = args.next().unwrap_or_else(|| "target/blobs".to_owned());
    let writers = args.next().map_or(Ok(16), |text| text.parse())?;
    let mib = args.next().map_or(Ok(64), |text| text.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(Path::new(&dir), writers, mib))
}

async fn run(dir: &Path, writers: usize, mib: usize) -> Outcome {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    std::fs::create_dir_all(dir)?;
    for write_back in [8, 1 << 20] {
        let before = plain(dir, writers * mib, clock.as_ref())?;
        let options =
            LocalBlobsOptions { write_back_bytes: write_back * MIB as u64, ..LocalBlobsOptions::new(clock.clone()) };
        let blobs: Arc<dyn Blobs> = Arc::new(LocalBlobs::open(&dir.join("blobs"), &options)?);
        let ids: Vec<BlobId> = (0..writers).map(|_| BlobId::random(&SystemRng)).collect();

        let start = clock.elapsed();
        let tasks = ids.iter().map(|id| tokio::spawn(write(blobs.clone(), *id, mib)));
        for task in tasks.collect::<Vec<_>>() {
            task.await??;
        }
        let wrote = (writers * mib) as f64 / (clock.elapsed() - start).as_secs_f64();
        let after = plain(dir, writers * mib, clock.as_ref())?;
        let part = wrote / f64::midpoint(before, after);
        println!(
            "write {writers} × {mib} MiB, written back every {write_back} MiB: {wrote:.0} MiB/s, {part:.2} of plain"
        );

        let start = clock.elapsed();
        let tasks = ids.iter().map(|id| tokio::spawn(read(blobs.clone(), *id)));
        for task in tasks.collect::<Vec<_>>() {
            task.await??;
        }
        println!("read them: {:.0} MiB/s", (writers * mib) as f64 / (clock.elapsed() - start).as_secs_f64());
        println!("memory: {}", memory());
        for id in ids {
            blobs.delete(id).await?;
        }
    }
    Ok(())
}

async fn write(blobs: Arc<dyn Blobs>, id: BlobId, mib: usize) -> Result<(), BlobError> {
    let mut writer = blobs.create(id).await?;
    for n in 0..mib * MIB / PIECE {
        writer.write(Bytes::from(vec![n as u8; PIECE])).await?;
    }
    writer.finish().await
}

async fn read(blobs: Arc<dyn Blobs>, id: BlobId) -> Result<(), BlobError> {
    let reader = blobs.open(id).await?;
    for offset in (0..reader.len()).step_by(PIECE) {
        reader.read_at(offset, PIECE).await?;
    }
    Ok(())
}

/// One file of as many bytes, written in large pieces and synced once: MiB per second.
fn plain(dir: &Path, mib: usize, clock: &dyn Clock) -> Outcome<f64> {
    let path = dir.join("plain");
    let start = clock.elapsed();
    let mut file = File::create(&path)?;
    let piece = vec![7; MIB];
    for _ in 0..mib {
        file.write_all(&piece)?;
    }
    file.sync_data()?;
    let rate = mib as f64 / (clock.elapsed() - start).as_secs_f64();
    std::fs::remove_file(path)?;
    println!("plain file of {mib} MiB: {rate:.0} MiB/s");
    Ok(rate)
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS")).collect::<Vec<_>>().join(" ")
}
