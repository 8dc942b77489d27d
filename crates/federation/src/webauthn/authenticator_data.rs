use super::cbor::{self, Item};
use super::credential_key::CredentialKey;
use super::refusal::Refusal;
use super::relying_party::RelyingParty;

/// Bytes of a credential's id (WebAuthn §7.1 step 25).
const ID_BYTES: usize = 1_023;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const EXTENDED: u8 = 0x80;

/// What an authenticator says of itself (WebAuthn §6.1), which it signs.
pub(super) struct AuthenticatorData<'a> {
    party: &'a [u8],
    flags: u8,
    pub(super) count: u32,
    pub(super) attested: Option<Attested<'a>>,
}

/// The new credential in it (§6.5.1).
pub(super) struct Attested<'a> {
    pub(super) model: &'a [u8],
    pub(super) id: &'a [u8],
    pub(super) key: CredentialKey,
    /// The key as it was written.
    pub(super) written: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let short = Refusal::Malformed("the authenticator data is cut short");
        let (party, rest) = bytes.split_at_checked(32).ok_or(short)?;
        let (flags, rest) = rest.split_first().ok_or(short)?;
        let (count, mut rest) = rest.split_first_chunk::<4>().ok_or(short)?;
        let attested = match flags & ATTESTED {
            0 => None,
            _ => {
                let (attested, behind) = Attested::read(rest)?;
                rest = behind;
                Some(attested)
            }
        };
        if flags & EXTENDED != 0 {
            // None is asked for, and none means anything to us; a map it must be.
            let (item, behind) = cbor::first(rest).ok_or(Refusal::Malformed("the extensions are no CBOR"))?;
            item.map().ok_or(Refusal::Malformed("the extensions are no map"))?;
            rest = behind;
        }
        if !rest.is_empty() {
            return Err(Refusal::Malformed("there is something behind the authenticator data"));
        }
        Ok(Self { party, flags: *flags, count: u32::from_be_bytes(*count), attested })
    }

    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    pub(super) const fn is_verified(&self) -> bool {
        self.has(VERIFIED)
    }

    pub(super) const fn is_backup_eligible(&self) -> bool {
        self.has(BACKUP_ELIGIBLE)
    }

    pub(super) const fn is_backed_up(&self) -> bool {
        self.has(BACKED_UP)
    }

    /// §7.1 steps 14 to 17; §7.2 steps 15 to 18.
    pub(super) fn check(&self, party: &RelyingParty, verified: bool) -> Result<(), Refusal> {
        if !crypto::hash::eq(self.party, &crypto::sha256(party.id().as_bytes())) {
            return Err(Refusal::RelyingParty);
        }
        if !self.has(PRESENT) {
            return Err(Refusal::NotPresent);
        }
        if verified && !self.is_verified() {
            return Err(Refusal::NotVerified);
        }
        if self.is_backed_up() && !self.is_backup_eligible() {
            return Err(Refusal::Backup);
        }
        Ok(())
    }
}

impl<'a> Attested<'a> {
    fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Refusal> {
        let short = Refusal::Malformed("the credential data is cut short");
        let (model, rest) = bytes.split_at_checked(16).ok_or(short)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(short)?;
        let length = usize::from(u16::from_be_bytes(*length));
        // §7.1 step 25. Whose id is empty could not be named.
        if !(1..=ID_BYTES).contains(&length) {
            return Err(Refusal::Malformed("a credential's id has 1 to 1023 bytes"));
        }
        let (id, rest) = rest.split_at_checked(length).ok_or(short)?;
        let (item, behind): (Item<'_>, _) = cbor::first(rest).ok_or(Refusal::Malformed("the public key is no CBOR"))?;
        let written = rest.get(..rest.len() - behind.len()).ok_or(short)?;
        Ok((Self { model, id, key: CredentialKey::of(item)?, written }, behind))
    }
}
