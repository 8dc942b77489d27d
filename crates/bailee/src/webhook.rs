use crate::Stop;
use crate::commands::client::connector;
use crate::config::RotationSettings;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use kms::secrets::{DataType, NewValue, Webhook, WebhookAnswer, WebhookRequest};
use rustls::pki_types::ServerName;
use serde::Deserialize;
use serde_json::json;
use std::net::IpAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use types::{Failure, Reason, Result, Secret};

/// The variable with what the webhook knows us by.
pub(crate) const TOKEN: &str = "BAILEE_ROTATION_TOKEN";
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of an answer: a value in JSON, each of its bytes escaped, and room.
const ANSWER_BYTES: usize = 256 * 1024;

/// The operator's service for rotating credentials, over HTTP. It is asked by POST with a JSON object, and answers 200
/// with the new value, 202 if it needs more time, or anything else if it failed (docs/rotation.md).
pub(crate) struct HttpWebhook {
    host: String,
    port: u16,
    path: String,
    tls: Option<TlsConnector>,
    token: Option<Secret<String>>,
}

/// What it answers when it is done.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Done {
    secret_data: String,
    #[serde(default)]
    secret_data_type: Option<String>,
}

impl HttpWebhook {
    /// The service at the address of the settings.
    pub(crate) fn new(settings: &RotationSettings, token: Option<String>) -> Result<Self, Stop> {
        let text = &settings.webhook;
        let uri: hyper::Uri = text.parse().map_err(|e| format!("rotation.webhook {text:?} is no URL: {e}"))?;
        let host = uri.host().ok_or("rotation.webhook names no host")?.trim_matches(['[', ']']).to_owned();
        let (port, tls) = match uri.scheme_str() {
            Some("https") => (443, Some(connector(settings.ca.as_deref())?)),
            Some("http") if is_loopback(&host) => (80, None),
            _ => return Err(format!("rotation.webhook {text:?} must be https://…, or http:// on loopback").into()),
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { host, port: uri.port_u16().unwrap_or(port), path, tls, token: token.map(Secret::new) })
    }

    async fn ask(&self, request: &WebhookRequest) -> Result<(StatusCode, Secret<Vec<u8>>), Stop> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        match &self.tls {
            None => self.exchange(stream, request).await,
            Some(tls) => {
                let name = ServerName::try_from(self.host.clone())?;
                self.exchange(tls.connect(name, stream).await?, request).await
            }
        }
    }

    async fn exchange<S>(&self, stream: S, request: &WebhookRequest) -> Result<(StatusCode, Secret<Vec<u8>>), Stop>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let driver = tokio::spawn(connection);
        let answer = sender.send_request(self.post(request)?).await;
        let result = match answer {
            Ok(answer) => {
                let status = answer.status();
                let body = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await;
                body.map(|body| (status, Secret::new(body.to_bytes().to_vec())))
            }
            Err(error) => Err(error.into()),
        };
        driver.abort();
        result
    }

    fn post(&self, request: &WebhookRequest) -> Result<Request<Full<Bytes>>, Stop> {
        let WebhookRequest { arn, name, kind, config, version, attempt } = request;
        let body = json!({
            "Arn": arn, "SecretName": name, "SecretType": kind, "ExtendedConfig": config,
            "VersionId": version, "Attempt": attempt,
        });
        let mut post = Request::post(&self.path)
            .header("host", format!("{}:{}", self.host, self.port))
            .header("content-type", "application/json");
        if let Some(token) = &self.token {
            post = post.header("authorization", format!("Bearer {}", token.expose()));
        }
        Ok(post.body(Full::from(body.to_string()))?)
    }
}

pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The new value. What it says is never repeated in an error.
fn done(body: &Secret<Vec<u8>>) -> Result<NewValue> {
    let wrong = || {
        let text = "The rotation webhook's answer is not a JSON object with SecretData and perhaps SecretDataType.";
        Failure::new(Reason::Unavailable, text)
    };
    let Done { secret_data, secret_data_type } = serde_json::from_slice(body.expose()).map_err(|_| wrong())?;
    let data_type = match secret_data_type.as_deref() {
        None | Some("text") => DataType::Text,
        Some("binary") if STANDARD.decode(&secret_data).is_ok() => DataType::Binary,
        Some(_) => return Err(wrong()),
    };
    Ok(NewValue { data: Secret::new(secret_data.into_bytes()), data_type })
}

fn failed(text: impl Into<String>) -> Failure {
    Failure::new(Reason::Unavailable, text)
}

#[async_trait]
impl Webhook for HttpWebhook {
    async fn rotate(&self, request: &WebhookRequest) -> Result<WebhookAnswer> {
        let asked = tokio::time::timeout(PATIENCE, self.ask(request)).await;
        let asked = asked.map_err(|_| failed("The rotation webhook did not answer in 30 seconds."))?;
        let (status, body) = asked.map_err(|e| failed("The rotation webhook cannot be reached.").caused_by(e))?;
        match status {
            StatusCode::OK => Ok(WebhookAnswer::Done(done(&body)?)),
            StatusCode::ACCEPTED => Ok(WebhookAnswer::NotYet),
            other => Err(failed(format!("The rotation webhook answered {}.", other.as_u16()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HttpWebhook, done};
    use crate::config::RotationSettings;
    use types::Secret;

    fn made(url: &str) -> Result<HttpWebhook, crate::Stop> {
        HttpWebhook::new(&RotationSettings { webhook: url.to_owned(), ca: None }, None)
    }

    #[test]
    fn only_loopback_may_do_without_tls() {
        for url in ["http://127.0.0.1:1/x", "http://localhost/", "http://[::1]:9"] {
            assert!(made(url).is_ok(), "{url}");
        }
        for url in ["http://example.com/", "http://10.0.0.1/", "ftp://127.0.0.1/", "/x", "https://example.com/"] {
            assert!(made(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_answer_is_read_and_never_repeated() {
        let read = |text: &str| done(&Secret::new(text.as_bytes().to_vec()));
        assert_eq!(read(r#"{"SecretData":"pw"}"#).ok().unwrap().data.expose(), b"pw");
        for wrong in [
            "pw",
            "{}",
            r#"{"SecretData":"pw","SecretDataType":"x"}"#,
            r#"{"SecretData":"pw","SecretDataType":"binary"}"#,
        ] {
            assert!(!read(wrong).err().unwrap().to_string().contains("pw"), "{wrong}");
        }
    }
}
