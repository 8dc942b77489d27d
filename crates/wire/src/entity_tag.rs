use types::{Failure, Result};

/// An entity tag (RFC 9110 §8.8.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTag {
    /// Whether it only says "equivalent".
    pub weak: bool,
    /// The text between the quotes.
    pub text: String,
}

/// The value of `If-Match` or `If-None-Match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagCondition {
    /// `*`: any that exists.
    Any,
    /// One of these.
    OneOf(Vec<EntityTag>),
}

/// More tags than any client sends.
const MOST: usize = 100;

impl TagCondition {
    /// Reads the header's value. Tags without quotes are taken too, since the SDKs send them so.
    pub fn parse(value: &str) -> Result<Self> {
        let value = value.trim();
        if value == "*" {
            return Ok(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = value;
        while !rest.is_empty() {
            let (tag, after) = EntityTag::take(rest).ok_or_else(malformed)?;
            tags.push(tag);
            rest = after.trim_start();
            if !rest.is_empty() {
                rest = rest.strip_prefix(',').ok_or_else(malformed)?.trim_start();
            }
        }
        if tags.is_empty() || tags.len() > MOST { Err(malformed()) } else { Ok(Self::OneOf(tags)) }
    }

    /// `If-Match`: strong comparison (RFC 9110 §13.1.1). `current` is the tag without quotes, `None` if nothing exists.
    pub fn matches_strongly(&self, current: Option<&str>) -> bool {
        self.any(current, |tag, text| !tag.weak && tag.text == text)
    }

    /// `If-None-Match`: weak comparison (RFC 9110 §13.1.2).
    pub fn matches_weakly(&self, current: Option<&str>) -> bool {
        self.any(current, |tag, text| tag.text == text)
    }

    fn any(&self, current: Option<&str>, same: impl Fn(&EntityTag, &str) -> bool) -> bool {
        match (self, current) {
            (_, None) => false,
            (Self::Any, Some(_)) => true,
            (Self::OneOf(tags), Some(text)) => tags.iter().any(|tag| same(tag, text)),
        }
    }
}

impl EntityTag {
    /// Takes one tag off the front.
    fn take(text: &str) -> Option<(Self, &str)> {
        let (weak, text) = text.strip_prefix("W/").map_or((false, text), |rest| (true, rest));
        if let Some(quoted) = text.strip_prefix('"') {
            let (inner, rest) = quoted.split_once('"')?;
            let ok = inner.bytes().all(|b| b == 0x21 || b > 0x22 && b != 0x7f);
            return ok.then(|| (Self { weak, text: inner.to_owned() }, rest));
        }
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (inner, rest) = text.split_at(end);
        let ok = !weak && !inner.is_empty() && inner != "*" && inner.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
        ok.then(|| (Self { weak, text: inner.to_owned() }, rest))
    }
}

fn malformed() -> Failure {
    Failure::invalid("If-Match or If-None-Match", "it must be * or a list of entity tags")
}

#[cfg(test)]
mod tests {
    use super::TagCondition;
    use proptest::prelude::{any, prop_assert, proptest};

    fn parse(value: &str) -> TagCondition {
        TagCondition::parse(value).unwrap()
    }

    #[test]
    fn lists() {
        assert_eq!(parse(" * "), TagCondition::Any);
        let list = parse(r#""a" , W/"b,c",d"#);
        assert!(list.matches_strongly(Some("a")) && list.matches_strongly(Some("d")));
        assert!(!list.matches_strongly(Some("b,c")) && list.matches_weakly(Some("b,c")));
        assert!(!list.matches_weakly(Some("e")) && !list.matches_weakly(None));
        assert!(TagCondition::Any.matches_strongly(Some("x")) && !TagCondition::Any.matches_strongly(None));
        for wrong in ["", ",", "\"a", "\"a\" \"b\"", "a b", "*, a", "W/a", "\"a b\"", "a\"b"] {
            assert!(TagCondition::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_quoted_tag_matches_itself(text in "[!#-~]{0,40}") {
            let list = format!("\"x\", \"{text}\"");
            prop_assert!(parse(&list).matches_strongly(Some(&text)));
        }

        #[test]
        fn arbitrary_text_never_panics(text in any::<String>()) {
            let _ = TagCondition::parse(&text);
        }
    }
}
