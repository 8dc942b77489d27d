use crate::{encoding, map_parameter};
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::str::FromStr;
use types::{Failure, Result, limits};
use zeroize::Zeroize;

/// The parameters of a query or a form, decoded, in the order they came. Each name is there once: a second one is
/// refused, since no client needs it and two readers might each take another.
///
/// Values may be plaintext or secrets, so they are wiped when dropped and never shown by `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params {
    pairs: Vec<(String, String)>,
}

impl Params {
    /// Reads a raw query or form: `+` is a space, a name without `=` has an empty value, empty pairs are skipped.
    pub fn parse(raw: &[u8]) -> Result<Self> {
        let mut params = Self::default();
        for pair in raw.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |b| *b == b'=');
            let name = encoding::decode_form(halves.next().unwrap_or_default())?;
            let value = encoding::decode_form(halves.next().unwrap_or_default())?;
            params.pairs.push((name, value));
            if params.pairs.len() > limits::FORM_PARAMETERS {
                let most = limits::FORM_PARAMETERS;
                return Err(Failure::invalid("query or form", format_args!("it has more than {most} parameters")));
            }
        }
        params.checked()
    }

    /// These parameters followed by `other`'s: an RPC call may be split over its query and its form.
    pub fn merged(&self, other: &Self) -> Result<Self> {
        let pairs = self.pairs.iter().chain(&other.pairs).cloned().collect();
        Self { pairs }.checked()
    }

    fn checked(self) -> Result<Self> {
        let mut seen = HashSet::with_capacity(self.pairs.len());
        for (name, _) in &self.pairs {
            if name.is_empty() {
                return Err(Failure::invalid("query or form", "a parameter has no name"));
            }
            if !seen.insert(name.as_str()) {
                let which: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
                return Err(Failure::invalid("query or form", format_args!("{which} is there twice")));
            }
        }
        Ok(self)
    }

    /// The value of a parameter, which may be empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Whether the parameter is there, even if empty.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All names and values in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// A parameter that need not be there; empty is as good as absent.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// A parameter that must be there and not empty.
    pub fn required(&self, name: &'static str) -> Result<&str> {
        self.optional(name).ok_or_else(|| Failure::missing(name))
    }

    /// A parameter of any type that reads itself from text, such as a name or a number; the error states its rule.
    pub fn parsed<T>(&self, name: &'static str) -> Result<Option<T>>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        self.optional(name).map(|text| text.parse().map_err(|rule| Failure::invalid(name, rule))).transpose()
    }

    /// A whole number in decimal.
    pub fn integer(&self, name: &'static str) -> Result<Option<i64>> {
        let number = |text: &str| text.parse().map_err(|_| Failure::invalid(name, "it must be a whole number"));
        self.optional(name).map(number).transpose()
    }

    /// `true` or `false` in any case: Python writes `True` where it flattens structures.
    pub fn boolean(&self, name: &'static str) -> Result<Option<bool>> {
        self.optional(name)
            .map(|text| parse_boolean(text).ok_or_else(|| Failure::invalid(name, "it must be true or false")))
            .transpose()
    }

    /// A list spelled `Name.1`, `Name.2`, … without gaps.
    pub fn list(&self, name: &'static str) -> Result<Vec<&str>> {
        let mut items: BTreeMap<usize, &str> = BTreeMap::new();
        for (index, field, value) in self.numbered(name)? {
            if !field.is_empty() {
                return Err(Failure::invalid(name, "it must be a list of plain values"));
            }
            items.insert(index, value);
        }
        without_gaps(name, items)
    }

    /// A list of structures spelled `Name.1.Field`, `Name.2.Field`, … without gaps. Fields may be nested lists again.
    pub fn structures(&self, name: &'static str) -> Result<Vec<Self>> {
        let mut items: BTreeMap<usize, Self> = BTreeMap::new();
        for (index, field, value) in self.numbered(name)? {
            if field.is_empty() {
                return Err(Failure::invalid(name, "it must be a list of structures"));
            }
            items.entry(index).or_default().pairs.push((field.to_owned(), value.to_owned()));
        }
        without_gaps(name, items)
    }

    /// A map of texts in either spelling the SDKs use: one JSON object, or `Name.key=value` for each entry.
    pub fn map(&self, name: &'static str) -> Result<Option<BTreeMap<String, String>>> {
        map_parameter::read(self, name)
    }

    /// The parameters `name.<number>[.field]`, each with its number and field.
    fn numbered(&self, name: &'static str) -> Result<Vec<(usize, &str, &str)>> {
        let mut found = Vec::new();
        for (full, value) in self.iter() {
            let Some(rest) = full.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')) else { continue };
            let (number, field) = rest.split_once('.').unwrap_or((rest, ""));
            let index = Some(number).filter(|n| !n.starts_with(['0', '+'])).and_then(|n| n.parse::<usize>().ok());
            let index = index.ok_or_else(|| Failure::invalid(name, "its items must be numbered from 1"))?;
            found.push((index, field, value));
        }
        Ok(found)
    }
}

fn without_gaps<T>(name: &'static str, items: BTreeMap<usize, T>) -> Result<Vec<T>> {
    if items.keys().zip(1..).any(|(found, expected)| *found != expected) {
        return Err(Failure::invalid(name, "its items must be numbered from 1 without gaps"));
    }
    Ok(items.into_values().collect())
}

/// `true` or `false` in any case.
pub(crate) fn parse_boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

impl Drop for Params {
    fn drop(&mut self) {
        for (_, value) in &mut self.pairs {
            value.zeroize();
        }
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Params;
    use crate::encoding::encode;
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use std::collections::BTreeMap;
    use types::Reason;

    fn params(raw: &str) -> Params {
        Params::parse(raw.as_bytes()).unwrap()
    }

    #[test]
    fn plain_values() {
        let p = params("a=1+2&b=%2B&c&d=&Flag=True&N=-7&&");
        assert_eq!((p.get("a"), p.get("b"), p.get("c"), p.get("d")), (Some("1 2"), Some("+"), Some(""), Some("")));
        assert_eq!(p.boolean("Flag").unwrap(), Some(true));
        assert_eq!(p.integer("N").unwrap(), Some(-7));
        assert_eq!(p.required("d").unwrap_err().reason(), Reason::ParameterMissing);
        assert_eq!(p.integer("a").unwrap_err().detail("Parameter"), Some("a"));
        assert!(p.boolean("N").is_err());
    }

    #[test]
    fn lists_and_structures() {
        let p = params("I.2=b&I.1=a&Tag.1.Key=k&Tag.1.Value=v&Tag.2.Key=l&Ix=3");
        assert_eq!(p.list("I").unwrap(), ["a", "b"]);
        let tags = p.structures("Tag").unwrap();
        assert_eq!((tags.len(), tags[0].get("Value"), tags[1].get("Key")), (2, Some("v"), Some("l")));
        assert!(p.list("None").unwrap().is_empty());
        for wrong in ["I.2=a", "I.0=a", "I.x=a", "I.01=a", "I.1.K=a", "I.99999999999999999999=a", "I.=a"] {
            assert!(params(wrong).list("I").is_err(), "{wrong}");
        }
    }

    #[test]
    fn maps_in_both_spellings() {
        let expected = BTreeMap::from([("a b".to_owned(), "1".to_owned()), ("x.y".to_owned(), "*~".to_owned())]);
        for raw in [
            "M=%7B%22a+b%22%3A%221%22%2C%22x.y%22%3A%22*~%22%7D",
            "M.a%20b=1&M.x.y=*~",
            "M.%233%23a%20b=1&M.%233%23x.y=*~",
        ] {
            assert_eq!(params(raw).map("M").unwrap(), Some(expected.clone()), "{raw}");
        }
        assert_eq!(params("N=1").map("M").unwrap(), None);
        for wrong in ["M=x", "M=%5B%5D", "M=%7B%22a%22%3A1%7D", "M=%7B%7D&M.a=1", "M.=1", "M.%231%23a=1&M.a=2"] {
            assert!(params(wrong).map("M").is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_twice_is_refused_also_across_query_and_form() {
        assert!(Params::parse(b"a=1&a=1").is_err());
        assert!(Params::parse(b"a=1&%61=2").is_err());
        assert!(params("a=1").merged(&params("a=2")).is_err());
        assert_eq!(params("a=1").merged(&params("b=2")).unwrap(), params("a=1&b=2"));
    }

    #[test]
    fn debug_shows_no_value() {
        assert!(!format!("{:?}", params("Plaintext=s3cr3t")).contains("s3cr3t"));
    }

    proptest! {
        #[test]
        fn what_was_encoded_reads_back(map in proptest::collection::btree_map("[^\0]{1,8}", any::<String>(), 0..8)) {
            let raw: Vec<String> = map.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
            let read: BTreeMap<String, String> =
                params(&raw.join("&")).iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            prop_assert_eq!(read, map);
        }

        #[test]
        fn arbitrary_bytes_never_panic(raw in any::<Vec<u8>>()) {
            if let Ok(p) = Params::parse(&raw) {
                let _ = (p.list("a"), p.structures("a"), p.map("a"), p.integer("a"), p.boolean("a"));
            }
        }
    }
}
