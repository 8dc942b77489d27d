use super::refusal::Refusal;
use crate::json;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// The part of a browser's answer that is the authenticator's.
pub(super) struct Members {
    /// The credential's id.
    pub(super) id: Vec<u8>,
    pub(super) members: Response,
}

pub(super) struct Response(Map<String, Value>);

/// Reads what both kinds of answers have. Members that are not known say nothing about what was signed.
pub(super) fn response(json: &[u8], most: usize) -> Result<Members, Refusal> {
    let mut members = json::object(json, most).ok_or(Refusal::Malformed("it is no JSON object"))?;
    if members.get("type").and_then(Value::as_str) != Some("public-key") {
        return Err(Refusal::Malformed("its type is not public-key"));
    }
    let id = bytes(&members, "id")?;
    if bytes(&members, "rawId")? != id {
        return Err(Refusal::Malformed("rawId is not id"));
    }
    match members.remove("response") {
        Some(Value::Object(response)) => Ok(Members { id, members: Response(response) }),
        _ => Err(Refusal::Malformed("it has no response")),
    }
}

impl Response {
    /// A member's bytes.
    pub(super) fn bytes(&self, name: &str) -> Result<Vec<u8>, Refusal> {
        bytes(&self.0, name)
    }

    /// A member's bytes, if it is there.
    pub(super) fn optional(&self, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.bytes(name).map(Some),
        }
    }
}

/// Base64url without padding, the one spelling (WebAuthn §3, "Base64url Encoding").
fn bytes(members: &Map<String, Value>, name: &str) -> Result<Vec<u8>, Refusal> {
    let text = members.get(name).and_then(Value::as_str);
    let read = text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    read.ok_or(Refusal::Malformed("a part of it is missing, or is not in base64url without padding"))
}
