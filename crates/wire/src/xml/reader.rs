use super::element::{Element, malformed};
use super::is_allowed;
use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use types::{Failure, Reason, Result, limits};

/// Elements of one document: a completion of 10,000 parts, each with its checksums, needs half of it.
const ELEMENTS: usize = 160_000;

/// Reads a document whose root must have this name.
pub fn parse_root(bytes: &[u8], root: &'static str) -> Result<Element> {
    let element = parse(bytes)?;
    if element.name == root { Ok(element) } else { Err(malformed(format_args!("its root must be {root}"))) }
}

/// Reads a document into a tree.
///
/// No document type, no processing instruction, no entity but the five predefined ones and character references, no
/// text beside elements, bounded in bytes, depth and number of elements.
pub fn parse(bytes: &[u8]) -> Result<Element> {
    if bytes.len() > limits::XML_BYTES {
        return Err(Failure::new(Reason::BodyTooLarge, format!("The XML is longer than {} bytes.", limits::XML_BYTES)));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.chars().all(is_allowed) {
        return Err(malformed("it has a character that XML does not allow"));
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut tree = Tree::default();
    for position in 0_usize.. {
        match reader.read_event().map_err(|cause| malformed("it cannot be parsed").caused_by(cause))? {
            Event::Eof => break,
            Event::Decl(declaration) if position == 0 => check_declaration(&declaration)?,
            Event::Comment(_) => {}
            Event::Start(start) => tree.open(&start)?,
            Event::Empty(start) => {
                tree.open(&start)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.text(&text.xml10_content())?,
            Event::CData(text) => tree.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => tree.character(&reference)?,
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {
                return Err(malformed("it may not have a document type or processing instructions"));
            }
        }
    }
    tree.finish()
}

fn check_declaration(declaration: &BytesDecl<'_>) -> Result<()> {
    let version = declaration.version().map_err(|cause| malformed("its declaration is wrong").caused_by(cause))?;
    let utf8 = match declaration.encoding() {
        None => true,
        Some(name) => name.is_ok_and(|name| name.eq_ignore_ascii_case("utf-8")),
    };
    if version.as_ref() == "1.0" && utf8 { Ok(()) } else { Err(malformed("it must be XML 1.0 in UTF-8")) }
}

/// The tree under construction: the elements that are open, outermost first, and the finished root.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    count: usize,
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<()> {
        self.count += 1;
        if self.root.is_some() {
            return Err(malformed("it has more than one root"));
        }
        if self.open.len() >= limits::NESTING || self.count > ELEMENTS {
            return Err(malformed(format_args!(
                "it is deeper than {} levels or has too many elements",
                limits::NESTING
            )));
        }
        for attribute in start.attributes() {
            attribute.map_err(|cause| malformed("an attribute is wrong").caused_by(cause))?;
        }
        let name = start.local_name().as_ref().to_owned();
        self.open.push(Element { name, ..Element::default() });
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        let mut done = self.open.pop().ok_or_else(|| malformed("an element ends that did not start"))?;
        if !done.children.is_empty() {
            if !done.text.trim().is_empty() {
                return Err(malformed(format_args!("element {} has text beside elements", done.name)));
            }
            done.text.clear();
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => self.root = Some(done),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<()> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(malformed("it has text outside of its root")),
        }
        Ok(())
    }

    fn character(&mut self, reference: &BytesRef<'_>) -> Result<()> {
        let wrong = || malformed("it has an entity other than amp, lt, gt, quot, apos and allowed characters");
        let referenced = reference.resolve_char_ref().map_err(|cause| wrong().caused_by(cause))?;
        let character = match (referenced, &**reference) {
            (Some(character), _) => character,
            (None, "amp") => '&',
            (None, "lt") => '<',
            (None, "gt") => '>',
            (None, "quot") => '"',
            (None, "apos") => '\'',
            (None, _) => return Err(wrong()),
        };
        if self.open.is_empty() || !is_allowed(character) {
            return Err(wrong());
        }
        self.text(character.encode_utf8(&mut [0; 4]))
    }

    fn finish(self) -> Result<Element> {
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root),
            _ => Err(malformed("it ends too early")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, parse_root};
    use proptest::prelude::{any, proptest};
    use types::Reason;

    #[test]
    fn a_request_of_the_sdks() {
        let raw = br#"<?xml version="1.0" encoding="UTF-8"?>
<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>false</Quiet>
  <!-- two --><Object><Key>b&amp;c&#233;</Key></Object><x:Object><Key><![CDATA[ <d> ]]></Key><Size>7</Size></x:Object></Delete>
"#;
        let delete = parse_root(raw, "Delete").unwrap();
        assert_eq!(delete.boolean("Quiet").unwrap(), Some(false));
        let keys: Vec<&str> = delete.all("Object").map(|o| o.required_text("Key").unwrap()).collect();
        assert_eq!(keys, ["b&cé", " <d> "]);
        assert_eq!(delete.children()[2].parsed::<u32>("Size").unwrap(), Some(7));
        assert!(delete.only(&["Quiet"]).is_err() && delete.only(&["Quiet", "Object"]).is_ok());
        assert!(delete.optional("Object").is_err());
        let missing = delete.required("Nothing").unwrap_err();
        assert_eq!(missing.reason(), Reason::BodyMalformed);
        assert!(missing.to_string().contains("Nothing"));
    }

    #[test]
    fn what_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(33), "</a>".repeat(33));
        for wrong in [
            "",
            " ",
            "x",
            "<a>",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "x<a/>",
            "<a>&x;</a>",
            "<a>&#0;</a>",
            "<a>&#xD800;</a>",
            "<a>&#1;</a>",
            "<a>\u{1}</a>",
            "<a>x<b/></a>",
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            "<?php x?><a/>",
            "<a b='1' b='2'/>",
            "<a b=1/>",
            "<?xml version='1.1'?><a/>",
            "<a>&amp</a>",
            "<a><![CDATA[</a>",
            "<?xml version='1.0' encoding='latin1'?><a/>",
            "<a/><?xml version='1.0'?>",
            "&amp;<a/>",
            &deep,
        ] {
            assert_eq!(parse(wrong.as_bytes()).unwrap_err().reason(), Reason::BodyMalformed, "{wrong}");
        }
        assert!(parse(b"<a>\xff</a>").is_err());
        assert!(parse(format!("<a>{}</a>", "<b/>".repeat(200_000)).as_bytes()).is_err());
        assert_eq!(parse(&vec![b' '; 4 * 1024 * 1024 + 1]).unwrap_err().reason(), Reason::BodyTooLarge);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(raw in any::<Vec<u8>>(), soup in "[<>/a&;#x!\\[\\]\\-\"'= ?0-9]{0,60}") {
            let _ = parse(&raw);
            let _ = parse(soup.as_bytes());
        }
    }
}
