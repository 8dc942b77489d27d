//! Keys from passphrases.

use crate::Key;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use types::Secret;
use zeroize::Zeroizing;

/// The most memory that parameters read from a file may ask for.
pub const MAX_MEMORY_KIB: u32 = 4 * 1024 * 1024;
/// The most passes that parameters read from a file may ask for.
pub const MAX_PASSES: u32 = 64;
/// The most lanes that parameters read from a file may ask for.
pub const MAX_LANES: u32 = 64;

/// Why no key was made of a passphrase.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// The parameters are outside what Argon2 takes or what we are willing to spend.
    #[error(
        "Argon2id takes memory from 8 KiB for each lane to {MAX_MEMORY_KIB} KiB, 1 to {MAX_PASSES} passes, and 1 to {MAX_LANES} lanes"
    )]
    Parameters,
    /// The passphrase is longer than Argon2 takes.
    #[error("the passphrase is too long")]
    Passphrase,
}

/// The key that Argon2id (RFC 9106, version 0x13) makes of a passphrase.
pub fn argon2id(
    passphrase: &Secret<Vec<u8>>,
    salt: &[u8; 16],
    memory_kib: u32,
    passes: u32,
    lanes: u32,
) -> Result<Key, PasswordError> {
    if memory_kib > MAX_MEMORY_KIB || passes > MAX_PASSES || lanes > MAX_LANES {
        return Err(PasswordError::Parameters);
    }
    let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(|_| PasswordError::Parameters)?;
    // The memory is ours, so that it is wiped: it holds what an attacker would have to compute.
    let mut memory = Zeroizing::new(vec![Block::default(); params.block_count()]);
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(passphrase.expose(), salt, key.as_mut_slice(), memory.as_mut_slice())
        .map_err(|_| PasswordError::Passphrase)?;
    Ok(Key::from_bytes(*key))
}

#[cfg(test)]
mod tests {
    use super::{MAX_MEMORY_KIB, PasswordError, argon2id};
    use types::Secret;

    fn key(passphrase: &str, salt: &[u8; 16], memory: u32, passes: u32, lanes: u32) -> Option<String> {
        let made = argon2id(&Secret::new(passphrase.into()), salt, memory, passes, lanes);
        made.ok().map(|key| hex::encode(key.expose()))
    }

    #[test]
    fn everything_given_changes_the_key() {
        let salt = b"somesaltsomesalt";
        let all = [
            key("password", salt, 64, 2, 1),
            key("passwore", salt, 64, 2, 1),
            key("password", b"somesaltsomesalu", 64, 2, 1),
            key("password", salt, 128, 2, 1),
            key("password", salt, 64, 3, 1),
            key("password", salt, 64, 2, 2),
            key("", salt, 64, 2, 1),
        ];
        assert!(all.iter().all(Option::is_some));
        for (i, a) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|b| a != b));
        }
        assert_eq!(all[0], key("password", salt, 64, 2, 1));
    }

    /// Computed with the reference implementation (through argon2-cffi): 64 KiB, 3 passes, 2 lanes.
    #[test]
    fn the_reference_agrees() {
        let expected = "262848e5c534740f62eef69f7f9d2c89c51f42fb74627b7f01aef1634c1d106a";
        assert_eq!(key("correct horse", b"somesaltsomesalt", 64, 3, 2).as_deref(), Some(expected));
    }

    #[test]
    fn limits() {
        for (memory, passes, lanes) in [(MAX_MEMORY_KIB + 1, 1, 1), (64, 65, 1), (1024, 1, 65), (7, 1, 1), (64, 0, 1)] {
            let made = argon2id(&Secret::new(Vec::new()), &[0; 16], memory, passes, lanes);
            assert!(matches!(made, Err(PasswordError::Parameters)));
        }
    }
}
