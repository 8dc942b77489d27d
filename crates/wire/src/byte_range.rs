use types::{Failure, Reason, Result};

/// One range of a `Range: bytes=…` header (RFC 9110 §14.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// `first-last`, both included.
    Closed {
        /// The first byte.
        first: u64,
        /// The last byte.
        last: u64,
    },
    /// `first-`: to the end.
    From(u64),
    /// `-count`: the last so many bytes.
    Last(u64),
}

/// What a `Range` header asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeHeader {
    /// One range.
    One(ByteRange),
    /// Several ranges; a server may answer with the whole (RFC 9110 §14.2).
    Several,
    /// Another unit or not a range: to be ignored (RFC 9110 §14.2).
    Ignored,
}

/// Where in the object a range lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: u64,
    /// How many bytes; never zero.
    pub len: u64,
    /// The size of the whole object.
    pub size: u64,
}

impl RangeHeader {
    /// Reads the header's value.
    pub fn parse(value: &str) -> Self {
        let Some((unit, set)) = value.split_once('=') else { return Self::Ignored };
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return Self::Ignored;
        }
        // RFC 9110 §5.6.1: empty list elements do not count.
        let mut specs = set.split(',').map(str::trim).filter(|spec| !spec.is_empty());
        let first = specs.next().and_then(ByteRange::parse);
        match (first, specs.next()) {
            (Some(range), None) => Self::One(range),
            (Some(_), Some(second))
                if ByteRange::parse(second).is_some() && specs.all(|s| ByteRange::parse(s).is_some()) =>
            {
                Self::Several
            }
            _ => Self::Ignored,
        }
    }
}

impl ByteRange {
    fn parse(spec: &str) -> Option<Self> {
        let (first, last) = spec.split_once('-')?;
        match (first, last) {
            ("", count) => Some(Self::Last(number(count)?)),
            (first, "") => Some(Self::From(number(first)?)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::Closed { first, last })
            }
        }
    }

    /// Where the range lies in an object of `size` bytes, cut at its end; [`Reason::RangeInvalid`] if it lies outside.
    pub fn resolve(self, size: u64) -> Result<Span> {
        let (start, end) = match self {
            Self::Closed { first, last } => (first, last.saturating_add(1).min(size)),
            Self::From(first) => (first, size),
            Self::Last(count) => (size.saturating_sub(count), size),
        };
        match end.checked_sub(start) {
            Some(len) if len > 0 => Ok(Span { start, len, size }),
            _ => Err(Failure::of(Reason::RangeInvalid).with("ActualObjectSize", size.to_string())),
        }
    }
}

impl Span {
    /// The value of the `Content-Range` header.
    pub fn content_range(self) -> String {
        let last = self.start.saturating_add(self.len).saturating_sub(1);
        format!("bytes {}-{last}/{}", self.start, self.size)
    }
}

/// Digits only: `u64::from_str` would take a plus sign.
fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::{ByteRange, RangeHeader};
    use proptest::prelude::{any, prop_assert, proptest};
    use types::Reason;

    #[test]
    fn headers() {
        assert_eq!(RangeHeader::parse("bytes=0-3"), RangeHeader::One(ByteRange::Closed { first: 0, last: 3 }));
        assert_eq!(RangeHeader::parse("Bytes= 5- ,"), RangeHeader::One(ByteRange::From(5)));
        assert_eq!(RangeHeader::parse("bytes=-5"), RangeHeader::One(ByteRange::Last(5)));
        assert_eq!(RangeHeader::parse("bytes=0-1,5-"), RangeHeader::Several);
        for wrong in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=3-1",
            "bytes=a-b",
            "bytes=+1-2",
            "lines=1-2",
            "bytes=1-2,x",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(RangeHeader::parse(wrong), RangeHeader::Ignored, "{wrong}");
        }
    }

    #[test]
    fn spans() {
        let span = |range: ByteRange| range.resolve(10).map(|s| (s.start, s.len, s.content_range()));
        assert_eq!(span(ByteRange::Closed { first: 2, last: 3 }).unwrap(), (2, 2, "bytes 2-3/10".into()));
        assert_eq!(span(ByteRange::Closed { first: 9, last: u64::MAX }).unwrap(), (9, 1, "bytes 9-9/10".into()));
        assert_eq!(span(ByteRange::From(0)).unwrap().1, 10);
        assert_eq!(span(ByteRange::Last(20)).unwrap(), (0, 10, "bytes 0-9/10".into()));
        for outside in [ByteRange::From(10), ByteRange::Last(0), ByteRange::Closed { first: 10, last: 11 }] {
            assert_eq!(outside.resolve(10).unwrap_err().reason(), Reason::RangeInvalid);
        }
        assert!(ByteRange::From(0).resolve(0).is_err());
    }

    proptest! {
        #[test]
        fn a_span_lies_inside(text in "bytes=[0-9]{0,21}-[0-9]{0,21}", size in any::<u64>()) {
            if let RangeHeader::One(range) = RangeHeader::parse(&text)
                && let Ok(span) = range.resolve(size)
            {
                prop_assert!(span.len > 0 && span.start + (span.len - 1) < size);
            }
        }

        #[test]
        fn arbitrary_text_never_panics(text in any::<String>()) {
            let _ = RangeHeader::parse(&text);
        }
    }
}
