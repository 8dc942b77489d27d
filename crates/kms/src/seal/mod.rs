//! What protects the root of all keys.
//!
//! The root key and the epoch keys live in one small file of the data folder, `seal.json`, in a form that only the right
//! [`Seal`] opens (docs/formats/keys.md). The file is made on the first start; [`OpenSeal`] changes it. What moves a store
//! into a new erasure epoch or under a new root key is an operation of its [`Keeper`].

mod error;
mod file_seal;
mod json_file;
mod keeper;
mod key_file;
mod keys;
mod open_seal;
mod passphrase_seal;
mod pkcs11_seal;
mod shares_seal;
#[cfg(test)]
mod tests;
mod token;

pub use error::SealError;
pub use file_seal::FileSeal;
pub use keeper::{BeginEpoch, EndEpoch, Keeper, RotateRoot};
pub use key_file::FILE;
pub use keys::SealKeys;
pub use open_seal::{OpenSeal, SealStatus, kind_in};
pub use passphrase_seal::PassphraseSeal;
pub use pkcs11_seal::Pkcs11Seal;
pub use shares_seal::{SealShare, ShareSet, SharesSeal, check_shares, set_in};

use crate::token::TokenConfig;
use std::path::Path;
use std::sync::Arc;
use types::{Clock, Rng, Secret};

/// A way to protect the keys at the root.
pub trait Seal: Send + Sync {
    /// What the file says it is sealed by.
    fn kind(&self) -> &'static str;

    /// The content of a file that keeps these keys.
    fn close(&self, keys: &SealKeys, rng: &dyn Rng) -> Result<Secret<Vec<u8>>, SealError>;

    /// The keys in a file's content.
    fn open(&self, content: &Secret<Vec<u8>>) -> Result<SealKeys, SealError>;

    /// Destroys what opened contents that were replaced since, where that is kept outside of them. To be called once the
    /// content that was closed last is on disk, and again if it fails.
    fn settle(&self) -> Result<(), SealError> {
        Ok(())
    }

    /// The same when another seal has taken its place: destroys what opened the last content, too.
    fn dismiss(&self) -> Result<(), SealError> {
        Ok(())
    }
}

/// Which seal the operator chose.
pub enum SealConfig {
    /// The keys lie in the file as they are: whoever has the file has everything.
    File,
    /// The keys lie in the file encrypted under a passphrase.
    Passphrase(Secret<Vec<u8>>),
    /// The keys lie in the file encrypted under a key that is split into shares.
    Shares(SharesSeal),
    /// The keys lie in the file encrypted under a key in a token.
    Pkcs11(TokenConfig),
}

impl SealConfig {
    fn into_seal(self) -> Box<dyn Seal> {
        match self {
            Self::File => Box::new(FileSeal),
            Self::Passphrase(passphrase) => Box::new(PassphraseSeal::new(passphrase)),
            Self::Shares(seal) => Box::new(seal),
            Self::Pkcs11(token) => Box::new(Pkcs11Seal::new(token)),
        }
    }
}

/// Opens the seal of a data folder, or makes one if the folder is new; the second value tells which.
///
/// The caller holds the folder's lock, and calls this before it makes any folder inside: a folder with data but without
/// its seal is refused, since new keys would open none of it.
pub fn open_or_create(
    folder: &Path,
    config: SealConfig,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
) -> types::Result<(OpenSeal, bool)> {
    let seal = config.into_seal();
    if let Some(content) = key_file::read(folder)? {
        let keys = open(seal.as_ref(), &content)?;
        if let Err(error) = seal.settle() {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what opened the seal before is not destroyed yet"
            );
        }
        return Ok((OpenSeal::new(folder, seal, keys, clock, rng)?, false));
    }
    key_file::check_new(folder)?;
    let keys = SealKeys::random(rng.as_ref(), clock.now());
    key_file::create(folder, &seal.close(&keys, rng.as_ref())?)?;
    Ok((OpenSeal::new(folder, seal, keys, clock, rng)?, true))
}

/// Opens content whose kind is the expected one.
fn open(seal: &dyn Seal, content: &Secret<Vec<u8>>) -> Result<SealKeys, SealError> {
    let found = keys::kind_of(content)?;
    if found == seal.kind() {
        return seal.open(content);
    }
    Err(match found {
        passphrase_seal::KIND => SealError::PassphraseNeeded,
        shares_seal::KIND => SealError::SharesNeeded,
        pkcs11_seal::KIND => SealError::TokenNeeded,
        file_seal::KIND if seal.kind() == pkcs11_seal::KIND => SealError::NoTokenNeeded,
        file_seal::KIND if seal.kind() == shares_seal::KIND => SealError::NoSharesNeeded,
        file_seal::KIND => SealError::NoPassphraseNeeded,
        _ => SealError::KindUnknown,
    })
}
