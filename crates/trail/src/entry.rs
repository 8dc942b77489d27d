use crate::Event;
use crypto::hash::sha256;
use store::Txn;
use types::{AccountId, Failure, Result, Rng};

/// What stands for an event in the Merkle tree: `SHA-256("bailee/event/v1\0" ‖ salt ‖ event)`. Without the salt nobody
/// can test a guess of the event against it.
pub type Commitment = [u8; 32];

const DOMAIN: &[u8] = b"bailee/event/v1\0";
const SALT: usize = 32;

/// An event with its salt, as it is kept: 32 bytes of salt, then the event's JSON. The commitment is over exactly these
/// bytes; the JSON is never written a second time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    bytes: Vec<u8>,
}

impl Entry {
    /// A new entry with a salt of its own.
    pub fn new(event: &Event<'_>, rng: &dyn Rng) -> Result<Self> {
        let mut bytes = rng.bytes::<SALT>().to_vec();
        serde_json::to_writer(&mut bytes, event).map_err(Failure::internal)?;
        Ok(Self { bytes })
    }

    /// From stored bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= SALT).then_some(Self { bytes })
    }

    /// The stored bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The salt.
    pub fn salt(&self) -> &[u8] {
        self.bytes.split_at_checked(SALT).map_or(&[], |(salt, _)| salt)
    }

    /// The event's JSON.
    pub fn json(&self) -> &[u8] {
        self.bytes.split_at_checked(SALT).map_or(&[], |(_, json)| json)
    }

    /// The event; an error if the JSON is not one.
    pub fn event(&self) -> Result<Event<'static>> {
        serde_json::from_slice(self.json()).map_err(|e| Failure::corrupt("an event").caused_by(e))
    }

    /// What stands for it in the tree.
    pub fn commitment(&self) -> Commitment {
        sha256(&[DOMAIN, &self.bytes].concat())
    }
}

/// Adds an event to an account's log, as part of the transaction whose effect it records.
pub async fn append(txn: &mut Txn, account: AccountId, event: &Event<'_>, rng: &dyn Rng) -> Result<()> {
    txn.append(account, Entry::new(event, rng)?.bytes()).await
}
