//! Bounds on what an event takes from a request. An event must always fit into its record: one that did not could keep
//! even the refusal of its call from being recorded.

use serde_json::{Map, Value};

/// Bytes of a text, or of a name in an object, that an event holds whole. In JSON each may take six.
const TEXT_BYTES: usize = 2_048;
/// Elements that an event holds of a list or an object, and of the ids of one kind.
pub(crate) const ELEMENTS: usize = 100;
/// Bytes of the JSON of one list or object, however it is nested.
const NESTED_BYTES: usize = 32 * 1024;

/// A value as an event holds it.
pub(crate) fn value(value: Value) -> Value {
    match value {
        Value::String(whole) => Value::String(text(whole)),
        Value::Array(_) | Value::Object(_) => {
            let cut = nested(&value);
            if cut.to_string().len() > NESTED_BYTES { Value::String(text(value.to_string())) } else { cut }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

/// A text as an event holds it: its start and, if that is not all, how long it was and its hash.
pub(crate) fn text(whole: String) -> String {
    if whole.len() <= TEXT_BYTES {
        return whole;
    }
    let (start, _) = whole.split_at(whole.floor_char_boundary(TEXT_BYTES));
    format!("{start}… ({} bytes, sha256 {})", whole.len(), sha256(&whole))
}

fn nested(value: &Value) -> Value {
    match value {
        Value::String(whole) => Value::String(text(whole.clone())),
        Value::Array(all) => {
            let mut some: Vec<Value> = all.iter().take(ELEMENTS).map(nested).collect();
            some.extend(rest(value, all.len()));
            Value::Array(some)
        }
        Value::Object(all) => {
            let some = all.iter().take(ELEMENTS).map(|(name, value)| (text(name.clone()), nested(value)));
            let mut some: Map<String, Value> = some.collect();
            some.extend(rest(value, all.len()).map(|rest| ("…".to_owned(), rest)));
            Value::Object(some)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// What stands for the elements that are left out.
fn rest(value: &Value, count: usize) -> Option<Value> {
    let told = || Value::String(format!("… ({count} elements, sha256 {})", sha256(&value.to_string())));
    (count > ELEMENTS).then(told)
}

fn sha256(text: &str) -> String {
    hex::encode(crypto::sha256(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{ELEMENTS, NESTED_BYTES, TEXT_BYTES, text, value};
    use crate::operation::Audit;
    use serde_json::{Value, json};

    #[test]
    fn what_is_short_stays_as_it_is() {
        let longest = "é".repeat(TEXT_BYTES / 2);
        assert_eq!(text(longest.clone()), longest);
        for short in [json!(null), json!(1), json!("a"), json!({ "a": ["b", { "c": longest }] })] {
            assert_eq!(value(short.clone()), short);
        }
        let full: Vec<Value> = (0..ELEMENTS).map(Value::from).collect();
        assert_eq!(value(json!(full)), json!(full));
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let whole = "字".repeat(TEXT_BYTES);
        let hash = super::sha256(&whole);
        let expected = format!("{}… ({} bytes, sha256 {hash})", "字".repeat(TEXT_BYTES / 3), whole.len());
        assert_eq!(text(whole.clone()), expected);
        assert_eq!(value(json!({ "a": [whole] })), json!({ "a": [expected] }));
    }

    #[test]
    fn long_lists_and_objects_say_what_was_left_out() {
        let list: Vec<Value> = (0..1_000).map(Value::from).collect();
        let hash = super::sha256(&json!(list).to_string());
        let cut = value(json!(list));
        assert_eq!(cut.as_array().unwrap().len(), ELEMENTS + 1);
        assert_eq!(cut[ELEMENTS], format!("… (1000 elements, sha256 {hash})"));
        let object: serde_json::Map<String, Value> = (0..1_000).map(|n| (n.to_string(), Value::from(n))).collect();
        assert_eq!(value(json!(object)).as_object().unwrap().len(), ELEMENTS + 1);
    }

    #[test]
    fn nothing_makes_an_event_large() {
        let worst = "\u{1}".repeat(types::limits::FORM_BYTES);
        let wide: Vec<&str> = vec![worst.as_str(); ELEMENTS];
        for large in [json!(worst), json!([worst]), json!({ (worst.as_str()): worst }), json!(wide), json!([[wide]])] {
            let size = value(large).to_string().len();
            assert!(size <= NESTED_BYTES, "{size}");
        }
        let mut audit = Audit::default();
        audit.parameter("p", worst.as_str());
        audit.answer("a", worst.as_str());
        for n in 0..1_000 {
            audit.resource("ACS::OSS::Object", format!("{n}"));
        }
        audit.resource("ACS::KMS::Key", worst.as_str());
        let size = json!([audit.parameters, audit.response, audit.resources]).to_string().len();
        assert!(size <= 3 * NESTED_BYTES, "{size}");
        assert_eq!(audit.resources["ACS::OSS::Object"].len(), ELEMENTS);
    }
}
