use iam::policy::{Context, Key, keys};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use types::{Failure, Reason, Result};

/// Tags of one object.
const OF_OBJECT: usize = 10;
/// Tags of one bucket.
const OF_BUCKET: usize = 50;
/// Characters of a tag's name.
const NAME_CHARS: usize = 128;
/// Characters of a tag's value.
const VALUE_CHARS: usize = 256;
/// What names and values may have beside letters, digits and spaces.
const MARKS: &str = "+-=._:/@";

/// The beginning of the condition keys for the tags that an object has.
const EXISTING: &str = "oss:ExistingObjectTag/";
/// The beginning of the condition keys for the tags that a request wants an object to have.
const REQUESTED: &str = "oss:RequestObjectTag/";
/// The beginning of the condition keys for a bucket's tags.
const BUCKET: &str = "oss:BucketTag/";

/// What an object or a bucket is marked with: names and values. Their case matters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// Tags of an object, as somebody wrote them.
    pub fn of_object(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        Self::read(pairs, OF_OBJECT, "An object")
    }

    /// Tags of a bucket, as somebody wrote them.
    pub fn of_bucket(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        Self::read(pairs, OF_BUCKET, "A bucket")
    }

    fn read(pairs: impl IntoIterator<Item = (String, String)>, most: usize, whose: &str) -> Result<Self> {
        let mut tags = BTreeMap::new();
        for (name, value) in pairs {
            check("name", &name, NAME_CHARS, name.is_empty())?;
            check("value", &value, VALUE_CHARS, false)?;
            if tags.len() == most {
                return Err(Failure::new(Reason::TooManyTags, format!("{whose} has at most {most} tags.")));
            }
            if tags.contains_key(&name) {
                return Err(Failure::new(Reason::TagInvalid, format!("The tag {name} is given twice.")));
            }
            tags.insert(name, value);
        }
        Ok(Self(tags))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Takes one off, if it is there.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Tells conditions that an object has them.
    pub(crate) fn tell_existing(&self, context: &mut Context) {
        self.tell(context, EXISTING);
    }

    /// Tells conditions that a request brings them along.
    pub(crate) fn tell_requested(&self, context: &mut Context) {
        self.tell(context, REQUESTED);
        self.iter().for_each(|(name, _)| context.add(keys::OSS_REQUEST_TAG_KEYS, name));
    }

    /// Tells conditions that a bucket has them.
    pub(crate) fn tell_bucket(&self, context: &mut Context) {
        self.tell(context, BUCKET);
    }

    fn tell(&self, context: &mut Context, beginning: &str) {
        self.iter().for_each(|(name, value)| context.add(Key::new(format!("{beginning}{name}")), value));
    }

    /// As an event holds them: `name=value`.
    pub(crate) fn audited(&self) -> Vec<String> {
        self.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }
}

fn check(what: &str, text: &str, most: usize, empty: bool) -> Result<()> {
    let fits = |c: char| c.is_alphanumeric() || c == ' ' || MARKS.contains(c);
    if !empty && text.chars().count() <= most && text.chars().all(fits) {
        return Ok(());
    }
    let least = if what == "name" { "1 to" } else { "at most" };
    let text = format!("The {what} of a tag has {least} {most} characters: letters, digits, spaces and {MARKS}");
    Err(Failure::new(Reason::TagInvalid, text))
}

#[cfg(test)]
mod tests {
    use super::{NAME_CHARS, OF_BUCKET, OF_OBJECT, Tags, VALUE_CHARS};
    use types::Reason;

    fn one(name: &str, value: &str) -> Result<Tags, Reason> {
        Tags::of_object([(name.to_owned(), value.to_owned())]).map_err(|failure| failure.reason())
    }

    #[test]
    fn names_and_values() {
        assert!(one(&"名".repeat(NAME_CHARS), &"v".repeat(VALUE_CHARS)).is_ok());
        assert!(one("a b+-=._:/@", "").is_ok());
        for (name, value) in [("", "v"), ("n&", ""), ("n", "v\u{7}"), ("n", "<v>")] {
            assert_eq!(one(name, value), Err(Reason::TagInvalid), "{name:?} {value:?}");
        }
        assert_eq!(one(&"n".repeat(NAME_CHARS + 1), ""), Err(Reason::TagInvalid));
        assert_eq!(one("n", &"v".repeat(VALUE_CHARS + 1)), Err(Reason::TagInvalid));
    }

    #[test]
    fn counts() {
        let many = |count: usize| (0..count).map(|n| (format!("t{n}"), String::new()));
        assert_eq!(Tags::of_object(many(OF_OBJECT)).unwrap().len(), OF_OBJECT);
        assert_eq!(Tags::of_object(many(OF_OBJECT + 1)).unwrap_err().reason(), Reason::TooManyTags);
        assert_eq!(Tags::of_bucket(many(OF_BUCKET)).unwrap().len(), OF_BUCKET);
        assert_eq!(Tags::of_bucket(many(OF_BUCKET + 1)).unwrap_err().reason(), Reason::TooManyTags);
        let twice = [("a", "1"), ("a", "2")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(Tags::of_object(twice).unwrap_err().reason(), Reason::TagInvalid);
        let cases = [("a", "1"), ("A", "2")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(Tags::of_object(cases).unwrap().len(), 2);
    }
}
