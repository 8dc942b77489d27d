use super::context::{Context, Key, keys};
use super::error::quote;
use super::network::Network;
use super::operator::{Comparison, Family, Operator, Quantifier};
use super::pattern::{Fold, Pattern, Syntax, is_key};
use super::value::{Value, decimal, flag, moment};
use types::Timestamp;

/// One key under one operator, with the values it is compared with. All of a statement's have to hold.
#[derive(Debug)]
pub(super) struct Condition {
    /// The operator as it was written.
    pub(super) operator_name: Box<str>,
    pub(super) key: Key,
    /// The values as they were written.
    pub(super) written: Box<[Box<str>]>,
    operator: Operator,
    test: Test,
}

/// The values in the form they are compared in.
#[derive(Debug)]
enum Test {
    Text(Box<[Pattern]>),
    Number(Box<[i128]>),
    Date(Box<[Timestamp]>),
    Flag(Box<[bool]>),
    Address(Box<[Network]>),
    /// Whether the key has to be missing.
    Missing(bool),
}

impl Condition {
    /// Compiles one key of one operator; the error says what is wrong with it.
    pub(super) fn compile(
        operator_name: &str,
        operator: Operator,
        key: &str,
        values: Vec<String>,
    ) -> Result<Self, String> {
        if !is_key(key) {
            return Err(format!("{} is no condition key: write service:Key, such as acs:SourceIp", quote(key)));
        }
        let test = Test::compile(operator.family, &values)?;
        Ok(Self {
            operator_name: operator_name.into(),
            key: Key::new(key.to_owned()),
            written: values.into_iter().map(String::into_boxed_str).collect(),
            operator,
            test,
        })
    }

    /// Whether it holds for a few callers only, whoever asks: those of some networks, or those that it names.
    pub(super) fn narrows(&self) -> bool {
        let Operator { negated, quantifier, if_exists, .. } = self.operator;
        if negated || if_exists || quantifier == Quantifier::All {
            return false;
        }
        match &self.test {
            Test::Address(blocks) => self.key == keys::SOURCE_IP && blocks.iter().all(|block| block.is_narrow()),
            Test::Text(_) => {
                let fixed = |text: &str| !text.contains(['*', '?', '$']);
                (self.key == keys::PRINCIPAL_ARN || self.key == keys::ACCESS_ID)
                    && self.written.iter().all(|text| fixed(text))
            }
            Test::Number(_) | Test::Date(_) | Test::Flag(_) | Test::Missing(_) => false,
        }
    }

    /// Whether it holds for what is known of the request.
    ///
    /// Several values of the policy are alternatives; a negated operator holds when none of them matches.
    pub(super) fn holds(&self, context: &Context) -> bool {
        let Operator { comparison, negated, quantifier, if_exists, family: _ } = self.operator;
        let known = context.first(&self.key);
        if let Test::Missing(wanted) = self.test {
            return known.is_none() == wanted;
        }
        if known.is_none() {
            return if_exists
                || match quantifier {
                    Quantifier::Plain => negated,
                    Quantifier::Any => false,
                    Quantifier::All => true,
                };
        }
        let mut matches = context.values(&self.key).map(|value| self.test.matches(comparison, value, context));
        match quantifier {
            Quantifier::Plain => matches.any(|matched| matched) != negated,
            Quantifier::Any => matches.any(|matched| matched != negated),
            Quantifier::All => matches.all(|matched| matched != negated),
        }
    }
}

/// Reads each value, or says which cannot be read.
fn each<T>(values: &[String], read: impl Fn(&str) -> Option<T>, rule: &str) -> Result<Box<[T]>, String> {
    values.iter().map(|value| read(value).ok_or_else(|| format!("{} is not {rule}", quote(value)))).collect()
}

fn patterns(values: &[String], syntax: Syntax, fold: Fold) -> Result<Test, String> {
    let compiled: Result<_, _> = values.iter().map(|value| Pattern::compile(value, syntax, fold)).collect();
    compiled.map(Test::Text)
}

impl Test {
    fn compile(family: Family, values: &[String]) -> Result<Self, String> {
        match family {
            Family::Text => patterns(values, Syntax::Plain, Fold::Exact),
            Family::TextFolded => patterns(values, Syntax::Plain, Fold::Ascii),
            Family::Like => patterns(values, Syntax::Wild, Fold::Exact),
            Family::Number => each(values, decimal, "a number of up to 20 digits and 9 decimals").map(Self::Number),
            Family::Date => each(values, moment, "a date such as 2026-01-31T08:00:00Z").map(Self::Date),
            Family::Flag => each(values, flag, "true or false").map(Self::Flag),
            Family::Address => {
                each(values, Network::parse, "an address or a block such as 10.0.0.0/8").map(Self::Address)
            }
            Family::Null => match *each(values, flag, "true or false")? {
                [wanted] => Ok(Self::Missing(wanted)),
                _ => Err("Null takes one value, true or false".to_owned()),
            },
        }
    }

    /// Whether one of the policy's values matches. A value of another kind than the operator compares matches none.
    fn matches(&self, comparison: Comparison, value: &Value, context: &Context) -> bool {
        match self {
            Self::Text(patterns) => {
                let text = value.text();
                patterns.iter().any(|pattern| pattern.matches(&text, context))
            }
            Self::Number(wanted) => compares(wanted, value.decimal(), comparison),
            Self::Date(wanted) => compares(wanted, value.moment(), comparison),
            Self::Flag(wanted) => value.flag().is_some_and(|known| wanted.contains(&known)),
            Self::Address(blocks) => {
                value.address().is_some_and(|address| blocks.iter().any(|block| block.contains(address)))
            }
            Self::Missing(wanted) => !wanted,
        }
    }
}

fn compares<T: Ord>(wanted: &[T], known: Option<T>, comparison: Comparison) -> bool {
    known.is_some_and(|known| wanted.iter().any(|wanted| comparison.holds(&known, wanted)))
}
