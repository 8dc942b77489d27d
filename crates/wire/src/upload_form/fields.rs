use super::malformed;
use types::{Failure, Result};

/// The fields of a form before its file, in their order, each there once. Names are in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormFields(Vec<(String, String)>);

impl FormFields {
    /// Adds a field. A name twice is an error: what is checked must be what is used.
    pub fn add(&mut self, name: String, value: String) -> Result<()> {
        if name.is_empty() || self.get(&name).is_some() {
            return Err(malformed("a field has no name, or is there twice"));
        }
        self.0.push((name, value));
        Ok(())
    }

    /// A field's value, by its name in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A field's value, if it is there and not empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// A field that must be there.
    pub fn required(&self, name: &'static str) -> Result<&str> {
        self.get(name).ok_or_else(|| Failure::missing(name))
    }

    /// Puts another value in a field's place, if there is one.
    pub fn replace(&mut self, name: &str, value: String) {
        if let Some((_, old)) = self.0.iter_mut().find(|(known, _)| known == name) {
            *old = value;
        }
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
