use crate::numbers::Numbers;
use bytes::Bytes;

/// What an object holds, or that it is not there. The bytes follow from the seed, so they need not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// There is no such object.
    Absent,
    /// These bytes.
    Bytes {
        /// Decides the bytes.
        seed: u64,
        /// How many.
        length: usize,
    },
}

impl Content {
    /// Something to write: mostly small, sometimes up to 256 KiB, seldom 2 MiB.
    pub(super) fn random(numbers: &mut Numbers) -> Self {
        let length = match numbers.between(0, 99) {
            0..=1 => 2 * 1024 * 1024,
            2..=29 => numbers.between(4 * 1024, 256 * 1024),
            _ => numbers.between(1, 4 * 1024),
        };
        Self::Bytes { seed: numbers.next(), length: usize::try_from(length).unwrap_or(1) }
    }

    /// The bytes; none for an object that is not there.
    pub(super) fn bytes(self) -> Option<Bytes> {
        match self {
            Self::Absent => None,
            Self::Bytes { seed, length } => Some(Numbers::of(seed).bytes(length).into()),
        }
    }
}
