use crate::Stop;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use trail::Publisher;
use types::Clock;

/// How often measured times are sorted into the histogram: until then each takes memory.
const UPKEEP: Duration = Duration::from_secs(5);

/// Upper bounds of the histogram of answer times, in seconds.
const BUCKETS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The port for those who run the server: health, readiness, metrics. It tells nothing of tenants.
pub(crate) struct OpsServer {
    address: SocketAddr,
    tasks: [JoinHandle<()>; 2],
}

#[derive(Clone)]
struct State {
    ready: Arc<AtomicBool>,
    publishers: Arc<Vec<Arc<Publisher>>>,
    metrics: PrometheusHandle,
}

/// Starts it.
pub(crate) async fn start(
    address: SocketAddr,
    ready: Arc<AtomicBool>,
    publishers: Vec<Arc<Publisher>>,
    clock: Arc<dyn Clock>,
) -> Result<OpsServer, Stop> {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("bailee_request_seconds".to_owned()), BUCKETS)?
        .build_recorder();
    let metrics = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|_| "metrics are recorded twice")?;
    let tcp = TcpListener::bind(address).await.map_err(|e| {
        format!("cannot listen on {address} for health and metrics: {e}; choose another with --metrics-listen")
    })?;
    let address = tcp.local_addr()?;
    let kept = metrics.clone();
    let upkeep = async move {
        loop {
            clock.sleep(UPKEEP).await;
            kept.run_upkeep();
        }
    };
    let state = State { ready, publishers: Arc::new(publishers), metrics };
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = tcp.accept().await {
            let state = state.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(state.clone(), request));
                let mut http = hyper::server::conn::http1::Builder::new();
                let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    Ok(OpsServer { address, tasks: [task, tokio::spawn(upkeep)] })
}

impl OpsServer {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn stop(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn answer(state: State, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, text) = match request.uri().path() {
        "/healthz" => (StatusCode::OK, "ok\n".to_owned()),
        "/readyz" => readiness(&state),
        "/metrics" => (StatusCode::OK, state.metrics.render()),
        _ => (StatusCode::NOT_FOUND, "there are /healthz, /readyz and /metrics\n".to_owned()),
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    Ok(response)
}

/// Ready is whoever can answer calls and still publishes every trail.
fn readiness(state: &State) -> (StatusCode, String) {
    if !state.ready.load(Ordering::Acquire) {
        return (StatusCode::SERVICE_UNAVAILABLE, "starting or stopping\n".to_owned());
    }
    let problems: Vec<String> =
        state.publishers.iter().flat_map(|p| p.problems()).map(|(a, p)| format!("trail of {a}: {p}\n")).collect();
    if problems.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, problems.concat())
    }
}
