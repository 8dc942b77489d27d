use super::keys::SealKeys;
use super::{Seal, SealError, json_file};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::Key;
use crypto::password::argon2id;
use serde::{Deserialize, Serialize};
use types::{Rng, Secret};

pub(super) const KIND: &str = "passphrase";
/// What the sealed keys are bound to.
const CONTEXT: &[u8] = b"bailee/seal/passphrase/v1";
/// The least bytes of a passphrase. What protects against guessing is its entropy; this only stops an empty variable.
const LEAST: usize = 8;

/// The keys encrypted under a key that Argon2id makes of a passphrase.
pub struct PassphraseSeal {
    passphrase: Secret<Vec<u8>>,
    cost: Cost,
}

/// What a guess costs. Kept in the file, so that it can be raised for new files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// RFC 9106 §4, the second recommended choice (64 MiB, 3 passes), with one lane: nothing here computes two at once.
const COST: Cost = Cost { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

#[derive(Serialize, Deserialize)]
struct Argon2id {
    #[serde(flatten)]
    cost: Cost,
    salt: String,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    kind: String,
    argon2id: Argon2id,
    sealed: String,
}

impl PassphraseSeal {
    /// A seal that opens with this passphrase.
    pub fn new(passphrase: Secret<Vec<u8>>) -> Self {
        Self { passphrase, cost: COST }
    }

    /// A cheap one.
    #[cfg(test)]
    pub(super) fn weak(passphrase: &str) -> Self {
        let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
        Self { passphrase: Secret::new(passphrase.into()), cost }
    }

    fn key(&self, cost: Cost, salt: &[u8; 16]) -> Result<Key, SealError> {
        argon2id(&self.passphrase, salt, cost.memory_kib, cost.passes, cost.lanes)
            .map_err(|_| SealError::Damaged("its Argon2id parameters are out of bounds"))
    }
}

impl Seal for PassphraseSeal {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn close(&self, keys: &SealKeys, rng: &dyn Rng) -> Result<Secret<Vec<u8>>, SealError> {
        if self.passphrase.expose().len() < LEAST {
            return Err(SealError::PassphraseUnfit("it must have at least 8 characters"));
        }
        let salt = rng.bytes::<16>();
        let plain = keys.write("{", "}")?;
        let sealed = crypto::seal(&self.key(self.cost, &salt)?, rng, CONTEXT, plain.expose());
        let file = File {
            version: keys.version(),
            kind: KIND.to_owned(),
            argon2id: Argon2id { cost: self.cost, salt: STANDARD.encode(salt) },
            sealed: json_file::encode(&sealed),
        };
        json_file::write(&file)
    }

    fn open(&self, content: &Secret<Vec<u8>>) -> Result<SealKeys, SealError> {
        let file: File = json_file::read(content)?;
        let salt = STANDARD.decode(&file.argon2id.salt).ok().and_then(|salt| salt.try_into().ok());
        let salt: [u8; 16] = salt.ok_or(SealError::Damaged("its salt is not the base64 of 16 bytes"))?;
        let sealed = json_file::decode(&file.sealed)?;
        let key = self.key(file.argon2id.cost, &salt)?;
        let plain = crypto::open_secret(&key, CONTEXT, &sealed).map_err(|_| SealError::PassphraseWrong)?;
        SealKeys::read(&plain)
    }
}
