use crate::limits;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use types::{Failure, Result};

/// What a ciphertext is bound to besides its key: names and values of the caller's choice, which must be given again to
/// open it. It is not stored with the ciphertext, and it is no secret.
///
/// Two are the same if their contents are: order and white space do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncryptionContext(BTreeMap<String, String>);

fn wrong() -> Failure {
    Failure::invalid("EncryptionContext", EncryptionContext::rule())
}

impl EncryptionContext {
    /// How one is written.
    pub fn rule() -> String {
        let most = limits::CONTEXT_CHARS;
        format!("a JSON object of at most {most} characters with strings as values and no name twice")
    }

    /// Reads a JSON object of strings.
    pub fn from_json(text: &str) -> Result<Self> {
        // A character has at most four bytes: what is longer need not be counted.
        if text.len() > 4 * limits::CONTEXT_CHARS || text.chars().count() > limits::CONTEXT_CHARS {
            return Err(wrong());
        }
        serde_json::from_str(text).map_err(|_| wrong())
    }

    /// From names and values that came apart already. What counts against the limit is the JSON they would make.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let mut map = BTreeMap::new();
        for (name, value) in pairs {
            if map.insert(name, value).is_some() {
                return Err(wrong());
            }
        }
        let json = serde_json::to_string(&map).map_err(Failure::internal)?;
        if json.chars().count() > limits::CONTEXT_CHARS { Err(wrong()) } else { Ok(Self(map)) }
    }

    /// Whether there is nothing in it, which is the same as giving none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its names and values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Appends the form that ciphertexts are bound to: in the order of the names' bytes, each name and value as its
    /// length in four big-endian bytes and its UTF-8 (docs/formats/keys.md). Lengths instead of quotes, so that no two
    /// contexts can ever look the same.
    pub(crate) fn write_canonical(&self, out: &mut Vec<u8>) {
        for text in self.0.iter().flat_map(|(name, value)| [name, value]) {
            // A context is at most 32 KiB, so its lengths fit.
            out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
            out.extend_from_slice(text.as_bytes());
        }
    }

    /// As an event shows it.
    pub(crate) fn to_value(&self) -> serde_json::Value {
        self.iter().map(|(name, value)| (name.to_owned(), serde_json::Value::from(value))).collect()
    }
}

impl<'de> Deserialize<'de> for EncryptionContext {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = EncryptionContext;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }

            // By hand, because a map would silently keep one of two values of the same name.
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EncryptionContext, A::Error> {
                let mut pairs = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, String>()? {
                    if pairs.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name twice"));
                    }
                }
                Ok(EncryptionContext(pairs))
            }
        }
        from.deserialize_map(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::EncryptionContext;
    use proptest::prelude::{ProptestConfig, any, prop_assert_eq, prop_assert_ne, proptest};
    use std::collections::BTreeMap;

    fn canonical(context: &EncryptionContext) -> Vec<u8> {
        let mut out = Vec::new();
        context.write_canonical(&mut out);
        out
    }

    fn read(text: &str) -> Option<Vec<u8>> {
        EncryptionContext::from_json(text).ok().map(|c| canonical(&c))
    }

    #[test]
    fn order_and_space_do_not_matter() {
        assert_eq!(read(r#"{"b":"2","a":"1"}"#), read(" { \"a\" : \"1\",\n\"\\u0062\" : \"2\" } "));
        assert_eq!(read(r#"{"a":"1"}"#), Some(b"\0\0\0\x01a\0\0\0\x011".to_vec()));
        assert_eq!(read("{}"), Some(Vec::new()));
        assert_ne!(read(r#"{"a":"bc"}"#), read(r#"{"ab":"c"}"#));
    }

    #[test]
    fn only_an_object_of_strings_is_taken() {
        for text in [
            "",
            "null",
            "[]",
            "\"a\"",
            r#"{"a":1}"#,
            r#"{"a":null}"#,
            r#"{"a":["b"]}"#,
            r#"{"a":{"b":"c"}}"#,
            r#"{"a":"1","a":"1"}"#,
            r#"{"a":"1"} x"#,
            r#"{"a":"1""#,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_length_is_counted_in_characters() {
        let just = format!("{{\"a\":\"{}\"}}", "ü".repeat(8192 - 8));
        assert!(read(&just).is_some());
        assert!(read(&just.replace("a", "aa")).is_none());
        let pair = |n| EncryptionContext::from_pairs([("a".to_owned(), "x".repeat(n))]);
        assert!(pair(8192 - 8).is_ok());
        assert!(pair(8192 - 7).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn equal_content_is_equal_bytes(
            a in any::<BTreeMap<String, String>>(),
            b in any::<BTreeMap<String, String>>(),
        ) {
            let text = serde_json::to_string_pretty(&a).unwrap();
            let (json, pairs) = (EncryptionContext::from_json(&text), EncryptionContext::from_pairs(a.clone()));
            if let (Ok(json), Ok(pairs)) = (json, pairs) {
                prop_assert_eq!(canonical(&json), canonical(&pairs));
                if let Ok(other) = EncryptionContext::from_pairs(b.clone()) && a != b {
                    prop_assert_ne!(canonical(&json), canonical(&other));
                }
            }
        }
    }
}
