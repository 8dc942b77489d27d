use crate::Stop;
use crate::finishing::Finishing;
use crate::meters::Meters;
use crate::places::{Place, Places};
use bytes::Bytes;
use dialects::{Arrival, Domains, Request, Response};
use futures::{FutureExt, Stream, StreamExt};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use types::{RequestId, limits};

/// How long a client may take to send the head of a request, or between two pieces of a body.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long calls under way may take to finish once the server is told to stop.
const FAREWELL: Duration = Duration::from_secs(30);
/// How long to wait when no connection can be taken, as when there are too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The one port for every dialect.
pub(crate) struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    connections: usize,
}

impl Listener {
    /// `connections`: how many may be open at once.
    pub(crate) async fn bind(address: SocketAddr, tls: Option<TlsAcceptor>, connections: usize) -> Result<Self, Stop> {
        let tcp = TcpListener::bind(address).await.map_err(|e| format!("cannot listen on {address}: {e}"))?;
        Ok(Self { address: tcp.local_addr()?, tcp, tls, connections })
    }

    /// The address it is bound to.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes connections until `stopped`, then lets the calls under way finish. `signal` is driven alongside.
    pub(crate) async fn run(
        self,
        domains: Arc<Domains>,
        stopped: impl Future<Output = ()>,
        signal: impl Future<Output = ()>,
    ) {
        let graceful = GracefulShutdown::new();
        let meters = Arc::new(Meters::new());
        let accept = async {
            let mut places = Places::new(self.connections, domains.clock.clone());
            loop {
                let place = places.take().await;
                match self.tcp.accept().await {
                    Ok((stream, peer)) => {
                        self.connection(&graceful, &domains, &meters, place, stream, peer.ip().to_canonical())
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot take a connection");
                        domains.clock.sleep(ACCEPT_PAUSE).await;
                    }
                }
            }
        };
        tokio::select! {
            () = stopped => {}
            () = async { tokio::join!(accept, signal); } => {}
        }
        if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
            tracing::warn!("some calls did not finish in time and are cut off");
        }
    }

    fn connection(
        &self,
        graceful: &GracefulShutdown,
        domains: &Arc<Domains>,
        meters: &Arc<Meters>,
        place: Place,
        stream: TcpStream,
        peer: IpAddr,
    ) {
        // Answers are written whole; waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let domains = domains.clone();
        let watcher = graceful.watcher();
        let tls = self.tls.clone();
        let meters = meters.clone();
        tokio::spawn(async move {
            let _place = place;
            let secure = tls.is_some();
            let service = service_fn(move |request| {
                // Whatever becomes of the client: no call is left half done and unrecorded.
                Finishing::new(answer(domains.clone(), meters.clone(), peer, secure, request))
            });
            match tls {
                None => {
                    let connection = http().serve_connection(TokioIo::new(stream), service);
                    let _ = watcher.watch(connection).await;
                }
                Some(tls) => {
                    let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, tls.accept(stream)).await else { return };
                    let connection = http().serve_connection(TokioIo::new(stream), service);
                    let _ = watcher.watch(connection).await;
                }
            }
        });
    }
}

fn http() -> hyper::server::conn::http1::Builder {
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_headers(limits::HEADER_COUNT)
        .max_buf_size(limits::HEADER_BYTES + limits::TARGET_BYTES);
    http
}

/// Answers a request.
async fn answer(
    domains: Arc<Domains>,
    meters: Arc<Meters>,
    peer: IpAddr,
    secure: bool,
    request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    let started = domains.clock.elapsed();
    let arrival =
        Arrival { id: RequestId::random(domains.rng.as_ref()), time: domains.clock.now(), source_ip: peer, secure };
    let id = arrival.id.clone();
    // Nobody reads an empty body, so nobody answers its "100 Continue", and a client that waits for that would take the
    // next answer on this connection for this one's.
    let unheard = request.headers().contains_key(header::EXPECT) && request.body().is_end_stream();
    let request: Request = request.map(patient);
    let method = request.method().clone();
    // Unwind-safe: what a fault leaves behind is locks and caches, none of which is trusted after a panic.
    let answered = AssertUnwindSafe(dialects::serve(&domains, arrival, request)).catch_unwind().await;
    let mut response = answered.unwrap_or_else(|_| {
        tracing::error!(request = %id, "a call ended by a fault of ours");
        let mut response = Response::new(dialects::empty());
        *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        response
    });
    if unheard {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let took = domains.clock.elapsed().saturating_sub(started);
    let status = response.status().as_u16();
    meters.answered(status, took);
    tracing::debug!(request = %id, %method, status, micros = took.as_micros(), "answered");
    Ok(response)
}

/// A body whose sender may not pause for longer than [`PATIENCE`].
fn patient(body: Incoming) -> dialects::RequestBody {
    if body.is_end_stream() {
        return dialects::empty();
    }
    let (hint, ended) = (body.size_hint(), body.is_end_stream());
    let pieces = futures::stream::unfold(Some(body.into_data_stream()), |stream| async move {
        let mut stream = stream?;
        let piece = match tokio::time::timeout(PATIENCE, stream.next()).await {
            Ok(Some(Ok(piece))) => return Some((Ok(piece), Some(stream))),
            Ok(Some(Err(error))) => Err(error.into()),
            Ok(None) => return None,
            Err(_) => Err("the client stopped sending".into()),
        };
        Some((piece, None))
    });
    let frames = pieces.map(|piece: Result<Bytes, BodyError>| piece.map(Frame::data));
    BodyExt::boxed_unsync(Announced { frames: Box::pin(frames), hint, ended })
}

type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// Frames with the length their sender announced, which dialects ask a body for.
struct Announced<S> {
    frames: Pin<Box<S>>,
    hint: SizeHint,
    ended: bool,
}

impl<S: Stream<Item = Result<Frame<Bytes>, BodyError>>> Body for Announced<S> {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.frames.as_mut().poll_next(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}
