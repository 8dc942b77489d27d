use iam::{Page, PageRequest};
use serde_json::{Map, Value};
use std::fmt::Display;
use std::str::FromStr;
use types::{Failure, Reason, Result, limits};
use wire::Params;

/// The only path that identities have here.
const PATH: &str = "/";
/// A text that can be empty, and lists.
const MAY_BE_EMPTY: [&str; 10] = [
    "Description",
    "ActionNames",
    "ContextEntries",
    "PermissionsBoundaryPolicyInputList",
    "PolicyInputList",
    "ResourceArns",
    "TagKeys",
    "Tags",
    "ClientIDList",
    "ThumbprintList",
];
/// Entries of a part of a listing where the request does not say how many.
const PART: usize = 100;

/// The parameters of a request.
pub(super) struct Input(Params);

impl Input {
    /// Takes parameters, which may be these only: what is not understood is refused by name, unless it is empty. Clients
    /// spell an empty list so. What is understood must not be: nobody means the account itself by a name that got lost.
    pub(super) fn new(params: Params, takes: &[&'static str]) -> Result<Self> {
        let known = |name: &str| {
            let base = name.split('.').next().unwrap_or(name);
            matches!(name, "Action" | "Version") || takes.contains(&base)
        };
        let unknown = params.iter().find(|(name, value)| !value.is_empty() && !known(name));
        if let Some((other, _)) = unknown {
            let shown: String = other.chars().filter(|c| !c.is_control()).take(64).collect();
            return Err(Failure::new(Reason::NotImplemented, format!("The parameter {shown} is not supported.")));
        }
        match takes.iter().find(|name| !MAY_BE_EMPTY.contains(name) && params.get(name) == Some("")) {
            Some(empty) => Err(Failure::invalid(empty, "it must not be empty")),
            None => Ok(Self(params)),
        }
    }

    /// A required name; the error states its rule.
    pub(super) fn named<T>(&self, name: &'static str) -> Result<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.0.parsed(name)?.ok_or_else(|| Failure::missing(name))
    }

    /// A name or a number that need not be there.
    pub(super) fn parsed<T>(&self, name: &'static str) -> Result<Option<T>>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.0.parsed(name)
    }

    /// A text that need not be there, and may be empty.
    pub(super) fn given(&self, name: &str) -> Option<String> {
        self.0.get(name).map(str::to_owned)
    }

    /// A text that need not be there.
    pub(super) fn optional(&self, name: &str) -> Option<&str> {
        self.0.optional(name)
    }

    /// A text that must be there.
    pub(super) fn text(&self, name: &'static str) -> Result<&str> {
        self.0.required(name)
    }

    /// A flag; false if it is not given.
    pub(super) fn flag(&self, name: &'static str) -> Result<bool> {
        Ok(self.0.boolean(name)?.unwrap_or(false))
    }

    /// A list of texts, by the name that its numbers follow; empty if it is not given.
    pub(super) fn list(&self, name: &'static str) -> Result<Vec<&str>> {
        self.0.list(name)
    }

    /// A list of structures, by the name that its numbers follow; empty if it is not given.
    pub(super) fn structures(&self, name: &'static str) -> Result<Vec<Params>> {
        self.0.structures(name)
    }

    /// Refuses another path than the one there is.
    pub(super) fn only_root(&self, name: &'static str) -> Result<()> {
        match self.0.optional(name) {
            None | Some(PATH) => Ok(()),
            Some(_) => Err(Failure::invalid(name, "it must be /, the only path there is here")),
        }
    }

    /// Which part of a listing is wanted.
    pub(super) fn page(&self) -> Result<PageRequest> {
        let marker = self.0.optional("Marker").map(str::to_owned);
        Ok(PageRequest { marker, max_items: self.0.parsed("MaxItems")? })
    }

    /// Which part is wanted of a list that is had in full; the marker is the number of those before it.
    pub(super) fn part(&self) -> Result<Part> {
        let wrong = |_| Failure::invalid("Marker", "it must be the Marker of the part before");
        let first = self.0.optional("Marker").map_or(Ok(0), str::parse).map_err(wrong)?;
        let size = self.0.parsed("MaxItems")?.unwrap_or(PART);
        match (1..=limits::PAGE).contains(&size) {
            true => Ok(Part { first, size }),
            false => Err(Failure::invalid("MaxItems", format_args!("1 to {}", limits::PAGE))),
        }
    }
}

/// A part of a list.
pub(super) struct Part {
    first: usize,
    size: usize,
}

impl Part {
    /// The part, and where the next begins if there is one.
    pub(super) fn of<T>(&self, all: Vec<T>) -> Page<T> {
        let next = self.first.saturating_add(self.size);
        let is_truncated = next < all.len();
        let items = all.into_iter().skip(self.first).take(self.size).collect();
        Page { items, is_truncated, marker: is_truncated.then(|| next.to_string()) }
    }
}

/// The members of a listing's answer.
pub(super) fn listing<T>(found: &Page<T>, list: &str, shown: impl Fn(&T) -> Value) -> Value {
    let mut members = ending(found);
    members.insert(list.to_owned(), found.items.iter().map(shown).collect());
    Value::Object(members)
}

/// Whether a listing goes on, and where.
pub(super) fn ending<T>(found: &Page<T>) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("IsTruncated".to_owned(), found.is_truncated.into());
    if let Some(marker) = &found.marker {
        members.insert("Marker".to_owned(), marker.as_str().into());
    }
    members
}

#[cfg(test)]
mod tests {
    use super::Input;
    use proptest::prelude::{any, proptest};
    use types::Reason;
    use wire::Params;

    const TAKES: &[&str] = &["A", "L", "Path", "Marker", "MaxItems"];

    fn read(raw: &str) -> types::Result<Input> {
        Input::new(Params::parse(raw.as_bytes()).unwrap(), TAKES)
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        assert!(read("Action=x&Version=y&A=1&L.member.1=2&Tags=").is_ok());
        assert!(read("A=").err().unwrap().to_string().contains('A'));
        for (raw, name) in [("Tags.member.1.Key=k", "Tags"), ("B=1", "B"), ("Action.x=1", "Action.x")] {
            let failure = read(raw).err().unwrap();
            assert_eq!(failure.reason(), Reason::NotImplemented);
            assert!(failure.to_string().contains(name));
        }
    }

    #[test]
    fn there_is_one_path() {
        assert!(read("Path=%2F").unwrap().only_root("Path").is_ok() && read("").unwrap().only_root("Path").is_ok());
        assert!(read("Path=%2Fx%2F").unwrap().only_root("Path").is_err());
    }

    #[test]
    fn parts_of_a_list_cover_it_once() {
        let all: Vec<u32> = (0..25).collect();
        let (mut seen, mut marker) = (Vec::new(), "0".to_owned());
        loop {
            let found = read(&format!("MaxItems=10&Marker={marker}")).unwrap().part().unwrap().of(all.clone());
            seen.extend(found.items);
            match found.marker {
                Some(next) => marker = next,
                None => break,
            }
        }
        assert_eq!(seen, all);
        for wrong in ["MaxItems=0", "MaxItems=1001", "MaxItems=x", "Marker=-1", "Marker=x"] {
            assert!(read(wrong).unwrap().part().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_values_never_panic(value in any::<String>()) {
            let raw = format!("A={0}&Marker={0}&MaxItems={0}&Path={0}", wire::encoding::encode(&value));
            if let Ok(input) = read(&raw) {
                let _ = (input.part().map(|part| part.of(vec![1])), input.page(), input.flag("A"), input.only_root("Path"));
            }
        }
    }
}
