use super::algorithm::Algorithm;
use super::claims::{Claims, Expected};
use super::key_set::{KeySet, Wanted};
use super::refusal::Refusal;
use crate::json;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use types::{Secret, Timestamp};

/// Characters of a token (AssumeRoleWithOIDC, `OIDCToken`).
pub const TOKEN_CHARS: usize = 20_000;
/// Bytes of a header, decoded.
const HEADER_BYTES: usize = 4 * 1024;
/// Characters of a key's id.
const KEY_ID_CHARS: usize = 512;

/// An ID token in JWS compact serialization (RFC 7515 §7.1), read but not believed. Its claims are kept to itself until it is
/// verified. Whoever holds a token can be its subject, so it has no `Debug`.
pub struct IdToken {
    /// What the signature is of: header and payload as they were sent.
    signed: Secret<String>,
    signature: Vec<u8>,
    wanted: Wanted,
    claims: Claims,
}

impl IdToken {
    /// Reads a token. Each part is decoded once, from the one spelling that base64url without padding has for it, and parsed
    /// once; the signature is of those very characters.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        if text.len() > TOKEN_CHARS {
            return Err(Refusal::Malformed("it has more than 20000 characters"));
        }
        // Five parts would be an encrypted one, and other forms of JWS are JSON.
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refusal::Malformed("it does not have three parts"));
        };
        let wanted = read_header(&object(header, HEADER_BYTES)?)?;
        let claims = Claims::read(&object(payload, TOKEN_CHARS)?)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::Malformed("a part is no base64url"))?;
        Ok(Self { signed: Secret::new(format!("{header}.{payload}")), signature, wanted, claims })
    }

    /// Which key it has to be verified with.
    pub const fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Who it says issued it: good for finding whom to ask, and for nothing else.
    pub fn claimed_issuer(&self) -> &str {
        &self.claims.issuer
    }

    /// Whether it is past its time at `now`, by what it says itself.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.claims.is_expired(now)
    }

    /// Whether it could be taken if its signature were good: to be asked before the issuer is.
    pub fn precheck(&self, expected: &Expected<'_>, now: Timestamp) -> Result<(), Refusal> {
        self.claims.check(expected, now)
    }

    /// What it says, if it is its issuer's and is what is expected of it at `now`. Of its audiences only those that were
    /// expected are given.
    pub fn verify(&self, keys: &KeySet, expected: &Expected<'_>, now: Timestamp) -> Result<Claims, Refusal> {
        let key = keys.find(&self.wanted)?;
        let verified = key.verify(self.wanted.algorithm.scheme(), self.signed.expose().as_bytes(), &self.signature);
        if verified != Ok(true) {
            return Err(Refusal::Signature);
        }
        self.claims.check(expected, now)?;
        Ok(self.claims.expected(expected))
    }
}

fn object(part: &str, most: usize) -> Result<Map<String, Value>, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed("a part is no base64url"))?;
    json::object(&bytes, most).ok_or(Refusal::Malformed("a part is no JSON object, or has a name twice"))
}

/// What of the header counts. What it says of keys, beside their id, is not even read.
fn read_header(members: &Map<String, Value>) -> Result<Wanted, Refusal> {
    // RFC 7515 §4.1.11: who does not understand what is critical must refuse it. Nothing critical is understood here;
    // `b64` (RFC 7797) would change what is signed.
    if ["crit", "b64", "zip", "enc", "cty"].iter().any(|name| members.contains_key(*name)) {
        return Err(Refusal::Malformed("its header has crit, b64, zip, enc or cty"));
    }
    // RFC 8725 §3.11: a token that says it is of another kind, such as an access token or a logout token, is no ID token.
    let is_jwt = |value: &Value| value.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("JWT"));
    if !members.get("typ").is_none_or(is_jwt) {
        return Err(Refusal::Malformed("its typ is not JWT"));
    }
    let named = members.get("alg").and_then(Value::as_str).and_then(Algorithm::named);
    let algorithm = named.ok_or(Refusal::Algorithm)?;
    let id = match members.get("kid") {
        None => None,
        Some(Value::String(id)) if (1..=KEY_ID_CHARS).contains(&id.len()) => Some(id.clone()),
        Some(_) => return Err(Refusal::Malformed("its kid is no text of 1 to 512 characters")),
    };
    Ok(Wanted { id, algorithm })
}
