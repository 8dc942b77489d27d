use super::limits;
use types::{Failure, Result, Rng, Secret};
use zeroize::Zeroizing;

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &[u8] = b"0123456789";
const PUNCTUATION: &[u8] = b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
/// How often a password is drawn again that lacks one of the classes it must have. Even the shortest one of four classes
/// has them all in about one of two draws.
const DRAWS: usize = 1_000;

/// What a random password is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordRules {
    /// How long.
    pub length: usize,
    /// Characters that it must not have.
    pub exclude: String,
    /// Whether it has lower-case letters.
    pub lower: bool,
    /// Whether it has upper-case letters.
    pub upper: bool,
    /// Whether it has digits.
    pub digits: bool,
    /// Whether it has punctuation.
    pub punctuation: bool,
    /// Whether it must have one of each of these.
    pub each: bool,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self {
            length: limits::PASSWORD_LENGTH,
            exclude: String::new(),
            lower: true,
            upper: true,
            digits: true,
            punctuation: true,
            each: true,
        }
    }
}

impl PasswordRules {
    fn classes(&self) -> Vec<Vec<u8>> {
        let Self { exclude, lower, upper, digits, punctuation, .. } = self;
        let chosen = [(lower, LOWER), (upper, UPPER), (digits, DIGITS), (punctuation, PUNCTUATION)];
        let allowed = |class: &[u8]| class.iter().copied().filter(|b| !exclude.as_bytes().contains(b)).collect();
        chosen.into_iter().filter(|(on, _)| **on).map(|(_, class)| allowed(class)).collect()
    }

    fn check(&self) -> Result<Vec<Vec<u8>>> {
        if !(limits::PASSWORD_LEAST..=limits::PASSWORD_MOST).contains(&self.length) {
            let rule = format!("{} to {}", limits::PASSWORD_LEAST, limits::PASSWORD_MOST);
            return Err(Failure::invalid("PasswordLength", rule));
        }
        let classes = self.classes();
        let empty = classes.iter().all(Vec::is_empty) || (self.each && classes.iter().any(Vec::is_empty));
        if self.exclude.chars().count() > 128 || empty {
            return Err(Failure::invalid("ExcludeCharacters", "at most 128, and some of each kind must be left"));
        }
        Ok(classes)
    }

    /// Draws a password: every one that keeps the rules is equally likely.
    pub(crate) fn draw(&self, rng: &dyn Rng) -> Result<Secret<String>> {
        let classes = self.check()?;
        let alphabet = classes.concat();
        for _ in 0..DRAWS {
            let drawn = letters(rng, &alphabet, self.length);
            let has = |class: &Vec<u8>| drawn.iter().any(|b| class.contains(b));
            if !self.each || classes.iter().all(has) {
                // All of the alphabet is ASCII.
                return Ok(Secret::new(drawn.iter().map(|b| char::from(*b)).collect()));
            }
        }
        Err(Failure::internal("no password came of the generator that keeps the rules"))
    }
}

/// Equally likely letters: bytes beyond the last whole multiple of the alphabet are drawn again.
fn letters(rng: &dyn Rng, alphabet: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    let bound = 256 - 256 % alphabet.len().max(1);
    let mut out = Zeroizing::new(Vec::with_capacity(length));
    while out.len() < length {
        let byte = usize::from(rng.bytes::<1>()[0]);
        let letter = alphabet.get(byte % alphabet.len().max(1)).filter(|_| byte < bound);
        out.extend(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::PasswordRules;
    use types::{Reason, SystemRng};

    fn draw(rules: &PasswordRules) -> String {
        rules.draw(&SystemRng).ok().unwrap().expose().clone()
    }

    #[test]
    fn it_has_some_of_each_and_none_that_is_excluded() {
        for length in [8, 32, 128] {
            let rules = PasswordRules { length, exclude: "abcXYZ019!~\"".to_owned(), ..PasswordRules::default() };
            for _ in 0..50 {
                let made = draw(&rules);
                assert_eq!(made.len(), length);
                assert!(!made.chars().any(|c| rules.exclude.contains(c)), "{made}");
                let has = |class: fn(&char) -> bool| made.chars().any(|c| class(&c));
                assert!(has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase));
                assert!(has(char::is_ascii_digit) && has(char::is_ascii_punctuation));
            }
        }
        let digits = PasswordRules { lower: false, upper: false, punctuation: false, ..PasswordRules::default() };
        assert!(draw(&digits).bytes().all(|b| b.is_ascii_digit()));
        assert_ne!(draw(&digits), draw(&digits));
    }

    #[test]
    fn what_no_password_can_keep_is_refused() {
        let none =
            PasswordRules { lower: false, upper: false, digits: false, punctuation: false, ..Default::default() };
        let digitless = PasswordRules { exclude: "0123456789".to_owned(), ..Default::default() };
        let short = PasswordRules { length: 7, ..Default::default() };
        let long = PasswordRules { length: 129, ..Default::default() };
        for rules in [none, digitless.clone(), short, long] {
            assert_eq!(rules.draw(&SystemRng).err().unwrap().reason(), Reason::ParameterInvalid, "{rules:?}");
        }
        assert!(PasswordRules { each: false, ..digitless }.draw(&SystemRng).is_ok());
    }
}
