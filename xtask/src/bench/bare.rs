//! A hyper server that moves the same bytes as the measured one and stores nothing: what HTTP alone costs here.

use crate::Summary;
use crate::client::Target;
use crate::outcome::{Doing, Outcome};
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Where the bare server listens.
#[derive(clap::Args)]
pub(crate) struct BareOptions {
    /// Address and port.
    #[arg(long)]
    listen: SocketAddr,
}

/// The bare server as a process of its own, like the one it is compared with. Dropping it kills it.
pub(super) struct Bare {
    child: Child,
    address: SocketAddr,
}

impl Bare {
    /// Starts it, from this very program.
    pub(super) fn start() -> Outcome<Self> {
        let address = crate::server::free_address()?;
        let program = std::env::current_exe().doing("find this program")?;
        let mut command = Command::new(program);
        let child = command.args(["bare-server", "--listen", &address.to_string()]).spawn().doing("start it again")?;
        let bare = Self { child, address };
        let began = Instant::now();
        while std::net::TcpStream::connect(address).is_err() && began.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(bare)
    }

    /// The same keys as for the measured server, so that the same signatures are made.
    pub(super) fn target(&self, measured: &Target) -> Target {
        Target { address: self.address.to_string(), ..measured.clone() }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How long each object is that was put.
type Lengths = Arc<Mutex<HashMap<String, usize>>>;

/// Serves until killed.
pub(crate) fn run_bare(options: &BareOptions) -> Summary {
    let runtime = Runtime::new().doing("start the runtime")?;
    runtime.block_on(serve(options.listen))
}

async fn serve(address: SocketAddr) -> Summary {
    let listener = TcpListener::bind(address).await.doing("listen")?;
    let lengths = Lengths::default();
    let zeros = Bytes::from(vec![0; 64 * super::MIB]);
    loop {
        let (stream, _) = listener.accept().await.doing("accept")?;
        stream.set_nodelay(true).doing("accept")?;
        let (lengths, zeros) = (Arc::clone(&lengths), zeros.clone());
        let service = service_fn(move |request| answer(request, Arc::clone(&lengths), zeros.clone()));
        tokio::spawn(async move {
            // A client that goes away is no concern of this server.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    lengths: Lengths,
    zeros: Bytes,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, mut body) = request.into_parts();
    let path = head.uri.path().to_owned();
    if head.method == Method::GET {
        let length = lengths.lock().unwrap_or_else(PoisonError::into_inner).get(&path).copied().unwrap_or(0);
        return Ok(Response::new(Full::new(zeros.slice(..length.min(zeros.len())))));
    }
    let mut length = 0;
    while let Some(Ok(frame)) = body.frame().await {
        length += frame.data_ref().map_or(0, Bytes::len);
    }
    if head.method == Method::PUT {
        lengths.lock().unwrap_or_else(PoisonError::into_inner).insert(path, length);
        return Ok(Response::new(Full::default()));
    }
    Ok(Response::new(Full::from(r#"{"KeyMetadata":{"KeyId":"none"}}"#)))
}
