use super::characters::is_space;
use crate::saml::SamlError;

/// An element with its names resolved. It keeps what canonicalisation needs and nothing else: how something was quoted,
/// escaped or broken into sections is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::saml) struct Element {
    pub(in crate::saml) prefix: String,
    pub(in crate::saml) local: String,
    /// The name space; empty for none.
    pub(in crate::saml) space: String,
    pub(in crate::saml) attributes: Vec<Attribute>,
    /// The prefixes it declares, with their name spaces.
    pub(in crate::saml) declared: Vec<(String, String)>,
    pub(in crate::saml) children: Vec<Node>,
}

/// An attribute that is no declaration of a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::saml) struct Attribute {
    pub(in crate::saml) prefix: String,
    pub(in crate::saml) local: String,
    pub(in crate::saml) space: String,
    pub(in crate::saml) value: String,
}

/// What stands in an element. No two texts stand beside each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::saml) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// Whether it has this name.
    pub(in crate::saml) fn is(&self, space: &str, local: &str) -> bool {
        self.space == space && self.local == local
    }

    /// An attribute in no name space.
    pub(in crate::saml) fn attribute(&self, local: &str) -> Option<&str> {
        let own = |attribute: &&Attribute| attribute.space.is_empty() && attribute.local == local;
        self.attributes.iter().find(own).map(|attribute| attribute.value.as_str())
    }

    /// The elements in it, with text or without.
    pub(in crate::saml) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The elements in it; an error if there is text beside them.
    pub(in crate::saml) fn content(&self) -> Result<Vec<&Self>, SamlError> {
        let blank = |child: &Node| match child {
            Node::Element(_) => true,
            Node::Text(text) => text.chars().all(is_space),
        };
        if !self.children.iter().all(blank) {
            return Err(SamlError::Malformed("text stands beside elements"));
        }
        Ok(self.elements().collect())
    }

    /// Its text; an error if there are elements in it.
    pub(in crate::saml) fn text(&self) -> Result<&str, SamlError> {
        match self.children.as_slice() {
            [] => Ok(""),
            [Node::Text(text)] => Ok(text),
            _ => Err(SamlError::Malformed("elements stand where only text may")),
        }
    }

    /// Refuses attributes in no name space but these, so that nothing of meaning is passed over.
    pub(in crate::saml) fn takes(&self, known: &[&str]) -> Result<(), SamlError> {
        let fine = |attribute: &Attribute| !attribute.space.is_empty() || known.contains(&attribute.local.as_str());
        if self.attributes.iter().all(fine) { Ok(()) } else { Err(SamlError::Malformed("an attribute is not known")) }
    }

    /// Goes through it and everything below.
    pub(in crate::saml) fn each<'e>(&'e self, visit: &mut impl FnMut(&'e Self)) {
        visit(self);
        self.elements().for_each(|child| child.each(visit));
    }
}
