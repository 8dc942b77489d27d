use crate::params::parse_boolean;
use std::fmt;
use std::str::FromStr;
use types::{Failure, Reason, Result};

/// One element of a request body. It holds either text or other elements; attributes and name spaces are not kept,
/// since no request of either dialect means anything by them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Self>,
}

impl Element {
    /// Its name without any name space prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text, exactly; empty if it holds elements.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The elements in it.
    pub fn children(&self) -> &[Self] {
        &self.children
    }

    /// The elements of this name in it.
    pub fn all<'a>(&'a self, name: &'static str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The element of this name in it, if there is one; an error if there are several.
    pub fn optional(&self, name: &'static str) -> Result<Option<&Self>> {
        let mut found = self.all(name);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            (_, Some(_)) => Err(malformed(format_args!("element {name} is there twice in {}", self.name))),
        }
    }

    /// The element of this name in it, which must be there.
    pub fn required(&self, name: &'static str) -> Result<&Self> {
        self.optional(name)?.ok_or_else(|| malformed(format_args!("element {name} is missing in {}", self.name)))
    }

    /// The text of an element in it, if that is there.
    pub fn optional_text(&self, name: &'static str) -> Result<Option<&str>> {
        self.optional(name)?.map(Self::leaf).transpose()
    }

    /// The text of an element in it, which must be there.
    pub fn required_text(&self, name: &'static str) -> Result<&str> {
        self.required(name)?.leaf()
    }

    /// An element in it of any type that reads itself from text; white space around does not count.
    pub fn parsed<T>(&self, name: &'static str) -> Result<Option<T>>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        let read =
            |text: &str| text.trim().parse().map_err(|rule| malformed(format_args!("element {name} is wrong: {rule}")));
        self.optional_text(name)?.map(read).transpose()
    }

    /// An element in it that is `true` or `false`.
    pub fn boolean(&self, name: &'static str) -> Result<Option<bool>> {
        let read = |text: &str| {
            parse_boolean(text.trim()).ok_or_else(|| malformed(format_args!("element {name} must be true or false")))
        };
        self.optional_text(name)?.map(read).transpose()
    }

    /// Refuses elements of other names, so that what is not supported is not silently dropped.
    pub fn only(&self, names: &[&str]) -> Result<()> {
        match self.children.iter().find(|child| !names.contains(&child.name.as_str())) {
            None => Ok(()),
            Some(_) => Err(malformed(format_args!("only {} may be in {}", names.join(", "), self.name))),
        }
    }

    fn leaf(&self) -> Result<&str> {
        if self.children.is_empty() {
            Ok(&self.text)
        } else {
            Err(malformed(format_args!("element {} must hold text only", self.name)))
        }
    }
}

pub(super) fn malformed(why: impl fmt::Display) -> Failure {
    Failure::new(Reason::BodyMalformed, format!("The XML of the request is not well formed or not as expected: {why}."))
}
