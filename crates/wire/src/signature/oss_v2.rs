use super::authorization::Fields;
use super::oss::{Claims, Request};
use super::proof::{Method, Proof, base64_signature};
use super::{Scheme, Signed, coverage};
use crate::encoding;
use types::Result;

pub(super) fn read_header(request: &Request<'_>, rest: &str) -> Result<Signed> {
    let fields = Fields::parse(rest, ':', &["AccessKeyId", "AdditionalHeaders", "Signature"])?;
    let (id, signature) = (fields.required("AccessKeyId")?, fields.required("Signature")?);
    let claims = Claims::of_header(request, id, request.head.header("x-oss-security-token"), signature)?;
    finish(request, &claims, fields.optional("AdditionalHeaders").unwrap_or_default())
}

pub(super) fn read_url(request: &Request<'_>) -> Result<Signed> {
    let claims = Claims::of_url(request, ["x-oss-expires", "x-oss-access-key-id", "x-oss-signature"])?;
    finish(request, &claims, request.query.get("x-oss-additional-headers").unwrap_or_default())
}

fn finish(request: &Request<'_>, claims: &Claims<'_>, additional: &str) -> Result<Signed> {
    let additional = coverage::names(additional)?;
    let signed_headers = request.headers(|name| name.starts_with("x-oss-"), &additional);
    let string = string_to_sign(request, claims.date, &signed_headers, &additional)?;
    let signature = base64_signature(claims.signature, 32)?;
    let proof = Proof { method: Method::Sha256Base64, strings: vec![string], canonical_request: None, signature };
    claims.signed(Scheme::OssV2, signed_headers, proof)
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
