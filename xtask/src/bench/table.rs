//! The table, as Markdown.

use super::ceilings::Ceilings;
use super::load::{KeyCall, Kind, MIB, Measured};
use super::process::Usage;
use std::fmt::Write;
use std::time::Duration;

/// One line.
pub(super) struct Row {
    kind: Kind,
    clients: usize,
    measured: Measured,
    usage: Option<Usage>,
    ceiling: Option<Ceiling>,
}

/// The lowest of the ceilings that bound a line.
struct Ceiling {
    name: &'static str,
    /// In operations per second.
    rate: f64,
    /// The share of it that we want to reach.
    aim: Option<f64>,
}

impl Row {
    /// Finds the ceiling of a line; `bare` is the rate of the bare server.
    pub(super) fn new(
        kind: Kind,
        clients: usize,
        measured: Measured,
        bare: Option<f64>,
        usage: Option<Usage>,
        ceilings: &Ceilings,
    ) -> Self {
        let ceiling = bare.and_then(|bare| lowest(kind, clients, bare, ceilings));
        Self { kind, clients, measured, usage, ceiling }
    }

    fn print(&self, into: &mut String) {
        let Measured { rate, megabytes, p50, p99 } = &self.measured;
        let usage = self.usage.as_ref();
        let cpu = usage.map_or("–".to_owned(), |usage| format!("{:.2}", usage.cores));
        let peak = usage.map_or("–".to_owned(), |usage| format!("{:.0}", usage.peak_mib));
        let (ceiling, ratio, aim) = match &self.ceiling {
            Some(Ceiling { name, rate: best, aim }) => {
                let aim = aim.map_or("–".to_owned(), |aim| format!("≥ {aim}"));
                (format!("{best:.1} ({name})"), format!("{:.2}", rate / best), aim)
            }
            None => ("–".to_owned(), "–".to_owned(), "–".to_owned()),
        };
        let (p50, p99) = (milliseconds(*p50), milliseconds(*p99));
        let (kind, clients) = (self.kind, self.clients);
        // Writing into a String cannot fail.
        let _ = writeln!(
            into,
            "| {kind} | {clients} | {rate:.1} | {megabytes:.1} | {p50} | {p99} | {cpu} | {peak} | {ceiling} | {ratio} | {aim} |"
        );
    }
}

/// A line's bounds, and the least of them.
fn lowest(kind: Kind, clients: usize, bare: f64, ceilings: &Ceilings) -> Option<Ceiling> {
    let whole = |megabytes: f64, size: usize| megabytes * 1e6 / size as f64;
    let count = f64::from(u32::try_from(clients).unwrap_or(u32::MAX));
    let bounds = match kind {
        // Group commit: every client waits for a sync, and one sync can serve them all.
        Kind::Put(size) if size < MIB => {
            vec![("clients × syncs", count * ceilings.syncs), ("half the bare server", bare / 2.0)]
        }
        Kind::Put(size) => vec![
            ("bare server", bare),
            ("AES-256-GCM", whole(ceilings.aes * ceilings.cores, size)),
            ("MD5", whole(ceilings.md5 * count.min(ceilings.cores), size)),
            ("disk", whole(ceilings.disk, size)),
        ],
        Kind::Get(size) => {
            vec![("bare server", bare), ("AES-256-GCM", whole(ceilings.aes * ceilings.cores, size))]
        }
        // So do calls that change something, or are recorded as surely.
        Kind::Kms(KeyCall::Create) | Kind::StrictKms(_) => {
            vec![("clients × syncs", count * ceilings.syncs), ("half the bare server", bare / 2.0)]
        }
        Kind::Kms(_) => vec![("bare server", bare)],
        Kind::List => Vec::new(),
    };
    let (name, rate) = bounds.into_iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Ceiling { name, rate, aim: aim(kind, clients) })
}

/// What the project wants of itself.
fn aim(kind: Kind, clients: usize) -> Option<f64> {
    match (kind, clients) {
        (Kind::Put(size) | Kind::Get(size), 16) if size == 64 * MIB => Some(0.6),
        (Kind::Get(size), 16) if size < MIB => Some(0.4),
        (Kind::Kms(KeyCall::Create), _) => None,
        (Kind::Kms(_), 16) => Some(0.4),
        (Kind::Put(size), 16 | 64) if size < MIB => Some(0.7),
        _ => None,
    }
}

fn milliseconds(took: Duration) -> String {
    let ms = took.as_secs_f64() * 1e3;
    if ms < 10.0 { format!("{ms:.2} ms") } else { format!("{ms:.0} ms") }
}

/// The whole table, with what it was measured on.
pub(super) fn print(rows: &[Row], ceilings: &Ceilings, idle: Option<f64>) -> String {
    let mut text = format!("\n{ceilings}\n");
    if let Some(idle) = idle {
        let _ = writeln!(text, "idle memory: {idle:.0} MiB (aim: at most 60)");
    }
    let uploads = rows.iter().find(|row| row.kind == Kind::Put(64 * MIB) && row.clients == 16);
    if let Some(usage) = uploads.and_then(|row| row.usage.as_ref()) {
        let _ =
            writeln!(text, "peak memory under sixteen 64 MiB uploads: {:.0} MiB (aim: at most 200)", usage.peak_mib);
    }
    text.push_str(
        "\n| operation | clients | ops/s | MB/s | p50 | p99 | server CPU | peak MiB | ceiling, ops/s | ratio | aim |",
    );
    text.push_str("\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for row in rows {
        row.print(&mut text);
    }
    text
}
