//! A strict JSON reader (RFC 8259) that remembers where each value stood and refuses a name given twice: two readers of
//! one policy must never see two meanings. Its depth is bounded; its input already is.

use super::error::{Fault, quote};
use std::collections::HashSet;
use types::limits::NESTING;

/// A value and where it begins.
#[derive(Debug)]
pub(super) struct Node {
    /// The byte of the document it begins at.
    pub(super) at: usize,
    /// What it is.
    pub(super) value: Value,
}

/// A JSON value. Numbers stay as they were written.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Member>),
}

/// A named value of a map.
#[derive(Debug)]
pub(super) struct Member {
    /// The byte of the document its name begins at.
    pub(super) at: usize,
    /// Its name.
    pub(super) name: String,
    /// Its value.
    pub(super) node: Node,
}

impl Value {
    /// The kind of value, as an error names it.
    pub(super) const fn noun(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
        }
    }
}

/// Reads one value that is the whole of `text`.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let node = reader.value()?;
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.fault("expected the end of the document")),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn fault(&self, text: impl Into<String>) -> Fault {
        Fault::new(self.at, text)
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Result<Node, Fault> {
        let first = self.peek();
        let at = self.at;
        let value = match first {
            Some(b'{') => self.nested(Self::map)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(_) => return Err(self.fault("expected a JSON value")),
            None => return Err(self.fault("the document ends where a JSON value should be")),
        };
        Ok(Node { at, value })
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<Value, Fault>) -> Result<Value, Fault> {
        if self.depth == NESTING {
            return Err(self.fault(format!("values are nested more than {NESTING} deep")));
        }
        self.depth += 1;
        self.at += 1;
        let value = inner(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn map(&mut self) -> Result<Value, Fault> {
        let (mut members, mut names) = (Vec::new(), HashSet::new());
        if self.take(b'}') {
            return Ok(Value::Map(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.fault("expected a name in double quotes"));
            }
            let at = self.at;
            let name = self.string()?;
            if !names.insert(name.clone()) {
                return Err(Fault::new(at, format!("{} is given twice", quote(&name))));
            }
            if !self.take(b':') {
                return Err(self.fault("expected a colon after the name"));
            }
            members.push(Member { at, name, node: self.value()? });
            if self.take(b'}') {
                return Ok(Value::Map(members));
            }
            if !self.take(b',') {
                return Err(self.fault("expected a comma or a closing brace"));
            }
        }
    }

    fn list(&mut self) -> Result<Value, Fault> {
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value()?);
            if self.take(b']') {
                return Ok(Value::List(items));
            }
            if !self.take(b',') {
                return Err(self.fault("expected a comma or a closing bracket"));
            }
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Fault> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(self.fault("expected a JSON value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        while self.byte().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - from
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let from = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        let zero = self.byte() == Some(b'0');
        let digits = self.digits();
        if digits == 0 || (zero && digits > 1) {
            return Err(Fault::new(from, "a number has digits and no leading zero"));
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(Fault::new(from, "a number has digits after its point"));
            }
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return Err(Fault::new(from, "a number has digits in its exponent"));
            }
        }
        Ok(Value::Number(self.text.get(from..self.at).unwrap_or_default().to_owned()))
    }

    fn string(&mut self) -> Result<String, Fault> {
        let open = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(next) = rest.chars().next() else {
                return Err(Fault::new(open, "the string is not closed"));
            };
            match next {
                '"' => {
                    self.at += 1;
                    return Ok(out);
                }
                '\\' => out.push(self.escape()?),
                '\0'..='\x1f' => return Err(self.fault("a control character in a string has to be escaped")),
                other => {
                    self.at += other.len_utf8();
                    out.push(other);
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let at = self.at;
        self.at += 1;
        let letter = self.byte();
        self.at += 1;
        Ok(match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(at),
            _ => return Err(Fault::new(at, "there is no such escape in a JSON string")),
        })
    }

    /// What follows `\u`: four hex digits, or eight in two halves for what lies beyond the first plane (RFC 8259 §7).
    fn unicode(&mut self, at: usize) -> Result<char, Fault> {
        let wrong = || Fault::new(at, "\\u needs four hex digits that make a character");
        let high = self.hex().ok_or_else(wrong)?;
        let code = if (0xd800..0xdc00).contains(&high) {
            if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with("\\u")) {
                return Err(wrong());
            }
            self.at += 2;
            let low = self.hex().filter(|low| (0xdc00..0xe000).contains(low)).ok_or_else(wrong)?;
            0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)
        } else {
            high
        };
        char::from_u32(code).ok_or_else(wrong)
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        // from_str_radix alone would take a sign.
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    }
}
