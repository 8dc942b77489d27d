use super::context::{Context, Key};
use super::error::quote;

/// Whether the case of letters counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    /// It does.
    Exact,
    /// That of ASCII letters does not.
    Ascii,
}

/// Which of a text's characters mean more than themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// `*`, `?` and variables.
    Wild,
    /// Variables alone.
    Plain,
}

/// A text with wildcards and variables, compiled.
#[derive(Debug)]
pub(super) struct Pattern {
    shape: Shape,
    fold: Fold,
}

/// The three shapes that nearly all patterns have, and the rest.
#[derive(Debug)]
enum Shape {
    All,
    Exact(Box<str>),
    Prefix(Box<str>),
    Tokens(Box<[Token]>),
}

#[derive(Debug)]
enum Token {
    Literal(Box<str>),
    /// Any run of characters, also none.
    Any,
    /// Exactly one character.
    One,
    /// What the request knows by this key, letter by letter: a wildcard in it is no wildcard.
    Variable(Key),
}

impl Pattern {
    /// The pattern that matches everything.
    pub(super) const ALL: Self = Self { shape: Shape::All, fold: Fold::Exact };

    /// Compiles `text`; the error says what is wrong with it.
    pub(super) fn compile(text: &str, syntax: Syntax, fold: Fold) -> Result<Self, String> {
        let mut tokens = Tokens::default();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            rest = match (next, syntax) {
                ('*', Syntax::Wild) => tokens.push(Token::Any, rest),
                ('?', Syntax::Wild) => tokens.push(Token::One, rest),
                ('$', _) if rest.starts_with("${") => tokens.variable(rest)?,
                _ => tokens.literal(next, rest),
            };
        }
        Ok(Self { shape: Shape::of(tokens.finish()), fold })
    }

    /// Whether `text` is one the pattern stands for.
    pub(super) fn matches(&self, text: &str, context: &Context) -> bool {
        match &self.shape {
            Shape::All => true,
            Shape::Exact(whole) => match self.fold {
                Fold::Exact => **whole == *text,
                Fold::Ascii => whole.eq_ignore_ascii_case(text),
            },
            Shape::Prefix(prefix) => strip(text, prefix, self.fold).is_some(),
            Shape::Tokens(tokens) => run(tokens, text, self.fold, context),
        }
    }

    /// Whether it matches everything.
    pub(super) const fn is_all(&self) -> bool {
        matches!(self.shape, Shape::All)
    }

    /// The one text it stands for, if it is a plain one.
    pub(super) fn literal(&self) -> Option<&str> {
        match &self.shape {
            Shape::Exact(whole) => Some(whole),
            Shape::All | Shape::Prefix(_) | Shape::Tokens(_) => None,
        }
    }

    /// What every text it matches begins with.
    pub(super) fn prefix(&self) -> &str {
        match &self.shape {
            Shape::All => "",
            Shape::Exact(text) | Shape::Prefix(text) => text,
            Shape::Tokens(tokens) => match tokens.first() {
                Some(Token::Literal(text)) => text,
                _ => "",
            },
        }
    }
}

impl Shape {
    fn of(mut tokens: Vec<Token>) -> Self {
        match tokens.as_mut_slice() {
            [] => Self::Exact(Box::default()),
            [Token::Any] => Self::All,
            [Token::Literal(text)] => Self::Exact(std::mem::take(text)),
            [Token::Literal(text), Token::Any] => Self::Prefix(std::mem::take(text)),
            _ => Self::Tokens(tokens.into_boxed_slice()),
        }
    }
}

/// Tokens being gathered; neighbouring literal characters become one token, neighbouring stars too.
#[derive(Default)]
struct Tokens {
    done: Vec<Token>,
    literal: String,
}

impl Tokens {
    fn literal<'a>(&mut self, next: char, rest: &'a str) -> &'a str {
        self.literal.push(next);
        rest.get(next.len_utf8()..).unwrap_or_default()
    }

    fn push<'a>(&mut self, token: Token, rest: &'a str) -> &'a str {
        self.flush();
        if !matches!((&token, self.done.last()), (Token::Any, Some(Token::Any))) {
            self.done.push(token);
        }
        rest.get(1..).unwrap_or_default()
    }

    /// `${key}`, or one of `${*}`, `${?}`, `${$}`, which stand for the character itself.
    fn variable<'a>(&mut self, rest: &'a str) -> Result<&'a str, String> {
        let inner = rest.get(2..).and_then(|inner| inner.split_once('}'));
        let (name, rest) = inner.ok_or("a variable that begins with ${ needs a closing brace")?;
        match name {
            "*" | "?" | "$" => self.literal.push_str(name),
            _ if is_key(name) => {
                self.flush();
                self.done.push(Token::Variable(Key::new(name.to_owned())));
            }
            _ => {
                let shown = quote(name);
                return Err(format!("{shown} is no variable: write ${{service:Key}}, or ${{$}} for a dollar sign"));
            }
        }
        Ok(rest)
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.done.push(Token::Literal(std::mem::take(&mut self.literal).into_boxed_str()));
        }
    }

    fn finish(mut self) -> Vec<Token> {
        self.flush();
        self.done
    }
}

/// Whether `name` can be a condition key: a service, a colon and a name.
pub(super) fn is_key(name: &str) -> bool {
    let Some((service, rest)) = name.split_once(':') else { return false };
    let service_ok = !service.is_empty() && service.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    service_ok && !rest.is_empty() && name.len() <= 256 && !rest.chars().any(|c| c.is_control() || c == '$')
}

fn strip<'a>(text: &'a str, prefix: &str, fold: Fold) -> Option<&'a str> {
    match fold {
        Fold::Exact => text.strip_prefix(prefix),
        Fold::Ascii => {
            let (head, rest) = text.split_at_checked(prefix.len())?;
            head.eq_ignore_ascii_case(prefix).then_some(rest)
        }
    }
}

/// Matches with one way back: to the last star. What stands between two stars may as well match as early as it can,
/// so no earlier star need ever be tried again, and the cost is at most the product of the lengths.
fn run(tokens: &[Token], text: &str, fold: Fold, context: &Context) -> bool {
    let (mut tokens, mut rest) = (tokens, text);
    let mut retry: Option<(&[Token], &str)> = None;
    loop {
        let step = match tokens.split_first() {
            None if rest.is_empty() => return true,
            None => None,
            Some((Token::Any, [])) => return true,
            Some((Token::Any, after)) => {
                retry = Some((after, rest));
                Some((after, rest))
            }
            Some((token, after)) => token.strip(rest, fold, context).map(|left| (after, left)),
        };
        let back = || -> Option<(&[Token], &str)> {
            let (after, from) = retry?;
            let mut chars = from.chars();
            chars.next().map(|_| (after, chars.as_str()))
        };
        (tokens, rest) = match step {
            Some(next) => next,
            None => match back() {
                Some(next) => {
                    retry = Some(next);
                    next
                }
                None => return false,
            },
        };
    }
}

impl Token {
    /// What is left of `text` after this token, which is no star.
    fn strip<'a>(&self, text: &'a str, fold: Fold, context: &Context) -> Option<&'a str> {
        match self {
            Self::Any => Some(text),
            Self::Literal(literal) => strip(text, literal, fold),
            Self::One => {
                let mut chars = text.chars();
                chars.next().map(|_| chars.as_str())
            }
            // A variable the request does not know equals nothing.
            Self::Variable(key) => strip(text, &context.single(key)?.text(), fold),
        }
    }
}
