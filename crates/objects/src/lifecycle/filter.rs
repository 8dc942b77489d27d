use crate::tags::Tags;
use serde::{Deserialize, Serialize};
use std::fmt;
use types::{Failure, ObjectKey, Result, limits};

/// Bytes of a prefix.
const PREFIX_BYTES: usize = 1_024;
/// Exceptions of one rule.
const EXCEPTIONS: usize = 100;

/// Which objects a rule is about: those that all of this is true of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Their keys begin so.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// They have all of these tags.
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// They have more bytes than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub larger_than: Option<u64>,
    /// They have fewer bytes than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smaller_than: Option<u64>,
    /// None of these is true of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Except>,
}

/// Objects that a rule is not about: those that all of this is true of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Except {
    /// Their keys begin so.
    pub prefix: String,
    /// They have this tag.
    pub tag: Option<(String, String)>,
}

impl Filter {
    /// Objects whose keys begin so.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..Self::default() }
    }

    /// Whether it is about keys alone, not about what only an object has.
    pub(super) fn is_of_keys(&self) -> bool {
        self.tags.is_empty() && !self.is_of_sizes() && self.except.iter().all(|except| except.tag.is_none())
    }

    /// Whether it says which sizes it is about.
    pub(super) const fn is_of_sizes(&self) -> bool {
        self.larger_than.is_some() || self.smaller_than.is_some()
    }

    pub(super) fn text_bytes(&self) -> usize {
        let tag = |(name, value): (&str, &str)| name.len() + value.len();
        let except =
            |except: &Except| except.prefix.len() + except.tag.as_ref().map_or(0, |(name, value)| tag((name, value)));
        self.prefix.len() + self.tags.iter().map(tag).sum::<usize>() + self.except.iter().map(except).sum::<usize>()
    }

    pub(super) fn check(&self) -> Result<()> {
        let prefixes = self.except.iter().map(|except| &except.prefix).chain([&self.prefix]);
        if prefixes.into_iter().any(|prefix| prefix.len() > PREFIX_BYTES || prefix.contains('\0')) {
            return Err(Failure::invalid("Prefix", format_args!("at most {PREFIX_BYTES} bytes without NUL")));
        }
        if self.except.len() > EXCEPTIONS {
            return Err(Failure::invalid("Not", format_args!("at most {EXCEPTIONS} of them in a rule")));
        }
        if self.except.iter().any(|except| !except.prefix.starts_with(&self.prefix)) {
            return Err(Failure::invalid("Not", "prefixes that begin with the rule's own"));
        }
        if self.except.iter().any(|except| except.tag.is_none() && except.prefix == self.prefix) {
            return Err(Failure::invalid("Not", "less than all that the rule is about"));
        }
        let bounds = (self.larger_than.unwrap_or(0), self.smaller_than.unwrap_or(u64::MAX));
        if self.smaller_than == Some(0) || bounds.0 >= bounds.1.saturating_sub(1) && self.is_of_sizes() {
            return Err(Failure::invalid("ObjectSizeGreaterThan", "less than ObjectSizeLessThan, with sizes between"));
        }
        if self.larger_than.is_some_and(|bytes| bytes > limits::PUT_BYTES.saturating_mul(u64::from(limits::PARTS))) {
            return Err(Failure::invalid("ObjectSizeGreaterThan", "a size that objects can have"));
        }
        Ok(())
    }

    /// Whether a key is one it is about, whatever is under it.
    pub(super) fn takes_key(&self, key: &ObjectKey) -> bool {
        let key = key.as_str();
        let excepted = |except: &Except| except.tag.is_none() && key.starts_with(&except.prefix);
        key.starts_with(&self.prefix) && !self.except.iter().any(excepted)
    }

    /// Whether an object is one it is about.
    pub(super) fn takes(&self, key: &ObjectKey, size: u64, tags: &Tags) -> bool {
        let has = |name: &str, value: &str| tags.iter().any(|tag| tag == (name, value));
        let excepted = |except: &Except| {
            let tagged = except.tag.as_ref().is_none_or(|(name, value)| has(name, value));
            tagged && key.as_str().starts_with(&except.prefix)
        };
        key.as_str().starts_with(&self.prefix)
            && self.larger_than.is_none_or(|bound| size > bound)
            && self.smaller_than.is_none_or(|bound| size < bound)
            && self.tags.iter().all(|(name, value)| has(name, value))
            && !self.except.iter().any(excepted)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}*", self.prefix)?;
        self.tags.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))?;
        self.larger_than.map_or(Ok(()), |bytes| write!(f, " >{bytes}"))?;
        self.smaller_than.map_or(Ok(()), |bytes| write!(f, " <{bytes}"))?;
        for Except { prefix, tag } in &self.except {
            write!(f, " not {prefix}*")?;
            tag.as_ref().map_or(Ok(()), |(name, value)| write!(f, " {name}={value}"))?;
        }
        Ok(())
    }
}
