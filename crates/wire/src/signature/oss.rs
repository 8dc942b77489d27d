//! The signatures of OSS, versions 1, 2 and 4, in the header or in the URL.

use super::proof::Proof;
use super::{Scheme, Signed, access_key_id, malformed, oss_v1, oss_v2, oss_v4, window};
use crate::{Head, Location, Params, encoding, parse_http_date};
use types::{Result, Timestamp};

/// Reads any OSS signature. `location` is what the request is about; its bucket and key are signed whatever the
/// addressing style.
pub fn read(head: &Head, location: &Location) -> Result<Signed> {
    let query = Params::parse(head.raw_query().as_bytes())?;
    let request = Request { head, query: &query, resource: location.resource() };
    let in_query = ["x-oss-signature", "x-oss-signature-version", "OSSAccessKeyId"].iter().any(|n| query.contains(n));
    match head.header("authorization") {
        Some(_) if in_query => Err(malformed("it is both in the Authorization header and in the URL")),
        Some(value) => read_header(&request, value),
        None => read_url(&request),
    }
}

fn read_header(request: &Request<'_>, value: &str) -> Result<Signed> {
    match value.split_once(' ') {
        Some(("OSS", rest)) => oss_v1::read_header(request, rest),
        Some(("OSS2", rest)) => oss_v2::read_header(request, rest),
        Some((oss_v4::ALGORITHM, rest)) => oss_v4::read_header(request, rest),
        _ => Err(malformed("it must be OSS, OSS2 or OSS4-HMAC-SHA256 and its fields")),
    }
}

fn read_url(request: &Request<'_>) -> Result<Signed> {
    match request.query.get("x-oss-signature-version") {
        Some("OSS2") => oss_v2::read_url(request),
        Some(oss_v4::ALGORITHM) => oss_v4::read_url(request),
        None if request.query.contains("OSSAccessKeyId") => oss_v1::read_url(request),
        _ => Err(malformed("x-oss-signature-version must be OSS2 or OSS4-HMAC-SHA256")),
    }
}

/// What a signature of version 1 or 2 claims: these differ in what they sign, not in what they say.
pub(super) struct Claims<'a> {
    pub(super) id: &'a str,
    pub(super) token: Option<&'a str>,
    pub(super) time: Option<Timestamp>,
    pub(super) expires: Option<Timestamp>,
    /// The date line of the string to sign.
    pub(super) date: &'a str,
    pub(super) signature: &'a str,
}

impl<'a> Claims<'a> {
    /// Of a signature in a header.
    pub(super) fn of_header(
        request: &'a Request<'_>,
        id: &'a str,
        token: Option<&'a str>,
        signature: &'a str,
    ) -> Result<Self> {
        let date = request.head.header("x-oss-date").unwrap_or_else(|| request.or_empty("date"));
        let time = Some(parse_http_date(date).ok_or_else(window::malformed)?);
        Ok(Self { id, token, time, expires: None, date, signature })
    }

    /// Of a signature in a URL; the parameters' names are those for the end, the key and the signature.
    pub(super) fn of_url(request: &'a Request<'_>, [expires, id, signature]: [&'static str; 3]) -> Result<Self> {
        let date = request.parameter(expires)?;
        let token = request.query.optional("security-token");
        let (id, signature) = (request.parameter(id)?, request.parameter(signature)?);
        Ok(Self { id, token, time: None, expires: Some(window::unix(date)?), date, signature })
    }

    /// With what proves it.
    pub(super) fn signed(&self, scheme: Scheme, signed_headers: Vec<String>, proof: Proof) -> Result<Signed> {
        Ok(Signed {
            scheme,
            access_key_id: access_key_id(self.id)?,
            security_token: self.token.map(str::to_owned),
            time: self.time,
            expires: self.expires,
            nonce: None,
            scope: None,
            signed_headers,
            proof,
        })
    }
}

/// What all versions sign parts of.
pub(super) struct Request<'a> {
    pub(super) head: &'a Head,
    pub(super) query: &'a Params,
    /// `/bucket/key`, decoded.
    pub(super) resource: String,
}

impl Request<'_> {
    /// The value of a header, empty if it is not there.
    pub(super) fn or_empty(&self, header: &str) -> &str {
        self.head.header(header).unwrap_or_default()
    }

    /// A parameter of a signed URL.
    pub(super) fn parameter(&self, name: &'static str) -> Result<&str> {
        self.query.optional(name).ok_or_else(|| malformed(format_args!("{name} is missing in the URL")))
    }

    /// Names of the headers that `always` picks and of the `additional` ones, sorted, each once.
    pub(super) fn headers(&self, always: impl Fn(&str) -> bool, additional: &[String]) -> Vec<String> {
        let mut names: Vec<String> =
            self.head.headers().map(|(name, _)| name).filter(|n| always(n)).map(str::to_owned).collect();
        names.extend_from_slice(additional);
        names.sort_unstable();
        names.dedup();
        names
    }

    /// `name:value` lines of these headers.
    pub(super) fn header_lines(&self, names: &[String]) -> Result<String> {
        let line = |name: &String| Ok(format!("{name}:{}\n", super::coverage::value(self.head, name)?));
        names.iter().map(line).collect()
    }

    /// All parameters but the signature itself, encoded anew and sorted, without `=` where the value is empty.
    pub(super) fn canonical_query(&self) -> String {
        let pairs = self.query.iter().filter(|(name, _)| *name != "x-oss-signature");
        let mut pairs: Vec<(String, String)> =
            pairs.map(|(name, value)| (encoding::encode(name), encoding::encode(value))).collect();
        pairs.sort_unstable();
        join_query(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

/// `name=value` joined by `&`, without `=` where the value is empty.
pub(super) fn join_query<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let one = |(name, value): (&str, &str)| if value.is_empty() { name.to_owned() } else { format!("{name}={value}") };
    pairs.map(one).collect::<Vec<_>>().join("&")
}
