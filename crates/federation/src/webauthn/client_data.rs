use super::refusal::Refusal;
use super::relying_party::RelyingParty;
use crate::json;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// Bytes of client data.
const MOST: usize = 8 * 1024;

/// What the browser says of a ceremony (WebAuthn §5.8.1). Its hash is of the very bytes that were read.
pub struct ClientData {
    kind: String,
    challenge: Vec<u8>,
    origin: String,
    framed: bool,
    hash: [u8; 32],
}

/// What a ceremony is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ceremony {
    Registration,
    Authentication,
}

impl ClientData {
    /// Reads it (§7.1 steps 5, 6 and 12; §7.2 steps 8, 9 and 20).
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let members = json::object(bytes, MOST).ok_or(Refusal::Malformed("the client data is no JSON object"))?;
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let challenge = text("challenge").and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        Ok(Self {
            kind: text("type").ok_or(Refusal::Malformed("the client data has no type"))?.to_owned(),
            challenge: challenge.ok_or(Refusal::Malformed("the client data has no challenge"))?,
            origin: text("origin").ok_or(Refusal::Malformed("the client data has no origin"))?.to_owned(),
            framed: is_framed(&members),
            hash: crypto::sha256(bytes),
        })
    }

    /// The challenge that it says it answers.
    pub fn challenge(&self) -> &[u8] {
        &self.challenge
    }

    pub(super) const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// §7.1 steps 7 to 11; §7.2 steps 10 to 14.
    pub(super) fn check(&self, ceremony: Ceremony, party: &RelyingParty, challenge: &[u8]) -> Result<(), Refusal> {
        let kind = match ceremony {
            Ceremony::Registration => "webauthn.create",
            Ceremony::Authentication => "webauthn.get",
        };
        if self.kind != kind {
            return Err(Refusal::Ceremony);
        }
        if !crypto::hash::eq(&self.challenge, challenge) {
            return Err(Refusal::Challenge);
        }
        if !party.is_origin(&self.origin) {
            return Err(Refusal::Origin);
        }
        if self.framed { Err(Refusal::Framed) } else { Ok(()) }
    }
}

/// Our pages are in no one's frames. What is no plain "no" counts as a frame.
fn is_framed(members: &Map<String, Value>) -> bool {
    let crossed = !matches!(members.get("crossOrigin"), None | Some(Value::Bool(false)));
    crossed || members.contains_key("topOrigin")
}
