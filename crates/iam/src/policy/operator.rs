/// What an operator compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Texts, letter by letter.
    Text,
    /// Texts, whatever the case of ASCII letters.
    TextFolded,
    /// Texts against patterns.
    Like,
    /// Decimal numbers.
    Number,
    /// Moments.
    Date,
    /// Booleans.
    Flag,
    /// Network addresses.
    Address,
    /// Whether there is a value at all.
    Null,
}

/// How it compares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// Equal, alike or within.
    Equal,
    /// Below.
    Less,
    /// Below or equal.
    LessEqual,
    /// Above.
    Greater,
    /// Above or equal.
    GreaterEqual,
}

/// Which of a fact's values have to satisfy the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantifier {
    /// No prefix: one value is expected.
    Plain,
    /// `ForAnyValue:`
    Any,
    /// `ForAllValues:`
    All,
}

/// A condition operator with its prefix and suffix, such as `ForAllValues:StringNotLikeIfExists`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) family: Family,
    pub(super) comparison: Comparison,
    /// Whether it holds when the comparison does not.
    pub(super) negated: bool,
    pub(super) quantifier: Quantifier,
    /// Whether it holds when there is nothing to compare.
    pub(super) if_exists: bool,
}

const NAMES: &[(&str, Family, Comparison, bool)] = &[
    ("StringEquals", Family::Text, Comparison::Equal, false),
    ("StringNotEquals", Family::Text, Comparison::Equal, true),
    ("StringEqualsIgnoreCase", Family::TextFolded, Comparison::Equal, false),
    ("StringNotEqualsIgnoreCase", Family::TextFolded, Comparison::Equal, true),
    ("StringLike", Family::Like, Comparison::Equal, false),
    ("StringNotLike", Family::Like, Comparison::Equal, true),
    ("NumericEquals", Family::Number, Comparison::Equal, false),
    ("NumericNotEquals", Family::Number, Comparison::Equal, true),
    ("NumericLessThan", Family::Number, Comparison::Less, false),
    ("NumericLessThanEquals", Family::Number, Comparison::LessEqual, false),
    ("NumericGreaterThan", Family::Number, Comparison::Greater, false),
    ("NumericGreaterThanEquals", Family::Number, Comparison::GreaterEqual, false),
    ("DateEquals", Family::Date, Comparison::Equal, false),
    ("DateNotEquals", Family::Date, Comparison::Equal, true),
    ("DateLessThan", Family::Date, Comparison::Less, false),
    ("DateLessThanEquals", Family::Date, Comparison::LessEqual, false),
    ("DateGreaterThan", Family::Date, Comparison::Greater, false),
    ("DateGreaterThanEquals", Family::Date, Comparison::GreaterEqual, false),
    ("Bool", Family::Flag, Comparison::Equal, false),
    ("IpAddress", Family::Address, Comparison::Equal, false),
    ("NotIpAddress", Family::Address, Comparison::Equal, true),
    ("Null", Family::Null, Comparison::Equal, false),
];

impl Operator {
    /// Reads its name.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (quantifier, rest) = if let Some(rest) = text.strip_prefix("ForAnyValue:") {
            (Quantifier::Any, rest)
        } else if let Some(rest) = text.strip_prefix("ForAllValues:") {
            (Quantifier::All, rest)
        } else {
            (Quantifier::Plain, text)
        };
        let (if_exists, name) = rest.strip_suffix("IfExists").map_or((false, rest), |name| (true, name));
        let &(_, family, comparison, negated) = NAMES.iter().find(|(known, ..)| *known == name)?;
        // Null already asks whether there is a value, and of all values at once.
        if family == Family::Null && (if_exists || quantifier != Quantifier::Plain) {
            return None;
        }
        Some(Self { family, comparison, negated, quantifier, if_exists })
    }

    /// The known operator that `text` seems to mean, for an error.
    pub(super) fn closest(text: &str) -> Option<&'static str> {
        let bare = text.rsplit(':').next().unwrap_or(text);
        let bare = bare.strip_suffix("IfExists").unwrap_or(bare);
        NAMES.iter().map(|(name, ..)| *name).find(|name| name.eq_ignore_ascii_case(bare))
    }
}

impl Comparison {
    /// Whether `left` stands so to `right`.
    pub(super) fn holds<T: Ord>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Less => left < right,
            Self::LessEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterEqual => left >= right,
        }
    }
}
