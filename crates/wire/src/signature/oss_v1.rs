use super::oss::{Claims, Request, join_query};
use super::proof::{Method, Proof, base64_signature};
use super::{Scheme, Signed, malformed, subresource};
use types::Result;

pub(super) fn read_header(request: &Request<'_>, rest: &str) -> Result<Signed> {
    let (id, signature) = rest.trim().split_once(':').ok_or_else(|| malformed("it must be OSS <id>:<signature>"))?;
    finish(request, &Claims::of_header(request, id, header_token(request)?, signature)?)
}

pub(super) fn read_url(request: &Request<'_>) -> Result<Signed> {
    finish(request, &Claims::of_url(request, ["Expires", "OSSAccessKeyId", "Signature"])?)
}

fn finish(request: &Request<'_>, claims: &Claims<'_>) -> Result<Signed> {
    let signed_headers = request.headers(|name| name.starts_with("x-oss-"), &[]);
    let mut strings = Vec::with_capacity(2);
    for all in [true, false] {
        let string = string_to_sign(request, claims.date, &signed_headers, all)?;
        if !strings.contains(&string) {
            strings.push(string);
        }
    }
    let signature = base64_signature(claims.signature, 20)?;
    let proof = Proof { method: Method::Sha1 { suffix: b"" }, strings, canonical_request: None, signature };
    claims.signed(Scheme::OssV1, signed_headers, proof)
}

fn string_to_sign(request: &Request<'_>, date: &str, headers: &[String], all: bool) -> Result<String> {
    let (md5, content_type) = (request.or_empty("content-md5"), request.or_empty("content-type"));
    let headers = request.header_lines(headers)?;
    let is_signed = |name: &str| subresource::is_signed(name) && (all || !subresource::may_be_unsigned(name));
    let mut pairs: Vec<(&str, &str)> = request.query.iter().filter(|(name, _)| is_signed(name)).collect();
    pairs.sort_unstable();
    let mark = if pairs.is_empty() { "" } else { "?" };
    let query = join_query(pairs.into_iter());
    let (method, resource) = (request.head.method(), &request.resource);
    Ok(format!("{method}\n{md5}\n{content_type}\n{date}\n{headers}{resource}{mark}{query}"))
}

/// oss2 and ali-oss send `x-oss-security-token`, which is signed; oss-v2 sends `security-token`, which is not. That is
/// safe as long as the token itself is bound to the access key whose secret signed.
fn header_token<'a>(request: &'a Request<'_>) -> Result<Option<&'a str>> {
    match (request.head.header("x-oss-security-token"), request.head.header("security-token")) {
        (Some(a), Some(b)) if a != b => Err(malformed("there are two security tokens")),
        (a, b) => Ok(a.or(b)),
    }
}
