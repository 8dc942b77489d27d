use super::keys::SealKeys;
use super::token::Token;
use super::{Seal, SealError, json_file};
use crate::token::TokenConfig;
use crypto::Key;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, PoisonError};
use types::{Rng, Secret};

pub(super) const KIND: &str = "pkcs11";
/// What the sealed keys are bound to, besides the token's key.
const CONTEXT: &str = "bailee/seal/pkcs11/v1/";

/// The keys encrypted under a key that is wrapped by another one, which never leaves a token.
///
/// Each time the file is written, it is under a new key of the token, and the one before is destroyed there. So what the file
/// held before is gone, however many copies of it there are.
pub struct Pkcs11Seal {
    token: Token,
    held: Mutex<Held>,
}

/// Ids of keys in the token.
#[derive(Default)]
struct Held {
    /// The one that the file is under.
    current: Option<String>,
    /// Those before it, as far as they may not be destroyed yet.
    retired: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    kind: String,
    /// The id of the token's key, in hex.
    key: String,
    /// The ids of those that were to be destroyed when this was written.
    retired: Vec<String>,
    /// What the token's key wraps: initialization vector, ciphertext and tag.
    wrapped: String,
    sealed: String,
}

impl Pkcs11Seal {
    /// A seal by the token.
    pub fn new(config: TokenConfig) -> Self {
        Self { token: Token::new(config), held: Mutex::default() }
    }

    fn context(id: &str) -> Vec<u8> {
        format!("{CONTEXT}{id}").into_bytes()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seal for Pkcs11Seal {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn close(&self, keys: &SealKeys, rng: &dyn Rng) -> Result<Secret<Vec<u8>>, SealError> {
        let id = hex::encode(rng.bytes::<16>());
        let (key, plain) = (Key::random(rng), keys.write("{", "}")?);
        let wrapped = self.token.wrap_under_new(&id, &key, rng)?;
        let sealed = crypto::seal(&key, rng, &Self::context(&id), plain.expose());
        let mut held = self.held();
        let mut retired = held.retired.clone();
        retired.extend(held.current.clone());
        let file = File {
            version: keys.version(),
            kind: KIND.to_owned(),
            key: id.clone(),
            retired: retired.clone(),
            wrapped: json_file::encode(&wrapped),
            sealed: json_file::encode(&sealed),
        };
        let text = json_file::write(&file)?;
        *held = Held { current: Some(id), retired };
        Ok(text)
    }

    fn open(&self, content: &Secret<Vec<u8>>) -> Result<SealKeys, SealError> {
        let file: File = json_file::read(content)?;
        let key = self.token.unwrap(&file.key, &json_file::decode(&file.wrapped)?)?;
        let plain = crypto::open_secret(&key, &Self::context(&file.key), &json_file::decode(&file.sealed)?);
        let keys = SealKeys::read(&plain.map_err(|_| SealError::Damaged("the token's key does not open it"))?)?;
        *self.held() = Held { current: Some(file.key), retired: file.retired };
        Ok(keys)
    }

    fn settle(&self) -> Result<(), SealError> {
        let retired = self.held().retired.clone();
        self.token.destroy(&retired)?;
        self.held().retired.retain(|id| !retired.contains(id));
        Ok(())
    }

    fn dismiss(&self) -> Result<(), SealError> {
        let ids: Vec<String> = {
            let held = self.held();
            held.retired.iter().chain(&held.current).cloned().collect()
        };
        self.token.destroy(&ids)
    }
}
