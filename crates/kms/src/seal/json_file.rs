//! The JSON of the seals that keep their keys encrypted.

use super::SealError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use types::Secret;

/// A file's content.
pub(super) fn write(file: &impl Serialize) -> Result<Secret<Vec<u8>>, SealError> {
    let mut text = serde_json::to_vec_pretty(file).map_err(|_| SealError::Damaged("it cannot be written"))?;
    text.push(b'\n');
    Ok(Secret::new(text))
}

/// What a file's content says.
pub(super) fn read<T: DeserializeOwned>(content: &Secret<Vec<u8>>) -> Result<T, SealError> {
    serde_json::from_slice(content.expose()).map_err(|_| SealError::Damaged("a member is missing or wrong"))
}

/// Encrypted keys as they are written.
pub(super) fn encode(sealed: &[u8]) -> String {
    STANDARD.encode(sealed)
}

/// The same as they are read.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, SealError> {
    STANDARD.decode(text).map_err(|_| SealError::Damaged("its keys are not base64"))
}
