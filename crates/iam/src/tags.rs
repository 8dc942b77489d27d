use crate::policy::{Context, Key};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use types::{Failure, Reason, Result};

/// Tags of one user, role or policy.
const TAGS_MOST: usize = 50;
/// Characters of a tag's name.
const NAME_CHARS: usize = 128;
/// Characters of a tag's value.
const VALUE_CHARS: usize = 256;

/// The tags of a user, a role or a policy: names and values. Names that differ in the case of ASCII letters alone are one
/// name, as they are one condition key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// Tags as somebody wrote them; `field` is what the caller calls them.
    pub fn new(field: &'static str, pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let mut tags = Self::default();
        for (name, value) in pairs {
            let long = name.chars().count() > NAME_CHARS || value.chars().count() > VALUE_CHARS;
            if name.is_empty() || long || name.chars().chain(value.chars()).any(char::is_control) {
                let rule = format_args!(
                    "names of 1 to {NAME_CHARS} and values of at most {VALUE_CHARS} characters, none of them a control \
                     character"
                );
                return Err(Failure::invalid(field, rule));
            }
            if tags.get(&name).is_some() {
                return Err(Failure::invalid(field, "each name once; their case makes no difference"));
            }
            tags.0.insert(name, value);
        }
        tags.check_count()?;
        Ok(tags)
    }

    fn check_count(&self) -> Result<()> {
        let text = || format!("A user, role or policy has at most {TAGS_MOST} tags.");
        if self.0.len() > TAGS_MOST { Err(Failure::new(Reason::TooManyTags, text())) } else { Ok(()) }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Puts others in, in place of those of the same names.
    pub(crate) fn put(&mut self, others: &Self) -> Result<()> {
        for (name, value) in others.iter() {
            self.remove(name);
            self.0.insert(name.to_owned(), value.to_owned());
        }
        self.check_count()
    }

    /// Takes one out, if it is there.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|known, _| !known.eq_ignore_ascii_case(name));
    }

    /// Tells conditions of them, as `<prefix><name>`.
    pub(crate) fn add_to(&self, context: &mut Context, prefix: &str) {
        for (name, value) in self.iter() {
            context.add(Key::new(format!("{prefix}{name}")), value);
        }
    }

    /// As an event holds them.
    pub(crate) fn audited(&self) -> serde_json::Value {
        serde_json::json!(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{NAME_CHARS, TAGS_MOST, Tags, VALUE_CHARS};
    use types::Reason;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        Tags::new("Tags", pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).unwrap()
    }

    #[test]
    fn names_are_one_whatever_their_case() {
        let mut all = tags(&[("Team", "red"), ("cost", "")]);
        all.put(&tags(&[("TEAM", "blue")])).unwrap();
        assert_eq!(all, tags(&[("TEAM", "blue"), ("cost", "")]));
        assert_eq!(all.get("team"), Some("blue"));
        all.remove("tEAM");
        assert_eq!(all, tags(&[("cost", "")]));
        let twice = [("a", ""), ("A", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(Tags::new("Tags", twice).unwrap_err().reason(), Reason::ParameterInvalid);
    }

    #[test]
    fn limits() {
        let one = |name: String, value: String| Tags::new("Tags", [(name, value)]).map_err(|f| f.reason());
        assert!(one("n".repeat(NAME_CHARS), "字".repeat(VALUE_CHARS)).is_ok());
        for (name, value) in [
            (String::new(), String::new()),
            ("n".repeat(NAME_CHARS + 1), String::new()),
            ("n".to_owned(), "v".repeat(VALUE_CHARS + 1)),
            ("n\u{7}".to_owned(), String::new()),
        ] {
            assert_eq!(one(name, value), Err(Reason::ParameterInvalid));
        }
        let many = |count: usize| Tags::new("Tags", (0..count).map(|n| (format!("t{n}"), String::new())));
        let mut full = many(TAGS_MOST).unwrap();
        assert_eq!(many(TAGS_MOST + 1).unwrap_err().reason(), Reason::TooManyTags);
        assert_eq!(full.put(&tags(&[("more", "")])).unwrap_err().reason(), Reason::TooManyTags);
    }
}
