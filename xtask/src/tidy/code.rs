//! Rust text with comments and literals blanked out, so that a brace or a word in a string is not taken for code.

/// Source text of the same shape as the original: same lines, same columns, but no comments and no literals.
pub(crate) struct Code {
    chars: Vec<char>,
}

impl Code {
    /// Blanks `text`.
    pub(crate) fn of(text: &str) -> Self {
        let mut blanker = Blanker { rest: text.chars().collect(), at: 0, out: Vec::with_capacity(text.len()) };
        while blanker.peek(0).is_some() {
            blanker.step();
        }
        Self { chars: blanker.out }
    }

    /// The words and signs of the code, in order.
    pub(crate) fn tokens(&self) -> Vec<Lexeme> {
        let mut tokens: Vec<Lexeme> = Vec::new();
        let mut line = 1;
        let mut in_word = false;
        for &c in &self.chars {
            if c == '\n' {
                line += 1;
            }
            let word = c.is_alphanumeric() || c == '_';
            match tokens.last_mut() {
                Some(last) if word && in_word => last.text.push(c),
                _ if c.is_whitespace() => {}
                _ => tokens.push(Lexeme { text: c.to_string(), line }),
            }
            in_word = word;
        }
        tokens
    }
}

/// A word, or one sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lexeme {
    /// The word or the sign.
    pub(crate) text: String,
    /// The line it stands on, from 1.
    pub(crate) line: usize,
}

impl Lexeme {
    /// Whether this is exactly `text`.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.text == text
    }
}

struct Blanker {
    rest: Vec<char>,
    at: usize,
    out: Vec<char>,
}

impl Blanker {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest.get(self.at + ahead).copied()
    }

    fn keep(&mut self) {
        if let Some(c) = self.peek(0) {
            self.out.push(c);
            self.at += 1;
        }
    }

    fn blank(&mut self, count: usize) {
        for _ in 0..count {
            if let Some(c) = self.peek(0) {
                self.out.push(if c == '\n' { '\n' } else { ' ' });
                self.at += 1;
            }
        }
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            (Some('/'), Some('/')) => self.line_comment(),
            (Some('/'), Some('*')) => self.block_comment(),
            (Some('"'), _) => self.string(),
            (Some('\''), _) => self.quote(),
            (Some(c), _) if c.is_alphanumeric() || c == '_' => self.word(),
            _ => self.keep(),
        }
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.blank(1);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => {
                    depth += 1;
                    self.blank(2);
                }
                (Some('*'), Some('/')) => {
                    depth -= 1;
                    self.blank(2);
                    if depth == 0 {
                        return;
                    }
                }
                (None, _) => return,
                _ => self.blank(1),
            }
        }
    }

    fn string(&mut self) {
        self.blank(1);
        while let Some(c) = self.peek(0) {
            self.blank(if c == '\\' { 2 } else { 1 });
            if c == '"' {
                return;
            }
        }
    }

    /// `'a'` and `'\n'` are literals, `'a` alone is a lifetime.
    fn quote(&mut self) {
        match (self.peek(1), self.peek(2)) {
            (Some('\\'), _) => {
                self.blank(3);
                while self.peek(0).is_some_and(|c| c != '\'') {
                    self.blank(1);
                }
                self.blank(1);
            }
            (_, Some('\'')) => self.blank(3),
            _ => self.keep(),
        }
    }

    /// A word may be the prefix of a string: `r"…"`, `br#"…"#`, `c"…"`.
    fn word(&mut self) {
        let length = (0..).take_while(|&n| self.peek(n).is_some_and(|c| c.is_alphanumeric() || c == '_')).count();
        let word: String = self.rest.iter().skip(self.at).take(length).collect();
        let hashes = (0..).take_while(|&n| self.peek(length + n) == Some('#')).count();
        let raw = matches!(word.as_str(), "r" | "br" | "cr") && self.peek(length + hashes) == Some('"');
        if raw {
            self.blank(length + hashes + 1);
            self.raw_string(hashes);
        } else {
            (0..length).for_each(|_| self.keep());
        }
    }

    fn raw_string(&mut self, hashes: usize) {
        while let Some(c) = self.peek(0) {
            let closes = c == '"' && (0..hashes).all(|n| self.peek(1 + n) == Some('#'));
            self.blank(1);
            if closes {
                self.blank(hashes);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    fn words(text: &str) -> Vec<String> {
        Code::of(text).tokens().into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_literals_are_no_code() {
        assert_eq!(words("a // { b\nc /* d /* e */ { */ f"), ["a", "c", "f"]);
        assert_eq!(words(r#"a "{ \" {" b"#), ["a", "b"]);
        assert_eq!(words(r###"a r#"{ " {"# b"###), ["a", "b"]);
        assert_eq!(words(r"a '{' '\'' '\u{7b}' b"), ["a", "b"]);
        assert_eq!(words(r#"a b"{" c"{" d"#), ["a", "b", "c", "d"]);
    }

    #[test]
    fn lifetimes_stay() {
        assert_eq!(words("&'a str { 'x' }"), ["&", "'", "a", "str", "{", "}"]);
    }

    #[test]
    fn tokens_know_their_line() {
        let lines: Vec<usize> = Code::of("a\n\"x\ny\"\nb").tokens().iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 4]);
    }
}
