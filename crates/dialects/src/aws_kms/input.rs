use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kms::EncryptionContext;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use types::{Failure, Reason, Result, Secret, Timestamp};
use wire::json;

/// The last moment that has four digits for its year.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// The members of a request.
pub(super) struct Input(Map<String, Value>);

impl Input {
    /// Reads a body, which may have these members only: what is not understood is refused by name.
    pub(super) fn read(body: &[u8], takes: &[&str]) -> Result<Self> {
        let parsed = if body.is_empty() { Value::Object(Map::new()) } else { json::parse(body)? };
        let Value::Object(mut members) = parsed else {
            return Err(Failure::new(Reason::BodyMalformed, "The body must be a JSON object."));
        };
        members.retain(|_, value| !value.is_null());
        if let Some(other) = members.keys().find(|name| !takes.contains(&name.as_str())) {
            let shown: String = other.chars().take(64).collect();
            return Err(Failure::new(Reason::NotImplemented, format!("The parameter {shown} is not supported.")));
        }
        Ok(Self(members))
    }

    pub(super) fn optional(&self, name: &'static str) -> Result<Option<&str>> {
        json::optional_text(&self.0, name)
    }

    pub(super) fn text(&self, name: &'static str) -> Result<&str> {
        json::text(&self.0, name)
    }

    pub(super) fn is_given(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Bytes in base64.
    pub(super) fn bytes(&self, name: &'static str) -> Result<Vec<u8>> {
        let text = self.text(name)?;
        STANDARD.decode(text).map_err(|_| Failure::invalid(name, "it must be base64"))
    }

    /// Secret bytes in base64, at least one and at most so many.
    pub(super) fn secret(&self, name: &'static str, most: usize) -> Result<Secret<Vec<u8>>> {
        let bytes = Secret::new(self.bytes(name)?);
        match (1..=most).contains(&bytes.expose().len()) {
            true => Ok(bytes),
            false => Err(Failure::invalid(name, format_args!("it must have 1 to {most} bytes"))),
        }
    }

    /// A whole number in a range.
    pub(super) fn integer(&self, name: &'static str, least: u32, most: u32) -> Result<Option<u32>> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let number = value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| (least..=most).contains(n));
        let wrong = || Failure::invalid(name, format_args!("it must be a number from {least} to {most}"));
        number.map(Some).ok_or_else(wrong)
    }

    /// A flag; false if it is not given.
    pub(super) fn flag(&self, name: &'static str) -> Result<bool> {
        match self.0.get(name) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| Failure::invalid(name, "it must be true or false")),
        }
    }

    /// A moment, in seconds since 1970.
    pub(super) fn time(&self, name: &'static str) -> Result<Option<Timestamp>> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let seconds = value.as_f64().filter(|seconds| (0.0..=LAST_SECOND).contains(seconds));
        let seconds = seconds.ok_or_else(|| Failure::invalid(name, "it must be seconds since 1970"))?;
        #[expect(clippy::cast_possible_truncation, reason = "it is between 0 and the last second")]
        let millis = (seconds * 1000.0) as i64;
        Ok(Some(Timestamp::from_millis(millis)))
    }

    /// A list; empty if it is not given.
    pub(super) fn list(&self, name: &'static str) -> Result<&[Value]> {
        match self.0.get(name) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(Failure::invalid(name, "it must be a list")),
        }
    }

    /// A list of strings; empty if it is not given.
    pub(super) fn texts(&self, name: &'static str) -> Result<Vec<&str>> {
        let wrong = || Failure::invalid(name, "it must be a list of strings");
        self.list(name)?.iter().map(|item| item.as_str().ok_or_else(wrong)).collect()
    }

    /// An object; `None` if it is not given.
    pub(super) fn object(&self, name: &'static str) -> Result<Option<&Map<String, Value>>> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(Failure::invalid(name, "it must be an object")),
        }
    }

    /// An encryption context.
    pub(super) fn context(&self, name: &'static str) -> Result<EncryptionContext> {
        EncryptionContext::from_pairs(pairs(name, self.object(name)?)?)
    }
}

/// An object of strings; empty if there is none.
pub(super) fn pairs(name: &'static str, object: Option<&Map<String, Value>>) -> Result<BTreeMap<String, String>> {
    let pair = |(key, value): (&String, &Value)| {
        let value = value.as_str().ok_or_else(|| Failure::invalid(name, "its values must be strings"))?;
        Ok((key.clone(), value.to_owned()))
    };
    object.into_iter().flatten().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::Input;
    use proptest::prelude::{any, proptest};
    use types::Reason;

    const TAKES: &[&str] = &["a", "b"];

    fn reason<T>(result: types::Result<T>) -> Option<Reason> {
        result.err().map(|failure| failure.reason())
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        assert!(Input::read(b"", TAKES).is_ok() && Input::read(br#"{"a":null,"c":null}"#, TAKES).is_ok());
        let failure = Input::read(br#"{"a":1,"Recipient":{}}"#, TAKES).err().unwrap();
        assert_eq!(failure.reason(), Reason::NotImplemented);
        assert!(failure.to_string().contains("Recipient"));
        for wrong in [&b"[]"[..], b"{", b"1", br#"{"a":1,"a":2}"#] {
            assert_eq!(reason(Input::read(wrong, TAKES)), Some(Reason::BodyMalformed));
        }
    }

    #[test]
    fn members_have_one_type() {
        let read = |text: &str| Input::read(text.as_bytes(), TAKES).unwrap();
        assert_eq!(read(r#"{"a":"aGk="}"#).bytes("a").unwrap(), b"hi");
        assert_eq!(read(r#"{"a":7}"#).integer("a", 1, 7).unwrap(), Some(7));
        assert!(read(r#"{"a":true}"#).flag("a").unwrap() && !read("{}").flag("a").unwrap());
        assert_eq!(read(r#"{"a":1700000000.25}"#).time("a").unwrap().unwrap().millis(), 1_700_000_000_250);
        assert_eq!(read(r#"{"a":["x"]}"#).texts("a").unwrap(), ["x"]);
        let wrong = Some(Reason::ParameterInvalid);
        for value in ["8", "-1", "1.5", "\"7\"", "[]", "{}", "true"] {
            assert_eq!(reason(read(&format!("{{\"a\":{value}}}")).integer("a", 1, 7)), wrong, "{value}");
        }
        for value in ["8", "\"===\"", "[]", "\"a\""] {
            assert_eq!(reason(read(&format!("{{\"a\":{value}}}")).bytes("a")), wrong, "{value}");
        }
        for value in ["-1", "1e300", "\"2026\"", "[]"] {
            assert_eq!(reason(read(&format!("{{\"a\":{value}}}")).time("a")), wrong, "{value}");
        }
        assert_eq!(reason(read(r#"{"a":{"x":1}}"#).context("a")), wrong);
        assert_eq!(reason(read("{}").bytes("a")), Some(Reason::ParameterMissing));
    }

    proptest! {
        #[test]
        fn arbitrary_bodies_never_panic(body in any::<Vec<u8>>(), number in any::<f64>()) {
            let _ = Input::read(&body, TAKES);
            if let Ok(input) = Input::read(format!("{{\"a\":{number}}}").as_bytes(), TAKES) {
                let _ = (input.time("a"), input.integer("a", 0, 9));
            }
        }
    }
}
