//! Bounds on what an account may have and a caller may send (KMS quotas and parameter rules).

/// Keys of one account in one region.
pub const KEYS: u32 = 200;
/// Aliases of one account in one region.
pub const ALIASES: u32 = 300;
/// Characters of a key's description.
pub const DESCRIPTION_CHARS: usize = 8_192;
/// Bytes that one call encrypts.
pub const PLAINTEXT_BYTES: usize = 6_144;
/// Bytes that one call encrypts to an SM2 key: fewer, so that the standard's bare ciphertext has [`PLAINTEXT_BYTES`].
pub const SM2_PLAINTEXT_BYTES: usize = 6_047;
/// Bytes of a ciphertext for a private key. SM2's longest is the plaintext's and, in DER, at most 112 more.
pub const PAIR_CIPHERTEXT_BYTES: usize = SM2_PLAINTEXT_BYTES + 112;
/// Bytes of a data key.
pub const DATA_KEY_BYTES: u32 = 1_024;
/// Characters of an encryption context, written as JSON.
pub const CONTEXT_CHARS: usize = 8_192;
/// The shortest time between a key's deletion being asked for and done, in days.
pub const PENDING_DAYS_LEAST: u32 = 7;
/// The longest.
pub const PENDING_DAYS_MOST: u32 = 366;
/// Entries of one page of a listing.
pub const PAGE_SIZE: u32 = 100;
/// Bytes of a text that names a key.
pub const REFERENCE_BYTES: usize = 512;
/// Opened key versions kept in memory.
pub(crate) const OPEN_VERSIONS: usize = 4_096;
/// Versions of one key.
pub const VERSIONS: usize = 50;
/// Retired versions of one key.
pub const RETIRED_VERSIONS: usize = 1_000;
/// Versions of all keys of one account in one region.
pub const ALL_VERSIONS: u32 = 10_000;
/// Tags of one key.
pub const TAGS: usize = 20;
/// Characters of a tag's name or value.
pub const TAG_CHARS: usize = 128;
/// Bytes of a key policy.
pub const POLICY_BYTES: usize = 32 * 1024;
/// Grants of one key.
pub const GRANTS: usize = 200;
/// The shortest time between automatic rotations, in days.
pub const ROTATION_DAYS_LEAST: u64 = 7;
/// The longest.
pub const ROTATION_DAYS_MOST: u64 = 2_560;
/// Days that must lie between two versions made on demand.
pub const VERSION_DAYS: u64 = 7;
/// Bytes that a message authentication code is made over, or that a signature of a whole message is.
pub const MESSAGE_BYTES: usize = 4_096;
/// Bytes of material on its way here.
pub const WRAPPED_BYTES: usize = 8 * 1024;
/// Bytes of a caller's public key.
pub const PUBLIC_KEY_BYTES: usize = 2 * 1024;
/// Keys that one call tags.
pub const TAGGED_KEYS: usize = 50;
/// How many keys, aliases or secrets of an account are read at a time.
pub(crate) const SCAN: usize = 512;
