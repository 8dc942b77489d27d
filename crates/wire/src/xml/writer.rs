use super::is_allowed;
use std::fmt::{Display, Write};

/// Writes one document. Elements are closures, so that each that was opened is closed.
pub struct Writer {
    out: String,
}

/// A document with its declaration, its root and what `body` writes into it. It has no name space: with one, the OSS SDKs
/// find nothing in a listing.
pub fn document(root: &str, body: impl FnOnce(&mut Writer)) -> String {
    let mut writer = Writer::start();
    writer.element(root, body);
    writer.out
}

/// As [`document`], in a default name space.
pub fn document_in(root: &str, name_space: &str, body: impl FnOnce(&mut Writer)) -> String {
    let mut writer = Writer::start();
    writer.out.push('<');
    writer.out.push_str(root);
    writer.out.push_str(" xmlns=\"");
    writer.escape(name_space);
    writer.out.push_str("\">");
    body(&mut writer);
    writer.end(root);
    writer.out
}

impl Writer {
    fn start() -> Self {
        Self { out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned() }
    }

    /// An element that holds what `body` writes.
    pub fn element(&mut self, name: &str, body: impl FnOnce(&mut Self)) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
        body(self);
        self.end(name);
    }

    /// An element that holds a text.
    pub fn text(&mut self, name: &str, value: impl Display) {
        self.element(name, |writer| {
            let mut text = String::new();
            // Writing to a String never fails; a Display that does shows what it wrote so far.
            let _ = write!(text, "{value}");
            writer.escape(&text);
        });
    }

    /// An element that holds a text, if there is one.
    pub fn optional(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    fn end(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Characters that XML 1.0 does not allow are written as references all the same, as both vendors do: the
    /// answer then shows the true key, and clients that want it readable ask for `encoding-type=url`.
    fn escape(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&apos;"),
                // A bare one would be read as a line feed (XML 1.0 §2.11).
                '\r' => self.out.push_str("&#13;"),
                c if is_allowed(c) => self.out.push(c),
                c => {
                    let _ = write!(self.out, "&#{};", u32::from(c));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{document, document_in};
    use crate::xml;
    use proptest::prelude::{prop_assert_eq, proptest};

    #[test]
    fn an_answer() {
        let answer = document("ListBucketResult", |w| {
            w.text("Name", "a&b");
            w.optional("Prefix", None::<&str>);
            w.element("Contents", |w| w.text("Size", 5));
        });
        assert_eq!(
            answer,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult><Name>a&amp;b</Name>\
             <Contents><Size>5</Size></Contents></ListBucketResult>"
        );
        assert!(document_in("R", "urn:x", |_| {}).ends_with("<R xmlns=\"urn:x\"></R>"));
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(text in "[\t\n\r -\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]{0,40}") {
            let read = xml::parse(document("a", |w| w.text("b", &text)).as_bytes()).unwrap();
            prop_assert_eq!(read.required_text("b").unwrap(), text);
        }
    }
}
