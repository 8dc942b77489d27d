//! What must hold of an AWS signature beyond the signature itself, which `s3s` verifies: that it covers every header
//! that means something, that its day, its clock and its life are right, and that there is only one.

use super::authorization::Fields;
use super::proof::{Method, hex_signature};
use super::{Scope, access_key_id, coverage, malformed, window};
use crate::encoding::{self, encode, encode_path};
use crate::{Head, Params};
use crypto::hash;
use types::{AccessKeyId, Failure, Reason, Result, Timestamp};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Who claims to have signed an S3 request, and how.
#[derive(Clone)]
pub struct AwsIdentity {
    /// Whose secret signed it.
    pub access_key_id: AccessKeyId,
    /// The day, region and service it was signed for. Whether they are served here is for the caller to judge.
    pub scope: Scope,
    /// When it was signed.
    pub time: Timestamp,
    /// When a presigned URL ends; `None` for a signature in the header.
    pub expires: Option<Timestamp>,
    /// The headers it covers.
    pub signed_headers: Vec<String>,
    /// The session token that came with a temporary access key. Whether it belongs to the key is not judged here.
    pub security_token: Option<String>,
}

/// Checks an AWS signature version 4 in the header or the URL.
pub fn precheck(head: &Head, now: Timestamp) -> Result<AwsIdentity> {
    let query = Params::parse(head.raw_query().as_bytes())?;
    let identity = claims(head, &query)?.read()?;
    identity.scope.require_day(identity.time)?;
    match identity.expires {
        Some(expires) => window::check_url(Some(identity.time), expires, now)?,
        None => window::check(identity.time, now)?,
    }
    check_coverage(head, &identity)?;
    Ok(identity)
}

/// What the signature of a request should be of, for the sender of a wrong one to compare with what it signed. Holds
/// nothing but what was sent.
pub struct AwsExpected {
    /// Whose secret is said to have signed it.
    pub access_key_id: AccessKeyId,
    /// The signature, as sent.
    pub signature: String,
    /// The string to sign.
    pub string_to_sign: String,
    /// The canonical request, whose hash is in that string.
    pub canonical_request: String,
    scope: Scope,
}

impl AwsExpected {
    /// Whether the signature that was sent is the one made with this secret. That a request is signed for the right day
    /// and covers what it must is [`precheck`]'s to say.
    pub fn holds(&self, secret: &[u8]) -> bool {
        let method = Method::Derived { prefix: b"AWS4", scope: self.scope.clone() };
        let right = method.sign(secret, self.string_to_sign.as_bytes());
        hash::eq(right.as_bytes(), self.signature.as_bytes())
    }
}

/// Works out what should have been signed (AWS Signature Version 4, "Create a canonical request").
pub fn expected(head: &Head) -> Result<AwsExpected> {
    let query = Params::parse(head.raw_query().as_bytes())?;
    let claims = claims(head, &query)?;
    let AwsIdentity { access_key_id, scope, mut signed_headers, .. } = claims.read()?;
    signed_headers.sort_unstable();
    let presigned = claims.expires.is_some();
    let canonical_request = canonical_request(head, &query, &signed_headers, presigned);
    let digest = hex::encode(hash::sha256(canonical_request.as_bytes()));
    Ok(AwsExpected {
        access_key_id,
        signature: claims.signature.to_owned(),
        string_to_sign: format!("{ALGORITHM}\n{}\n{scope}\n{digest}", claims.date),
        canonical_request,
        scope,
    })
}

fn canonical_request(head: &Head, query: &Params, signed_headers: &[String], presigned: bool) -> String {
    let path = encoding::decode_path(head.raw_path()).map_or_else(|_| head.raw_path().to_owned(), |p| encode_path(&p));
    let pairs = query.iter().filter(|(name, _)| *name != "X-Amz-Signature");
    let mut pairs: Vec<_> = pairs.map(|(name, value)| (encode(name), encode(value))).collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let line = |name: &String| {
        let values = head.headers().filter(|(known, _)| known == name);
        let values: Vec<String> = values.map(|(_, v)| v.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        format!("{name}:{}\n", values.join(","))
    };
    let lines: String = signed_headers.iter().map(line).collect();
    let sent = head.header("x-amz-content-sha256").filter(|_| !presigned);
    let (query, names, payload) = (pairs.join("&"), signed_headers.join(";"), sent.unwrap_or("UNSIGNED-PAYLOAD"));
    format!("{}\n{path}\n{query}\n{lines}\n{names}\n{payload}", head.method())
}

fn claims<'a>(head: &'a Head, query: &'a Params) -> Result<Claims<'a>> {
    let in_query = query.iter().any(|(name, _)| name.eq_ignore_ascii_case("x-amz-signature"));
    match head.header("authorization") {
        Some(_) if in_query => Err(malformed("it is both in the Authorization header and in the URL")),
        Some(value) => from_header(head, value),
        None => from_url(query),
    }
}

fn from_header<'a>(head: &'a Head, value: &'a str) -> Result<Claims<'a>> {
    let rest = match value.split_once(' ') {
        Some((ALGORITHM, rest)) => rest,
        Some(("AWS", _)) => return Err(version_2()),
        _ => return Err(malformed(format_args!("it must be {ALGORITHM} and its fields"))),
    };
    let fields = Fields::parse(rest, '=', &["Credential", "SignedHeaders", "Signature"])?;
    Ok(Claims {
        credential: fields.required("Credential")?,
        date: head.header("x-amz-date").ok_or_else(|| Failure::missing("x-amz-date"))?,
        expires: None,
        signed_headers: fields.required("SignedHeaders")?,
        signature: fields.required("Signature")?,
        token: head.header("x-amz-security-token"),
    })
}

fn from_url(query: &Params) -> Result<Claims<'_>> {
    let get = |name: &'static str| {
        query.optional(name).ok_or_else(|| malformed(format_args!("{name} is missing in the URL")))
    };
    if query.contains("AWSAccessKeyId") {
        return Err(version_2());
    }
    if get("X-Amz-Algorithm")? != ALGORITHM {
        return Err(malformed(format_args!("X-Amz-Algorithm must be {ALGORITHM}")));
    }
    Ok(Claims {
        credential: get("X-Amz-Credential")?,
        date: get("X-Amz-Date")?,
        expires: Some(get("X-Amz-Expires")?),
        signed_headers: get("X-Amz-SignedHeaders")?,
        signature: get("X-Amz-Signature")?,
        token: query.optional("X-Amz-Security-Token"),
    })
}

struct Claims<'a> {
    credential: &'a str,
    date: &'a str,
    expires: Option<&'a str>,
    signed_headers: &'a str,
    signature: &'a str,
    token: Option<&'a str>,
}

impl Claims<'_> {
    fn read(&self) -> Result<AwsIdentity> {
        let (id, scope) = Scope::parse(self.credential, "aws4_request")?;
        let time = Timestamp::parse_iso_basic(self.date).ok_or_else(window::malformed)?;
        let expires = match self.expires {
            Some(seconds) => Some(time.plus(window::lifetime(seconds, "X-Amz-Expires")?)),
            None => None,
        };
        hex_signature(self.signature)?;
        Ok(AwsIdentity {
            access_key_id: access_key_id(id)?,
            scope,
            time,
            expires,
            signed_headers: coverage::names(self.signed_headers)?,
            security_token: self.token.map(str::to_owned),
        })
    }
}

/// Every `x-amz-*` header changes what a request does, so each must be signed; a presigned URL usually signs the host
/// alone, and then there may be none.
fn check_coverage(head: &Head, identity: &AwsIdentity) -> Result<()> {
    coverage::require(&identity.signed_headers, "host")?;
    for (name, _) in head.headers().filter(|(name, _)| name.starts_with("x-amz-")) {
        coverage::require(&identity.signed_headers, name)?;
    }
    Ok(())
}

fn version_2() -> Failure {
    Failure::new(Reason::NotImplemented, "Signature version 2 is not supported; please use AWS4-HMAC-SHA256.")
}

#[cfg(test)]
mod tests {
    use super::precheck;
    use crate::Head;
    use types::{Reason, Timestamp};

    const SIGNATURE: &str = "fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024";

    fn now() -> Timestamp {
        Timestamp::parse_iso("2026-11-22T00:00:00Z").unwrap()
    }

    fn header(date: &str, day: &str, signed: &str, more: &str) -> Head {
        let raw = format!(
            "GET /b/k HTTP/1.1\r\nHost: h\r\nx-amz-date: {date}\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\n{more}\
             Authorization: AWS4-HMAC-SHA256 Credential=AKIATESTTEST/{day}/local-1/s3/aws4_request, \
             SignedHeaders={signed}, Signature={SIGNATURE}\r\n\r\n"
        );
        Head::read(raw.as_bytes()).unwrap().0
    }

    fn url(expires: &str, signed: &str, more: &str) -> Head {
        let raw = format!(
            "GET /b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIATESTTEST%2F20261122%2Flocal-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20261122T000000Z&X-Amz-Expires={expires}&X-Amz-SignedHeaders={signed}&X-Amz-Security-Token=t%2B\
             &X-Amz-Signature={SIGNATURE} HTTP/1.1\r\nHost: h\r\n{more}\r\n"
        );
        Head::read(raw.as_bytes()).unwrap().0
    }

    fn reason(head: &Head, now: Timestamp) -> Option<Reason> {
        precheck(head, now).err().map(|failure| failure.reason())
    }

    #[test]
    fn a_header_signature() {
        let all = "host;x-amz-content-sha256;x-amz-date";
        let identity = precheck(&header("20261122T000000Z", "20261122", all, ""), now()).unwrap();
        assert_eq!((identity.access_key_id.as_str(), identity.scope.region.as_str()), ("AKIATESTTEST", "local-1"));
        let cases = [
            ("20261122T001501Z", "20261122", all, "", Some(Reason::ClockSkewed)),
            ("20261122T001500Z", "20261122", all, "", None),
            ("20261122T000000Z", "20261121", all, "", Some(Reason::SignatureMalformed)),
            ("2026-11-22", "20261122", all, "", Some(Reason::TimestampMalformed)),
            ("20261122T000000Z", "20261122", "host;x-amz-date", "", Some(Reason::SignatureIncomplete)),
            ("20261122T000000Z", "20261122", "host;x-amz-content-sha256", "", Some(Reason::SignatureIncomplete)),
            ("20261122T000000Z", "20261122", "x-amz-content-sha256;x-amz-date", "", Some(Reason::SignatureIncomplete)),
            ("20261122T000000Z", "20261122", all, "x-amz-acl: public-read\r\n", Some(Reason::SignatureIncomplete)),
            ("20261122T000000Z", "20261122", all, "x-amzn-trace-id: 1\r\n", None),
        ];
        for (date, day, signed, more, expected) in cases {
            assert_eq!(reason(&header(date, day, signed, more), now()), expected, "{date} {day} {signed} {more}");
        }
    }

    #[test]
    fn a_presigned_url() {
        let identity = precheck(&url("60", "host", ""), now()).unwrap();
        assert_eq!(identity.security_token.as_deref(), Some("t+"));
        assert_eq!(identity.expires, Some(Timestamp::from_secs(now().secs() + 60)));
        let at = |secs: i64| Timestamp::from_secs(now().secs() + secs);
        assert_eq!(reason(&url("60", "host", ""), at(61)), Some(Reason::RequestExpired));
        assert_eq!(reason(&url("604800", "host", ""), at(604_800)), None);
        assert_eq!(reason(&url("604801", "host", ""), now()), Some(Reason::ParameterInvalid));
        assert_eq!(reason(&url("0", "host", ""), now()), Some(Reason::ParameterInvalid));
        assert_eq!(reason(&url("60", "host", ""), at(-901)), Some(Reason::ClockSkewed));
        assert_eq!(reason(&url("60", "content-type", ""), now()), Some(Reason::SignatureIncomplete));
        assert_eq!(reason(&url("60", "host", "x-amz-acl: private\r\n"), now()), Some(Reason::SignatureIncomplete));
        assert_eq!(reason(&url("60", "host;x-amz-acl", "x-amz-acl: private\r\n"), now()), None);
        assert_eq!(
            reason(&url("60", "host", "Authorization: AWS4-HMAC-SHA256 x\r\n"), now()),
            Some(Reason::SignatureMalformed)
        );
    }

    #[test]
    fn other_versions_are_refused() {
        for raw in
            ["GET / HTTP/1.1\r\nAuthorization: AWS a:b\r\n\r\n", "GET /?AWSAccessKeyId=a&Signature=b HTTP/1.1\r\n\r\n"]
        {
            assert_eq!(reason(&Head::read(raw.as_bytes()).unwrap().0, now()), Some(Reason::NotImplemented));
        }
    }
}
