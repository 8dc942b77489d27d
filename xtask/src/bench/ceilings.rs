//! What this machine can do at best, apart from any server.

use crate::outcome::{Doing, Failed, Outcome};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use md5::{Digest, Md5};
use std::fmt;
use std::fs::File;
use std::hint::black_box;
use std::io::{Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(1);

/// The chunk that objects are encrypted in.
const CHUNK: usize = 16 * 1024;

/// The size of the file whose syncs are counted.
const JOURNAL: usize = 16 * 1024 * 1024;

/// The ceilings of the machine.
pub(super) struct Ceilings {
    /// How many cores there are, for the load generator and the server together.
    pub(super) cores: f64,
    /// AES-256-GCM on one core, in MB/s.
    pub(super) aes: f64,
    /// MD5 on one core, in MB/s. An S3 ETag is an MD5.
    pub(super) md5: f64,
    /// Syncs per second of 4 KiB written into a file that has its size already, as a journal has.
    pub(super) syncs: f64,
    /// Writing 64 MiB and syncing it, in MB/s.
    pub(super) disk: f64,
}

impl fmt::Display for Ceilings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} cores; one core: AES-256-GCM {:.0} MB/s, MD5 {:.0} MB/s; disk: {:.0} syncs/s, {:.0} MB/s written and synced",
            self.cores, self.aes, self.md5, self.syncs, self.disk
        )
    }
}

/// Measures each for a second. `folder` decides which disk.
pub(super) fn measure(folder: &Path) -> Outcome<Ceilings> {
    let cores = std::thread::available_parallelism().doing("count the cores")?.get();
    Ok(Ceilings {
        cores: f64::from(u32::try_from(cores).unwrap_or(1)),
        aes: aes()?,
        md5: md5(),
        syncs: syncs(folder)?,
        disk: disk(folder)?,
    })
}

/// Repeats `work`, which handles `amount`, for a while; gives back the amount per second.
fn per_second(amount: f64, mut work: impl FnMut() -> Outcome<()>) -> Outcome<f64> {
    let began = Instant::now();
    let mut times = 0_u32;
    while began.elapsed() < LONG {
        work()?;
        times += 1;
    }
    Ok(f64::from(times) * amount / began.elapsed().as_secs_f64())
}

fn aes() -> Outcome<f64> {
    let no = |_| Failed::new("AES-256-GCM does not work");
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).map_err(no)?);
    let mut chunk = vec![0; CHUNK];
    let rate = per_second(64.0 * CHUNK as f64, || {
        for _ in 0..64 {
            let nonce = Nonce::assume_unique_for_key([1; 12]);
            let _ = black_box(key.seal_in_place_separate_tag(nonce, Aad::empty(), &mut chunk).map_err(no)?);
        }
        Ok(())
    })?;
    Ok(rate / 1e6)
}

fn md5() -> f64 {
    let block = vec![0; 64 * CHUNK];
    let rate = per_second(block.len() as f64, || {
        black_box(Md5::digest(&block));
        Ok(())
    });
    rate.unwrap_or(0.0) / 1e6
}

fn syncs(folder: &Path) -> Outcome<f64> {
    let path = folder.join("sync-rate");
    let mut file = File::create(&path).doing(path.display())?;
    file.write_all(&vec![0; JOURNAL]).doing("write")?;
    file.sync_all().doing("sync")?;
    let mut written = JOURNAL;
    let rate = per_second(1.0, || {
        if written >= JOURNAL {
            file.rewind().doing("rewind")?;
            written = 0;
        }
        written += 4096;
        file.write_all(&[1; 4096]).doing("write")?;
        file.sync_data().doing("sync")
    })?;
    std::fs::remove_file(&path).doing(path.display())?;
    Ok(rate)
}

fn disk(folder: &Path) -> Outcome<f64> {
    let path = folder.join("write-rate");
    let block = vec![1; super::MIB];
    let rate = per_second(64.0 * block.len() as f64, || {
        let mut file = File::create(&path).doing(path.display())?;
        for _ in 0..64 {
            file.write_all(&block).doing("write")?;
        }
        file.sync_data().doing("sync")
    })?;
    std::fs::remove_file(&path).doing(path.display())?;
    Ok(rate / 1e6)
}
