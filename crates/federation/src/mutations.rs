//! Real inputs, damaged as a fuzzer would: nothing panics, and nothing takes long. The same entry points have targets in
//! `fuzz/`, for whoever has the hours.

use crate::oidc::{IdToken, KeySet};
use crate::saml::{Expected, Metadata, verify};
use crate::webauthn::{Assertion, CredentialKey, KnownPasskey, Registration, RelyingParty};
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::{Authenticator, SeededRng, mutated};
use types::Timestamp;

const ROUNDS: u64 = 3_000;
/// Far more than the longest input takes on a slow machine that does much else.
const LONG: Duration = Duration::from_secs(5);

/// Feeds a parser.
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
fn feed(seeds: &[&[u8]], parse: impl Fn(&[u8])) {
    for round in 0..ROUNDS {
        let input = mutated(seeds, &SeededRng::new(round));
        let start = Instant::now();
        parse(&input);
        let took = start.elapsed();
        assert!(took < LONG, "{} bytes of round {round} took {took:?}", input.len());
    }
}

#[test]
fn saml_responses() {
    let metadata = Metadata::parse(include_str!("saml/tests/golden/pysaml2.metadata.xml")).unwrap();
    let seeds: [&[u8]; 4] = [
        include_bytes!("saml/tests/golden/pysaml2.response.xml"),
        include_bytes!("saml/tests/golden/pysaml2.assertion.xml"),
        include_bytes!("saml/tests/golden/pysaml2.both.xml"),
        include_bytes!("saml/tests/golden/signxml.ecdsa-sha256.xml"),
    ];
    let expected = Expected {
        metadata: &metadata,
        audiences: &["urn:example:sp"],
        recipients: &["https://sp.example/saml"],
        in_response_to: None,
        now: Timestamp::from_secs(1_795_305_600),
    };
    feed(&seeds, |input| drop(verify(input, &expected)));
}

#[test]
fn saml_metadata() {
    let seeds: [&[u8]; 1] = [include_bytes!("saml/tests/golden/pysaml2.metadata.xml")];
    feed(&seeds, |input| drop(std::str::from_utf8(input).map(Metadata::parse)));
}

#[test]
fn identity_tokens_and_key_sets() {
    let token = concat!(
        "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYSIsInR5cCI6IkpXVCJ9.",
        "eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJzdWIiOiJhbGljZSIsImF1ZCI6WyJjbGllbnQiXSwiZXhwIjoxNzk1MzA2MjAwLCJpYXQiOjE3OTUzMDU2MDB9.",
        "c2lnbmF0dXJl"
    );
    feed(&[token.as_bytes()], |input| drop(std::str::from_utf8(input).map(IdToken::read)));
    let keys = json!({"keys": [
        {"kty": "RSA", "kid": "a", "use": "sig", "alg": "RS256", "n": "_".repeat(342), "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": "A".repeat(43), "y": "A".repeat(43)},
        {"kty": "OKP", "crv": "Ed25519", "x": "A".repeat(43)},
    ]});
    feed(&[keys.to_string().as_bytes()], |input| drop(KeySet::read(input)));
}

#[test]
fn passkeys() {
    let origin = "https://console.example.com";
    let party = RelyingParty::new("example.com".to_owned(), "E".to_owned(), vec![origin.to_owned()]).unwrap();
    let mut by = Authenticator::new(-7, origin, &SeededRng::new(1)).unwrap();
    by.party = "example.com".to_owned();
    by.self_attested = true;
    let challenge = "AAAA";
    let (registration, key) = (by.answer(challenge).unwrap(), by.cose());
    let assertion = by.sign_in(&json!({"challenge": challenge})).unwrap();
    let known = KnownPasskey { key: &key, user: b"user", count: 0, backup_eligible: false };
    let seeds = [registration.as_bytes(), assertion.as_bytes()];
    feed(&seeds, |input| {
        drop(Registration::read(input).map(|read| read.verify(&party, &[0; 3], true)));
        let _ = Assertion::read(input).map(|read| read.verify(&party, &[0; 3], true, true, &known));
    });
    // Damage below base64, too.
    let (client, data) = (by.client_data("webauthn.create", challenge), by.data(true));
    let object =
        [b"\xa3cfmtdnonegattStmt\xa0hauthDataX".as_slice(), &[u8::try_from(data.len()).unwrap()], &data].concat();
    feed(&[&object, &key], |input| {
        // What is too long is not read.
        let read = Registration::read(by.registration(&client, input).as_bytes());
        drop(read.map(|read| read.verify(&party, &[0; 3], true)));
        drop(CredentialKey::read(input));
    });
    feed(&[&data, &by.data(false)], |input| {
        let read = Assertion::read(by.assertion(&client, input, input).as_bytes());
        let _ = read.map(|read| read.verify(&party, &[0; 3], true, true, &known));
    });
    feed(&[&client], |input| {
        drop(
            Registration::read(by.registration(input, &object).as_bytes())
                .map(|read| read.verify(&party, &[0; 3], true)),
        );
    });
}
