use super::Fetch;
use super::address::is_public;
use super::pins::connector;
use crate::Stop;
use crate::commands::client::certificates;
use crate::config::OidcSettings;
use crate::webhook::is_loopback;
use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use iam::IssuerUrl;
use rustls::pki_types::{CertificateDer, ServerName};
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use types::{Failure, Result};

/// Gets documents by HTTP. Tenants choose whom from, so it goes to addresses of the internet only, unless the deployment names
/// the host; follows no redirect; and sends nothing but the request.
pub(super) struct HttpFetch {
    authorities: Vec<CertificateDer<'static>>,
    internal_hosts: Vec<String>,
}

/// Where a URL leads.
struct Place {
    host: String,
    port: u16,
    plain: bool,
    /// What is asked there.
    path: String,
}

impl Place {
    fn of(url: &str) -> Result<Self, Stop> {
        let uri: Uri = url.parse()?;
        let host = uri.host().ok_or("the URL names no host")?.trim_matches(['[', ']']).to_owned();
        let plain = match uri.scheme_str() {
            Some("https") => false,
            Some("http") => true,
            _ => return Err("the URL is neither https nor http".into()),
        };
        let port = uri.port_u16().unwrap_or(if plain { 80 } else { 443 });
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { host, port, plain, path })
    }

    /// The `Host` header (RFC 9110 §7.2).
    fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == if self.plain { 80 } else { 443 } { host } else { format!("{host}:{}", self.port) }
    }
}

impl HttpFetch {
    pub(super) fn new(settings: &OidcSettings) -> Result<Self, Stop> {
        let authorities = settings.ca.as_deref().map(certificates).transpose()?.unwrap_or_default();
        Ok(Self { authorities, internal_hosts: settings.internal_hosts.clone() })
    }

    /// Refuses what may never be asked, as far as the URL shows it.
    fn admit(&self, place: &Place) -> Result<(), &'static str> {
        let internal = self.internal_hosts.contains(&place.host);
        if place.plain && !(internal && is_loopback(&place.host)) {
            return Err("only hosts on loopback that the configuration names may be asked by plain http");
        }
        let inside = |ip: IpAddr| !is_public(ip);
        let shown = place.host == "localhost" || place.host.parse().is_ok_and(inside);
        if shown && !internal { Err("the host is inside, and the configuration does not name it") } else { Ok(()) }
    }

    /// The addresses of the host that may be spoken to. They are the ones that are connected to: a name that is looked up
    /// again could mean another by then.
    async fn addresses(&self, place: &Place) -> Result<Vec<SocketAddr>, Stop> {
        let internal = self.internal_hosts.contains(&place.host);
        let found = lookup_host((place.host.as_str(), place.port)).await?;
        let found: Vec<SocketAddr> = found.filter(|address| internal || is_public(address.ip())).take(4).collect();
        if found.is_empty() { Err("the host has no address that may be asked".into()) } else { Ok(found) }
    }
}

async fn exchange<S>(stream: S, place: &Place, most: usize) -> Result<Vec<u8>, Stop>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let request = Request::get(&place.path)
        .header("host", place.authority())
        .header("accept", "application/json")
        .header("user-agent", concat!("bailee/", env!("CARGO_PKG_VERSION")))
        .body(Empty::<Bytes>::new())?;
    let result = match sender.send_request(request).await {
        Ok(answer) if answer.status() == StatusCode::OK => {
            Limited::new(answer.into_body(), most).collect().await.map(|body| body.to_bytes().to_vec())
        }
        Ok(answer) => Err(format!("the answer is {}", answer.status()).into()),
        Err(error) => Err(error.into()),
    };
    driver.abort();
    result
}

#[async_trait]
impl Fetch for HttpFetch {
    fn check(&self, issuer: &IssuerUrl) -> Result<()> {
        let wrong = |why: String| Failure::invalid("IssuerUrl", why);
        let place = Place::of(issuer.as_str()).map_err(|e| wrong(e.to_string()))?;
        self.admit(&place).map_err(|why| wrong(why.to_owned()))
    }

    async fn get(&self, url: &str, most: usize, fingerprints: &[String]) -> Result<Vec<u8>, Stop> {
        let place = Place::of(url)?;
        self.admit(&place)?;
        let addresses = self.addresses(&place).await?;
        let stream = TcpStream::connect(addresses.as_slice()).await?;
        if place.plain {
            return exchange(stream, &place, most).await;
        }
        let name = ServerName::try_from(place.host.clone())?;
        let stream = connector(&self.authorities, fingerprints)?.connect(name, stream).await?;
        exchange(stream, &place, most).await
    }
}

#[cfg(test)]
mod tests {
    use super::{Fetch, HttpFetch};
    use crate::config::OidcSettings;

    fn fetch(hosts: &[&str]) -> HttpFetch {
        let internal_hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        HttpFetch::new(&OidcSettings { ca: None, internal_hosts }).unwrap()
    }

    #[test]
    fn what_is_inside_has_to_be_named() {
        let admitted = |hosts: &[&str], url: &str| fetch(hosts).check(&url.parse().unwrap()).is_ok();
        for inside in
            ["https://127.0.0.1:1", "https://localhost", "https://10.0.0.1", "https://[::1]", "https://169.254.169.254"]
        {
            assert!(!admitted(&[], inside), "{inside}");
        }
        assert!(admitted(&[], "https://id.example") && admitted(&[], "https://8.8.8.8"));
        assert!(admitted(&["10.0.0.1"], "https://10.0.0.1") && !admitted(&["10.0.0.1"], "https://10.0.0.2"));
        assert!(!admitted(&[], "http://127.0.0.1:1") && admitted(&["127.0.0.1"], "http://127.0.0.1:1"));
        assert!(admitted(&["::1"], "http://[::1]:1"));
    }

    #[tokio::test]
    async fn a_key_sets_url_is_held_to_the_same() {
        let fetch = fetch(&[]);
        for url in [
            "http://8.8.8.8/",
            "https://127.0.0.1:1/",
            "https://localhost:1/",
            "ftp://a/",
            "/x",
            "https://0x7f000001:1/",
            "https://2130706433:1/",
        ] {
            assert!(fetch.get(url, 100, &[]).await.is_err(), "{url}");
        }
    }
}
