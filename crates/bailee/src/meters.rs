use metrics::{Counter, Histogram, counter, histogram};
use std::time::Duration;

/// What is counted of every call, looked up once.
pub(crate) struct Meters {
    done: Counter,
    redirected: Counter,
    refused: Counter,
    failed: Counter,
    seconds: Histogram,
}

impl Meters {
    /// To be made once the exporter is there.
    pub(crate) fn new() -> Self {
        let answers = |class: &'static str| counter!("bailee_requests_total", "status" => class);
        Self {
            done: answers("2xx"),
            redirected: answers("3xx"),
            refused: answers("4xx"),
            failed: answers("5xx"),
            seconds: histogram!("bailee_request_seconds"),
        }
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, status: u16, took: Duration) {
        let counter = match status {
            200..300 => &self.done,
            300..400 => &self.redirected,
            400..500 => &self.refused,
            _ => &self.failed,
        };
        counter.increment(1);
        self.seconds.record(took.as_secs_f64());
    }
}
