use std::borrow::Cow;
use std::fmt;
use types::{Failure, Result, limits};

/// The head of a request exactly as it was on the wire: the target is never normalised, since signatures cover it raw
/// and a key may hold `//`, `..` or an encoded slash.
#[derive(Clone, PartialEq, Eq)]
pub struct Head {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
}

/// Headers beside the vendors' own that decide something and so may be there only once: with two, the reader that
/// verifies and the reader that acts could each take another.
const ONCE: &[&str] = &[
    "host",
    "authorization",
    "date",
    "range",
    "expect",
    "transfer-encoding",
    "security-token",
    "content-length",
    "content-type",
    "content-md5",
    "content-encoding",
    "content-language",
    "content-disposition",
    "content-range",
];
const ONCE_PREFIXES: &[&str] = &["x-oss-", "x-acs-", "x-amz-"];

impl Head {
    /// The head that the HTTP library read. The method, the target and the header values stay as sent.
    pub fn from_parts(parts: &http::request::Parts) -> Result<Self> {
        let target = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        // In absolute form the path may be empty, which means `/` (RFC 9110 §4.2.3).
        let target = if target.starts_with('?') { Cow::Owned(format!("/{target}")) } else { Cow::Borrowed(target) };
        let mut head = Self::start(parts.method.as_str(), &target)?;
        for (name, value) in &parts.headers {
            head.push(name.as_str(), value.as_bytes())?;
        }
        // A target in absolute form (RFC 9112 §3.2.2) may come without a Host header; its authority stands in.
        if let (None, Some(authority)) = (head.header("host"), parts.uri.authority()) {
            head.push("host", authority.as_str().as_bytes())?;
        }
        head.checked()
    }

    /// Reads a recorded request: the head, and whatever follows it.
    pub fn read(raw: &[u8]) -> Result<(Self, &[u8])> {
        let end = raw.windows(4).position(|w| w == b"\r\n\r\n").ok_or_else(|| unreadable("it has no end"))?;
        let (text, rest) = raw.split_at(end);
        let text = std::str::from_utf8(text).map_err(|_| unreadable("it is not UTF-8"))?;
        let mut lines = text.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target), Some(_), None) = (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(unreadable("its first line is not a method, a target and a version"));
        };
        let mut head = Self::start(method, target)?;
        for line in lines {
            let (name, value) = line.split_once(':').ok_or_else(|| unreadable("a header has no colon"))?;
            head.push(name, value.as_bytes())?;
        }
        Ok((head.checked()?, rest.get(4..).unwrap_or_default()))
    }

    fn start(method: &str, target: &str) -> Result<Self> {
        if target.len() > limits::TARGET_BYTES {
            return Err(unreadable(format_args!("its target is longer than {} bytes", limits::TARGET_BYTES)));
        }
        if !target.starts_with('/') {
            return Err(unreadable("its target does not start with a slash"));
        }
        Ok(Self { method: method.to_owned(), target: target.to_owned(), headers: Vec::new() })
    }

    fn push(&mut self, name: &str, value: &[u8]) -> Result<()> {
        let name = name.to_ascii_lowercase();
        let value = std::str::from_utf8(value).map_err(|_| unreadable(format_args!("header {name} is not UTF-8")))?;
        let once = ONCE.contains(&name.as_str()) || ONCE_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        if once && self.header(&name).is_some() {
            return Err(unreadable(format_args!("header {name} is there twice")));
        }
        // RFC 9110 §5.5: white space around a value is not part of it.
        self.headers.push((name, value.trim_matches([' ', '\t']).to_owned()));
        if self.headers.len() > limits::HEADER_COUNT {
            return Err(unreadable(format_args!("it has more than {} headers", limits::HEADER_COUNT)));
        }
        Ok(())
    }

    fn checked(self) -> Result<Self> {
        let bytes: usize = self.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
        if bytes > limits::HEADER_BYTES {
            return Err(unreadable(format_args!("its headers are longer than {} bytes", limits::HEADER_BYTES)));
        }
        Ok(self)
    }

    /// The method, as sent.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The target, as sent.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path of the target, as sent.
    pub fn raw_path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The query of the target, as sent, without its `?`; empty if there is none.
    pub fn raw_query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// A header's value by its lower-case name, without the white space around it. Headers that decide something are
    /// there at most once; of others this is the first.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// A header that holds a list, all its lines joined by commas (RFC 9110 §5.3).
    pub fn list(&self, name: &str) -> Option<String> {
        let lines: Vec<&str> = self.headers.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect();
        if lines.is_empty() { None } else { Some(lines.join(", ")) }
    }

    /// All headers, lower-case name and value, in the order they came.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether any header's name starts so.
    pub fn has_header_prefix(&self, prefix: &str) -> bool {
        self.headers.iter().any(|(name, _)| name.starts_with(prefix))
    }
}

impl fmt::Debug for Head {
    /// The query and the headers may hold signatures, tokens and plaintext.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.raw_path())
    }
}

fn unreadable(why: impl fmt::Display) -> Failure {
    Failure::invalid("request head", why)
}

#[cfg(test)]
mod tests {
    use super::Head;
    use proptest::prelude::{any, proptest};

    #[test]
    fn nothing_is_normalised() {
        let raw = b"GET //a/../b%2Fc?x=%2f&y HTTP/1.1\r\nHost: h\r\nX-Oss-Meta-A:  v \r\n\r\nbody";
        let (head, body) = Head::read(raw).unwrap();
        assert_eq!((head.raw_path(), head.raw_query()), ("//a/../b%2Fc", "x=%2f&y"));
        assert_eq!(head.header("x-oss-meta-a"), Some("v"));
        assert_eq!(body, b"body");

        let (parts, ()) =
            http::Request::get("//a/../b%2Fc?x=%2f&y").header("host", "http://h:1").body(()).unwrap().into_parts();
        let head = Head::from_parts(&parts).unwrap();
        assert_eq!(head.target(), "//a/../b%2Fc?x=%2f&y");
        assert_eq!(head.header("host"), Some("http://h:1"));
    }

    #[test]
    fn a_target_in_absolute_form_brings_its_host() {
        for (uri, target) in [("http://b.h:1?acl", "/?acl"), ("http://b.h:1", "/"), ("http://b.h:1//k", "//k")] {
            let (parts, ()) = http::Request::get(uri).body(()).unwrap().into_parts();
            let head = Head::from_parts(&parts).unwrap();
            assert_eq!((head.target(), head.header("host")), (target, Some("b.h:1")), "{uri}");
        }
        assert!(Head::read(b"OPTIONS * HTTP/1.1\r\n\r\n").is_err());
    }

    #[test]
    fn a_deciding_header_twice_is_refused() {
        for name in ["Host", "Authorization", "x-oss-date", "X-Acs-Action", "x-amz-date", "content-type"] {
            let raw = format!("GET / HTTP/1.1\r\n{name}: a\r\n{name}: b\r\n\r\n");
            assert!(Head::read(raw.as_bytes()).is_err(), "{name}");
        }
        let (head, _) = Head::read(b"GET / HTTP/1.1\r\nIf-Match: a\r\nif-match: b\r\n\r\n").unwrap();
        assert_eq!(head.list("if-match").as_deref(), Some("a, b"));
    }

    #[test]
    fn limits_hold() {
        let many = "a: b\r\n".repeat(201);
        assert!(Head::read(format!("GET / HTTP/1.1\r\n{many}\r\n").as_bytes()).is_err());
        let long = "a".repeat(65 * 1024);
        assert!(Head::read(format!("GET / HTTP/1.1\r\na: {long}\r\n\r\n").as_bytes()).is_err());
        assert!(Head::read(format!("GET /{long} HTTP/1.1\r\n\r\n").as_bytes()).is_err());
    }

    #[test]
    fn debug_shows_neither_query_nor_headers() {
        let (head, _) = Head::read(b"GET /k?Signature=s3cr3t HTTP/1.1\r\nAuthorization: s3cr3t\r\n\r\n").unwrap();
        assert!(!format!("{head:?}").contains("s3cr3t"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(raw in any::<Vec<u8>>()) {
            let _ = Head::read(&raw);
        }
    }
}
