use super::algorithm::Algorithm;
use super::refusal::Refusal;
use crate::json;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::pair::{NistCurve, PublicNumbers};
use serde_json::{Map, Value};

/// Bytes of a key set.
pub const KEY_SET_BYTES: usize = 256 * 1024;
/// Keys in one set.
const KEYS: usize = 100;
/// The widest number of a key: RSA with 8,192 bits.
const NUMBER_BYTES: usize = 1_024;

/// Which key a token was signed with, as far as it says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// The key's id, if the token names one.
    pub(super) id: Option<String>,
    /// The algorithm.
    pub(super) algorithm: Algorithm,
}

/// The keys that an issuer signs with (RFC 7517).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<Jwk>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Jwk {
    id: Option<String>,
    /// The one algorithm the issuer uses it with, if it says so.
    algorithm: Option<String>,
    numbers: PublicNumbers,
}

impl KeySet {
    /// Reads a key set. Keys of a kind, or for a purpose, that no token is verified with are left out (RFC 7517 §5); so are
    /// those that come with their private half, which can be nobody's proof any more.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let members = json::object(bytes, KEY_SET_BYTES).ok_or(Refusal::Document("it is no JSON object"))?;
        let keys = members.get("keys").and_then(Value::as_array).ok_or(Refusal::Document("it has no keys"))?;
        if keys.len() > KEYS {
            return Err(Refusal::Document("it has more than 100 keys"));
        }
        Ok(Self { keys: keys.iter().filter_map(Value::as_object).filter_map(Jwk::read).collect() })
    }

    /// How many keys there are that can verify tokens.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether a key that could be the wanted one is among them.
    pub fn has(&self, wanted: &Wanted) -> bool {
        self.find(wanted) != Err(Refusal::KeyUnknown)
    }

    /// The key that is wanted, if exactly one can be. A key is never tried to see whether it fits.
    pub(super) fn find(&self, wanted: &Wanted) -> Result<&PublicNumbers, Refusal> {
        let mut fitting = self.keys.iter().filter(|key| key.is(wanted));
        let found = fitting.next().ok_or(Refusal::KeyUnknown)?;
        if fitting.next().is_some() { Err(Refusal::KeyAmbiguous) } else { Ok(&found.numbers) }
    }
}

impl Jwk {
    fn read(members: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| members.get(name).map(|value| value.as_str());
        let signs = matches!(text("use"), None | Some(Some("sig")));
        let verifies = match members.get("key_ops") {
            None => true,
            Some(Value::Array(ops)) => ops.iter().any(|op| op == "verify"),
            Some(_) => false,
        };
        if !signs || !verifies || members.contains_key("d") || members.contains_key("k") {
            return None;
        }
        // A member that is there and is no text is not the same as a missing one.
        let optional = |name: &str| match text(name) {
            None => Some(None),
            Some(given) => given.map(|given| Some(given.to_owned())),
        };
        Some(Self { id: optional("kid")?, algorithm: optional("alg")?, numbers: numbers(members)? })
    }

    fn is(&self, wanted: &Wanted) -> bool {
        (wanted.id.is_none() || wanted.id == self.id)
            && self.algorithm.as_ref().is_none_or(|own| own == wanted.algorithm.name())
            && self.numbers.suits(wanted.algorithm.scheme())
    }
}

fn numbers(members: &Map<String, Value>) -> Option<PublicNumbers> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let number = |name: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(text(name)?).ok()?;
        (bytes.len() <= NUMBER_BYTES).then_some(bytes)
    };
    match (text("kty")?, text("crv")) {
        ("RSA", _) => Some(PublicNumbers::Rsa { n: number("n")?, e: number("e")? }),
        ("EC", Some(curve)) => {
            let curve = match curve {
                "P-256" => NistCurve::P256,
                "P-384" => NistCurve::P384,
                "P-521" => NistCurve::P521,
                _ => return None,
            };
            let coordinate = |name: &str| number(name).filter(|bytes| bytes.len() == curve.width());
            Some(PublicNumbers::Ec { curve, x: coordinate("x")?, y: coordinate("y")? })
        }
        ("OKP", Some("Ed25519")) => Some(PublicNumbers::Ed25519 { x: number("x").filter(|bytes| bytes.len() == 32)? }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{KEY_SET_BYTES, KeySet};
    use crate::oidc::Refusal;
    use serde_json::{Value, json};

    fn read(keys: &Value) -> usize {
        KeySet::read(json!({"keys": keys}).to_string().as_bytes()).unwrap().len()
    }

    #[test]
    fn keys_that_verify_nothing_are_left_out() {
        let x = "A".repeat(43);
        let good = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig", "kid": "1", "key_ops": ["verify"]});
        assert_eq!(read(&json!([good])), 1);
        for (name, value) in [
            ("kty", json!("oct")),
            ("kty", json!("EC")),
            ("crv", json!("Ed448")),
            ("crv", json!("X25519")),
            ("x", json!("AA")),
            ("x", json!(format!("{x}="))),
            ("x", json!("!".repeat(43))),
            ("use", json!("enc")),
            ("use", json!(1)),
            ("key_ops", json!(["sign"])),
            ("key_ops", json!("verify")),
            ("kid", json!(1)),
            ("alg", json!(["EdDSA"])),
            ("d", json!(x)),
            ("k", json!(x)),
        ] {
            let mut wrong = good.clone();
            wrong[name] = value.clone();
            assert_eq!(read(&json!([wrong, "x", 1, good])), 1, "{name} {value}");
        }
        let short = json!({"kty": "EC", "crv": "P-256", "x": "A".repeat(42), "y": x});
        let wide = json!({"kty": "RSA", "n": "A".repeat(1_368), "e": "AQAB"});
        assert_eq!(read(&json!([short, wide])), 0);
    }

    #[test]
    fn a_set_is_bounded() {
        let refused = |text: &str| matches!(KeySet::read(text.as_bytes()), Err(Refusal::Document(_)));
        assert!(refused("[]") && refused("{}") && refused(r#"{"keys":{}}"#) && refused(r#"{"keys":[],"keys":[]}"#));
        assert!(refused(&json!({"keys": vec![json!({}); 101]}).to_string()));
        assert!(refused(&format!(r#"{{"keys":[],"x":"{}"}}"#, "x".repeat(KEY_SET_BYTES))));
        assert!(KeySet::read(br#"{"keys":[]}"#).unwrap().is_empty());
    }
}
