use super::issuer_url::IssuerUrl;
use super::refusal::Refusal;
use crate::json;
use serde_json::Value;

/// Bytes of a discovery document.
pub const DISCOVERY_BYTES: usize = 64 * 1024;
const URI_CHARS: usize = 2_048;

/// What an issuer says of itself (OpenID Connect Discovery §3): of it all, where its keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    jwks_uri: String,
}

impl Discovery {
    /// Reads the document that was had from an issuer. It has to be that issuer's own, to the byte (§4.3): otherwise whoever
    /// can put a document somewhere could speak for others.
    pub fn read(bytes: &[u8], issuer: &IssuerUrl) -> Result<Self, Refusal> {
        let members = json::object(bytes, DISCOVERY_BYTES).ok_or(Refusal::Document("it is no JSON object"))?;
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        if text("issuer") != Some(issuer.as_str()) {
            return Err(Refusal::Document("its issuer is another"));
        }
        let uri = text("jwks_uri").ok_or(Refusal::Document("it has no jwks_uri"))?;
        let plain = issuer.is_plain() && uri.starts_with("http://");
        let printable = uri.len() <= URI_CHARS && uri.bytes().all(|b| b.is_ascii_graphic());
        if !printable || uri.contains(['@', '#']) || !(plain || uri.starts_with("https://")) {
            return Err(Refusal::Document("its jwks_uri is no https URL"));
        }
        Ok(Self { jwks_uri: uri.to_owned() })
    }

    /// Where the keys are.
    pub fn jwks_uri(&self) -> &str {
        &self.jwks_uri
    }
}

#[cfg(test)]
mod tests {
    use super::{DISCOVERY_BYTES, Discovery};
    use crate::oidc::Refusal;
    use serde_json::{Value, json};

    fn read(document: &Value) -> Result<String, Refusal> {
        let issuer = "https://id.example/a".parse().unwrap();
        Discovery::read(document.to_string().as_bytes(), &issuer).map(|found| found.jwks_uri().to_owned())
    }

    #[test]
    fn an_issuer_speaks_for_itself_alone() {
        let good =
            json!({"issuer": "https://id.example/a", "jwks_uri": "https://keys.example/a?b", "scopes_supported": []});
        assert_eq!(read(&good).unwrap(), "https://keys.example/a?b");
        for (name, value) in [
            ("issuer", json!("https://id.example/a/")),
            ("issuer", json!("https://id.example")),
            ("issuer", json!("https://evil.example/a")),
            ("issuer", json!(["https://id.example/a"])),
            ("issuer", Value::Null),
            ("jwks_uri", Value::Null),
            ("jwks_uri", json!("http://keys.example")),
            ("jwks_uri", json!("file:///etc/passwd")),
            ("jwks_uri", json!("https://a@b/c")),
            ("jwks_uri", json!("https://a/\r\nHost: b")),
        ] {
            let mut wrong = good.clone();
            wrong[name] = value.clone();
            assert!(matches!(read(&wrong), Err(Refusal::Document(_))), "{value}");
        }
    }

    #[test]
    fn a_document_is_bounded_and_strict() {
        let issuer = "https://a".parse().unwrap();
        let twice = br#"{"issuer":"https://a","jwks_uri":"https://a/x","jwks_uri":"https://b/x"}"#;
        assert!(Discovery::read(twice, &issuer).is_err());
        let long =
            format!(r#"{{"issuer":"https://a","jwks_uri":"https://a/x","x":"{}"}}"#, "x".repeat(DISCOVERY_BYTES));
        assert!(Discovery::read(long.as_bytes(), &issuer).is_err());
    }
}
