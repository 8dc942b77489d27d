//! Tokens that verify, and each published way to get one taken that must not (RFC 8725 §2, the advisories of JWT libraries).

use super::{Claims, Expected, IdToken, KeySet, Refusal};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::pair::{KeyPair, PairKind, Sha2, SignatureScheme};
use proptest::prelude::{any, proptest};
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::Duration;
use types::{SystemRng, Timestamp};

const NOW: i64 = 1_795_305_600;
const ISSUER: &str = "https://id.example";

/// A key of the issuer.
struct Key {
    pair: KeyPair,
    kind: PairKind,
}

impl Key {
    fn new(kind: PairKind) -> Self {
        Self { pair: KeyPair::generate(kind, &SystemRng).unwrap(), kind }
    }

    /// The public key as the issuer publishes it.
    fn jwk(&self, id: &str) -> Value {
        let der = self.pair.public().der();
        let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let tail = |from: usize, len: usize| b64(&der[der.len() - from..][..len]);
        let ec = |curve: &str, width: usize| json!({"kty": "EC", "crv": curve, "x": tail(2 * width, width), "y": tail(width, width), "kid": id});
        match self.kind {
            // SubjectPublicKeyInfo of 2,048 bits: the modulus after 33 bytes, then the exponent.
            PairKind::Rsa2048 => json!({"kty": "RSA", "n": b64(&der[33..289]), "e": tail(3, 3), "kid": id}),
            PairKind::EcP256 => ec("P-256", 32),
            PairKind::EcP384 => ec("P-384", 48),
            PairKind::EcP521 => ec("P-521", 66),
            _ => json!({"kty": "OKP", "crv": "Ed25519", "x": tail(32, 32), "kid": id}),
        }
    }

    fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Vec<u8> {
        let digest = self.pair.public().digest(scheme, message).unwrap();
        let signature = self.pair.sign(scheme, &digest).unwrap();
        match self.kind {
            PairKind::EcP256 => fixed(&signature, 32),
            PairKind::EcP384 => fixed(&signature, 48),
            PairKind::EcP521 => fixed(&signature, 66),
            _ => signature,
        }
    }
}

/// Both numbers of a DER signature, each as wide as the curve.
fn fixed(der: &[u8], width: usize) -> Vec<u8> {
    let mut rest = if der[1] & 0x80 == 0 { &der[2..] } else { &der[3..] };
    let mut out = Vec::new();
    for _ in 0..2 {
        let (number, more) = rest[2..].split_at(usize::from(rest[1]));
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        out.resize(out.len() + width - number.len(), 0);
        out.extend_from_slice(number);
        rest = more;
    }
    out
}

static RSA: LazyLock<Key> = LazyLock::new(|| Key::new(PairKind::Rsa2048));
static P256: LazyLock<Key> = LazyLock::new(|| Key::new(PairKind::EcP256));

const RS256: SignatureScheme = SignatureScheme::RsaPkcs1(Sha2::Sha256);
const ES256: SignatureScheme = SignatureScheme::Ecdsa(Sha2::Sha256);

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signed(key: &Key, scheme: SignatureScheme, header: &Value, claims: &Value) -> String {
    sign_parts(key, scheme, &encoded(header), &encoded(claims))
}

fn sign_parts(key: &Key, scheme: SignatureScheme, header: &str, claims: &str) -> String {
    let text = format!("{header}.{claims}");
    let signature = key.sign(scheme, text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "alice", "aud": "client", "exp": NOW + 600, "iat": NOW - 10, "nonce": "n"})
}

fn keys() -> KeySet {
    set(&[RSA.jwk("rsa"), P256.jwk("p256")])
}

fn set(keys: &[Value]) -> KeySet {
    KeySet::read(json!({"keys": keys}).to_string().as_bytes()).unwrap()
}

fn verified_by(keys: &KeySet, token: &str) -> Result<Claims, Refusal> {
    let audiences = ["client".to_owned(), "other-client".to_owned()];
    let issuer = ISSUER.parse().unwrap();
    let max_age = Duration::from_secs(3_600);
    let expected = Expected { issuer: &issuer, audiences: &audiences, max_age };
    IdToken::read(token)?.verify(keys, &expected, Timestamp::from_secs(NOW))
}

fn verified(token: &str) -> Result<Claims, Refusal> {
    verified_by(&keys(), token)
}

/// A good token with a changed claim.
fn with(name: &str, value: Value) -> Result<Claims, Refusal> {
    let mut claims = claims();
    claims[name] = value;
    verified(&signed(&RSA, RS256, &json!({"alg": "RS256", "kid": "rsa"}), &claims))
}

/// A token with a changed header, rightly signed with RS256.
fn headed(header: &Value) -> Result<Claims, Refusal> {
    verified(&signed(&RSA, RS256, header, &claims()))
}

fn is_malformed(result: &Result<Claims, Refusal>) -> bool {
    matches!(result, Err(Refusal::Malformed(_)))
}

#[test]
fn every_algorithm_verifies_with_its_own_kind_of_key() {
    for (name, kind, scheme) in [
        ("RS256", PairKind::Rsa2048, RS256),
        ("RS384", PairKind::Rsa2048, SignatureScheme::RsaPkcs1(Sha2::Sha384)),
        ("RS512", PairKind::Rsa2048, SignatureScheme::RsaPkcs1(Sha2::Sha512)),
        ("PS256", PairKind::Rsa2048, SignatureScheme::RsaPss(Sha2::Sha256)),
        ("PS384", PairKind::Rsa2048, SignatureScheme::RsaPss(Sha2::Sha384)),
        ("PS512", PairKind::Rsa2048, SignatureScheme::RsaPss(Sha2::Sha512)),
        ("ES256", PairKind::EcP256, ES256),
        ("ES384", PairKind::EcP384, SignatureScheme::Ecdsa(Sha2::Sha384)),
        ("ES512", PairKind::EcP521, SignatureScheme::Ecdsa(Sha2::Sha512)),
        ("EdDSA", PairKind::Ed25519, SignatureScheme::Ed25519),
    ] {
        let fresh;
        let key = if kind == PairKind::Rsa2048 {
            &*RSA
        } else {
            fresh = Key::new(kind);
            &fresh
        };
        let token = signed(key, scheme, &json!({"alg": name, "typ": "JWT", "kid": "1"}), &claims());
        let read = verified_by(&set(&[key.jwk("1")]), &token).unwrap();
        assert_eq!((read.subject.as_str(), read.audiences), ("alice", vec!["client".to_owned()]), "{name}");
        // The same key of another issuer, and no key at all.
        assert!(verified_by(&set(&[Key::new(PairKind::EcP256).jwk("1")]), &token).is_err());
        assert_eq!(verified_by(&KeySet::default(), &token), Err(Refusal::KeyUnknown));
    }
}

#[test]
fn algorithms_that_prove_nothing_are_not_known() {
    let text = |alg: &Value| format!("{}.{}", encoded(&json!({"alg": alg, "kid": "rsa"})), encoded(&claims()));
    for alg in [
        json!("none"),
        json!("None"),
        json!("NONE"),
        json!("nOnE"),
        json!(""),
        json!(null),
        json!(["RS256"]),
        json!("rs256"),
    ] {
        for signature in ["", "AAAA"] {
            assert_eq!(verified(&format!("{}.{signature}", text(&alg))), Err(Refusal::Algorithm), "{alg}");
        }
    }
    // CVE-2015-9235 and its like: the public key as the secret of an HMAC.
    let secret = RSA.pair.public().der();
    let mac = crypto::hmac_sha256(secret, &[text(&json!("HS256")).as_bytes()]);
    let token = format!("{}.{}", text(&json!("HS256")), URL_SAFE_NO_PAD.encode(mac));
    assert_eq!(verified(&token), Err(Refusal::Algorithm));
    assert_eq!(headed(&json!({"kid": "rsa"})), Err(Refusal::Algorithm));
}

#[test]
fn an_algorithm_of_another_kind_of_key_is_not_tried() {
    // The key named is RSA, the algorithm one of elliptic curves, and the other way round.
    for (key, scheme, alg, id) in [(&*P256, ES256, "ES256", "rsa"), (&*RSA, RS256, "RS256", "p256")] {
        let token = signed(key, scheme, &json!({"alg": alg, "kid": id}), &claims());
        assert_eq!(verified(&token), Err(Refusal::KeyUnknown));
    }
    let token = signed(&RSA, RS256, &json!({"alg": "PS256", "kid": "rsa"}), &claims());
    assert_eq!(verified(&token), Err(Refusal::Signature));
    let token = signed(&P256, ES256, &json!({"alg": "ES384", "kid": "p256"}), &claims());
    assert_eq!(verified(&token), Err(Refusal::KeyUnknown));
    // A key that the issuer uses with another algorithm alone.
    let mut jwk = RSA.jwk("rsa");
    jwk["alg"] = json!("RS512");
    let token = signed(&RSA, RS256, &json!({"alg": "RS256", "kid": "rsa"}), &claims());
    assert_eq!(verified_by(&set(&[jwk]), &token), Err(Refusal::KeyUnknown));
}

#[test]
fn the_key_that_a_token_brings_along_is_not_used() {
    let mallory = Key::new(PairKind::EcP256);
    for header in [
        json!({"alg": "ES256", "jwk": mallory.jwk("p256")}),
        json!({"alg": "ES256", "kid": "p256", "jwk": mallory.jwk("p256")}),
        json!({"alg": "ES256", "kid": "p256", "jku": "https://evil.example/keys"}),
        json!({"alg": "ES256", "kid": "p256", "x5u": "https://evil.example/cert", "x5c": ["AAAA"]}),
    ] {
        assert_eq!(verified(&signed(&mallory, ES256, &header, &claims())), Err(Refusal::Signature), "{header}");
    }
    for id in ["../../../../dev/null", "x' UNION SELECT 'y", "mallory", "/etc/passwd\0"] {
        let token = signed(&mallory, ES256, &json!({"alg": "ES256", "kid": id}), &claims());
        assert_eq!(verified(&token), Err(Refusal::KeyUnknown));
    }
    assert!(is_malformed(&headed(&json!({"alg": "RS256", "kid": 1}))));
    assert!(is_malformed(&headed(&json!({"alg": "RS256", "kid": ""}))));
    assert!(is_malformed(&headed(&json!({"alg": "RS256", "kid": "k".repeat(513)}))));
}

#[test]
fn a_key_is_found_and_never_guessed() {
    let header = json!({"alg": "ES256"});
    let token = signed(&P256, ES256, &header, &claims());
    // Without an id: if there is one that fits.
    assert!(verified(&token).is_ok());
    let other = Key::new(PairKind::EcP256);
    assert_eq!(verified_by(&set(&[P256.jwk("1"), other.jwk("2")]), &token), Err(Refusal::KeyAmbiguous));
    let token = signed(&P256, ES256, &json!({"alg": "ES256", "kid": "1"}), &claims());
    assert_eq!(verified_by(&set(&[P256.jwk("1"), other.jwk("1")]), &token), Err(Refusal::KeyAmbiguous));
    // One id for keys of two kinds is no question (RFC 7517 §4.5).
    assert!(verified_by(&set(&[P256.jwk("1"), RSA.jwk("1")]), &token).is_ok());
}

#[test]
fn what_is_critical_and_not_understood_is_refused() {
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("enc", json!("A128GCM")),
        ("cty", json!("JWT")),
        ("typ", json!("at+jwt")),
        ("typ", json!("logout+jwt")),
        ("typ", json!(1)),
    ] {
        let mut header = json!({"alg": "RS256", "kid": "rsa"});
        header[name] = value;
        assert!(is_malformed(&headed(&header)), "{header}");
    }
    assert!(headed(&json!({"alg": "RS256", "kid": "rsa", "typ": "jwt", "x5t": "abc", "custom": {}})).is_ok());
}

#[test]
fn signatures_of_nothing_are_none() {
    let token = signed(&P256, ES256, &json!({"alg": "ES256", "kid": "p256"}), &claims());
    let (text, signature) = token.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let der = {
        let digest = P256.pair.public().digest(ES256, text.as_bytes()).unwrap();
        P256.pair.sign(ES256, &digest).unwrap()
    };
    // CVE-2022-21449: both numbers zero. And cut, doubled, as wide as another curve's, in DER, and none.
    for wrong in [vec![0; 64], bytes[..63].to_vec(), [&bytes[..], &bytes[..]].concat(), vec![0; 96], der, Vec::new()] {
        let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(wrong));
        assert_eq!(verified(&token), Err(Refusal::Signature));
    }
    assert!(verified(&token).is_ok());
}

#[test]
fn no_character_can_be_changed() {
    let token = signed(&P256, ES256, &json!({"alg": "ES256", "kid": "p256"}), &claims());
    assert!(verified(&token).is_ok());
    for at in 0..token.len() {
        for letter in [b'A', b'B', b'_', b'.', b'=', b' '] {
            let mut changed = token.clone().into_bytes();
            if changed[at] != letter {
                changed[at] = letter;
                assert!(verified(&String::from_utf8(changed).unwrap()).is_err(), "{at}");
            }
        }
    }
}

#[test]
fn there_is_one_spelling() {
    let token = signed(&RSA, RS256, &json!({"alg": "RS256", "kid": "rsa"}), &claims());
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { panic!("three parts") };
    for wrong in [
        format!("{token}."),
        format!("{token}.{signature}"),
        format!("{header}.{payload}"),
        format!("{header}..{signature}"),
        format!("{token}="),
        format!("{token}\n"),
        format!(" {token}"),
        format!("Bearer {token}"),
        format!("{header}.{payload}.{}", signature.replace(['-', '_'], "+")),
        format!("{header}.{payload}.{signature}AA"),
        json!({"payload": payload, "protected": header, "signature": signature}).to_string(),
        format!("{header}.key.iv.{payload}.{signature}"),
        String::new(),
        "a".repeat(20_001),
    ] {
        assert!(verified(&wrong).is_err(), "{wrong}");
    }
    // The last character of a part has bits that decode to nothing.
    let last = signature.chars().last().unwrap();
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = letters.chars().nth(letters.find(last).unwrap() ^ 1).unwrap();
    let twin = format!("{}{next}", &token[..token.len() - 1]);
    assert!(is_malformed(&verified(&twin)));
}

#[test]
fn a_name_twice_is_refused_wherever_it_is() {
    let good = claims().to_string();
    let header = encoded(&json!({"alg": "RS256", "kid": "rsa"}));
    for twice in [
        good.replacen('{', r#"{"sub":"mallory","#, 1),
        good.replacen('{', r#"{"\u0073ub":"mallory","#, 1),
        good.replacen('{', r#"{"x":{"a":1,"a":2},"#, 1),
        format!("{good} "),
        format!("{good}{{}}"),
    ] {
        let token = sign_parts(&RSA, RS256, &header, &URL_SAFE_NO_PAD.encode(&twice));
        // White space after the object is JSON; all else is not one object.
        assert_eq!(is_malformed(&verified(&token)), !twice.ends_with(' '), "{twice}");
    }
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","alg":"RS256","kid":"rsa"}"#);
    assert!(is_malformed(&verified(&sign_parts(&RSA, RS256, &header, &URL_SAFE_NO_PAD.encode(&good)))));
    let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"RS256","kid":"rsa","x":"{}"}}"#, "x".repeat(4_096)));
    assert!(is_malformed(&verified(&sign_parts(&RSA, RS256, &header, &URL_SAFE_NO_PAD.encode(&good)))));
}

#[test]
fn another_issuers_token_is_not_taken() {
    for issuer in [
        "https://id.example/",
        "https://ID.example",
        "http://id.example",
        "https://id.example.evil",
        "https://id.example\0",
    ] {
        assert!(with("iss", json!(issuer)).is_err(), "{issuer}");
    }
    assert_eq!(with("iss", json!("https://evil.example")), Err(Refusal::Issuer));
    for issuer in [json!([ISSUER]), json!(null), json!(1), json!("")] {
        assert!(is_malformed(&with("iss", issuer)));
    }
}

#[test]
fn a_token_is_taken_by_whom_it_is_for() {
    let both = |audience: Value, party: Value| {
        let mut claims = claims();
        claims["aud"] = audience;
        claims["azp"] = party;
        verified(&signed(&RSA, RS256, &json!({"alg": "RS256", "kid": "rsa"}), &claims))
    };
    for audience in [json!("Client"), json!("client "), json!("clien"), json!(["x"])] {
        assert_eq!(with("aud", audience), Err(Refusal::Audience));
    }
    for audience in [json!([]), json!(""), json!([1]), json!(null), json!({"client": 1}), json!(vec!["client"; 51])] {
        assert!(is_malformed(&with("aud", audience)));
    }
    assert!(with("aud", json!(["client"])).is_ok());
    // Several audiences: somebody has to be named, and be one of ours.
    assert_eq!(with("aud", json!(["client", "x"])), Err(Refusal::Party));
    assert_eq!(both(json!(["client", "x"]), json!("x")), Err(Refusal::Party));
    assert_eq!(both(json!("client"), json!("x")), Err(Refusal::Party));
    assert!(is_malformed(&both(json!("client"), json!(["client"]))));
    let read = both(json!(["x", "client"]), json!("other-client")).unwrap();
    assert_eq!(read.audiences, ["client"]);
}

#[test]
fn a_token_has_its_time() {
    assert!(with("exp", json!(NOW - 59)).is_ok());
    assert_eq!(with("exp", json!(NOW - 60)), Err(Refusal::Expired));
    assert_eq!(with("exp", json!(0)), Err(Refusal::Expired));
    assert!(with("nbf", json!(NOW + 60)).is_ok());
    assert_eq!(with("nbf", json!(NOW + 61)), Err(Refusal::NotYet));
    assert!(with("iat", json!(NOW + 60)).is_ok());
    assert_eq!(with("iat", json!(NOW + 61)), Err(Refusal::NotYet));
    assert!(with("iat", json!(NOW - 3_659)).is_ok());
    assert_eq!(with("iat", json!(NOW - 3_660)), Err(Refusal::TooOld));
    assert!(with("exp", json!(NOW as f64 + 0.5)).is_ok());
    for wrong in [
        json!("9999999999"),
        json!(null),
        json!(-1),
        json!(1e300),
        json!(i64::MAX),
        json!(u64::MAX),
        json!([NOW + 600]),
    ] {
        for name in ["exp", "iat", "nbf"] {
            assert!(is_malformed(&with(name, wrong.clone())), "{name} {wrong}");
        }
    }
    for name in ["exp", "iat", "iss", "sub", "aud"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        assert!(
            is_malformed(&verified(&signed(&RSA, RS256, &json!({"alg": "RS256", "kid": "rsa"}), &claims))),
            "{name}"
        );
    }
}

#[test]
fn a_subject_is_one_that_can_be_shown() {
    for subject in
        [json!(""), json!("a".repeat(256)), json!("a\nb"), json!("a\u{202e}b"), json!("al\u{ed}ce"), json!(1)]
    {
        assert!(is_malformed(&with("sub", subject)));
    }
    assert_eq!(with("sub", json!("repo:o/r:ref:refs/heads/main")).unwrap().subject, "repo:o/r:ref:refs/heads/main");
}

#[test]
fn weak_keys_verify_nothing() {
    let token = signed(&RSA, RS256, &json!({"alg": "RS256", "kid": "1"}), &claims());
    let good = RSA.jwk("1");
    let one = URL_SAFE_NO_PAD.encode([1]);
    for (name, value) in [("e", one.as_str()), ("e", ""), ("n", "AQAB"), ("n", "")] {
        let mut weak = good.clone();
        weak[name] = json!(value);
        assert_eq!(verified_by(&set(&[weak]), &token), Err(Refusal::Signature));
    }
    // With the exponent 1 a padded hash would be its own signature.
    assert!(verified_by(&set(&[good]), &token).is_ok());
}

proptest! {
    #[test]
    fn arbitrary_texts_never_panic(raw in any::<String>(), parts in proptest::collection::vec("[A-Za-z0-9_-]{0,40}", 0..5)) {
        let _ = IdToken::read(&raw);
        let _ = IdToken::read(&parts.join("."));
    }

    #[test]
    fn arbitrary_objects_never_panic(header in any::<Vec<u8>>(), payload in any::<Vec<u8>>()) {
        let _ = IdToken::read(&format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload)));
        let _ = KeySet::read(br#"{"keys":[{"kty":"RSA","n":"","e":""}]}"#);
    }
}
