//! Bounds on everything that comes from outside. A reader that meets more refuses it.

/// Bytes of all header lines of one request.
pub const HEADER_BYTES: usize = 64 * 1024;
/// Header lines of one request.
pub const HEADER_COUNT: usize = 200;
/// Bytes of a request target (path and query).
pub const TARGET_BYTES: usize = 16 * 1024;
/// Bytes of a request body that is a form or JSON.
pub const FORM_BYTES: usize = 256 * 1024;
/// Parameters of one form or query.
pub const FORM_PARAMETERS: usize = 1_000;
/// Bytes of a request body that is XML: a completion of 10,000 parts with checksums is the largest.
pub const XML_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of a request body that is XML, where nobody signed the request: a list of some 60 keys of the longest.
pub const UNSIGNED_XML_BYTES: usize = 64 * 1024;
/// Depth of nested XML elements or JSON values.
pub const NESTING: usize = 32;
/// Bytes kept of a client's User-Agent.
pub const USER_AGENT: usize = 256;
/// Bytes of one object put in one request, and of one part.
pub const PUT_BYTES: u64 = 5 * 1024 * 1024 * 1024;
/// Parts of one multipart upload.
pub const PARTS: u32 = 10_000;
/// Least bytes of a part that is not the last: the smaller of the two dialects' rules.
pub const PART_BYTES_LEAST: u64 = 100 * 1024;
/// Bytes of all user metadata of one object.
pub const USER_METADATA: usize = 8 * 1024;
/// Entries of one page of a listing.
pub const PAGE: usize = 1_000;
/// Keys in one request that deletes several.
pub const DELETE_KEYS: usize = 1_000;
/// Buckets of one account in one region.
pub const BUCKETS: usize = 1_000;
/// Characters of an identity policy document.
pub const POLICY_CHARS: usize = 6_144;
/// Characters of a session policy.
pub const SESSION_POLICY_CHARS: usize = 2_048;
/// Bytes of a bucket policy.
pub const BUCKET_POLICY_BYTES: usize = 16 * 1024;
/// Bytes of a key policy.
pub const KEY_POLICY_BYTES: usize = 32 * 1024;
/// Bytes of a secret's policy (KMS: as of a key's).
pub const SECRET_POLICY_BYTES: usize = 32 * 1024;
/// How far a client's clock may be from ours, in seconds.
pub const CLOCK_SKEW_SECS: u64 = 15 * 60;
