use super::world::Keys;
use crate::{Domains, Request, Response, full};
use crypto::{hmac_sha1, hmac_sha256, sha256};
use http_body_util::BodyExt;
use std::collections::BTreeMap;
use types::Timestamp;
use wire::encoding::{encode, encode_path};
use wire::xml;

/// A request in the making, path style.
#[derive(Clone, Default)]
pub(super) struct Ask {
    pub(super) method: String,
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Virtual-host style.
    pub(super) host_style: bool,
    /// Both styles at once.
    pub(super) named_twice: bool,
}

impl Ask {
    pub(super) fn new(method: &str, bucket: &str, key: &str) -> Self {
        Self { method: method.into(), bucket: bucket.into(), key: key.into(), ..Self::default() }
    }

    pub(super) fn get(bucket: &str, key: &str) -> Self {
        Self::new("GET", bucket, key)
    }

    pub(super) fn head(bucket: &str, key: &str) -> Self {
        Self::new("HEAD", bucket, key)
    }

    pub(super) fn put(bucket: &str, key: &str) -> Self {
        Self::new("PUT", bucket, key)
    }

    pub(super) fn post(bucket: &str, key: &str) -> Self {
        Self::new("POST", bucket, key)
    }

    pub(super) fn delete(bucket: &str, key: &str) -> Self {
        Self::new("DELETE", bucket, key)
    }

    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(super) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(super) fn virtual_host(mut self) -> Self {
        self.host_style = true;
        self
    }

    fn resource(&self) -> String {
        if self.bucket.is_empty() { "/".into() } else { format!("/{}/{}", self.bucket, self.key) }
    }

    /// Signed by version 4, in the header.
    pub(super) fn signed(self, keys: &Keys, domains: &Domains) -> Self {
        self.signed_for(keys, "local-1", domains.clock.now())
    }

    pub(super) fn signed_for(mut self, keys: &Keys, region: &str, now: Timestamp) -> Self {
        let date = now.iso_basic();
        let day = date[..8].to_owned();
        self = self.header("x-oss-date", &date).header("x-oss-content-sha256", "UNSIGNED-PAYLOAD");
        let lines = self.lines(|name| name.starts_with("x-oss-") || matches!(name, "content-type" | "content-md5"));
        let mut query: Vec<_> = self.query.iter().map(|(n, v)| (encode(n), encode(v))).collect();
        query.sort();
        let query = joined(&query);
        let path = encode_path(&self.resource());
        let canonical = format!("{}\n{path}\n{query}\n{lines}\n\nUNSIGNED-PAYLOAD", self.method);
        let scope = format!("{day}/{region}/oss/aliyun_v4_request");
        let string = format!("OSS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex::encode(sha256(canonical.as_bytes())));
        let mut key = hmac_sha256(format!("aliyun_v4{}", keys.secret).as_bytes(), &[day.as_bytes()]);
        for step in [region, "oss", "aliyun_v4_request"] {
            key = hmac_sha256(&key, &[step.as_bytes()]);
        }
        let signature = hex::encode(hmac_sha256(&key, &[string.as_bytes()]));
        let value = format!("OSS4-HMAC-SHA256 Credential={}/{scope},Signature={signature}", keys.id);
        self.header("authorization", &value)
    }

    /// Signed by version 1, in the header. Every parameter is taken for a sub-resource.
    pub(super) fn signed_v1(mut self, keys: &Keys, domains: &Domains) -> Self {
        let date = domains.clock.now().http_date();
        self = self.header("date", &date);
        let value = format!("OSS {}:{}", keys.id, self.signature_v1(keys, &date));
        self.header("authorization", &value)
    }

    /// Signed by version 1, in the URL.
    pub(super) fn presigned_v1(self, keys: &Keys, expires: Timestamp) -> Self {
        let expires = expires.secs().to_string();
        let signature = self.signature_v1(keys, &expires);
        self.query("OSSAccessKeyId", &keys.id).query("Expires", &expires).query("Signature", &signature)
    }

    fn signature_v1(&self, keys: &Keys, date: &str) -> String {
        use base64::Engine;
        let lines = self.lines(|name| name.starts_with("x-oss-"));
        let find = |name: &str| {
            let found = self.headers.iter().find(|(n, _)| n == name);
            found.map(|(_, v)| v.as_str()).unwrap_or_default()
        };
        let mut query = self.query.clone();
        query.sort();
        let mark = if query.is_empty() { "" } else { "?" };
        let (md5, kind, query) = (find("content-md5"), find("content-type"), joined(&query));
        let string = format!("{}\n{md5}\n{kind}\n{date}\n{lines}{}{mark}{query}", self.method, self.resource());
        let mac = hmac_sha1(keys.secret.as_bytes(), &[string.as_bytes()]);
        base64::engine::general_purpose::STANDARD.encode(mac)
    }

    fn lines(&self, signed: impl Fn(&str) -> bool) -> String {
        let mut lines: Vec<_> = self.headers.iter().filter(|(n, _)| signed(n)).collect();
        lines.sort();
        lines.iter().map(|(n, v)| format!("{n}:{v}\n")).collect()
    }

    pub(super) fn request(self) -> Request {
        let mut path = match (self.bucket.as_str(), self.host_style) {
            ("", _) => "/".to_owned(),
            (_, true) if !self.named_twice => format!("/{}", encode(&self.key)),
            (bucket, _) => format!("/{bucket}/{}", encode(&self.key)),
        };
        let host = if self.host_style { format!("{}.oss.test:7070", self.bucket) } else { "127.0.0.1:7070".into() };
        let query: Vec<String> = self.query.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let mut request = http::Request::builder().method(self.method.as_str()).uri(path).header("host", host);
        let said = self.headers.iter().any(|(n, _)| matches!(n.as_str(), "content-length" | "transfer-encoding"));
        if !said && matches!(self.method.as_str(), "PUT" | "POST") {
            request = request.header("content-length", self.body.len());
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        request.body(full(self.body)).unwrap()
    }
}

fn joined(pairs: &[(String, String)]) -> String {
    let one = |(n, v): &(String, String)| if v.is_empty() { n.clone() } else { format!("{n}={v}") };
    pairs.iter().map(one).collect::<Vec<_>>().join("&")
}

/// An answer, read whole.
pub(super) struct Answered {
    pub(super) request: String,
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Answered {
    pub(super) async fn read(request: String, response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let text = |value: &http::HeaderValue| String::from_utf8(value.as_bytes().to_vec()).unwrap();
        let headers: BTreeMap<_, _> = parts.headers.iter().map(|(n, v)| (n.as_str().to_owned(), text(v))).collect();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        assert_eq!(headers["x-oss-request-id"], request);
        assert!(headers["date"].ends_with("GMT") && !headers["server"].is_empty());
        Self { request, status: parts.status.as_u16(), headers, body }
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?}\n{}", self.headers, self.text());
        assert!(!self.text().contains("xmlns"), "no name space");
        self
    }

    /// The code of an error, from the body or the header that stands in for it.
    #[track_caller]
    pub(super) fn code(&self) -> String {
        use base64::Engine;
        let bytes = match self.headers.get("x-oss-err") {
            Some(text) => base64::engine::general_purpose::STANDARD.decode(text).unwrap(),
            None => self.body.clone(),
        };
        let error = xml::parse_root(&bytes, "Error").unwrap_or_else(|_| panic!("{}", self.text()));
        assert_eq!(error.required_text("RequestId").unwrap(), self.request);
        assert_eq!(error.required_text("EC").unwrap(), self.header("x-oss-ec"));
        assert!(!error.required_text("Message").unwrap().is_empty());
        assert!(!error.required_text("HostId").unwrap().is_empty());
        error.required_text("Code").unwrap().to_owned()
    }

    #[track_caller]
    pub(super) fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}", self.text());
        self
    }
}
