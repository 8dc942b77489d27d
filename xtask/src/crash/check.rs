//! What the stopped server's data folder has to say about the requests that were answered.

use crate::outcome::{Failed, Outcome};
use crate::server;
use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::time::Duration;

/// Counts over all rounds, for the last line.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) rounds: u32,
    /// Objects compared after a crash.
    pub(super) objects: u64,
    /// Unacknowledged writes that had happened all the same.
    pub(super) in_flight: u64,
    /// Master keys found again.
    pub(super) keys: u64,
    /// Answered requests whose event was found.
    pub(super) events: usize,
    pub(super) slowest_start: Duration,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} objects and {} keys as acknowledged, {} unacknowledged writes had happened, {} events found, nothing \
             lost; slowest recovery {} ms",
            self.objects,
            self.keys,
            self.in_flight,
            self.events,
            self.slowest_start.as_millis()
        )
    }
}

/// Every answered request has its event.
pub(super) fn events(binary: &Path, data: &Path, answered: Vec<String>, totals: &mut Totals) -> Outcome<()> {
    let shown = server::run(binary, &["trail", "show"], data)?;
    if !shown.status.success() {
        return Err(Failed::new(format!("trail show failed:\n{}", String::from_utf8_lossy(&shown.stderr))));
    }
    let text = String::from_utf8_lossy(&shown.stdout);
    let logged: HashSet<&str> = text.lines().filter_map(request_id).collect();
    if let Some(lost) = answered.iter().find(|id| !logged.contains(id.as_str())) {
        let text = format!("request {lost} was answered and has no event, among {} events", logged.len());
        return Err(Failed::new(text));
    }
    totals.events += answered.len();
    Ok(())
}

/// The log as a whole is unbroken.
pub(super) fn trail(binary: &Path, data: &Path) -> Outcome<()> {
    let verified = server::run(binary, &["trail", "verify"], data)?;
    if verified.status.success() {
        return Ok(());
    }
    let (out, err) = (String::from_utf8_lossy(&verified.stdout), String::from_utf8_lossy(&verified.stderr));
    Err(Failed::new(format!("trail verify failed:\n{out}{err}")))
}

/// The value of `requestId` in an event, without parsing all of it: there are very many.
fn request_id(line: &str) -> Option<&str> {
    let (_, after) = line.split_once("\"requestId\"")?;
    after.split('"').nth(1)
}

#[cfg(test)]
mod tests {
    use super::request_id;

    #[test]
    fn the_request_id_is_found_however_it_is_spaced() {
        assert_eq!(request_id(r#"{"a":1,"requestId":"X-1","b":2}"#), Some("X-1"));
        assert_eq!(request_id(r#"{ "requestId" : "X-1" }"#), Some("X-1"));
        assert_eq!(request_id("{}"), None);
    }
}
