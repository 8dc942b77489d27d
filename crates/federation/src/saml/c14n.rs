//! Exclusive XML Canonicalization 1.0 without comments (xml-exc-c14n §3, on xml-c14n §2.3).

use super::names::XML;
use super::xml::{Attribute, Element, Node};

/// The canonical form of the last element of a path from the root, which never is empty.
///
/// `without`: which of its children is left out, as the transform of enveloped signatures asks. `inclusive`: the prefixes that
/// are treated as in inclusive canonicalisation (§3, `PrefixList`); the default name space is the empty one.
pub(super) fn exclusive(path: &[&Element], without: Option<usize>, inclusive: &[String]) -> String {
    let mut writer = Writer { out: String::new(), scope: Vec::new(), rendered: Vec::new(), inclusive };
    if let Some((apex, ancestors)) = path.split_last() {
        for ancestor in ancestors {
            writer.enter(ancestor);
        }
        writer.element(apex, without);
    }
    writer.out
}

struct Writer<'e> {
    out: String,
    /// Declarations in scope, the innermost last.
    scope: Vec<(&'e str, &'e str)>,
    /// Declarations that were written and are in scope.
    rendered: Vec<(&'e str, &'e str)>,
    inclusive: &'e [String],
}

fn lookup<'e>(scope: &[(&'e str, &'e str)], prefix: &str) -> Option<&'e str> {
    scope.iter().rev().find(|(known, _)| *known == prefix).map(|(_, space)| *space)
}

impl<'e> Writer<'e> {
    fn enter(&mut self, element: &'e Element) {
        self.scope.extend(element.declared.iter().map(|(prefix, space)| (prefix.as_str(), space.as_str())));
    }

    fn element(&mut self, element: &'e Element, without: Option<usize>) {
        let (scope, rendered) = (self.scope.len(), self.rendered.len());
        self.enter(element);
        self.out.push('<');
        self.name(&element.prefix, &element.local);
        self.declarations(element);
        self.attributes(element);
        self.out.push('>');
        for (at, child) in element.children.iter().enumerate() {
            match child {
                _ if without == Some(at) => {}
                Node::Element(child) => self.element(child, None),
                Node::Text(text) => self.text(text),
            }
        }
        self.out.push_str("</");
        self.name(&element.prefix, &element.local);
        self.out.push('>');
        self.scope.truncate(scope);
        self.rendered.truncate(rendered);
    }

    fn name(&mut self, prefix: &str, local: &str) {
        if !prefix.is_empty() {
            self.out.push_str(prefix);
            self.out.push(':');
        }
        self.out.push_str(local);
    }

    /// What of the name space axis is visibly utilised, or listed, and not already written around it, by prefix.
    fn declarations(&mut self, element: &'e Element) {
        let named =
            element.attributes.iter().map(|attribute| attribute.prefix.as_str()).filter(|prefix| !prefix.is_empty());
        let listed = self.inclusive.iter().map(String::as_str).filter(|prefix| lookup(&self.scope, prefix).is_some());
        let mut prefixes: Vec<&'e str> = std::iter::once(element.prefix.as_str()).chain(named).chain(listed).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        for prefix in prefixes.into_iter().filter(|prefix| *prefix != "xml") {
            let space = lookup(&self.scope, prefix).unwrap_or_default();
            let before = lookup(&self.rendered, prefix);
            // No name space at all is said only where it takes one back.
            if before == Some(space) || (space.is_empty() && before.is_none()) {
                continue;
            }
            self.rendered.push((prefix, space));
            self.out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.out.push_str(prefix);
            self.value(space);
        }
    }

    /// By name space, those without first, then by name.
    fn attributes(&mut self, element: &'e Element) {
        let mut sorted: Vec<&Attribute> = element.attributes.iter().collect();
        sorted.sort_unstable_by_key(|attribute| (attribute.space.as_str(), attribute.local.as_str()));
        for attribute in sorted {
            self.out.push(' ');
            let prefix = if attribute.space == XML { "xml" } else { &attribute.prefix };
            self.name(prefix, &attribute.local);
            self.value(&attribute.value);
        }
    }

    fn value(&mut self, value: &str) {
        self.out.push_str("=\"");
        for c in value.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '"' => self.out.push_str("&quot;"),
                '\t' => self.out.push_str("&#x9;"),
                '\n' => self.out.push_str("&#xA;"),
                '\r' => self.out.push_str("&#xD;"),
                other => self.out.push(other),
            }
        }
        self.out.push('"');
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '\r' => self.out.push_str("&#xD;"),
                other => self.out.push(other),
            }
        }
    }
}
