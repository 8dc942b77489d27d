//! Bounds on secrets (KMS quotas and parameter rules; where the vendor gives none, our own).

use std::time::Duration;

const DAY_SECS: u64 = 24 * 60 * 60;

/// Secrets of one account in one region.
pub const SECRETS: u32 = 1_000;
/// Bytes of a value.
pub const VALUE_BYTES: usize = 30_720;
/// Versions of a secret. When one more is put, the oldest that no stage points to is removed.
pub const VERSIONS: usize = 50;
/// Stages of a secret, the built-in ones too.
pub const STAGES: usize = 20;
/// Tags of a secret.
pub const TAGS: usize = 20;
/// Characters of a tag's key, and of its value.
pub const TAG_CHARS: usize = 128;
/// Characters of a description.
pub const DESCRIPTION_CHARS: usize = 8_192;
/// Characters of the settings that belong to the kind.
pub const CONFIG_CHARS: usize = 1_024;
/// The shortest time in which a deletion can be called off, in days.
pub const RECOVERY_DAYS_LEAST: u32 = 7;
/// The longest, and what counts if none is given.
pub const RECOVERY_DAYS_MOST: u32 = 30;
/// The shortest time between two rotations.
pub const ROTATION_LEAST: Duration = Duration::from_secs(6 * 60 * 60);
/// The longest.
pub const ROTATION_MOST: Duration = Duration::from_secs(365 * DAY_SECS);
/// Rotations that an account may ask for in an hour (Secrets Manager, RotateSecret).
pub const ROTATIONS_ASKED: u32 = 50;
/// That hour.
pub const ROTATIONS_HOUR: Duration = Duration::from_secs(60 * 60);
/// How often a rotation is tried before it waits for the next one.
pub const ROTATION_ATTEMPTS: u32 = 12;
/// The wait after the first failed attempt; each further one doubles it.
pub const ROTATION_RETRY: Duration = Duration::from_secs(60);
/// The longest wait.
pub const ROTATION_RETRY_MOST: Duration = Duration::from_secs(6 * 60 * 60);
/// Bytes of a text that names a secret.
pub const REFERENCE_BYTES: usize = 512;
/// The shortest random password.
pub const PASSWORD_LEAST: usize = 8;
/// The longest.
pub const PASSWORD_MOST: usize = 128;
/// The length of one if none is given.
pub const PASSWORD_LENGTH: usize = 32;
/// Secrets that one sweep works on; the next goes on.
pub(crate) const SWEEP: usize = 100;
