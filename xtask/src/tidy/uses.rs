//! The paths a file mentions, with `use a::{b, c::d};` written out.

use crate::tidy::code::Lexeme;

/// A path such as `crate::s3::Row`, and the line it starts on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// Its segments.
    pub(crate) segments: Vec<String>,
    /// The line of its last segment.
    pub(crate) line: usize,
}

/// Every path of two or more segments, in `use` trees and in code.
pub(crate) fn paths(tokens: &[Lexeme]) -> Vec<Path> {
    let mut reader = Reader { tokens, at: 0, found: Vec::new() };
    while let Some(token) = reader.peek(0) {
        if is_word(token) {
            reader.tree(&[]);
        } else {
            reader.at += 1;
        }
    }
    reader.found
}

fn is_word(token: &Lexeme) -> bool {
    token.text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

struct Reader<'a> {
    tokens: &'a [Lexeme],
    at: usize,
    found: Vec<Path>,
}

impl<'a> Reader<'a> {
    fn peek(&self, ahead: usize) -> Option<&'a Lexeme> {
        self.tokens.get(self.at + ahead)
    }

    fn at_colons(&self) -> bool {
        self.peek(0).is_some_and(|token| token.is(":")) && self.peek(1).is_some_and(|token| token.is(":"))
    }

    /// Reads `word(::word)*`, then either stops or, at `::{`, reads each branch with what stands before it.
    fn tree(&mut self, before: &[String]) {
        let mut segments = before.to_vec();
        let mut line = 0;
        while let Some(token) = self.peek(0).filter(|token| is_word(token)) {
            segments.push(token.text.clone());
            line = token.line;
            self.at += 1;
            if !self.at_colons() {
                self.skip_renaming();
                break;
            }
            self.at += 2;
        }
        if self.peek(0).is_some_and(|token| token.is("{")) && self.follows_colons() {
            self.at += 1;
            self.branches(&segments);
        } else if segments.len() > 1 {
            self.found.push(Path { segments, line });
        }
    }

    fn skip_renaming(&mut self) {
        if self.peek(0).is_some_and(|word| word.is("as")) {
            self.at += 2;
        }
    }

    fn follows_colons(&self) -> bool {
        self.at.checked_sub(1).and_then(|before| self.tokens.get(before)).is_some_and(|token| token.is(":"))
    }

    fn branches(&mut self, before: &[String]) {
        while let Some(token) = self.peek(0) {
            if token.is("}") {
                self.at += 1;
                return;
            }
            if is_word(token) {
                self.tree(before);
            } else {
                self.at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::paths;
    use crate::tidy::code::Code;

    fn found(text: &str) -> Vec<String> {
        paths(&Code::of(text).tokens()).iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn trees_are_written_out() {
        assert_eq!(found("use a::{b, c::{d, e as f}, self};"), ["a::b", "a::c::d", "a::c::e", "a::self"]);
    }

    #[test]
    fn code_has_paths_too() {
        assert_eq!(found("fn f() { crate::s3::go::<T>(x) }"), ["crate::s3::go"]);
        assert_eq!(found("struct A { b: C }"), Vec::<String>::new());
    }
}
