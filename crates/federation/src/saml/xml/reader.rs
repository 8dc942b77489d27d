use super::characters::{attribute_value, is_absolute, is_allowed, is_ncname, is_space, referenced};
use super::element::{Attribute, Element, Node};
use crate::saml::SamlError;
use crate::saml::names::XML;
use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesStart, Event};

/// Levels of elements.
const DEPTH: usize = 32;
/// Elements of a document.
const ELEMENTS: usize = 10_000;
/// Attributes of an element, declarations of prefixes among them.
const ATTRIBUTES: usize = 64;
/// The name space of declarations (Namespaces in XML 1.0 §3).
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// What is done with comments. They mean nothing, and must not divide what stands around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::saml) enum Comments {
    /// A document with one is refused.
    Refused,
    /// They are left out before anything is made of the text.
    LeftOut,
}

/// Reads a document. The caller has bounded its length.
pub(in crate::saml) fn parse(text: &str, comments: Comments) -> Result<Element, SamlError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.chars().all(is_allowed) {
        return Err(SamlError::Xml("a character that XML does not allow"));
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut tree = Tree::default();
    for position in 0_usize.. {
        match reader.read_event().map_err(|_| SamlError::Xml("it is not well formed"))? {
            Event::Eof => break,
            Event::Decl(declaration) if position == 0 => check_declaration(&declaration)?,
            Event::Start(start) => tree.open(&start)?,
            Event::Empty(start) => {
                tree.open(&start)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => {
                let text = text.xml10_content();
                if text.contains("]]>") {
                    return Err(SamlError::Xml("it is not well formed"));
                }
                tree.text(&text)?;
            }
            Event::CData(text) => tree.section(&text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let c = referenced(&reference).ok_or(SamlError::Xml("an entity that is not one of the five"))?;
                tree.section(c.encode_utf8(&mut [0; 4]))?;
            }
            Event::Comment(_) if comments == Comments::LeftOut => {}
            Event::Comment(_) => return Err(SamlError::Xml("it has comments")),
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {
                return Err(SamlError::Xml("it has a document type or processing instructions"));
            }
        }
    }
    tree.finish()
}

fn check_declaration(declaration: &BytesDecl<'_>) -> Result<(), SamlError> {
    let wrong = SamlError::Xml("it must be XML 1.0 in UTF-8");
    let version = declaration.version().map_err(|_| wrong)?;
    let utf8 = match declaration.encoding() {
        None => true,
        Some(name) => name.is_ok_and(|name| name.eq_ignore_ascii_case("utf-8")),
    };
    if version.as_ref() == "1.0" && utf8 { Ok(()) } else { Err(wrong) }
}

/// The tree under construction.
#[derive(Default)]
struct Tree {
    /// The elements that are open, outermost first, each with how many declarations were in scope around it.
    open: Vec<(Element, usize)>,
    /// Prefixes in scope with their name spaces, the innermost last.
    scope: Vec<(String, String)>,
    root: Option<Element>,
    count: usize,
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), SamlError> {
        self.count += 1;
        if self.root.is_some() {
            return Err(SamlError::Xml("it has more than one root"));
        }
        if self.open.len() >= DEPTH || self.count > ELEMENTS {
            return Err(SamlError::Xml("it is too deep or has too many elements"));
        }
        let around = self.scope.len();
        let (prefix, local) = split(start.name().as_ref())?;
        let mut element = Element { prefix, local, ..Element::default() };
        let mut plain = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| SamlError::Xml("an attribute is wrong or there twice"))?;
            let value = attribute_value(&attribute.value).ok_or(SamlError::Xml("an attribute's value is wrong"))?;
            if plain.len() + element.declared.len() >= ATTRIBUTES {
                return Err(SamlError::Xml("an element has too many attributes"));
            }
            match split(attribute.key.as_ref())? {
                (prefix, local) if prefix == "xmlns" => element.declared.push(declaration(local, value)?),
                (prefix, local) if prefix.is_empty() && local == "xmlns" => {
                    element.declared.push(default_declaration(value)?);
                }
                (prefix, local) => plain.push((prefix, local, value)),
            }
        }
        self.scope.extend(element.declared.iter().cloned());
        element.space = self.resolve(&element.prefix)?;
        for (prefix, local, value) in plain {
            // Attributes without a prefix are in no name space, whatever the default is.
            let space = if prefix.is_empty() { String::new() } else { self.resolve(&prefix)? };
            if element.attributes.iter().any(|other| other.space == space && other.local == local) {
                return Err(SamlError::Xml("an attribute is wrong or there twice"));
            }
            element.attributes.push(Attribute { prefix, local, space, value });
        }
        self.open.push((element, around));
        Ok(())
    }

    fn resolve(&self, prefix: &str) -> Result<String, SamlError> {
        if prefix == "xml" {
            return Ok(XML.to_owned());
        }
        let found = self.scope.iter().rev().find(|(known, _)| known == prefix).map(|(_, space)| space.clone());
        match found {
            Some(space) => Ok(space),
            None if prefix.is_empty() => Ok(String::new()),
            None => Err(SamlError::Xml("a prefix is not declared")),
        }
    }

    fn close(&mut self) -> Result<(), SamlError> {
        let (done, around) = self.open.pop().ok_or(SamlError::Xml("it is not well formed"))?;
        self.scope.truncate(around);
        match self.open.last_mut() {
            Some((parent, _)) => parent.children.push(Node::Element(done)),
            None => self.root = Some(done),
        }
        Ok(())
    }

    /// Text of an element, or white space around the root.
    fn text(&mut self, text: &str) -> Result<(), SamlError> {
        if self.open.is_empty() && text.chars().all(is_space) { Ok(()) } else { self.section(text) }
    }

    /// Text that may stand in elements only. It joins the text before it.
    fn section(&mut self, text: &str) -> Result<(), SamlError> {
        let (element, _) = self.open.last_mut().ok_or(SamlError::Xml("it has text outside of its root"))?;
        match element.children.last_mut() {
            _ if text.is_empty() => {}
            Some(Node::Text(before)) => before.push_str(text),
            _ => element.children.push(Node::Text(text.to_owned())),
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, SamlError> {
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root),
            _ => Err(SamlError::Xml("it ends too early")),
        }
    }
}

/// A name's prefix, empty if it has none, and the rest.
fn split(name: &str) -> Result<(String, String), SamlError> {
    let (prefix, local) = match name.split_once(':') {
        Some((prefix, local)) if is_ncname(prefix) => (prefix, local),
        Some(_) => return Err(SamlError::Xml("a name is wrong")),
        None => ("", name),
    };
    if is_ncname(local) { Ok((prefix.to_owned(), local.to_owned())) } else { Err(SamlError::Xml("a name is wrong")) }
}

fn declaration(prefix: String, space: String) -> Result<(String, String), SamlError> {
    let reserved = prefix == "xmlns" || (prefix == "xml") != (space == XML) || space == XMLNS;
    if reserved || !is_absolute(&space) {
        return Err(SamlError::Xml("a declaration of a prefix is wrong"));
    }
    Ok((prefix, space))
}

fn default_declaration(space: String) -> Result<(String, String), SamlError> {
    if !space.is_empty() && (space == XML || space == XMLNS || !is_absolute(&space)) {
        return Err(SamlError::Xml("a declaration of a prefix is wrong"));
    }
    Ok((String::new(), space))
}

#[cfg(test)]
mod tests {
    use super::{Comments, parse};
    use crate::saml::xml::{Element, Node};
    use proptest::prelude::{any, proptest};

    fn read(text: &str) -> Option<Element> {
        parse(text, Comments::Refused).ok()
    }

    #[test]
    fn names_are_resolved() {
        let root =
            read(r#"<?xml version="1.0"?> <a:r xmlns:a="urn:a" xmlns="urn:d" x="1" a:x="2"><b xmlns=""/></a:r> "#)
                .unwrap();
        assert!(root.is("urn:a", "r"));
        assert_eq!(root.attribute("x"), Some("1"));
        assert_eq!(root.attributes[1].space, "urn:a");
        assert!(root.elements().next().unwrap().is("", "b"));
        assert!(read(r#"<r xmlns="urn:d"><b/></r>"#).unwrap().elements().next().unwrap().is("urn:d", "b"));
    }

    #[test]
    fn text_is_one_however_it_was_written() {
        let plain = read("<r>a&amp;b\ncd</r>").unwrap();
        assert_eq!(plain.children, [Node::Text("a&b\ncd".to_owned())]);
        assert_eq!(read("<r>a&#38;b\r\n<![CDATA[c]]>d</r>"), Some(plain.clone()));
        assert_eq!(parse("<!-- x --><r>a&amp;b<!-- x -->\nc<!---->d</r>", Comments::LeftOut), Ok(plain));
    }

    #[test]
    fn what_is_no_xml_here() {
        let refused = [
            "",
            "text",
            "<r>",
            "<r></s>",
            "<r/><r/>",
            "<r/>x",
            "<![CDATA[x]]><r/>",
            "<!DOCTYPE r><r/>",
            "<!DOCTYPE r [<!ENTITY e 'x'>]><r>&e;</r>",
            "<?pi?><r/>",
            "<r><?pi?></r>",
            "<r/><?pi?>",
            "<r><!-- x --></r>",
            " <?xml version='1.0'?><r/>",
            "<?xml version='1.1'?><r/>",
            "<?xml version='1.0' encoding='UTF-16'?><r/>",
            "<r>&nbsp;</r>",
            "<r>&#0;</r>",
            "<r>&#xFFFE;</r>",
            "<r>]]></r>",
            "<r>\u{1}</r>",
            "<r a='1' a='2'/>",
            "<r a='<'/>",
            "<r a=1/>",
            "<r a/>",
            "<r a='&x;'/>",
            "<1/>",
            "<p:r/>",
            "<r p:a='1'/>",
            "<:r/>",
            "<a:b:c xmlns:a='urn:a'/>",
            "<r xmlns:p=''/>",
            "<r xmlns:xmlns='urn:a'/>",
            "<r xmlns:xml='urn:a'/>",
            "<r xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
            "<r xmlns:p='http://www.w3.org/2000/xmlns/'/>",
            "<r xmlns='http://www.w3.org/2000/xmlns/'/>",
            "<r xmlns:p='relative'/>",
            "<r xmlns='1'/>",
            "<r xmlns:a='urn:a' xmlns:b='urn:a' a:x='1' b:x='2'/>",
        ];
        for text in refused {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn everything_is_bounded() {
        let deep = |levels: usize| format!("{}{}", "<r>".repeat(levels), "</r>".repeat(levels));
        assert!(read(&deep(super::DEPTH)).is_some() && read(&deep(super::DEPTH + 1)).is_none());
        let wide = |count: usize| format!("<r>{}</r>", "<s/>".repeat(count));
        assert!(read(&wide(super::ELEMENTS - 1)).is_some() && read(&wide(super::ELEMENTS)).is_none());
        let many = |count: usize| format!("<r{}/>", (0..count).map(|n| format!(" a{n}=''")).collect::<String>());
        assert!(read(&many(super::ATTRIBUTES)).is_some() && read(&many(super::ATTRIBUTES + 1)).is_none());
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in any::<String>(), markup in "[<>/a:='\"&;! \\-\\[\\]?x#]{0,64}") {
            for text in [text, markup] {
                let _ = (parse(&text, Comments::Refused), parse(&text, Comments::LeftOut));
            }
        }
    }
}
