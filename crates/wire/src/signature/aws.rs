//! What must hold of an AWS signature beyond the signature itself: that it covers every header that means something, that
//! its day, its clock and its life are right, and that there is only one. The signature itself [`read`] makes verifiable
//! where it is on a call of a JSON or query service. Where it is on an S3 request `s3s` verifies it, or [`AwsExpected::holds`].

use super::authorization::Fields;
use super::proof::{Method, Proof, hex_signature};
use super::{Scheme, Scope, Signed, access_key_id, coverage, malformed, window};
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
    let identity = claims(head, &query)?.checked(head)?;
    match identity.expires {
        Some(expires) => window::check_url(Some(identity.time), expires, now)?,
        None => window::check(identity.time, now)?,
    }
    Ok(identity)
}

/// What the signature of a request should be of, for whoever verifies it, and for the sender of a wrong one to compare
/// with what it signed. Holds nothing but what was sent.
pub struct AwsExpected {
    /// Whose secret is said to have signed it.
    pub access_key_id: AccessKeyId,
    proof: Proof,
}

impl AwsExpected {
    /// Whether the signature that was sent is the one made with this secret. That a request is signed for the right day
    /// and covers what it must is [`precheck`]'s to say.
    pub fn holds(&self, secret: &[u8]) -> bool {
        self.proof.holds(secret)
    }

    /// The signature, as sent.
    pub fn signature(&self) -> &str {
        &self.proof.signature
    }

    /// The string to sign.
    pub fn string_to_sign(&self) -> &str {
        self.proof.strings.first().map_or("", String::as_str)
    }

    /// The canonical request, whose hash is in that string.
    pub fn canonical_request(&self) -> &str {
        self.proof.canonical_request.as_deref().unwrap_or_default()
    }
}

/// Works out what should have been signed (AWS Signature Version 4, "Create a canonical request").
pub fn expected(head: &Head) -> Result<AwsExpected> {
    let query = Params::parse(head.raw_query().as_bytes())?;
    let claims = claims(head, &query)?;
    let AwsIdentity { access_key_id, scope, mut signed_headers, .. } = claims.read()?;
    signed_headers.sort_unstable();
    let presigned = claims.expires.is_some();
    let path = encoding::decode_path(head.raw_path()).map_or_else(|_| head.raw_path().to_owned(), |p| encode_path(&p));
    let sent = head.header("x-amz-content-sha256").filter(|_| !presigned);
    let canonical_request = canonical_request(head, &path, &query, &signed_headers, sent.unwrap_or("UNSIGNED-PAYLOAD"));
    Ok(AwsExpected { access_key_id, proof: claims.proof(scope, canonical_request) })
}

fn canonical_request(head: &Head, path: &str, query: &Params, signed_headers: &[String], payload: &str) -> String {
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
    let (query, names) = (pairs.join("&"), signed_headers.join(";"));
    format!("{}\n{path}\n{query}\n{lines}\n{names}\n{payload}", head.method())
}

/// Reads a version 4 signature in the header over a body that is here in full, as Amazon's JSON and query services are
/// called: they have one path, and no signed URLs here.
pub fn read(head: &Head, body: &[u8]) -> Result<Signed> {
    let query = Params::parse(head.raw_query().as_bytes())?;
    let claims = claims(head, &query)?;
    if claims.expires.is_some() {
        return Err(malformed("it must be in the Authorization header, not in the URL"));
    }
    let AwsIdentity { access_key_id, scope, time, security_token, mut signed_headers, .. } = claims.checked(head)?;
    if head.header("content-type").is_some() {
        coverage::require(&signed_headers, "content-type")?;
    }
    for name in &signed_headers {
        coverage::value(head, name)?;
    }
    let payload = hex::encode(hash::sha256(body));
    if head.header("x-amz-content-sha256").is_some_and(|sent| sent != payload) {
        return Err(Failure::of(Reason::ContentHashMismatch));
    }
    signed_headers.sort_unstable();
    let canonical_request = canonical_request(head, head.raw_path(), &query, &signed_headers, &payload);
    Ok(Signed {
        scheme: if head.header("x-amz-target").is_some() { Scheme::AwsJson } else { Scheme::AwsQuery },
        access_key_id,
        security_token,
        time: Some(time),
        expires: None,
        nonce: None,
        proof: claims.proof(scope.clone(), canonical_request),
        scope: Some(scope),
        signed_headers,
    })
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
    /// What decides whether the signature is right (AWS Signature Version 4, "Create a string to sign").
    fn proof(&self, scope: Scope, canonical_request: String) -> Proof {
        let digest = hex::encode(hash::sha256(canonical_request.as_bytes()));
        let string = format!("{ALGORITHM}\n{}\n{scope}\n{digest}", self.date);
        Proof {
            method: Method::Derived { prefix: b"AWS4", scope },
            strings: vec![string],
            canonical_request: Some(canonical_request),
            signature: self.signature.to_owned(),
        }
    }

    /// The claims read, if they belong to one day and cover what they must.
    fn checked(&self, head: &Head) -> Result<AwsIdentity> {
        let identity = self.read()?;
        identity.scope.require_day(identity.time)?;
        check_coverage(head, &identity)?;
        Ok(identity)
    }

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
    use crypto::hash;
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

    /// Signed here a second time, step by step as the documents say (Signature Version 4, deriving a signing key).
    fn call(body: &str, secret: &str, more: &str, names: &str) -> Head {
        Head::read(raw_call(body, secret, more, names).as_bytes()).unwrap().0
    }

    fn raw_call(body: &str, secret: &str, more: &str, names: &str) -> String {
        let digest = |bytes: &[u8]| hex::encode(hash::sha256(bytes));
        let canonical = format!(
            "POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:h\nx-amz-date:20261122T000000Z\n\
             x-amz-target:TrentService.ListKeys\n\ncontent-type;host;x-amz-date;x-amz-target\n{}",
            digest(body.as_bytes())
        );
        let scope = "20261122/local-1/kms/aws4_request";
        let text = format!("AWS4-HMAC-SHA256\n20261122T000000Z\n{scope}\n{}", digest(canonical.as_bytes()));
        let step = |key: &[u8], part: &str| crypto::mac::hmac_sha256(key, &[part.as_bytes()]);
        let day = step(format!("AWS4{secret}").as_bytes(), "20261122");
        let key = step(&step(&step(&day, "local-1"), "kms"), "aws4_request");
        let signature = hex::encode(step(&key, &text));
        format!(
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Date: 20261122T000000Z\r\n\
             X-Amz-Target:   TrentService.ListKeys \r\n{more}Authorization: AWS4-HMAC-SHA256 Credential=AKIATESTTEST/{scope}, \
             SignedHeaders={names}, Signature={signature}\r\n\r\n"
        )
    }

    const NAMES: &str = "content-type;host;x-amz-date;x-amz-target";

    #[test]
    fn a_json_call_is_verified() {
        let verify = |head: &Head, body: &str, secret: &str| {
            super::read(head, body.as_bytes()).and_then(|signed| signed.verify(secret.as_bytes(), now(), &["local-1"]))
        };
        let reason = |result: types::Result<()>| result.err().map(|failure| failure.reason());
        let head = call("{}", "secret", "", NAMES);
        assert_eq!(reason(verify(&head, "{}", "secret")), None);
        assert_eq!(reason(verify(&head, "{}", "other")), Some(Reason::SignatureMismatch));
        assert_eq!(reason(verify(&head, "{\"a\":1}", "secret")), Some(Reason::SignatureMismatch));
        let unsigned = call("{}", "secret", "", "content-type;host;x-amz-date");
        assert_eq!(reason(verify(&unsigned, "{}", "secret")), Some(Reason::SignatureIncomplete));
        let added = call("{}", "secret", "x-amz-security-token: t\r\n", NAMES);
        assert_eq!(reason(verify(&added, "{}", "secret")), Some(Reason::SignatureIncomplete));
        let signed = super::read(&head, b"{}").unwrap();
        assert_eq!(reason(signed.verify(b"secret", now(), &["local-2"])), Some(Reason::RegionMismatch));
        let late = Timestamp::from_secs(now().secs() + 901);
        assert_eq!(reason(signed.verify(b"secret", late, &["local-1"])), Some(Reason::ClockSkewed));
    }

    /// The example of the AWS General Reference, "Deriving the signing key" (IAM ListUsers, 2015-08-30).
    #[test]
    fn the_documented_signature() {
        let raw = "GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\r\nHost: iam.amazonaws.com\r\n\
                   Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nX-Amz-Date: 20150830T123600Z\r\n\
                   Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLEAKID/20150830/us-east-1/iam/aws4_request, \
                   SignedHeaders=content-type;host;x-amz-date, \
                   Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r\n\r\n";
        let signed = super::read(&Head::read(raw.as_bytes()).unwrap().0, b"").unwrap();
        let at = Timestamp::parse_iso("2015-08-30T12:36:00Z").unwrap();
        signed.verify(b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", at, &["us-east-1"]).unwrap();
    }

    /// Whatever is changed in what was signed, it is noticed: every byte of every signed header, of the body, of the path.
    #[test]
    fn any_changed_byte_of_a_json_call_is_noticed() {
        let head = call("{}", "secret", "", NAMES);
        let verified = |head: &Head, body: &[u8]| {
            // Another key's id has another secret.
            let own = |signed: &super::Signed| signed.access_key_id.as_str() == "AKIATESTTEST";
            super::read(head, body)
                .is_ok_and(|signed| own(&signed) && signed.verify(b"secret", now(), &["local-1"]).is_ok())
        };
        assert!(verified(&head, b"{}"));
        for at in 0..2 {
            for bit in 0..8 {
                let mut body = b"{}".to_vec();
                body[at] ^= 1 << bit;
                assert!(!verified(&head, &body));
            }
        }
        let raw = raw_call("{}", "secret", "", NAMES);
        // Not the names of headers: one more or one less of those that are not signed changes nothing.
        for (start, value) in
            raw.match_indices(": ").map(|(at, _)| (at + 2, raw[at + 2..].split("\r\n").next().unwrap()))
        {
            for at in start..start + value.len() {
                let mut changed = raw.clone().into_bytes();
                if changed[at] == b' ' {
                    continue;
                }
                changed[at] ^= 2;
                let read = Head::read(&changed).ok();
                assert!(!read.is_some_and(|(head, _)| verified(&head, b"{}")), "byte {at}: {value}");
            }
        }
        let elsewhere = raw.replacen("POST / ", "POST /?a=b ", 1);
        assert!(!verified(&Head::read(elsewhere.as_bytes()).unwrap().0, b"{}"));
        let other = raw.replacen("POST / ", "PUT / ", 1);
        assert!(!verified(&Head::read(other.as_bytes()).unwrap().0, b"{}"));
    }

    #[test]
    fn a_json_call_is_signed_in_its_header() {
        let reason = |head: &Head| super::read(head, b"{}").err().map(|failure| failure.reason());
        assert_eq!(reason(&url("60", "host", "")), Some(Reason::SignatureMalformed));
        let hashed = format!("x-amz-content-sha256: {}\r\n", hex::encode(hash::sha256(b"other")));
        let names = "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target";
        assert_eq!(reason(&call("{}", "secret", &hashed, names)), Some(Reason::ContentHashMismatch));
        let typeless = "host;x-amz-date;x-amz-target";
        assert_eq!(reason(&call("{}", "secret", "", typeless)), Some(Reason::SignatureIncomplete));
        let absent = "content-type;host;x-amz-date;x-amz-more;x-amz-target";
        assert_eq!(reason(&call("{}", "secret", "", absent)), Some(Reason::SignatureMalformed));
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
