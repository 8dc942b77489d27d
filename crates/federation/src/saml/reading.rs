//! Small readers that all of these documents need.

use super::SamlError;
use super::xml::Element;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use types::Timestamp;

/// `base64Binary` (XML Schema Part 2 §3.2.16): white space does not count, everything else does.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\n' | '\r')).collect();
    STANDARD.decode(compact).ok()
}

/// A `dateTime` in UTC (saml-core §1.3.3), to the millisecond.
pub(super) fn moment(text: &str) -> Result<Timestamp, SamlError> {
    let wrong = SamlError::Malformed("a time is not one in UTC, such as 2026-01-31T08:00:00Z");
    let bare = text.strip_suffix('Z').ok_or(wrong)?;
    let (whole, fraction) = bare.split_once('.').unwrap_or((bare, "0"));
    if !(1..=9).contains(&fraction.len()) || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong);
    }
    let millis: String = fraction.chars().chain("00".chars()).take(3).collect();
    Timestamp::parse_iso(&format!("{whole}.{millis}Z")).ok_or(wrong)
}

/// A time that an attribute may say.
pub(super) fn optional_moment(element: &Element, attribute: &str) -> Result<Option<Timestamp>, SamlError> {
    element.attribute(attribute).map(moment).transpose()
}

/// The one element of this name among several; an error if there are more.
pub(super) fn optional<'e>(
    among: &[&'e Element],
    space: &str,
    local: &str,
    twice: &'static str,
) -> Result<Option<&'e Element>, SamlError> {
    let mut found = among.iter().filter(|element| element.is(space, local));
    match (found.next(), found.next()) {
        (first, None) => Ok(first.copied()),
        (_, Some(_)) => Err(SamlError::Malformed(twice)),
    }
}

#[cfg(test)]
mod tests {
    use super::{base64, moment};
    use proptest::prelude::{any, proptest};
    use types::Timestamp;

    #[test]
    fn times_are_in_utc() {
        let second = Timestamp::parse_iso("2026-11-24T12:00:00Z").unwrap();
        assert_eq!(moment("2026-11-24T12:00:00Z"), Ok(second));
        for fraction in ["5", "500", "500999999"] {
            let read = moment(&format!("2026-11-24T12:00:00.{fraction}Z"));
            assert_eq!(read, Ok(second.plus(std::time::Duration::from_millis(500))));
        }
        for wrong in
            ["", "Z", "2026-11-24", "2026-11-24T12:00:00", "2026-11-24T12:00:00+00:00", "2026-11-24T12:00:00.Z"]
        {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn base64_may_be_broken_into_lines_and_nothing_else() {
        assert_eq!(base64(" YW\r\nJj\t"), Some(b"abc".to_vec()));
        for wrong in ["YWJ", "YWJj!", "YW-j", "YWJjZA"] {
            assert_eq!(base64(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in any::<String>(), near in "[0-9TZ:.+-]{0,40}") {
            for text in [text, near] {
                let _ = (moment(&text), base64(&text));
            }
        }
    }
}
