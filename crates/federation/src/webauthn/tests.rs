//! Ceremonies as browsers hold them, and what attackers make of them.

use super::{Assertion, KnownPasskey, NewPasskey, Refusal, Registration, RelyingParty, Shown};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::{any, prop_assert, proptest};
use proptest::sample::Index;
use serde_json::{Value, json};
use std::sync::LazyLock;
use testkit::{Authenticator, SeededRng};

const ORIGIN: &str = "https://console.example.com";
const CHALLENGE: [u8; 32] = [9; 32];
const USER: [u8; 32] = [5; 32];

fn party() -> RelyingParty {
    RelyingParty::new("example.com".to_owned(), "Example".to_owned(), vec![ORIGIN.to_owned()]).unwrap()
}

fn authenticator(algorithm: i64) -> Authenticator {
    let mut made = Authenticator::new(algorithm, ORIGIN, &SeededRng::new(3)).unwrap();
    made.party = "example.com".to_owned();
    made.user = Some(USER.to_vec());
    made
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(CHALLENGE)
}

fn registered(json: &str) -> Result<NewPasskey, Refusal> {
    Registration::read(json.as_bytes())?.verify(&party(), &CHALLENGE, true)
}

fn made(by: &Authenticator) -> Result<NewPasskey, Refusal> {
    registered(&by.answer(&challenge()).unwrap())
}

fn verified(json: &str, known: &NewPasskey) -> Result<Shown, Refusal> {
    let known =
        KnownPasskey { key: &known.key, user: &USER, count: known.count, backup_eligible: known.backup_eligible };
    Assertion::read(json.as_bytes())?.verify(&party(), &CHALLENGE, true, false, &known)
}

fn shown(by: &mut Authenticator, known: &NewPasskey) -> Result<Shown, Refusal> {
    let answer = by.sign_in(&json!({"challenge": challenge()})).unwrap();
    verified(&answer, known)
}

#[test]
fn a_passkey_of_each_algorithm_is_registered_and_shown() {
    for algorithm in super::ALGORITHMS {
        for self_attested in [false, true] {
            let mut by = authenticator(algorithm);
            by.self_attested = self_attested;
            let known = made(&by).unwrap();
            assert_eq!((&known.id, known.count, known.verified), (&by.id, 1, true));
            let first = shown(&mut by, &known).unwrap();
            assert_eq!(first, Shown { count: 2, verified: true, backed_up: false });
        }
    }
}

#[test]
fn registering_is_for_this_page_party_challenge_and_ceremony() {
    type Change = fn(&mut Authenticator);
    let changes: [(Change, Refusal); 14] = [
        (|by| by.origin = "https://example.com.evil.test".to_owned(), Refusal::Origin),
        (|by| by.origin = "https://example.com".to_owned(), Refusal::Origin),
        (|by| by.origin = "https://console.example.com:8443".to_owned(), Refusal::Origin),
        (|by| by.party = "evil.test".to_owned(), Refusal::RelyingParty),
        (|by| by.challenge = Some(URL_SAFE_NO_PAD.encode([8; 32])), Refusal::Challenge),
        (|by| by.challenge = Some(String::new()), Refusal::Challenge),
        (|by| by.kind = Some("webauthn.get"), Refusal::Ceremony),
        (|by| by.kind = Some("payment.get"), Refusal::Ceremony),
        (|by| by.more = json!({"crossOrigin": true}), Refusal::Framed),
        (|by| by.more = json!({"crossOrigin": "false"}), Refusal::Framed),
        (|by| by.more = json!({"topOrigin": "https://evil.test"}), Refusal::Framed),
        (|by| by.flags = 0x04, Refusal::NotPresent),
        (|by| by.flags = 0x01, Refusal::NotVerified),
        (|by| by.flags = 0x15, Refusal::Backup),
    ];
    for (change, refusal) in changes {
        let mut by = authenticator(-7);
        change(&mut by);
        assert_eq!(made(&by), Err(refusal));
    }
}

#[test]
fn signing_in_is_for_this_page_party_challenge_user_and_ceremony() {
    type Change = fn(&mut Authenticator);
    let changes: [(Change, Refusal); 11] = [
        (|by| by.origin = "https://evil.test".to_owned(), Refusal::Origin),
        (|by| by.party = "evil.test".to_owned(), Refusal::RelyingParty),
        (|by| by.challenge = Some(URL_SAFE_NO_PAD.encode([8; 32])), Refusal::Challenge),
        (|by| by.kind = Some("webauthn.create"), Refusal::Ceremony),
        (|by| by.more = json!({"crossOrigin": true}), Refusal::Framed),
        (|by| by.flags = 0x04, Refusal::NotPresent),
        (|by| by.flags = 0x01, Refusal::NotVerified),
        (|by| by.flags = 0x0d, Refusal::Backup),
        (|by| by.user = Some(vec![6; 32]), Refusal::User),
        (|by| by.user = None, Refusal::User),
        (|by| by.count = 0, Refusal::Counter),
    ];
    for (change, refusal) in changes {
        let mut by = authenticator(-7);
        let known = made(&by).unwrap();
        change(&mut by);
        assert_eq!(shown(&mut by, &known), Err(refusal));
    }
}

#[test]
fn a_copy_is_known_by_its_counter() {
    let mut by = authenticator(-7);
    by.count = 10;
    let known = made(&by).unwrap();
    by.count = 8;
    assert_eq!(shown(&mut by, &known), Err(Refusal::Counter));
    by.count = 9;
    assert_eq!(shown(&mut by, &known), Err(Refusal::Counter), "as often as before is not further");
    by.count = 10;
    assert_eq!(shown(&mut by, &known).unwrap().count, 11);
    // One that does not count says zero for ever.
    let mut by = authenticator(-8);
    by.count = 0;
    let known = made(&by).unwrap();
    assert_eq!(shown(&mut by, &known).unwrap().count, 0);
}

#[test]
fn another_key_signs_for_nobody() {
    let known = made(&authenticator(-7)).unwrap();
    let mut other = Authenticator::new(-7, ORIGIN, &SeededRng::new(4)).unwrap();
    (other.party, other.user, other.id) = ("example.com".to_owned(), Some(USER.to_vec()), known.id.clone());
    assert_eq!(shown(&mut other, &known), Err(Refusal::Signature));
    // Nor does a key of another algorithm, whatever it says of itself.
    for algorithm in [-8, -257] {
        let mut other = authenticator(algorithm);
        other.id.clone_from(&known.id);
        assert_eq!(shown(&mut other, &known), Err(Refusal::Signature));
    }
}

fn attested(by: &Authenticator, object: &[u8]) -> Result<NewPasskey, Refusal> {
    registered(&by.registration(&by.client_data("webauthn.create", &challenge()), object))
}

/// An attestation object around authenticator data.
fn object(format: &str, statement: &str, data: &[u8]) -> Vec<u8> {
    let length = match u8::try_from(data.len()) {
        Ok(short @ 0..24) => vec![0x40 + short],
        Ok(short) => vec![0x58, short],
        Err(_) => [&[0x59], u16::try_from(data.len()).unwrap().to_be_bytes().as_slice()].concat(),
    };
    let format = [&[0x60 + u8::try_from(format.len()).unwrap()], format.as_bytes()].concat();
    [
        b"\xa3\x63fmt".as_slice(),
        &format,
        b"\x67attStmt",
        &hex::decode(statement).unwrap(),
        b"\x68authData",
        &length,
        data,
    ]
    .concat()
}

#[test]
fn attestations_nobody_asked_for_are_refused() {
    let by = authenticator(-7);
    let data = by.data(true);
    assert!(attested(&by, &object("none", "a0", &data)).is_ok());
    for (format, statement) in [
        ("none", "a163616c6726"),
        ("none", "80"),
        ("fido-u2f", "a0"),
        ("tpm", "a0"),
        ("packed", "a0"),
        ("packed", "a263616c67266373696740"),           // an empty signature
        ("packed", "a263616c67276373696740"),           // another algorithm
        ("packed", "a363616c672663736967406378356380"), // with certificates
    ] {
        assert!(attested(&by, &object(format, statement, &data)).is_err(), "{format} {statement}");
    }
    // Its own signature is over what it says.
    let mut by = authenticator(-7);
    by.self_attested = true;
    let answer: Value = serde_json::from_str(&by.answer(&challenge()).unwrap()).unwrap();
    let other = by.client_data("webauthn.create", &URL_SAFE_NO_PAD.encode([8; 32]));
    let mut swapped = answer;
    swapped["response"]["clientDataJSON"] = URL_SAFE_NO_PAD.encode(other).into();
    let read = Registration::read(swapped.to_string().as_bytes()).unwrap();
    assert!(matches!(read.verify(&party(), &[8; 32], true), Err(Refusal::Attestation(_))));
}

#[test]
fn data_that_is_cut_or_goes_on_is_refused() {
    let by = authenticator(-7);
    let data = by.data(true);
    for length in 0..data.len() {
        assert!(attested(&by, &object("none", "a0", &data[..length])).is_err(), "{length}");
    }
    assert!(attested(&by, &object("none", "a0", &[data.as_slice(), &[0]].concat())).is_err());
    // Extensions are a map where they are said to be, and not where they are not.
    let mut extended = data.clone();
    extended[32] |= 0x80;
    assert!(attested(&by, &object("none", "a0", &extended)).is_err());
    assert!(attested(&by, &object("none", "a0", &[extended.as_slice(), &[0x80]].concat())).is_err());
    assert!(attested(&by, &object("none", "a0", &[extended.as_slice(), &[0xa0]].concat())).is_ok());
    // An assertion makes no new credential.
    let mut by = authenticator(-7);
    let known = made(&by).unwrap();
    by.count = 5;
    let (client_data, data) = (by.client_data("webauthn.get", &challenge()), by.data(true));
    let signature = by.sign(&[data.as_slice(), &crypto::sha256(&client_data)].concat()).unwrap();
    assert!(matches!(verified(&by.assertion(&client_data, &data, &signature), &known), Err(Refusal::Malformed(_))));
    for id in [vec![1; 1_024], Vec::new()] {
        let mut by = authenticator(-7);
        by.id = id;
        assert!(made(&by).is_err());
    }
}

#[test]
fn keys_are_exactly_those_of_their_kind() {
    let good = authenticator(-7).cose();
    assert!(super::CredentialKey::read(&good).is_ok());
    let with = |at: usize, byte: u8| {
        let mut key = good.clone();
        key[at] = byte;
        super::CredentialKey::read(&key)
    };
    // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
    assert_eq!(with(4, 0x2a), Err(Refusal::Algorithm), "an algorithm that is not taken");
    assert!(matches!(with(4, 0x27), Err(Refusal::Malformed(_))), "EdDSA with a point of P-256");
    assert!(with(2, 0x01).is_err() && with(6, 0x02).is_err(), "another kind, another curve");
    assert!(with(20, good[20] ^ 1).is_err(), "no point of the curve");
    assert!(super::CredentialKey::read(&[good.as_slice(), &[0]].concat()).is_err());
    let mut more = good.clone();
    more[0] = 0xa6;
    assert!(super::CredentialKey::read(&[more.as_slice(), &[0x04, 0x80]].concat()).is_err(), "a parameter more");
    assert!(super::CredentialKey::read(&hex::decode("a401010327200621420102").unwrap()).is_err(), "a short key");
    let rsa = authenticator(-257).cose();
    assert!(super::CredentialKey::read(&rsa).is_ok());
    let mut even = rsa.clone();
    *even.last_mut().unwrap() = 0;
    assert!(super::CredentialKey::read(&even).is_err());
}

#[test]
fn answers_are_read_in_one_spelling() {
    let mut by = authenticator(-7);
    let known = made(&by).unwrap();
    let answer: Value = serde_json::from_str(&by.sign_in(&json!({"challenge": challenge()})).unwrap()).unwrap();
    assert!(verified(&answer.to_string(), &known).is_ok());
    let with = |pointer: &str, value: Value| {
        let mut changed = answer.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        verified(&changed.to_string(), &known)
    };
    assert!(with("/type", json!("password")).is_err());
    assert!(with("/rawId", json!("AAAA")).is_err());
    assert!(with("/response", json!(null)).is_err());
    assert!(with("/response/signature", json!("")).is_err());
    assert!(with("/response/signature", json!("!!")).is_err());
    assert!(with("/response/authenticatorData", json!("AA==")).is_err());
    let twice = answer.to_string().replacen("{\"", "{\"type\":\"public-key\",\"", 1);
    assert!(verified(&twice, &known).is_err());
    assert!(Assertion::read(&vec![b' '; 1 << 20]).is_err());
    assert!(Registration::read(b"[]").is_err());
}

static GOOD: LazyLock<(String, String, NewPasskey)> = LazyLock::new(|| {
    let mut by = authenticator(-7);
    by.self_attested = true;
    let registration = by.answer(&challenge()).unwrap();
    let known = registered(&registration).unwrap();
    (registration, by.sign_in(&json!({"challenge": challenge()})).unwrap(), known)
});

/// One byte of one part changed.
fn changed(json: &str, pointer: &str, at: Index, by: u8) -> String {
    let mut answer: Value = serde_json::from_str(json).unwrap();
    let part = answer.pointer_mut(pointer).unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(part.as_str().unwrap()).unwrap();
    let at = at.index(bytes.len());
    bytes[at] ^= by;
    *part = URL_SAFE_NO_PAD.encode(bytes).into();
    answer.to_string()
}

proptest! {
    #[test]
    fn no_byte_of_an_assertion_can_be_changed(at in any::<Index>(), by in 1_u8.., part in 0..3_usize) {
        let pointer = ["/response/clientDataJSON", "/response/authenticatorData", "/response/signature"][part];
        prop_assert!(verified(&changed(&GOOD.1, pointer, at, by), &GOOD.2).is_err());
    }

    #[test]
    fn no_byte_that_an_authenticator_vouches_for_can_be_changed(at in any::<Index>(), by in 1_u8..) {
        prop_assert!(registered(&changed(&GOOD.0, "/response/attestationObject", at, by)).is_err());
        prop_assert!(registered(&changed(&GOOD.0, "/response/clientDataJSON", at, by)).is_err());
    }

    #[test]
    fn arbitrary_parts_never_panic(object in any::<Vec<u8>>(), data in any::<Vec<u8>>(), json in any::<Vec<u8>>()) {
        let by = authenticator(-8);
        let _ = attested(&by, &object);
        let _ = registered(&by.registration(&json, &object));
        let _ = verified(&by.assertion(&json, &data, &object), &GOOD.2);
        let _ = (Registration::read(&json), Assertion::read(&json));
    }
}
