//! CBOR (RFC 8949) in the form that authenticators write (CTAP 2.1 §8): definite lengths, shortest numbers, no tags, no
//! name twice in one map. Maps need not be sorted: nothing is read differently for it, and some authenticators do not.

/// Levels of arrays and maps in one another (CTAP 2.1 §8: four).
const DEPTH: usize = 4;

/// An item. What no authenticator data is made of (floats, simple values) is read past, and is [`Other`](Self::Other).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    Int(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(Vec<Item<'a>>),
    Map(Vec<(Item<'a>, Item<'a>)>),
    Other,
}

impl<'a> Item<'a> {
    /// The members, if it is a map.
    pub(super) fn map(self) -> Option<Vec<(Item<'a>, Item<'a>)>> {
        match self {
            Self::Map(members) => Some(members),
            _ => None,
        }
    }

    pub(super) const fn int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    pub(super) const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(super) const fn text(&self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads one item from the start, and gives what is behind it. Memory and time are bounded by the bytes that there are.
pub(super) fn first(bytes: &[u8]) -> Option<(Item<'_>, &[u8])> {
    let mut reader = Reader { rest: bytes };
    let item = reader.item(DEPTH)?;
    Some((item, reader.rest))
}

/// Reads the one item that the bytes are.
pub(super) fn only(bytes: &[u8]) -> Option<Item<'_>> {
    first(bytes).filter(|(_, rest)| rest.is_empty()).map(|(item, _)| item)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn number(&mut self, width: usize) -> Option<u64> {
        Some(self.take(width)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// The kind of an item and its argument, which has to be written as short as it can be (RFC 8949 §3, §4.2.1).
    fn head(&mut self) -> Option<(u8, u64, u8)> {
        let first = *self.take(1)?.first()?;
        let (kind, short) = (first >> 5, first & 0x1f);
        let (value, least) = match short {
            0..24 => (u64::from(short), 0),
            24 => (self.number(1)?, 24),
            25 => (self.number(2)?, 1 << 8),
            26 => (self.number(4)?, 1 << 16),
            27 => (self.number(8)?, 1 << 32),
            // Of no definite length, or of no meaning.
            _ => return None,
        };
        (kind == 7 || value >= least).then_some((kind, value, short))
    }

    fn item(&mut self, depth: usize) -> Option<Item<'a>> {
        let (kind, value, short) = self.head()?;
        match kind {
            0 => Some(Item::Int(i64::try_from(value).ok()?)),
            1 => Some(Item::Int(-1 - i64::try_from(value).ok()?)),
            2 => Some(Item::Bytes(self.take(usize::try_from(value).ok()?)?)),
            3 => Some(Item::Text(std::str::from_utf8(self.take(usize::try_from(value).ok()?)?).ok()?)),
            4 => self.array(value, depth.checked_sub(1)?),
            5 => self.members(value, depth.checked_sub(1)?),
            // A simple value of two bytes is none of those that fit in one (RFC 8949 §3.3).
            7 => (short != 24 || value >= 32).then_some(Item::Other),
            // Tags (CTAP 2.1 §8).
            _ => None,
        }
    }

    fn array(&mut self, count: u64, depth: usize) -> Option<Item<'a>> {
        // Each item takes a byte at least: what is announced beyond that is never made room for.
        let count = usize::try_from(count).ok().filter(|count| *count <= self.rest.len())?;
        (0..count).map(|_| self.item(depth)).collect::<Option<Vec<_>>>().map(Item::Array)
    }

    fn members(&mut self, count: u64, depth: usize) -> Option<Item<'a>> {
        let count = usize::try_from(count).ok().filter(|count| *count <= self.rest.len().min(MEMBERS))?;
        let mut members: Vec<(Item<'a>, Item<'a>)> = Vec::new();
        for _ in 0..count {
            let name = match self.item(depth)? {
                name @ (Item::Int(_) | Item::Text(_) | Item::Bytes(_)) => name,
                _ => return None,
            };
            if members.iter().any(|(known, _)| *known == name) {
                return None;
            }
            members.push((name, self.item(depth)?));
        }
        Some(Item::Map(members))
    }
}

/// Members of one map: more than any that an authenticator writes.
const MEMBERS: usize = 64;

#[cfg(test)]
mod tests {
    use super::{Item, first, only};
    use proptest::prelude::{any, prop_assert, proptest};

    fn read(hex: &str) -> bool {
        only(&hex::decode(hex).unwrap()).is_some()
    }

    #[test]
    fn items_are_read() {
        assert_eq!(only(&[0x18, 24]), Some(Item::Int(24)));
        assert_eq!(only(&[0x39, 0x01, 0x00]), Some(Item::Int(-257)));
        assert_eq!(only(&[0x42, 1, 2]), Some(Item::Bytes(&[1, 2])));
        assert_eq!(only(b"\x61a"), Some(Item::Text("a")));
        assert_eq!(only(b"\xa1\x61a\x82\x01\xf5").unwrap().map().unwrap().len(), 1);
        assert_eq!(first(&[0x01, 0x02]), Some((Item::Int(1), [2].as_slice())));
        // A half float, null, and 2^63-1 and its negative.
        for good in ["f93c00", "f6", "1b7fffffffffffffff", "3b7fffffffffffffff", "80", "a0", "81818180"] {
            assert!(read(good), "{good}");
        }
    }

    #[test]
    fn what_is_not_in_the_form_is_refused() {
        let wrong = [
            "",           // nothing
            "0102",       // two items
            "1817",       // 23 in two bytes
            "190018",     // 24 in three
            "1a0000ffff", // 65535 in five
            "1b00000000ffffffff",
            "1bffffffffffffffff", // beyond what is read
            "5f4101ff",           // of no definite length
            "9fff",
            "bfff",
            "4201",       // cut
            "61ff",       // no UTF-8
            "c001",       // a tag
            "a201020103", // a name twice
            "a1800102",   // a name that is a list
            "8181818180", // five levels
            "9bffffffffffffffff",
            "bbffffffffffffffff",
            "f81f", // a simple value that fits in one byte
            "1c",
        ];
        for wrong in wrong {
            assert!(!read(wrong), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in any::<Vec<u8>>()) {
            if let Some((_, rest)) = first(&bytes) {
                prop_assert!(rest.len() < bytes.len());
            }
        }
    }
}
