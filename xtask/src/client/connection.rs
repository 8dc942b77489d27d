use crate::client::Ready;
use crate::outcome::{Doing, Failed, Outcome};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// One kept-alive HTTP/1.1 connection.
pub(crate) struct Connection {
    address: String,
    sender: SendRequest<Full<Bytes>>,
}

/// A whole answer.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: StatusCode,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its body.
    pub(crate) body: Bytes,
}

impl Answer {
    /// A header's value, if it is there and text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// This answer if it is a success, else an error with the beginning of its body.
    pub(crate) fn ok(self) -> Outcome<Self> {
        if self.status.is_success() {
            return Ok(self);
        }
        let body: String = String::from_utf8_lossy(&self.body).chars().take(500).collect();
        Err(Failed::new(format!("the server answered {}: {body}", self.status)))
    }
}

impl Connection {
    /// Connects to a host and port.
    pub(crate) async fn open(address: &str) -> Outcome<Self> {
        Ok(Self { address: address.to_owned(), sender: connect(address).await? })
    }

    /// Sends a request and waits for the head of the answer. A server may close an idle connection, so a closed one is
    /// opened again; a request that was sent is never repeated.
    async fn begin(&mut self, request: Ready) -> Outcome<http::Response<Incoming>> {
        if self.sender.ready().await.is_err() {
            self.sender = connect(&self.address).await?;
            self.sender.ready().await.doing("send")?;
        }
        self.sender.send_request(request).await.doing("send")
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&mut self, request: Ready) -> Outcome<Answer> {
        let (head, body) = self.begin(request).await?.into_parts();
        let body = body.collect().await.doing("read the answer")?.to_bytes();
        Ok(Answer { status: head.status, headers: head.headers, body })
    }

    /// Sends a request that has to succeed, and throws its body away as it comes; gives back the body's length.
    pub(crate) async fn drain(&mut self, request: Ready) -> Outcome<u64> {
        let mut response = self.begin(request).await?;
        let status = response.status();
        let mut length = 0;
        while let Some(frame) = response.body_mut().frame().await {
            let frame = frame.doing("read the answer")?;
            length += frame.data_ref().map_or(0, Bytes::len) as u64;
        }
        if status.is_success() { Ok(length) } else { Err(Failed::new(format!("the server answered {status}"))) }
    }
}

async fn connect(address: &str) -> Outcome<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await.doing("connect")?;
    stream.set_nodelay(true).doing("connect")?;
    let (sender, driver) = handshake(TokioIo::new(stream)).await.doing("connect")?;
    // The driver ends with the connection; what went wrong reaches the request that was under way.
    tokio::spawn(async move {
        let _ = driver.await;
    });
    Ok(sender)
}
