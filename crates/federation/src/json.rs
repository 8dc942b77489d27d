//! JSON of strangers: bounded in size and depth, and a name twice in one object is an error. What one reader checks must be
//! what every reader sees.

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;
use types::limits;

/// Reads one object; `None` if it is none, or longer than `most` bytes.
pub(crate) fn object(bytes: &[u8], most: usize) -> Option<Map<String, Value>> {
    if bytes.len() > most {
        return None;
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { left: limits::NESTING }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// Builds what `serde_json` does, with so many levels left.
#[derive(Clone, Copy)]
struct Strict {
    left: usize,
}

impl Strict {
    fn inner<E: Error>(self) -> Result<Self, E> {
        let left = self.left.checked_sub(1).ok_or_else(|| E::custom("it is nested too deep"))?;
        Ok(Self { left })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// What holds nothing is built by `serde_json` itself.
macro_rules! plain {
    ($($visit:ident($kind:ty)),*) => {
        $(fn $visit<E: Error>(self, value: $kind) -> Result<Value, E> {
            Ok(Value::from(value))
        })*
    };
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    plain!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let (inner, mut items) = (self.inner()?, Vec::new());
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let (inner, mut members) = (self.inner()?, Map::new());
        while let Some(name) = access.next_key_seed(Name)? {
            let value = access.next_value_seed(inner)?;
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a name is there twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        String::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::object;
    use proptest::prelude::{any, proptest};

    #[test]
    fn what_is_no_plain_object_is_refused() {
        assert!(object(br#"{"a":[1,{"b":null}],"c":"d"}"#, 99).is_some());
        for wrong in [r#"{"a":1,"a":1}"#, r#"{"x":[{"a":1,"\u0061":2}]}"#, "[]", "{} {}", "{", "", r#"{"a":01}"#, "1"] {
            assert!(object(wrong.as_bytes(), 99).is_none(), "{wrong}");
        }
        assert!(object(b"{}", 1).is_none());
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(32), "]".repeat(32));
        assert!(object(deep.as_bytes(), 999).is_none());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(raw in any::<Vec<u8>>()) {
            let _ = object(&raw, 1_000);
        }
    }
}
