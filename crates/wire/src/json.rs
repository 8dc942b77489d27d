//! Reading JSON from outside: bounded in size and depth, and a name twice in one object is an error, because what one
//! reader checks must be what every reader sees.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;
use types::{Failure, Reason, Result, limits};

/// Reads one JSON value of at most [`limits::FORM_BYTES`] bytes and [`limits::NESTING`] levels.
pub fn parse(bytes: &[u8]) -> Result<Value> {
    parse_within(bytes, limits::FORM_BYTES)
}

/// Reads one JSON value of at most `most` bytes.
pub fn parse_within(bytes: &[u8], most: usize) -> Result<Value> {
    if bytes.len() > most {
        return Err(Failure::new(Reason::BodyTooLarge, format!("The JSON is longer than {most} bytes.")));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|cause| Failure::new(Reason::BodyMalformed, format!("The JSON cannot be read: {cause}.")))
}

/// A member that must be a string, if it is there at all.
pub fn optional_text<'a>(object: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Failure::invalid(name, "it must be a string")),
    }
}

/// A member that must be there and be a string.
pub fn text<'a>(object: &'a Map<String, Value>, name: &'static str) -> Result<&'a str> {
    optional_text(object, name)?.ok_or_else(|| Failure::missing(name))
}

/// Builds a [`Value`] as `serde_json` does, but counts depth and refuses repeated names.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= limits::NESTING {
            return Err(E::custom(format_args!("it is nested deeper than {} levels", limits::NESTING)));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            if map.contains_key(&name) {
                return Err(A::Error::custom("a name is there twice in one object"));
            }
            map.insert(name, access.next_value_seed(inner)?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, parse_within, text};
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use types::Reason;

    #[test]
    fn a_name_twice_is_refused_at_any_depth() {
        for wrong in [r#"{"a":1,"a":1}"#, r#"[{"x":{"a":1,"\u0061":2}}]"#, "{", "1 2", "", r#"{"a":01}"#, "\"\\ud800\""]
        {
            assert_eq!(parse(wrong.as_bytes()).unwrap_err().reason(), Reason::BodyMalformed, "{wrong}");
        }
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(32).as_bytes()).is_ok());
        assert!(parse(nested(33).as_bytes()).is_err());
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
        assert_eq!(parse_within(b"[1,2]", 4).unwrap_err().reason(), Reason::BodyTooLarge);
    }

    #[test]
    fn members_by_name() {
        let value = parse(br#"{"a":"x","b":1}"#).unwrap();
        let object = value.as_object().unwrap();
        assert_eq!(text(object, "a").unwrap(), "x");
        assert_eq!(text(object, "b").unwrap_err().reason(), Reason::ParameterInvalid);
        assert_eq!(text(object, "c").unwrap_err().reason(), Reason::ParameterMissing);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(raw in any::<Vec<u8>>()) {
            let _ = parse(&raw);
        }

        #[test]
        fn reads_what_serde_json_writes(map in proptest::collection::btree_map(any::<String>(), any::<(i64, String)>(), 0..8)) {
            let value = serde_json::to_value(&map).unwrap();
            prop_assert_eq!(parse(&serde_json::to_vec(&value).unwrap()).unwrap(), value);
        }
    }
}
