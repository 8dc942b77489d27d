//! Where the bytes of a sealed message are. Lengths only; no keys.

/// Bytes before the first chunk: the salt, then the commitment.
pub const HEADER: usize = 56;
/// Bytes of plaintext in every chunk but the last, which has fewer.
pub const CHUNK: usize = 16 * 1024;
/// Bytes that sealing adds to each chunk.
pub const TAG: usize = 16;

/// Bytes of the salt at the start of the header.
pub(super) const SALT: usize = 24;
/// Bytes of a whole sealed chunk.
pub(super) const SEALED_CHUNK: usize = CHUNK + TAG;
/// Chunks a message may have (§ Message chunking).
pub(super) const MAX_CHUNKS: u64 = 1 << 38;

/// The bytes that sealing makes of a message of `plain_len` bytes.
pub const fn sealed_len(plain_len: u64) -> u64 {
    let chunks = plain_len / CHUNK as u64 + 1;
    plain_len.saturating_add(chunks * TAG as u64).saturating_add(HEADER as u64)
}

/// The bytes of the message inside `sealed_len` bytes, or none if sealing never makes that many.
pub const fn plain_len(sealed_len: u64) -> Option<u64> {
    let Some(body) = sealed_len.checked_sub(HEADER as u64) else { return None };
    let full = body / SEALED_CHUNK as u64;
    // What is left is the last chunk: at least its tag, and always short of a whole chunk.
    let Some(last) = (body % SEALED_CHUNK as u64).checked_sub(TAG as u64) else { return None };
    if full >= MAX_CHUNKS { None } else { Some(full * CHUNK as u64 + last) }
}

/// Where sealed chunk `number` begins.
pub(super) const fn chunk_start(number: u64) -> u64 {
    HEADER as u64 + number * SEALED_CHUNK as u64
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, HEADER, MAX_CHUNKS, SEALED_CHUNK, TAG, plain_len, sealed_len};
    use proptest::prelude::{prop_assert_eq, proptest};

    #[test]
    fn lengths_at_the_edges() {
        let (header, chunk, tag) = (HEADER as u64, CHUNK as u64, TAG as u64);
        assert_eq!(sealed_len(0), header + tag);
        assert_eq!(sealed_len(chunk - 1), header + chunk - 1 + tag);
        assert_eq!(sealed_len(chunk), header + chunk + 2 * tag);
        for impossible in [0, header - 1, header, header + tag - 1, header + chunk + tag, header + chunk + 2 * tag - 1]
        {
            assert_eq!(plain_len(impossible), None, "{impossible}");
        }
        let most = MAX_CHUNKS * chunk - 1;
        assert_eq!(plain_len(sealed_len(most)), Some(most));
        assert_eq!(plain_len(sealed_len(most + 1)), None);
        assert_eq!(plain_len(u64::MAX), None);
        assert_eq!(sealed_len(u64::MAX), u64::MAX);
    }

    proptest! {
        #[test]
        fn the_two_are_inverse(plain in 0..MAX_CHUNKS * CHUNK as u64, sealed in 0..4 * SEALED_CHUNK as u64) {
            prop_assert_eq!(plain_len(sealed_len(plain)), Some(plain));
            if let Some(plain) = plain_len(sealed) {
                prop_assert_eq!(sealed_len(plain), sealed);
            }
        }
    }
}
