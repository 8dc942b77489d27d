use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use types::NameError;

const CHARS: usize = 255;
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// An issuer's URL, exactly as the issuer writes it: `https`, a host in lower case, perhaps a port and a path (OpenID Connect
/// Core §2, `iss`). Two that differ in a byte are two issuers. An issuer on loopback may be `http`; whether it is believed is
/// the deployment's setting.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IssuerUrl(String);

impl IssuerUrl {
    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL without its scheme: what one vendor calls a provider by.
    pub fn bare(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, bare)| bare)
    }

    /// Whether it is plain `http`.
    pub fn is_plain(&self) -> bool {
        self.0.starts_with("http://")
    }

    /// Where the issuer says what it is (OpenID Connect Discovery §4.1).
    pub fn discovery(&self) -> String {
        format!("{}{WELL_KNOWN}", self.0.trim_end_matches('/'))
    }

    fn check(text: &str) -> Option<()> {
        let (scheme, bare) = text.split_once("://")?;
        if text.len() > CHARS {
            return None;
        }
        let (authority, path) = bare.split_at(bare.find('/').unwrap_or(bare.len()));
        let (host, port) = split_port(authority)?;
        let loopback =
            || host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        let scheme_fits = scheme == "https" || (scheme == "http" && loopback());
        let path_fits = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%!$&'()*+;=:".contains(&b));
        // An `@` could stand in a path, but nothing is won by such issuers, and much is hidden by them.
        (scheme_fits && is_host(host) && port.is_none_or(is_port) && path_fits).then_some(())
    }
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if authority.starts_with('[') {
        let (host, rest) = authority.split_at(authority.find(']')?.checked_add(1)?);
        return match rest.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None => rest.is_empty().then_some((host, None)),
        };
    }
    Some(authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))))
}

fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return inner.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.split('.').all(label)
}

fn is_port(port: &str) -> bool {
    !port.starts_with('0') && port.parse::<u16>().is_ok()
}

impl FromStr for IssuerUrl {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let rule = "https:// with a host in lower case, perhaps a port and a path, no query, fragment or user, at most 255 characters";
        Self::check(text).map(|()| Self(text.to_owned())).ok_or(NameError::new("issuer URL", rule))
    }
}

impl TryFrom<String> for IssuerUrl {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<IssuerUrl> for String {
    fn from(url: IssuerUrl) -> Self {
        url.0
    }
}

impl fmt::Display for IssuerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::IssuerUrl;

    #[test]
    fn what_is_an_issuer() {
        for good in [
            "https://a",
            "https://login.example.com",
            "https://login.example.com/",
            "https://login.example.com:8443/tenant/v2.0",
            "https://10.0.0.1/a%20b",
            "https://[2001:db8::1]:8443",
            "http://localhost:1/x",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            let url: IssuerUrl = good.parse().unwrap();
            assert!(good.ends_with(url.bare()) && url.as_str() == good);
        }
        let long = format!("https://{}", "a".repeat(250));
        for wrong in [
            "",
            "login.example.com",
            "ftp://a",
            "http://example.com",
            "http://127.0.0.1.example.com",
            "HTTPS://a",
            "https://A.example",
            "https://",
            "https:///x",
            "https://a..b",
            "https://-a",
            "https://a?b",
            "https://a/b?c",
            "https://a/#b",
            "https://user@a",
            "https://a@b/c",
            "https://a/b@c",
            "https://a:0",
            "https://a:",
            "https://a:65536",
            "https://a:080",
            "https://a/b c",
            "https://a/\u{e9}",
            "https://[::1",
            "https://[::1]x",
            "https://[]",
            "https://a\\b",
            &long,
        ] {
            assert!(wrong.parse::<IssuerUrl>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn where_the_documents_are() {
        let discovery = |text: &str| text.parse::<IssuerUrl>().unwrap().discovery();
        assert_eq!(discovery("https://a"), "https://a/.well-known/openid-configuration");
        assert_eq!(discovery("https://a/b/"), "https://a/b/.well-known/openid-configuration");
    }
}
