use super::layout::SEALED_CHUNK;
use super::{
    CHUNK, Decryptor, Encryptor, HEADER, OpenError, TAG, open, open_key, open_secret, plain_len, seal, seal_into,
    seal_key, sealed_len,
};
use crate::Key;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::Config;
use types::{Rng, SystemRng};

const CONTEXT: &[u8] = b"account/bucket/object/version";

struct Fixed(u8);

impl Rng for Fixed {
    fn fill(&self, out: &mut [u8]) {
        out.fill(self.0);
    }
}

fn key() -> Key {
    Key::from_bytes([0x42; 32])
}

fn message(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i % 251) as u8).collect()
}

/// Lengths near the edges of chunks, and any others.
fn length() -> impl Strategy<Value = usize> {
    prop_oneof![0..40usize, (1..5usize, 0..6usize).prop_map(|(chunks, off)| chunks * CHUNK + off - 3), 0..4 * CHUNK]
}

fn decryptor(sealed: &[u8]) -> Decryptor {
    Decryptor::new(&key(), CONTEXT, &sealed[..HEADER], sealed.len() as u64).unwrap()
}

fn in_pieces(plain: &[u8], mut piece: impl FnMut() -> usize) -> Vec<u8> {
    let mut encryptor = Encryptor::new(&key(), &Fixed(9), CONTEXT);
    let mut out = encryptor.header().to_vec();
    let mut rest = plain;
    while !rest.is_empty() {
        let (front, after) = rest.split_at(piece().clamp(1, rest.len()));
        encryptor.update(front, &mut out);
        rest = after;
    }
    let length = out.len() + encryptor.finish_len();
    encryptor.finish(&mut out);
    assert_eq!(out.len(), length);
    out
}

proptest! {
    #![proptest_config(Config { cases: 64, ..Config::default() })]

    #[test]
    fn what_was_sealed_opens(length in length()) {
        let plain = message(length);
        let sealed = seal(&key(), &SystemRng, CONTEXT, &plain);
        prop_assert_eq!(sealed.len() as u64, sealed_len(length as u64));
        prop_assert_eq!(plain_len(sealed.len() as u64), Some(length as u64));
        prop_assert_eq!(&open(&key(), CONTEXT, &sealed).unwrap(), &plain);
        prop_assert!(open_secret(&key(), CONTEXT, &sealed).is_ok_and(|opened| *opened.expose() == plain));
        let mut appended = b"before".to_vec();
        seal_into(&key(), &Fixed(9), CONTEXT, &plain, &mut appended);
        prop_assert_eq!(&appended[6..], seal(&key(), &Fixed(9), CONTEXT, &plain));
    }

    #[test]
    fn pieces_make_the_same_as_the_whole(length in length(), sizes in proptest::collection::vec(1..3 * CHUNK, 1..20)) {
        let plain = message(length);
        let mut sizes = sizes.into_iter().cycle();
        let sealed = in_pieces(&plain, || sizes.next().unwrap_or(1));
        prop_assert!(sealed == seal(&key(), &Fixed(9), CONTEXT, &plain));
    }

    #[test]
    fn a_changed_byte_is_found(length in length(), at in any::<proptest::sample::Index>(), bit in 0..8u8) {
        let mut sealed = seal(&key(), &SystemRng, CONTEXT, &message(length));
        let at = at.index(sealed.len());
        sealed[at] ^= 1 << bit;
        let expected = if at < HEADER { OpenError::Commitment } else { OpenError::Damaged };
        prop_assert_eq!(open(&key(), CONTEXT, &sealed), Err(expected));
    }

    #[test]
    fn a_cut_is_found(length in length(), keep in any::<proptest::sample::Index>()) {
        let sealed = seal(&key(), &SystemRng, CONTEXT, &message(length));
        prop_assert!(open(&key(), CONTEXT, &sealed[..keep.index(sealed.len())]).is_err());
    }

    #[test]
    fn an_addition_is_found(length in length(), more in 1..2 * SEALED_CHUNK) {
        let mut sealed = seal(&key(), &SystemRng, CONTEXT, &message(length));
        sealed.resize(sealed.len() + more, 0);
        prop_assert!(open(&key(), CONTEXT, &sealed).is_err());
    }

    #[test]
    fn any_bytes_are_refused(bytes in any::<Vec<u8>>(), first in any::<u64>()) {
        prop_assert!(open(&key(), CONTEXT, &bytes).is_err());
        let header = seal(&key(), &Fixed(9), CONTEXT, b"");
        let made_up = [&header[..HEADER], &bytes].concat();
        prop_assert!(open(&key(), CONTEXT, &made_up).is_err());
        let decryptor = Decryptor::new(&key(), CONTEXT, &header, sealed_len(1 << 40)).unwrap();
        prop_assert_eq!(decryptor.open_chunks(first, &mut bytes.clone()).is_ok(), bytes.is_empty());
    }

    #[test]
    fn a_range_is_a_slice(length in length(), a in any::<proptest::sample::Index>(), b in any::<proptest::sample::Index>()) {
        let plain = message(length);
        let sealed = seal(&key(), &SystemRng, CONTEXT, &plain);
        let (a, b) = (a.index(length + 1), b.index(length + 1));
        let (start, end) = (a.min(b), a.max(b));
        let decryptor = decryptor(&sealed);
        let range = decryptor.sealed_range(start as u64..end as u64);
        let mut run = sealed[range.start as usize..range.end as usize].to_vec();
        let mut apart = vec![0; run.len() - run.len().div_ceil(SEALED_CHUNK) * TAG];
        let first = decryptor.chunk_of(start as u64);
        decryptor.open_chunks_into(first, &run, &mut apart).unwrap();
        decryptor.open_chunks(first, &mut run).unwrap();
        prop_assert!(apart == run);
        let skip = start % CHUNK;
        let got = if start == end { &[] } else { &run[skip..skip + end - start] };
        prop_assert!(got == &plain[start..end]);
    }
}

/// Chunk edges crossed by pieces of one byte.
#[test]
fn single_bytes() {
    let plain = message(2 * CHUNK + 1);
    assert!(in_pieces(&plain, || 1) == seal(&key(), &Fixed(9), CONTEXT, &plain));
}

#[test]
fn ranges_at_the_edges() {
    let sealed = seal(&key(), &SystemRng, CONTEXT, &message(2 * CHUNK));
    let decryptor = decryptor(&sealed);
    assert_eq!(decryptor.plain_len(), 2 * CHUNK as u64);
    let (header, chunk, step, all) = (HEADER as u64, CHUNK as u64, SEALED_CHUNK as u64, sealed.len() as u64);
    for (plain, expected) in [
        (0..0, header..header),
        (0..1, header..header + step),
        (0..chunk, header..header + step),
        (chunk - 1..chunk + 1, header..header + 2 * step),
        // To the end: with the empty last chunk.
        (chunk..2 * chunk, header + step..all),
        (0..u64::MAX, header..all),
        (2 * chunk..2 * chunk, header + 2 * step..all),
        (u64::MAX..u64::MAX, header + 2 * step..all),
    ] {
        assert_eq!(decryptor.sealed_range(plain.clone()), expected, "{plain:?}");
    }
    let backwards = std::ops::Range { start: chunk + 5, end: 3 };
    assert_eq!(decryptor.sealed_range(backwards), header + step..header + step);
}

#[test]
fn chunks_open_at_their_own_place_only() {
    let plain = message(3 * CHUNK + 10);
    let sealed = seal(&key(), &SystemRng, CONTEXT, &plain);
    let decryptor = decryptor(&sealed);
    let second = sealed[HEADER + SEALED_CHUNK..HEADER + 2 * SEALED_CHUNK].to_vec();
    for (first, run, expected) in [
        (1, second.clone(), Ok(plain[CHUNK..2 * CHUNK].to_vec())),
        (0, second.clone(), Err(OpenError::Damaged)),
        (2, second.clone(), Err(OpenError::Damaged)),
        (1, second[..SEALED_CHUNK - 1].to_vec(), Err(OpenError::Truncated)),
        (3, second.clone(), Err(OpenError::Damaged)),
        (4, second.clone(), Err(OpenError::Damaged)),
        (u64::MAX, second.clone(), Err(OpenError::Damaged)),
        (3, sealed[HEADER + 3 * SEALED_CHUNK..].to_vec(), Ok(plain[3 * CHUNK..].to_vec())),
        (3, [&sealed[HEADER + 3 * SEALED_CHUNK..], b"x"].concat(), Err(OpenError::Damaged)),
        (1, Vec::new(), Ok(Vec::new())),
    ] {
        let mut run = run;
        let opened = decryptor.open_chunks(first, &mut run);
        assert_eq!(opened, expected.clone().map(|_| ()), "from {first}");
        assert!(run == expected.unwrap_or_default());
    }
    let mut wrong = vec![0; CHUNK - 1];
    assert_eq!(decryptor.open_chunks_into(1, &second, &mut wrong), Err(OpenError::Truncated));
    let mut wrong = vec![0; CHUNK + 1];
    assert_eq!(decryptor.open_chunks_into(1, &second, &mut wrong), Err(OpenError::Truncated));
}

/// A file cut at a chunk's edge, or a length that was made up, fails when the supposed last chunk is opened.
#[test]
fn a_wrong_length_is_found_at_the_end() {
    let sealed = seal(&key(), &SystemRng, CONTEXT, &message(2 * CHUNK + 100));
    for cut in [HEADER + SEALED_CHUNK + TAG, HEADER + 2 * SEALED_CHUNK + TAG, HEADER + SEALED_CHUNK + 100] {
        let decryptor = Decryptor::new(&key(), CONTEXT, &sealed, cut as u64).unwrap();
        let range = decryptor.sealed_range(decryptor.plain_len()..u64::MAX);
        let mut last = sealed[range.start as usize..range.end as usize].to_vec();
        let first = decryptor.chunk_of(decryptor.plain_len());
        assert_eq!(decryptor.open_chunks(first, &mut last), Err(OpenError::Damaged));
    }
}

#[test]
fn another_key_or_context_does_not_open() {
    let sealed = seal(&key(), &SystemRng, CONTEXT, b"text");
    assert_eq!(open(&key(), b"elsewhere", &sealed), Err(OpenError::Commitment));
    assert_eq!(open(&Key::from_bytes([0x43; 32]), CONTEXT, &sealed), Err(OpenError::Commitment));
    assert_eq!(open(&key(), CONTEXT, &sealed[..HEADER - 1]), Err(OpenError::Truncated));
    assert_eq!(open(&key(), CONTEXT, &[]), Err(OpenError::Truncated));
    assert_eq!(OpenError::Commitment.to_string(), OpenError::Damaged.to_string());
}

#[test]
fn keys_under_keys() {
    let inner = Key::random(&SystemRng);
    let sealed = seal_key(&key(), &SystemRng, CONTEXT, &inner);
    assert!(open_key(&key(), CONTEXT, &sealed).is_ok_and(|opened| opened.expose() == inner.expose()));
    assert_eq!(open_key(&key(), b"elsewhere", &sealed).err(), Some(OpenError::Commitment));
    for length in [0, 31, 33] {
        let sealed = seal(&key(), &SystemRng, CONTEXT, &message(length));
        assert_eq!(open_key(&key(), CONTEXT, &sealed).err(), Some(OpenError::Damaged));
    }
}

/// Requests on many threads share them.
#[test]
fn everything_can_be_shared() {
    fn shared<T: Send + Sync>() {}
    shared::<Key>();
    shared::<Encryptor>();
    shared::<Decryptor>();
    shared::<crate::SigningKey>();
    shared::<crate::Digest>();
    shared::<crate::Crc>();
}

#[test]
fn every_message_has_its_own_salt() {
    let (a, b) = (seal(&key(), &SystemRng, CONTEXT, b"text"), seal(&key(), &SystemRng, CONTEXT, b"text"));
    assert_ne!(a[..HEADER], b[..HEADER]);
    assert_ne!(a[HEADER..], b[HEADER..]);
}
