use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::SigningKey;
use crypto::pair::{KeyPair, PairKind, Sha2, SignatureScheme};
use serde_json::{Value, json};
use types::{Failure, Result, Rng};

/// An authenticator with one passkey, and the browser before it: everything of what it says can be changed, as an attacker
/// would.
pub struct Authenticator {
    /// The credential's id.
    pub id: Vec<u8>,
    /// The page it is used on.
    pub origin: String,
    /// The relying party that it signs for.
    pub party: String,
    /// The handle of the user, once it knows one.
    pub user: Option<Vec<u8>>,
    /// How often it has signed; it counts on by itself unless this is zero.
    pub count: u32,
    /// User present 0x01, user verified 0x04, backup eligible 0x08, backed up 0x10.
    pub flags: u8,
    /// Whether it vouches for itself with its own key.
    pub self_attested: bool,
    /// The challenge that it signs in place of the one that it is given.
    pub challenge: Option<String>,
    /// The kind of ceremony that the browser says it is, in place of the real one.
    pub kind: Option<&'static str>,
    /// More that the browser says.
    pub more: Value,
    key: Pair,
}

enum Pair {
    EdDsa(SigningKey),
    Other(i64, KeyPair),
}

const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

impl Authenticator {
    /// One with a new key of a COSE algorithm: -7 (ES256), -8 (EdDSA) or -257 (RS256).
    pub fn new(algorithm: i64, origin: &str, rng: &dyn Rng) -> Result<Self> {
        let pair = |kind| KeyPair::generate(kind, rng).map_err(|_| Failure::internal("a new key"));
        let key = match algorithm {
            EDDSA => Pair::EdDsa(SigningKey::random(rng)),
            RS256 => Pair::Other(RS256, pair(PairKind::Rsa2048)?),
            _ => Pair::Other(ES256, pair(PairKind::EcP256)?),
        };
        Ok(Self {
            id: rng.bytes::<32>().to_vec(),
            origin: origin.to_owned(),
            party: String::new(),
            user: None,
            count: 1,
            flags: 0x05,
            self_attested: false,
            challenge: None,
            kind: None,
            more: json!({}),
            key,
        })
    }

    const fn algorithm(&self) -> i64 {
        match &self.key {
            Pair::EdDsa(_) => EDDSA,
            Pair::Other(algorithm, _) => *algorithm,
        }
    }

    /// Its signature of a message.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let sign = |pair: &KeyPair, scheme| {
            let digest = pair.public().digest(scheme, message);
            let signed = digest.and_then(|digest| pair.sign(scheme, &digest));
            signed.map_err(|_| Failure::internal("a signature"))
        };
        match &self.key {
            Pair::EdDsa(key) => Ok(key.sign(message).to_vec()),
            Pair::Other(ES256, pair) => sign(pair, SignatureScheme::Ecdsa(Sha2::Sha256)),
            Pair::Other(_, pair) => sign(pair, SignatureScheme::RsaPkcs1(Sha2::Sha256)),
        }
    }

    /// Its public key as a COSE key.
    pub fn cose(&self) -> Vec<u8> {
        match &self.key {
            Pair::EdDsa(key) => map(&[
                (int(1), int(1)),
                (int(3), int(EDDSA)),
                (int(-1), int(6)),
                (int(-2), bytes(key.public().as_bytes())),
            ]),
            Pair::Other(ES256, pair) => {
                // The point is what a SubjectPublicKeyInfo ends with.
                let public = pair.public();
                let point = public.der().get(public.der().len() - 64..).unwrap_or_default().to_vec();
                let (x, y) = point.split_at(32);
                let rest = [(int(-1), int(1)), (int(-2), bytes(x)), (int(-3), bytes(y))];
                map(&[[(int(1), int(2)), (int(3), int(ES256))].as_slice(), &rest].concat())
            }
            Pair::Other(..) => self.rsa(),
        }
    }

    /// Of 2,048 bits: the modulus, a tag and a length, and the exponent of three bytes end a SubjectPublicKeyInfo.
    fn rsa(&self) -> Vec<u8> {
        let Pair::Other(_, pair) = &self.key else { return Vec::new() };
        let der = pair.public().der().to_vec();
        let (n, e) = (der.get(der.len() - 261..der.len() - 5), der.get(der.len() - 3..));
        let (n, e) = (n.unwrap_or_default(), e.unwrap_or_default());
        map(&[(int(1), int(3)), (int(3), int(RS256)), (int(-1), bytes(n)), (int(-2), bytes(e))])
    }

    /// What the browser says.
    pub fn client_data(&self, kind: &'static str, challenge: &str) -> Vec<u8> {
        let challenge = self.challenge.as_deref().unwrap_or(challenge);
        let mut said = json!({
            "type": self.kind.unwrap_or(kind), "challenge": challenge, "origin": self.origin, "crossOrigin": false,
        });
        if let (Some(said), Some(more)) = (said.as_object_mut(), self.more.as_object()) {
            said.extend(more.clone());
        }
        said.to_string().into_bytes()
    }

    /// What it says of itself, with the new credential or without.
    pub fn data(&self, attested: bool) -> Vec<u8> {
        let mut data = crypto::sha256(self.party.as_bytes()).to_vec();
        data.push(self.flags | if attested { 0x40 } else { 0 });
        data.extend_from_slice(&self.count.to_be_bytes());
        if attested {
            data.extend_from_slice(&[0; 16]);
            data.extend_from_slice(&u16::try_from(self.id.len()).unwrap_or(u16::MAX).to_be_bytes());
            data.extend_from_slice(&self.id);
            data.extend_from_slice(&self.cose());
        }
        data
    }

    /// Answers what a page asks for a new passkey with: `PublicKeyCredentialCreationOptionsJSON`.
    pub fn register(&mut self, options: &Value) -> Result<String> {
        self.party = text(options, "/rp/id");
        self.user = URL_SAFE_NO_PAD.decode(text(options, "/user/id")).ok();
        self.answer(&text(options, "/challenge"))
    }

    /// The same for a challenge.
    pub fn answer(&self, challenge: &str) -> Result<String> {
        let client_data = self.client_data("webauthn.create", challenge);
        let data = self.data(true);
        let (format, statement) = if self.self_attested {
            let signature = self.sign(&[data.as_slice(), &crypto::sha256(&client_data)].concat())?;
            ("packed", map(&[(word("alg"), int(self.algorithm())), (word("sig"), bytes(&signature))]))
        } else {
            ("none", map(&[]))
        };
        let object =
            map(&[(word("fmt"), word(format)), (word("attStmt"), statement), (word("authData"), bytes(&data))]);
        Ok(self.registration(&client_data, &object))
    }

    /// `RegistrationResponseJSON` of these parts.
    pub fn registration(&self, client_data: &[u8], object: &[u8]) -> String {
        let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let response = json!({
            "clientDataJSON": b64(client_data), "attestationObject": b64(object), "transports": ["internal"],
        });
        json!({
            "id": b64(&self.id), "rawId": b64(&self.id), "type": "public-key", "response": response,
            "clientExtensionResults": {"credProps": {"rk": true}}, "authenticatorAttachment": "platform",
        })
        .to_string()
    }

    /// Answers what a page asks for signing in with: `PublicKeyCredentialRequestOptionsJSON`.
    pub fn sign_in(&mut self, options: &Value) -> Result<String> {
        if self.count > 0 {
            self.count += 1;
        }
        let client_data = self.client_data("webauthn.get", &text(options, "/challenge"));
        let data = self.data(false);
        let signature = self.sign(&[data.as_slice(), &crypto::sha256(&client_data)].concat())?;
        Ok(self.assertion(&client_data, &data, &signature))
    }

    /// `AuthenticationResponseJSON` of these parts.
    pub fn assertion(&self, client_data: &[u8], data: &[u8], signature: &[u8]) -> String {
        let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut response = json!({
            "clientDataJSON": b64(client_data), "authenticatorData": b64(data), "signature": b64(signature),
        });
        if let (Some(response), Some(user)) = (response.as_object_mut(), &self.user) {
            response.insert("userHandle".to_owned(), b64(user).into());
        }
        json!({
            "id": b64(&self.id), "rawId": b64(&self.id), "type": "public-key", "response": response,
            "clientExtensionResults": {},
        })
        .to_string()
    }
}

fn text(options: &Value, pointer: &str) -> String {
    options.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The start of an item of CBOR (RFC 8949 §3), for lengths that authenticators write.
fn head(kind: u8, value: u64) -> Vec<u8> {
    let kind = kind << 5;
    match (u8::try_from(value), u16::try_from(value)) {
        (Ok(short @ 0..24), _) => vec![kind | short],
        (Ok(short), _) => vec![kind | 24, short],
        (_, Ok(short)) => [&[kind | 25], short.to_be_bytes().as_slice()].concat(),
        _ => [&[kind | 27], value.to_be_bytes().as_slice()].concat(),
    }
}

fn int(value: i64) -> Vec<u8> {
    match u64::try_from(value) {
        Ok(value) => head(0, value),
        Err(_) => head(1, (-1 - value).unsigned_abs()),
    }
}

fn bytes(value: &[u8]) -> Vec<u8> {
    [head(2, value.len() as u64), value.to_vec()].concat()
}

fn word(value: &str) -> Vec<u8> {
    [head(3, value.len() as u64), value.as_bytes().to_vec()].concat()
}

fn map(members: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut out = head(5, members.len() as u64);
    members.iter().for_each(|(name, value)| out.extend([name.as_slice(), value].concat()));
    out
}
