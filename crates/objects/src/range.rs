use std::ops::Range;
use types::{Failure, Reason, Result};

/// A part of an object's bytes, as asked for (RFC 9110 §14.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// From an offset to the end.
    From(u64),
    /// From an offset to another, both included.
    Between(u64, u64),
    /// The last so many.
    Last(u64),
}

impl ByteRange {
    /// The bytes it means of an object of `size`.
    pub(crate) fn resolve(self, size: u64) -> Result<Range<u64>> {
        let (start, end) = match self {
            Self::From(start) => (start, size),
            Self::Between(start, last) => (start, last.saturating_add(1).min(size)),
            Self::Last(count) => (size.saturating_sub(count), size),
        };
        if start < end { Ok(start..end) } else { Err(outside(size)) }
    }
}

fn outside(size: u64) -> Failure {
    Failure::of(Reason::RangeInvalid).with("ActualObjectSize", size.to_string())
}

#[cfg(test)]
mod tests {
    use super::ByteRange;

    #[test]
    fn ranges_are_cut_to_the_object() {
        for (range, size, want) in [
            (ByteRange::From(0), 10, Some(0..10)),
            (ByteRange::From(9), 10, Some(9..10)),
            (ByteRange::From(10), 10, None),
            (ByteRange::Between(2, 4), 10, Some(2..5)),
            (ByteRange::Between(2, u64::MAX), 10, Some(2..10)),
            (ByteRange::Between(4, 2), 10, None),
            (ByteRange::Between(10, 12), 10, None),
            (ByteRange::Last(3), 10, Some(7..10)),
            (ByteRange::Last(30), 10, Some(0..10)),
            (ByteRange::Last(0), 10, None),
            (ByteRange::Last(1), 0, None),
            (ByteRange::From(0), 0, None),
        ] {
            assert_eq!(range.resolve(size).ok(), want, "{range:?} of {size}");
        }
    }
}
