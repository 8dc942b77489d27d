use crc_fast::CrcAlgorithm;

/// The checksums that object protocols use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CrcKind {
    /// CRC-32/ISO-HDLC, as in zlib.
    Crc32,
    /// CRC-32/ISCSI (Castagnoli).
    Crc32c,
    /// CRC-64/NVME.
    Crc64Nvme,
    /// CRC-64/XZ (ECMA-182 reflected).
    Crc64Xz,
}

impl CrcKind {
    /// Bytes of the result.
    pub const fn width(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme | Self::Crc64Xz => 8,
        }
    }

    /// A value as protocols write it before Base64: big-endian, in the width of this kind.
    pub fn to_bytes(self, value: u64) -> Vec<u8> {
        value.to_be_bytes().into_iter().skip(8 - self.width()).collect()
    }

    /// The checksum of two byte strings one after the other, from the checksum of each and the second one's length.
    pub fn combine(self, first: u64, second: u64, second_len: u64) -> u64 {
        crc_fast::checksum_combine(self.algorithm(), first, second, second_len)
    }

    /// The checksum of all of `bytes`.
    pub fn of(self, bytes: &[u8]) -> u64 {
        crc_fast::checksum(self.algorithm(), bytes)
    }

    const fn algorithm(self) -> CrcAlgorithm {
        match self {
            Self::Crc32 => CrcAlgorithm::Crc32IsoHdlc,
            Self::Crc32c => CrcAlgorithm::Crc32Iscsi,
            Self::Crc64Nvme => CrcAlgorithm::Crc64Nvme,
            Self::Crc64Xz => CrcAlgorithm::Crc64Xz,
        }
    }
}

/// A checksum of bytes that arrive piece by piece.
#[derive(Clone, Copy)]
pub struct Crc {
    kind: CrcKind,
    state: crc_fast::Digest,
}

impl Crc {
    /// Of nothing yet.
    pub fn new(kind: CrcKind) -> Self {
        Self { kind, state: crc_fast::Digest::new(kind.algorithm()) }
    }

    /// Which checksum it is.
    pub const fn kind(&self) -> CrcKind {
        self.kind
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
    }

    /// The checksum of all that was added so far.
    pub fn value(&self) -> u64 {
        self.state.finalize()
    }

    /// The checksum as protocols write it before Base64.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.kind.to_bytes(self.value())
    }
}

#[cfg(test)]
mod tests {
    use super::{Crc, CrcKind};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    const ALL: [CrcKind; 4] = [CrcKind::Crc32, CrcKind::Crc32c, CrcKind::Crc64Nvme, CrcKind::Crc64Xz];

    /// The check values of the CRC catalogue: the checksum of "123456789".
    #[test]
    fn check_values() {
        let values = [0xCBF4_3926, 0xE306_9283, 0xAE8B_1486_0A79_9888, 0x995D_C9BB_DF19_39FA];
        for (kind, value) in ALL.into_iter().zip(values) {
            let mut crc = Crc::new(kind);
            crc.update(b"1234");
            crc.update(b"56789");
            assert_eq!(crc.value(), value, "{kind:?}");
            assert_eq!(crc.to_bytes().len(), kind.width());
        }
        assert_eq!(CrcKind::Crc32.to_bytes(0xCBF4_3926), [0xCB, 0xF4, 0x39, 0x26]);
    }

    proptest! {
        #[test]
        fn combining_is_concatenating(a in any::<Vec<u8>>(), b in any::<Vec<u8>>()) {
            for kind in ALL {
                let joined = [a.as_slice(), b.as_slice()].concat();
                prop_assert_eq!(kind.combine(kind.of(&a), kind.of(&b), b.len() as u64), kind.of(&joined));
            }
        }
    }
}
