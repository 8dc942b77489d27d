use super::authorization::Fields;
use super::oss::Request;
use super::proof::{Method, Proof, base64_signature};
use super::{Scheme, Signed, access_key_id, coverage, window};
use crate::{encoding, parse_http_date};
use types::{Result, Timestamp};

pub(super) fn read_header(request: &Request<'_>, rest: &str) -> Result<Signed> {
    let fields = Fields::parse(rest, ':', &["AccessKeyId", "AdditionalHeaders", "Signature"])?;
    let date = request.head.header("x-oss-date").unwrap_or_else(|| request.or_empty("date"));
    let claims = Claims {
        id: fields.required("AccessKeyId")?,
        token: request.head.header("x-oss-security-token"),
        time: Some(parse_http_date(date).ok_or_else(window::malformed)?),
        expires: None,
        date,
        additional: fields.optional("AdditionalHeaders").unwrap_or_default(),
        signature: fields.required("Signature")?,
    };
    finish(request, &claims)
}

pub(super) fn read_url(request: &Request<'_>) -> Result<Signed> {
    let date = request.parameter("x-oss-expires")?;
    let claims = Claims {
        id: request.parameter("x-oss-access-key-id")?,
        token: request.query.optional("security-token"),
        time: None,
        expires: Some(window::unix(date)?),
        date,
        additional: request.query.get("x-oss-additional-headers").unwrap_or_default(),
        signature: request.parameter("x-oss-signature")?,
    };
    finish(request, &claims)
}

struct Claims<'a> {
    id: &'a str,
    token: Option<&'a str>,
    time: Option<Timestamp>,
    expires: Option<Timestamp>,
    /// The date line of the string to sign.
    date: &'a str,
    additional: &'a str,
    signature: &'a str,
}

fn finish(request: &Request<'_>, claims: &Claims<'_>) -> Result<Signed> {
    let additional = coverage::names(claims.additional)?;
    let signed_headers = request.headers(|name| name.starts_with("x-oss-"), &additional);
    let string = string_to_sign(request, claims.date, &signed_headers, &additional)?;
    let signature = base64_signature(claims.signature, 32)?;
    Ok(Signed {
        scheme: Scheme::OssV2,
        access_key_id: access_key_id(claims.id)?,
        security_token: claims.token.map(str::to_owned),
        time: claims.time,
        expires: claims.expires,
        nonce: None,
        scope: None,
        signed_headers,
        proof: Proof { method: Method::Sha256Base64, strings: vec![string], canonical_request: None, signature },
    })
}

fn string_to_sign(request: &Request<'_>, date: &str, headers: &[String], additional: &[String]) -> Result<String> {
    let (md5, content_type) = (request.or_empty("content-md5"), request.or_empty("content-type"));
    let headers = request.header_lines(headers)?;
    let query = request.canonical_query();
    let mark = if query.is_empty() { "" } else { "?" };
    let (method, names) = (request.head.method(), additional.join(";"));
    let resource = encoding::encode(&request.resource);
    Ok(format!("{method}\n{md5}\n{content_type}\n{date}\n{headers}{names}\n{resource}{mark}{query}"))
}
