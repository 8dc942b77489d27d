use super::authenticator_data::AuthenticatorData;
use super::client_data::{Ceremony, ClientData};
use super::credential_key::CredentialKey;
use super::refusal::Refusal;
use super::relying_party::RelyingParty;
use super::response::{Members, response};

/// Bytes of what a browser answers.
const MOST: usize = 32 * 1024;

/// What a browser answers when it was asked to sign in: `AuthenticationResponseJSON` (WebAuthn §5.1).
pub struct Assertion {
    id: Vec<u8>,
    client_data: ClientData,
    data: Vec<u8>,
    signature: Vec<u8>,
    user: Option<Vec<u8>>,
}

/// A passkey as it was kept.
pub struct KnownPasskey<'a> {
    /// Its public key, a COSE key as it was written.
    pub key: &'a [u8],
    /// The handle of its user.
    pub user: &'a [u8],
    /// How often it had signed.
    pub count: u32,
    /// Whether it may be copied to other devices.
    pub backup_eligible: bool,
}

/// What a passkey said that was verified, to be kept (§7.2 step 24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// How often it has signed now.
    pub count: u32,
    /// Whether its user was verified.
    pub verified: bool,
    /// Whether it is copied to other devices.
    pub backed_up: bool,
}

impl Assertion {
    /// Reads the JSON (§7.2 steps 3, 7 and 8).
    pub fn read(json: &[u8]) -> Result<Self, Refusal> {
        let Members { id, members } = response(json, MOST)?;
        Ok(Self {
            id,
            client_data: ClientData::read(&members.bytes("clientDataJSON")?)?,
            data: members.bytes("authenticatorData")?,
            signature: members.bytes("signature")?,
            user: members.optional("userHandle")?,
        })
    }

    /// The id of the credential that it says it is of.
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// What the browser says of the ceremony.
    pub const fn client_data(&self) -> &ClientData {
        &self.client_data
    }

    /// Verifies it, as an answer to this challenge by this passkey (§7.2). Where users are not known yet, `named` is false: then
    /// the passkey has to say whose it is (step 6).
    pub fn verify(
        &self,
        party: &RelyingParty,
        challenge: &[u8],
        verified: bool,
        named: bool,
        known: &KnownPasskey<'_>,
    ) -> Result<Shown, Refusal> {
        let user = match &self.user {
            Some(user) => crypto::hash::eq(user, known.user),
            None => named,
        };
        if !user {
            return Err(Refusal::User);
        }
        self.client_data.check(Ceremony::Authentication, party, challenge)?;
        let data = AuthenticatorData::read(&self.data)?;
        data.check(party, verified)?;
        // §6.1: an assertion has no new credential in it.
        if data.attested.is_some() {
            return Err(Refusal::Malformed("there is a new credential in it"));
        }
        // Step 19: it never changes.
        if data.is_backup_eligible() != known.backup_eligible {
            return Err(Refusal::Backup);
        }
        // Steps 20 and 21.
        let message = [self.data.as_slice(), self.client_data.hash()].concat();
        CredentialKey::read(known.key)?.verify(&message, &self.signature)?;
        // Step 22. Passkeys that do not count say zero for ever.
        if (data.count != 0 || known.count != 0) && data.count <= known.count {
            return Err(Refusal::Counter);
        }
        Ok(Shown { count: data.count, verified: data.is_verified(), backed_up: data.is_backed_up() })
    }
}
