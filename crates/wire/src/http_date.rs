use std::time::UNIX_EPOCH;
use types::Timestamp;

/// Reads a date in any of the three forms RFC 9110 §5.6.7 obliges a recipient to take.
pub fn parse_http_date(text: &str) -> Option<Timestamp> {
    let since = httpdate::parse_http_date(text.trim()).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_secs(i64::try_from(since.as_secs()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::parse_http_date;
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use types::Timestamp;

    #[test]
    fn the_three_forms() {
        let expected = Some(Timestamp::from_secs(784_111_777));
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(parse_http_date(text), expected, "{text}");
        }
        for wrong in ["", "1994-11-06", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT"] {
            assert_eq!(parse_http_date(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_is_written(secs in 0_i64..253_402_300_799) {
            let time = Timestamp::from_secs(secs);
            prop_assert_eq!(parse_http_date(&time.http_date()), Some(time));
        }

        #[test]
        fn arbitrary_text_never_panics(text in any::<String>()) {
            let _ = parse_http_date(&text);
        }
    }
}
