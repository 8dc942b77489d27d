use super::keys::SealKeys;
use super::{Seal, SealError};
use types::{Rng, Secret};

pub(super) const KIND: &str = "file";

/// No protection but the file's mode: whoever copies the data folder with the file can read everything. Said loudly when
/// the file is made; for trying out, and for machines whose disk is protected otherwise.
pub struct FileSeal;

impl Seal for FileSeal {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn close(&self, keys: &SealKeys, _: &dyn Rng) -> Result<Secret<Vec<u8>>, SealError> {
        let version = keys.version();
        keys.write(&format!("{{\"version\":{version},\"kind\":\"{KIND}\","), "}\n")
    }

    fn open(&self, content: &Secret<Vec<u8>>) -> Result<SealKeys, SealError> {
        SealKeys::read(content)
    }
}
