use crypto::password::argon2id;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use types::{Failure, Reason, Result, Rng, Secret};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What a hash costs: 19 MiB and two passes, what OWASP asks for with one lane.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Characters of a password (RAM limits).
const LONGEST: usize = 32;

/// A password as it was typed. It is hashed before the transaction that needs it begins, since that takes long on purpose.
pub struct Password {
    text: Secret<String>,
    hashed: Option<(Hashing, StoredHash)>,
}

/// How the passwords of one login profile become hashes: Argon2id with these.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hashing {
    salt: [u8; 16],
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// A password's hash, compared in constant time only.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub(crate) struct StoredHash([u8; 32]);

impl Hashing {
    /// For a new profile.
    pub(crate) fn new(rng: &dyn Rng) -> Self {
        Self { salt: rng.bytes(), memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES }
    }
}

impl StoredHash {
    /// Whether the two are the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        crypto::hash::eq(&self.0, &other.0)
    }
}

impl Password {
    /// Takes it in.
    pub fn new(text: String) -> Self {
        Self { text: Secret::new(text), hashed: None }
    }

    /// Its text, for the rules it has to keep.
    pub(crate) fn expose(&self) -> &str {
        self.text.expose()
    }

    /// Refuses what no password can be, before anything is spent on it.
    pub(crate) fn check(&self, field: &'static str) -> Result<()> {
        let text = self.expose();
        if text.is_empty() || text.chars().count() > LONGEST || text.chars().any(char::is_control) {
            let rule = format_args!("at most {LONGEST} characters, none of them a control character").to_string();
            return Err(Failure::invalid(field, rule));
        }
        Ok(())
    }

    /// Hashes it. `turns` bounds how many are hashed at once, and so how much memory that takes.
    pub(crate) async fn prepare(&mut self, hashing: Hashing, turns: &Semaphore) -> Result<()> {
        let _turn = turns.acquire().await.map_err(Failure::internal)?;
        let text = Secret::new(self.expose().as_bytes().to_vec());
        let with = hashing.clone();
        let hash =
            move || argon2id(&text, &with.salt, with.memory_kib, with.passes, with.lanes).map_err(Failure::internal);
        let key = tokio::task::spawn_blocking(hash).await.map_err(Failure::internal)??;
        self.hashed = Some((hashing, StoredHash(*key.expose())));
        Ok(())
    }

    /// Its hash, as it was prepared. A profile that is another by now has another salt; then the whole call is to be made
    /// again.
    pub(crate) fn hash(&self, hashing: &Hashing) -> Result<&StoredHash> {
        let prepared = self.hashed.as_ref().filter(|(with, _)| with == hashing);
        prepared.map(|(_, hash)| hash).ok_or_else(|| Reason::Contended.into())
    }

    /// How it was prepared.
    pub(crate) fn hashing(&self) -> Result<&Hashing> {
        self.hashed.as_ref().map(|(with, _)| with).ok_or_else(|| Failure::internal("a password that was not prepared"))
    }
}
