use crate::Stop;
use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use trail::{RESOURCE_BYTES, Source};
use types::{Failure, Result};

const PATIENCE: Duration = Duration::from_secs(30);

/// The files of one log, read over HTTP from a server that need not be trusted.
pub(crate) struct HttpSource {
    host: String,
    port: u16,
    prefix: String,
    tls: Option<TlsConnector>,
}

impl HttpSource {
    /// The log below `path` of an endpoint. For `https`, `ca` names the authorities to trust.
    pub(crate) fn new(endpoint: &str, path: &str, ca: Option<&Path>) -> Result<Self, Stop> {
        let uri: hyper::Uri = endpoint.parse().map_err(|e| format!("the endpoint {endpoint:?} is no URL: {e}"))?;
        let host = uri.host().ok_or("the endpoint names no host")?.trim_matches(['[', ']']).to_owned();
        let (default_port, tls) = match uri.scheme_str() {
            Some("http") => (80, None),
            Some("https") => (443, Some(connector(ca)?)),
            _ => return Err(format!("the endpoint {endpoint:?} must start with http:// or https://").into()),
        };
        let prefix = format!("{}{path}", uri.path().trim_end_matches('/'));
        Ok(Self { host, port: uri.port_u16().unwrap_or(default_port), prefix, tls })
    }

    async fn get(&self, path: &str) -> Result<Option<Vec<u8>>, Stop> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        match &self.tls {
            None => self.request(stream, path).await,
            Some(tls) => {
                let name = ServerName::try_from(self.host.clone())?;
                self.request(tls.connect(name, stream).await?, path).await
            }
        }
    }

    async fn request<S>(&self, stream: S, path: &str) -> Result<Option<Vec<u8>>, Stop>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let driver = tokio::spawn(connection);
        let request = Request::get(format!("{}/{path}", self.prefix))
            .header("host", format!("{}:{}", self.host, self.port))
            .body(Empty::<Bytes>::new())?;
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), RESOURCE_BYTES).collect().await?.to_bytes();
        driver.abort();
        match status {
            StatusCode::OK => Ok(Some(body.to_vec())),
            StatusCode::NOT_FOUND => Ok(None),
            other => Err(format!("{path}: the server answered {other}").into()),
        }
    }
}

#[async_trait]
impl Source for HttpSource {
    async fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let answer = tokio::time::timeout(PATIENCE, self.get(path)).await;
        answer.map_err(Failure::internal)?.map_err(Failure::internal)
    }
}

pub(crate) fn connector(ca: Option<&Path>) -> Result<TlsConnector, Stop> {
    let ca = ca.ok_or("https needs --ca: the file of the authority to trust, such as bailee-data/tls/ca.pem")?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates(ca)? {
        roots.add(certificate)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The certificates in a file.
pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Stop> {
    let wrong = |e: &dyn std::fmt::Display| format!("cannot read {}: {e}", file.display());
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file).map_err(|e| wrong(&e))?.collect();
    Ok(found.map_err(|e| wrong(&e))?)
}
