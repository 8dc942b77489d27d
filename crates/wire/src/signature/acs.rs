//! ACS3 and ACS4: the header signatures of the current Alibaba Cloud SDKs.

use super::authorization::Fields;
use super::proof::{Method, Proof, hex_signature};
use super::{Scheme, Scope, Signed, access_key_id, coverage, malformed, nonce, window};
use crate::{Head, Params, encoding, form};
use crypto::hash;
use types::{AccessKeyId, Failure, Reason, Result, Timestamp};

/// Headers that say what is asked, when and by whom, and so must be signed when they are there.
const COVERED: &[&str] = &[
    "host",
    "x-acs-action",
    "x-acs-version",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-content-sha256",
    "x-acs-security-token",
    "x-acs-accesskey-id",
    "content-type",
];
/// Those of them that must be there.
const NEEDED: &[&str] =
    &["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"];

/// The Authorization header, read.
struct Header {
    scheme: Scheme,
    algorithm: &'static str,
    access_key_id: AccessKeyId,
    scope: Option<Scope>,
    signed_headers: Vec<String>,
    signature: String,
}

/// Reads an ACS3 or ACS4 signature and checks that it covers what it must, the body included.
pub fn read(head: &Head, body: &[u8]) -> Result<Signed> {
    let header = Header::parse(head.header("authorization").unwrap_or_default())?;
    check_coverage(head, &header)?;
    let time = coverage::value(head, "x-acs-date")?;
    let time = Timestamp::parse_iso(time).ok_or_else(window::malformed)?;
    if let Some(scope) = &header.scope {
        scope.require_day(time)?;
    }
    if head.header("x-acs-accesskey-id").is_some_and(|id| id != header.access_key_id.as_str()) {
        return Err(malformed("x-acs-accesskey-id is not the access key of the credential"));
    }
    if coverage::value(head, "x-acs-content-sha256")? != header.digest(body) {
        return Err(Failure::of(Reason::ContentHashMismatch));
    }
    let canonical_request = canonical_request(head, &header)?;
    let string = format!("{}\n{}", header.algorithm, header.digest(canonical_request.as_bytes()));
    Ok(Signed {
        scheme: header.scheme,
        security_token: head.header("x-acs-security-token").map(str::to_owned),
        time: Some(time),
        expires: None,
        nonce: head.header("x-acs-signature-nonce").map(nonce).transpose()?,
        proof: Proof {
            method: header.method(),
            strings: vec![string],
            canonical_request: Some(canonical_request),
            signature: header.signature,
        },
        access_key_id: header.access_key_id,
        scope: header.scope,
        signed_headers: header.signed_headers,
    })
}

impl Header {
    fn parse(text: &str) -> Result<Self> {
        let (algorithm, rest) = text.split_once(' ').ok_or_else(|| malformed("it has no fields"))?;
        let fields = Fields::parse(rest, '=', &["Credential", "SignedHeaders", "Signature"])?;
        let credential = fields.required("Credential")?;
        let (scheme, algorithm, id, scope) = match algorithm {
            "ACS3-HMAC-SHA256" => (Scheme::Acs3, "ACS3-HMAC-SHA256", credential, None),
            "ACS3-HMAC-SM3" => (Scheme::Acs3, "ACS3-HMAC-SM3", credential, None),
            "ACS4-HMAC-SHA256" => {
                let (id, scope) = Scope::parse(credential, "aliyun_v4_request")?;
                (Scheme::Acs4, "ACS4-HMAC-SHA256", id, Some(scope))
            }
            _ => return Err(malformed("it must be ACS3-HMAC-SHA256, ACS3-HMAC-SM3 or ACS4-HMAC-SHA256")),
        };
        Ok(Self {
            scheme,
            algorithm,
            access_key_id: access_key_id(id)?,
            scope,
            signed_headers: coverage::names(fields.required("SignedHeaders")?)?,
            signature: hex_signature(fields.required("Signature")?)?,
        })
    }

    /// The hash that goes with the algorithm. Its header is called `x-acs-content-sha256` for SM3 too.
    fn digest(&self, bytes: &[u8]) -> String {
        if self.algorithm == "ACS3-HMAC-SM3" { hex::encode(hash::sm3(bytes)) } else { hex::encode(hash::sha256(bytes)) }
    }

    fn method(&self) -> Method {
        match &self.scope {
            Some(scope) => Method::Derived { prefix: b"aliyun_v4", scope: scope.clone() },
            None if self.algorithm == "ACS3-HMAC-SM3" => Method::Sm3Hex,
            None => Method::Sha256Hex,
        }
    }
}

fn check_coverage(head: &Head, header: &Header) -> Result<()> {
    for name in COVERED {
        // A content type without a body decides nothing, unless it makes a form of it.
        let matters =
            *name != "content-type" || form::announced(head) || head.header("content-length").is_some_and(|l| l != "0");
        if NEEDED.contains(name) || matters && head.header(name).is_some() {
            coverage::require(&header.signed_headers, name)?;
        }
    }
    Ok(())
}

fn canonical_request(head: &Head, header: &Header) -> Result<String> {
    let mut headers = String::new();
    for name in &header.signed_headers {
        headers.push_str(&format!("{name}:{}\n", coverage::value(head, name)?));
    }
    let query = canonical_query(&Params::parse(head.raw_query().as_bytes())?, &[]);
    let names = header.signed_headers.join(";");
    let body = coverage::value(head, "x-acs-content-sha256")?;
    Ok(format!("{}\n{}\n{query}\n{headers}\n{names}\n{body}", head.method(), head.raw_path()))
}

/// `name=value` pairs encoded anew, in the order of their plain names; also the RPC scheme's.
pub(super) fn canonical_query(params: &Params, without: &[&str]) -> String {
    let mut pairs: Vec<(&str, &str)> = params.iter().filter(|(name, _)| !without.contains(name)).collect();
    pairs.sort_unstable();
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encoding::encode(name), encoding::encode(value))).collect();
    pairs.join("&")
}
