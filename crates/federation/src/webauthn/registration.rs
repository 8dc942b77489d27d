use super::authenticator_data::AuthenticatorData;
use super::cbor::{self, Item};
use super::client_data::{Ceremony, ClientData};
use super::credential_key::CredentialKey;
use super::refusal::Refusal;
use super::relying_party::RelyingParty;
use super::response::{Members, response};

/// Bytes of what a browser answers.
const MOST: usize = 64 * 1024;

/// What a browser answers when it was asked for a new passkey: `RegistrationResponseJSON` (WebAuthn §5.1).
pub struct Registration {
    id: Vec<u8>,
    client_data: ClientData,
    attestation: Vec<u8>,
}

/// A passkey that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// The credential's id.
    pub id: Vec<u8>,
    /// Its public key, a COSE key as it was written.
    pub key: Vec<u8>,
    /// The model of the authenticator (AAGUID). Nobody vouches for it.
    pub model: [u8; 16],
    /// How often it has signed.
    pub count: u32,
    /// Whether its user was verified.
    pub verified: bool,
    /// Whether it may be copied to other devices.
    pub backup_eligible: bool,
    /// Whether it was.
    pub backed_up: bool,
}

impl Registration {
    /// Reads the JSON (§7.1 steps 3 and 5).
    pub fn read(json: &[u8]) -> Result<Self, Refusal> {
        let Members { id, members } = response(json, MOST)?;
        let client_data = ClientData::read(&members.bytes("clientDataJSON")?)?;
        Ok(Self { id, client_data, attestation: members.bytes("attestationObject")? })
    }

    /// What the browser says of the ceremony.
    pub const fn client_data(&self) -> &ClientData {
        &self.client_data
    }

    /// Verifies it, as an answer to this challenge (§7.1). What is left to whoever keeps the passkeys: that no user has one of
    /// this id (step 26).
    pub fn verify(&self, party: &RelyingParty, challenge: &[u8], verified: bool) -> Result<NewPasskey, Refusal> {
        self.client_data.check(Ceremony::Registration, party, challenge)?;
        let object = Attestation::read(&self.attestation)?;
        let data = AuthenticatorData::read(object.data)?;
        data.check(party, verified)?;
        let attested = data.attested.as_ref().ok_or(Refusal::Malformed("there is no new credential in it"))?;
        if attested.id != self.id {
            return Err(Refusal::Malformed("the credential's id is another than the authenticator's"));
        }
        object.check(&attested.key, self.client_data.hash())?;
        let model = attested.model.first_chunk::<16>().copied().unwrap_or_default();
        Ok(NewPasskey {
            id: self.id.clone(),
            key: attested.written.to_vec(),
            model,
            count: data.count,
            verified: data.is_verified(),
            backup_eligible: data.is_backup_eligible(),
            backed_up: data.is_backed_up(),
        })
    }
}

/// An attestation object (§6.5.4).
struct Attestation<'a> {
    format: &'a str,
    data: &'a [u8],
    statement: Vec<(Item<'a>, Item<'a>)>,
}

impl<'a> Attestation<'a> {
    /// §7.1 step 13.
    fn read(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let malformed = Refusal::Malformed("the attestation object is not of fmt, attStmt and authData");
        let members = cbor::only(bytes).and_then(Item::map).filter(|members| members.len() == 3).ok_or(malformed)?;
        let (mut format, mut data, mut statement) = (None, None, None);
        for (name, value) in members {
            match name.text() {
                Some("fmt") => format = value.text(),
                Some("authData") => data = value.bytes(),
                Some("attStmt") => statement = value.map(),
                _ => return Err(malformed),
            }
        }
        let all = format.zip(data).zip(statement);
        all.map(|((format, data), statement)| Self { format, data, statement }).ok_or(malformed)
    }

    /// §7.1 steps 20 to 24: an attestation that nobody vouches for. A passkey is trusted because its user, who is signed in,
    /// brought it, not because of who made it.
    fn check(&self, key: &CredentialKey, hash: &[u8; 32]) -> Result<(), Refusal> {
        match self.format {
            // §8.7.
            "none" if self.statement.is_empty() => Ok(()),
            "none" => Err(Refusal::Attestation("it says something although it is \"none\"")),
            "packed" => self.check_self(key, hash),
            _ => Err(Refusal::Attestation("only \"none\" was asked for, and of \"packed\" the credential's own")),
        }
    }

    /// The credential's own signature (§8.2, "self attestation").
    fn check_self(&self, key: &CredentialKey, hash: &[u8; 32]) -> Result<(), Refusal> {
        let find = |wanted: &str| self.statement.iter().find(|(name, _)| name.text() == Some(wanted));
        let algorithm = find("alg").and_then(|(_, value)| value.int());
        let signature = find("sig").and_then(|(_, value)| value.bytes());
        let (Some(algorithm), Some(signature), 2) = (algorithm, signature, self.statement.len()) else {
            return Err(Refusal::Attestation("it is not of alg and sig alone"));
        };
        if algorithm != key.algorithm() {
            return Err(Refusal::Attestation("its algorithm is not the credential's"));
        }
        key.verify(&[self.data, hash].concat(), signature)
            .map_err(|_| Refusal::Attestation("its signature is not the credential's"))
    }
}
