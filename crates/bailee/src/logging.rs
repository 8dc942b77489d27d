use tracing_subscriber::EnvFilter;

/// Starts the log: one line an event, on standard error. What is shown is set by `BAILEE_LOG`, such as `debug`.
pub(crate) fn start(json: bool) {
    let wanted = std::env::var("BAILEE_LOG").unwrap_or_else(|_| "info".to_owned());
    // `s3s` logs bodies, headers and the signatures it expected: whatever is asked for, not that.
    let filter = EnvFilter::try_new(format!("{wanted},s3s=off")).unwrap_or_else(|_| EnvFilter::new("info,s3s=off"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second start in one process, as in tests, keeps the first.
    let _ = if json { builder.json().flatten_event(true).try_init() } else { builder.with_ansi(false).try_init() };
}
