//! Reading and writing XML: one strict reader into a small tree, one writer for answers.

mod element;
mod reader;
mod writer;

pub use element::Element;
pub use reader::{parse, parse_root};
pub use writer::{Writer, document, document_in};

/// Whether XML 1.0 §2.2 lets the character stand in a document.
const fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}
