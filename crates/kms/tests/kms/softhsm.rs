//! The port of tokens, on SoftHSM2: a token made for the test. Its library reads where the tokens are from the environment when
//! it is loaded, so the test proper runs in a process of its own.

use crypto::pair::{EncryptionScheme, PublicKey, Sha2, SignatureScheme};
use crypto::{MacKind, hash};
use cryptoki::context::Pkcs11;
use cryptoki::object::{Attribute, AttributeType, ObjectClass};
use kms::token::{MadeObject, ObjectName, Pkcs11Token, Token, TokenConfig, TokenError};
use kms::{KeySpec, KeyUsage};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};
use types::{Secret, SystemRng};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
/// Where the child finds its tokens.
const FOLDER: &str = "KMS_TEST_TOKENS";

/// Runs a test of this file again, in a process that finds a new token.
fn in_child(test: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (tokens, settings) = (folder.path().join("tokens"), folder.path().join("softhsm2.conf"));
    fs::create_dir(&tokens).unwrap();
    let text = format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", tokens.display());
    fs::write(&settings, text).unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "bailee", "--pin", "1234", "--so-pin", "5678"])
        .env("SOFTHSM2_CONF", &settings)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let ran = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("SOFTHSM2_CONF", &settings)
        .env(FOLDER, &tokens)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

fn token(pin: &str) -> Pkcs11Token {
    let pin = Secret::new(pin.to_owned());
    Pkcs11Token::new(TokenConfig { module: MODULE.into(), token: "bailee".to_owned(), pin })
}

fn name(id: &str) -> ObjectName {
    ObjectName { id: id.to_owned(), label: format!("label of {id}") }
}

/// The objects in the folder of the tokens, but for the one that is the token.
fn objects(tokens: &Path) -> usize {
    let tokens = fs::read_dir(tokens).unwrap().flat_map(|token| fs::read_dir(token.unwrap().path()).unwrap());
    let names = tokens.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".object") && name != "token.object").count()
}

#[test]
fn what_it_makes_works_and_stays_there() {
    match env::var_os(FOLDER) {
        None => in_child("softhsm::what_it_makes_works_and_stays_there"),
        Some(folder) => make_and_use(&PathBuf::from(folder)),
    }
}

fn make_and_use(folder: &Path) {
    let token = token("1234");
    let sign = KeyUsage::SignVerify;
    for (spec, usage, offered) in [
        (KeySpec::Aes256, KeyUsage::EncryptDecrypt, true),
        (KeySpec::Sm4, KeyUsage::EncryptDecrypt, false),
        (KeySpec::HmacSha512, KeyUsage::GenerateVerifyMac, true),
        (KeySpec::HmacSm3, KeyUsage::GenerateVerifyMac, false),
        (KeySpec::EcSm2, sign, false),
        (KeySpec::Rsa4096, KeyUsage::EncryptDecrypt, true),
    ] {
        assert_eq!(token.offers(spec, usage).unwrap(), offered, "{spec:?}");
    }

    let pairs = [
        (KeySpec::EcP256, SignatureScheme::Ecdsa(Sha2::Sha256)),
        (KeySpec::EcP384, SignatureScheme::Ecdsa(Sha2::Sha384)),
        (KeySpec::EcP521, SignatureScheme::Ecdsa(Sha2::Sha512)),
        (KeySpec::Rsa2048, SignatureScheme::RsaPss(Sha2::Sha256)),
        (KeySpec::Rsa2048, SignatureScheme::RsaPss(Sha2::Sha512)),
        (KeySpec::Rsa2048, SignatureScheme::RsaPkcs1(Sha2::Sha256)),
        (KeySpec::Rsa2048, SignatureScheme::RsaPkcs1(Sha2::Sha384)),
    ];
    for (spec, scheme) in pairs {
        let public = public(token.make(&name("pair"), spec, sign).unwrap());
        let digest = public.digest(scheme, b"message").unwrap();
        for _ in 0..4 {
            let signature = token.sign("pair", &public, scheme, &digest).unwrap();
            assert_eq!(public.verify(scheme, &digest, &signature), Ok(true), "{scheme:?}");
        }
    }
    assert_eq!(objects(folder), 2, "what is made again takes the place of what was");

    token.make(&name("code"), KeySpec::HmacSha384, KeyUsage::GenerateVerifyMac).unwrap();
    let code = |message: &[u8]| token.mac("code", MacKind::Sha384, message).unwrap().expose().clone();
    assert!(hash::eq(&code(b"a"), &code(b"a")) && !hash::eq(&code(b"a"), &code(b"b")));
    assert_ne!(token.random(32).unwrap().expose(), token.random(32).unwrap().expose());

    assert_eq!(kept_there(), 2);
    token.destroy("pair").unwrap();
    token.destroy("pair").unwrap();
    assert_eq!(objects(folder), 1);
    let gone = token.mac("pair", MacKind::Sha256, b"a").err().unwrap();
    assert!(matches!(gone, TokenError::ObjectGone { .. }), "{gone}");
}

/// Looks at the private and secret keys in the token, past the port: none was ever to be had. Says how many there are.
fn kept_there() -> usize {
    let module = Pkcs11::new(MODULE).unwrap();
    let slots = module.get_slots_with_token().unwrap();
    let slot =
        slots.into_iter().find(|slot| module.get_token_info(*slot).unwrap().label().trim_end() == "bailee").unwrap();
    let session = module.open_ro_session(slot).unwrap();
    let classes = [ObjectClass::PRIVATE_KEY, ObjectClass::SECRET_KEY];
    let found = classes.map(|class| session.find_objects(&[Attribute::Class(class)]).unwrap()).concat();
    for object in &found {
        let asked = [
            AttributeType::Private,
            AttributeType::Sensitive,
            AttributeType::AlwaysSensitive,
            AttributeType::Extractable,
            AttributeType::NeverExtractable,
            AttributeType::Local,
        ];
        let expected = [
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::AlwaysSensitive(true),
            Attribute::Extractable(false),
            Attribute::NeverExtractable(true),
            Attribute::Local(true),
        ];
        assert_eq!(session.get_attributes(*object, &asked).unwrap(), expected);
        let secret = [AttributeType::Value, AttributeType::PrivateExponent];
        assert!(session.get_attributes(*object, &secret).unwrap().is_empty());
    }
    found.len()
}

fn public(made: MadeObject) -> PublicKey {
    made.public.unwrap()
}

#[test]
fn a_wrong_ciphertext_is_no_fault_of_the_token() {
    match env::var_os(FOLDER) {
        None => in_child("softhsm::a_wrong_ciphertext_is_no_fault_of_the_token"),
        Some(_) => decrypt(),
    }
}

fn decrypt() {
    let (token, scheme) = (token("1234"), EncryptionScheme::RsaOaepSha1);
    let public = public(token.make(&name("pair"), KeySpec::Rsa2048, KeyUsage::EncryptDecrypt).unwrap());
    let ciphertext = public.encrypt(scheme, &SystemRng, b"hello").unwrap();
    let opened = |ciphertext: &[u8]| token.decrypt("pair", scheme, ciphertext, &probe(&public));
    assert_eq!(opened(&ciphertext).unwrap().expose(), b"hello");
    for wrong in [vec![7; 256], vec![0xff; 256], ciphertext[1..].to_vec(), Vec::new()] {
        assert!(matches!(opened(&wrong), Err(TokenError::Refused)), "{wrong:?}");
    }
    assert_eq!(opened(&ciphertext).unwrap().expose(), b"hello");
}

fn probe(public: &PublicKey) -> Vec<u8> {
    public.encrypt(EncryptionScheme::RsaOaepSha1, &SystemRng, b"probe").unwrap()
}

#[test]
fn it_goes_away_and_comes_back() {
    match env::var_os(FOLDER) {
        None => in_child("softhsm::it_goes_away_and_comes_back"),
        Some(folder) => go_away(&PathBuf::from(folder)),
    }
}

fn go_away(folder: &Path) {
    let token = token("1234");
    token.make(&name("code"), KeySpec::Aes256, KeyUsage::EncryptDecrypt).unwrap();
    let code = || token.mac("code", MacKind::Sha256, b"a");
    let before = code().unwrap();
    let away = folder.with_file_name("away");
    for _ in 0..2 {
        fs::rename(folder, &away).unwrap();
        fs::create_dir(folder).unwrap();
        let error = code().err().unwrap();
        assert!(matches!(error, TokenError::Missing { .. }), "{error}");
        fs::remove_dir(folder).unwrap();
        fs::rename(&away, folder).unwrap();
        assert_eq!(code().unwrap().expose(), before.expose());
    }
    // Many at once, some of which find it away.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..50).for_each(|_| drop(code())));
        }
        for _ in 0..5 {
            fs::rename(folder, &away).unwrap();
            let _ = code();
            fs::rename(&away, folder).unwrap();
        }
    });
    assert_eq!(code().unwrap().expose(), before.expose());
}

#[test]
fn a_wrong_pin_is_given_once() {
    match env::var_os(FOLDER) {
        None => in_child("softhsm::a_wrong_pin_is_given_once"),
        Some(_) => {
            let wrong = token("9999");
            assert!(wrong.random(8).err().unwrap().to_string().contains("PIN"));
            let again = wrong.random(8).err().unwrap();
            assert!(matches!(again, TokenError::PinWrong { .. }), "{again}");
            assert!(!again.to_string().contains("9999"));
            drop(wrong);
            assert!(token("1234").random(8).is_ok());
        }
    }
}
