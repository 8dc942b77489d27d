//! SPDX licence expressions: `MIT OR (Apache-2.0 WITH LLVM-exception AND BSD-3-Clause)`.
//!
//! SPDX 2.3 annex D: AND binds tighter than OR; WITH belongs to the licence before it. The old spelling `MIT/Apache-2.0`
//! means OR.

/// Whether the licences in `allowed` are enough to use something under `expression`.
pub(super) fn satisfied(expression: &str, allowed: &[&str]) -> Result<bool, String> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut reader = Reader { words: spaced.split_whitespace().collect(), at: 0, allowed };
    let answer = reader.any()?;
    match reader.next() {
        None => Ok(answer),
        Some(word) => Err(format!("unexpected `{word}`")),
    }
}

struct Reader<'a> {
    words: Vec<&'a str>,
    at: usize,
    allowed: &'a [&'a str],
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.at).copied();
        self.at += 1;
        word
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found = self.words.get(self.at).is_some_and(|word| *word == wanted);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<bool, String> {
        let mut answer = self.all()?;
        while self.take("OR") {
            answer |= self.all()?;
        }
        Ok(answer)
    }

    fn all(&mut self) -> Result<bool, String> {
        let mut answer = self.one()?;
        while self.take("AND") {
            answer &= self.one()?;
        }
        Ok(answer)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.take("(") {
            let answer = self.any()?;
            return if self.take(")") { Ok(answer) } else { Err("`)` is missing".into()) };
        }
        let name = self.next().filter(|word| !matches!(*word, "AND" | "OR" | "WITH" | ")"));
        let name = name.ok_or("a licence is missing")?;
        let full = match self.take("WITH") {
            true => format!("{name} WITH {}", self.next().ok_or("an exception is missing")?),
            false => name.to_owned(),
        };
        Ok(self.allowed.contains(&full.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::satisfied;

    const ALLOWED: [&str; 3] = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];

    fn ok(expression: &str) -> bool {
        satisfied(expression, &ALLOWED).unwrap()
    }

    #[test]
    fn or_needs_one_and_needs_both() {
        assert!(ok("MIT OR GPL-3.0-only"));
        assert!(ok("GPL-3.0-only/MIT"));
        assert!(!ok("MIT AND GPL-3.0-only"));
        assert!(ok("GPL-3.0-only AND GPL-2.0-only OR MIT"));
        assert!(!ok("GPL-3.0-only AND (GPL-2.0-only OR MIT)"));
        assert!(ok("MIT AND (GPL-2.0-only OR ISC)"));
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        assert!(ok("Apache-2.0 WITH LLVM-exception"));
        assert!(!ok("Apache-2.0"));
    }

    #[test]
    fn broken_expressions_are_errors() {
        for broken in ["", "MIT OR", "(MIT", "MIT ISC", "AND MIT", "MIT WITH"] {
            assert!(satisfied(broken, &ALLOWED).is_err(), "{broken}");
        }
    }
}
