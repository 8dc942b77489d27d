use super::authorization::Fields;
use super::oss::Request;
use super::proof::{Method, Proof, hex_signature};
use super::{Scheme, Scope, Signed, access_key_id, coverage, malformed, window};
use crate::encoding;
use crypto::hash;
use types::{Result, Timestamp};

pub(super) const ALGORITHM: &str = "OSS4-HMAC-SHA256";
/// The body is never signed in this scheme; clients say so in this word.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

pub(super) fn read_header(request: &Request<'_>, rest: &str) -> Result<Signed> {
    let fields = Fields::parse(rest, '=', &["Credential", "AdditionalHeaders", "Signature"])?;
    if request.or_empty("x-oss-content-sha256") != UNSIGNED {
        return Err(malformed(format_args!("x-oss-content-sha256 must be {UNSIGNED}")));
    }
    let claims = Claims {
        credential: fields.required("Credential")?,
        token: request.head.header("x-oss-security-token"),
        date: request.or_empty("x-oss-date"),
        expires: None,
        additional: fields.optional("AdditionalHeaders").unwrap_or_default(),
        signature: fields.required("Signature")?,
    };
    finish(request, &claims)
}

pub(super) fn read_url(request: &Request<'_>) -> Result<Signed> {
    let claims = Claims {
        credential: request.parameter("x-oss-credential")?,
        token: request.query.optional("x-oss-security-token"),
        date: request.parameter("x-oss-date")?,
        expires: Some(request.parameter("x-oss-expires")?),
        additional: request.query.get("x-oss-additional-headers").unwrap_or_default(),
        signature: request.parameter("x-oss-signature")?,
    };
    finish(request, &claims)
}

struct Claims<'a> {
    credential: &'a str,
    token: Option<&'a str>,
    date: &'a str,
    expires: Option<&'a str>,
    additional: &'a str,
    signature: &'a str,
}

fn finish(request: &Request<'_>, claims: &Claims<'_>) -> Result<Signed> {
    let (id, scope) = Scope::parse(claims.credential, "aliyun_v4_request")?;
    if scope.product != "oss" {
        return Err(malformed("the credential must be for oss"));
    }
    let time = Timestamp::parse_iso_basic(claims.date).ok_or_else(window::malformed)?;
    scope.require_day(time)?;
    let expires = match claims.expires {
        Some(seconds) => Some(time.plus(window::lifetime(seconds, "x-oss-expires")?)),
        None => None,
    };
    let additional = coverage::names(claims.additional)?;
    let signed_headers = request.headers(is_always_signed, &additional);
    let canonical_request = canonical_request(request, &signed_headers, &additional)?;
    let digest = hex::encode(hash::sha256(canonical_request.as_bytes()));
    let string = format!("{ALGORITHM}\n{}\n{scope}\n{digest}", claims.date);
    Ok(Signed {
        scheme: Scheme::OssV4,
        access_key_id: access_key_id(id)?,
        security_token: claims.token.map(str::to_owned),
        time: Some(time),
        expires,
        nonce: None,
        proof: Proof {
            method: Method::Derived { prefix: b"aliyun_v4", scope: scope.clone() },
            strings: vec![string],
            canonical_request: Some(canonical_request),
            signature: hex_signature(claims.signature)?,
        },
        scope: Some(scope),
        signed_headers,
    })
}

fn is_always_signed(name: &str) -> bool {
    name.starts_with("x-oss-") || matches!(name, "content-type" | "content-md5")
}

fn canonical_request(request: &Request<'_>, headers: &[String], additional: &[String]) -> Result<String> {
    let (method, path) = (request.head.method(), encoding::encode_path(&request.resource));
    let (query, lines, names) = (request.canonical_query(), request.header_lines(headers)?, additional.join(";"));
    Ok(format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{UNSIGNED}"))
}
