use crate::encoding;
use types::Result;

/// How a request named its bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// In the path: `/bucket/key`.
    Path,
    /// In the host: `bucket.endpoint`.
    VirtualHost,
    /// By a domain of its own that is bound to it.
    BoundDomain,
}

/// What a request is about, as text that nobody has judged yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The bucket, if it names one.
    pub bucket: Option<String>,
    /// The object's key, decoded; empty if it names none.
    pub key: String,
    /// How the bucket was named.
    pub style: Style,
}

impl Location {
    /// The resource as signatures name it: `/bucket/key` whatever the style, `/` without a bucket (OSS signature
    /// versions 1, 2 and 4 agree on this).
    pub fn resource(&self) -> String {
        self.bucket.as_ref().map_or_else(|| "/".to_owned(), |bucket| format!("/{bucket}/{}", self.key))
    }
}

/// The hosts this server answers to.
#[derive(Clone, Debug, Default)]
pub struct Addressing {
    base_domains: Vec<String>,
    bound_domains: Vec<(String, String)>,
}

impl Addressing {
    /// Buckets are reachable below each of these domains, as `bucket.domain`.
    pub fn new(base_domains: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let base_domains = base_domains.into_iter().map(|d| bare_host(d.as_ref())).collect();
        Self { base_domains, bound_domains: Vec::new() }
    }

    /// Binds a domain to one bucket.
    #[must_use]
    pub fn with_bound_domain(mut self, domain: &str, bucket: &str) -> Self {
        self.bound_domains.push((bare_host(domain), bucket.to_owned()));
        self
    }

    /// Finds the bucket and key of a request from its Host header and its path as sent.
    pub fn resolve(&self, host: &str, raw_path: &str) -> Result<Location> {
        let host = bare_host(host);
        let path = raw_path.strip_prefix('/').unwrap_or(raw_path);
        let named = self.bucket_of(&host);
        if let Some((bucket, style)) = named {
            return Ok(Location { bucket: Some(bucket), key: encoding::decode_path(path)?, style });
        }
        if path.is_empty() {
            return Ok(Location { bucket: None, key: String::new(), style: Style::Path });
        }
        // Split before decoding: `%2F` is a slash of the key, never the end of the bucket's name.
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let (bucket, key) = (encoding::decode_path(bucket)?, encoding::decode_path(key)?);
        Ok(Location { bucket: Some(bucket), key, style: Style::Path })
    }

    fn bucket_of(&self, host: &str) -> Option<(String, Style)> {
        if let Some((_, bucket)) = self.bound_domains.iter().find(|(domain, _)| domain == host) {
            return Some((bucket.clone(), Style::BoundDomain));
        }
        if self.base_domains.iter().any(|domain| domain == host) {
            return None;
        }
        let below = |domain: &String| host.strip_suffix(domain.as_str()).and_then(|rest| rest.strip_suffix('.'));
        let bucket = self.base_domains.iter().find_map(below).or_else(|| vendor_bucket(host))?;
        Some((bucket.to_owned(), Style::VirtualHost))
    }
}

/// `<bucket>.oss-<anything>.aliyuncs.com`: what ali-oss sends when its endpoint is an address.
fn vendor_bucket(host: &str) -> Option<&str> {
    let (bucket, endpoint) = host.strip_suffix(".aliyuncs.com")?.split_once('.')?;
    Some(bucket).filter(|b| !b.is_empty() && endpoint.starts_with("oss-") && !endpoint.contains('.'))
}

/// The host alone, in lower case: Host headers come with a port, some with user information, and the Tea SDKs may send
/// `http://127.0.0.1:18080`.
fn bare_host(text: &str) -> String {
    let text = text.trim().to_ascii_lowercase();
    let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let text = text.split('/').next().unwrap_or_default();
    let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let host = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => text.split(':').next().unwrap_or_default(),
    };
    host.strip_suffix('.').unwrap_or(host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Addressing, Style, bare_host};
    use proptest::prelude::{any, proptest};

    fn resolve(host: &str, path: &str) -> (Option<String>, String, Style) {
        let addressing = Addressing::new(["oss.local.test", "localhost"]).with_bound_domain("cdn.local.test", "cdn");
        let location = addressing.resolve(host, path).unwrap();
        (location.bucket, location.key, location.style)
    }

    #[test]
    fn three_styles() {
        let path = |b: &str, k: &str| (Some(b.to_owned()), k.to_owned(), Style::Path);
        let host = |b: &str, k: &str| (Some(b.to_owned()), k.to_owned(), Style::VirtualHost);
        assert_eq!(resolve("127.0.0.1:80", "/b/k"), path("b", "k"));
        assert_eq!(resolve("http://127.0.0.1:80", "/b/d%2Fk+x"), path("b", "d/k+x"));
        assert_eq!(resolve("[::1]:80", "/b//k/../x"), path("b", "/k/../x"));
        assert_eq!(resolve("unknown.test", "/b"), path("b", ""));
        assert_eq!(resolve("oss.local.test", "/b/"), path("b", ""));
        assert_eq!(resolve("B.oss.local.test:80", "/k"), host("b", "k"));
        assert_eq!(resolve("b.localhost", "//k"), host("b", "/k"));
        assert_eq!(resolve("b.oss-cn-hangzhou.aliyuncs.com", "/k"), host("b", "k"));
        assert_eq!(resolve("oss-cn-hangzhou.aliyuncs.com", "/b/k"), path("b", "k"));
        assert_eq!(resolve("x.y.aliyuncs.com", "/b/k"), path("b", "k"));
        assert_eq!(resolve("cdn.local.test", "/k"), (Some("cdn".into()), "k".into(), Style::BoundDomain));
        assert_eq!(resolve("127.0.0.1", "/"), (None, String::new(), Style::Path));
    }

    #[test]
    fn the_resource_is_the_same_in_every_style() {
        let addressing = Addressing::new(["h"]);
        for (host, path) in [("b.h", "/d/k"), ("h", "/b/d%2Fk"), ("1.2.3.4", "/b/d/k")] {
            assert_eq!(addressing.resolve(host, path).unwrap().resource(), "/b/d/k");
        }
        assert_eq!(addressing.resolve("h", "/").unwrap().resource(), "/");
        assert_eq!(addressing.resolve("h", "/b").unwrap().resource(), "/b/");
    }

    #[test]
    fn hosts_are_stripped() {
        for host in ["a.b", "A.b:80", "http://a.b:80", "https://u:p@a.b:80/", "a.b.", "u@a.b"] {
            assert_eq!(bare_host(host), "a.b", "{host}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(host in any::<String>(), path in any::<String>()) {
            let _ = Addressing::new(["oss.local.test", ""]).resolve(&host, &path);
        }
    }
}
