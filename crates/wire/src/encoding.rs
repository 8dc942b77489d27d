//! Percent encoding, in the exact spellings that signatures depend on.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use types::{Failure, Reason, Result};

/// Everything but RFC 3986 §2.3 "unreserved".
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, but a slash stays.
const RESERVED_BUT_SLASH: &AsciiSet = &RESERVED.remove(b'/');

/// Encodes all but letters, digits and `-_.~`, with upper-case hex: a query name or value, or one path segment.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// As [`encode`], but keeps `/`: a whole path.
pub fn encode_path(text: &str) -> String {
    utf8_percent_encode(text, RESERVED_BUT_SLASH).to_string()
}

/// Decodes a path or a part of one: percent rules only, `+` is a plus sign.
pub fn decode_path(raw: &str) -> Result<String> {
    let bytes = decode(raw.as_bytes(), false).ok_or_else(|| {
        Failure::new(Reason::ObjectNameInvalid, "The path has a % that is not followed by two hex digits.")
    })?;
    String::from_utf8(bytes).map_err(|_| Failure::new(Reason::ObjectNameInvalid, "The path is not UTF-8."))
}

/// Decodes a name or value of a query or form: percent rules, and `+` is a space.
pub fn decode_form(raw: &[u8]) -> Result<String> {
    let bytes =
        decode(raw, true).ok_or_else(|| Failure::invalid("query or form", "a % must be followed by two hex digits"))?;
    String::from_utf8(bytes).map_err(|_| Failure::invalid("query or form", "it must be UTF-8"))
}

/// Strict where the usual decoders are lenient: a stray `%` is an error, since two readers that guess differently at it
/// would see two different requests under one signature.
fn decode(raw: &[u8], plus_is_space: bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter().copied();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => hex_digit(bytes.next()?)? << 4 | hex_digit(bytes.next()?)?,
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    Some(out)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::{decode_form, decode_path, encode, encode_path};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    #[test]
    fn the_spellings_signatures_depend_on() {
        assert_eq!(encode("a b+é~*(1)/'!"), "a%20b%2B%C3%A9~%2A%281%29%2F%27%21");
        assert_eq!(encode_path("/a b/c"), "/a%20b/c");
        assert_eq!(decode_path("/a+b%2Fc%2f").unwrap(), "/a+b/c/");
        assert_eq!(decode_form(b"a+b%2B").unwrap(), "a b+");
    }

    #[test]
    fn a_stray_percent_is_refused() {
        for raw in ["%", "%1", "%zz", "a%2", "%+1", "%ff"] {
            assert!(decode_path(raw).is_err(), "{raw}");
            assert!(decode_form(raw.as_bytes()).is_err(), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_decodes(text in any::<String>()) {
            prop_assert_eq!(&decode_path(&encode(&text)).unwrap(), &text);
            prop_assert_eq!(&decode_path(&encode_path(&text)).unwrap(), &text);
            prop_assert_eq!(&decode_form(encode(&text).as_bytes()).unwrap(), &text);
        }

        #[test]
        fn arbitrary_bytes_never_panic(raw in any::<Vec<u8>>()) {
            let _ = decode_form(&raw);
            let _ = decode_path(&String::from_utf8_lossy(&raw));
        }
    }
}
