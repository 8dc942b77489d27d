//! What `/proc` tells of another process: processor time and memory.

use crate::outcome::{Doing, Outcome};
use std::fs;
use std::time::Instant;

/// The kernel counts processor time in hundredths of a second (`USER_HZ`, fixed on Linux).
const TICKS_PER_SECOND: f64 = 100.0;

/// A process id.
pub(super) struct Process(pub(super) u32);

/// Where a measurement began.
pub(super) struct Before {
    at: Instant,
    cpu: f64,
}

/// What a process used while it was measured.
pub(super) struct Usage {
    /// Processor seconds per second.
    pub(super) cores: f64,
    /// The most memory it held, in MiB.
    pub(super) peak_mib: f64,
}

impl Process {
    /// Begins a measurement; the memory's peak starts anew.
    pub(super) fn begin(&self) -> Outcome<Before> {
        // 5 resets the peak (proc(5), clear_refs). Where that is not allowed the peak is that of the whole run.
        let _ = fs::write(format!("/proc/{}/clear_refs", self.0), "5");
        Ok(Before { at: Instant::now(), cpu: self.cpu_seconds()? })
    }

    /// What was used since `before`.
    pub(super) fn since(&self, before: &Before) -> Outcome<Usage> {
        let cores = (self.cpu_seconds()? - before.cpu) / before.at.elapsed().as_secs_f64();
        Ok(Usage { cores, peak_mib: self.status_mib("VmHWM")? })
    }

    /// The memory it holds now, in MiB.
    pub(super) fn resident_mib(&self) -> Outcome<f64> {
        self.status_mib("VmRSS")
    }

    fn cpu_seconds(&self) -> Outcome<f64> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.0)).doing("read /proc/<pid>/stat")?;
        // The name, in parentheses, may hold spaces; utime and stime are the 12th and 13th field after it (proc(5)).
        let after = text.rsplit(')').next().unwrap_or_default();
        let ticks: f64 = after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        Ok(ticks / TICKS_PER_SECOND)
    }

    fn status_mib(&self, field: &str) -> Outcome<f64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.0)).doing("read /proc/<pid>/status")?;
        let line = text.lines().find_map(|line| line.strip_prefix(field)).doing(field)?;
        let kib: f64 = line.split_whitespace().nth(1).doing(field)?.parse().doing(field)?;
        Ok(kib / 1024.0)
    }
}
