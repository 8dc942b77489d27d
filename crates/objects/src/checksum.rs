use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::{Crc, CrcKind, Digest, DigestKind, Md5};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use types::{Failure, Reason, Result};

/// A checksum a client may send along, and gets back, beside the MD5 and CRC-64/XZ that every object has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ChecksumKind {
    /// CRC-32/ISO-HDLC.
    Crc32,
    /// CRC-32C.
    Crc32c,
    /// CRC-64/NVME.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl ChecksumKind {
    /// Its name in texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// What the checksum of an object made of parts is of, unless the client says otherwise.
    pub(crate) const fn usual_scope(self) -> ChecksumScope {
        match self {
            Self::Crc64Nvme => ChecksumScope::FullObject,
            Self::Crc32 | Self::Crc32c | Self::Sha1 | Self::Sha256 => ChecksumScope::Composite,
        }
    }

    /// Whether it can be of that: only a CRC of the whole follows from those of the parts.
    pub(crate) const fn can_be(self, scope: ChecksumScope) -> bool {
        match scope {
            ChecksumScope::FullObject => self.crc().is_some(),
            ChecksumScope::Composite => !matches!(self, Self::Crc64Nvme),
        }
    }

    /// The checksum of bytes that are all here.
    pub(crate) fn of(self, bytes: &[u8]) -> Vec<u8> {
        match (self, self.crc()) {
            (_, Some(crc)) => crc.to_bytes(crc.of(bytes)),
            (Self::Sha1, None) => crypto::sha1(bytes).to_vec(),
            (_, None) => crypto::sha256(bytes).to_vec(),
        }
    }

    /// The CRC it is, if it is one: only those can be put together from the parts'.
    pub(crate) const fn crc(self) -> Option<CrcKind> {
        match self {
            Self::Crc32 => Some(CrcKind::Crc32),
            Self::Crc32c => Some(CrcKind::Crc32c),
            Self::Crc64Nvme => Some(CrcKind::Crc64Nvme),
            Self::Sha1 | Self::Sha256 => None,
        }
    }
}

/// What a checksum of an object made of parts is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChecksumScope {
    /// All bytes of the object.
    #[default]
    FullObject,
    /// The checksums of its parts; written with `-N` behind.
    Composite,
}

/// Checksums by kind, in Base64 as the protocols write them.
pub type Checksums = BTreeMap<ChecksumKind, String>;

/// Where a dialect puts the checksums that came after the body. Filled before the body's stream ends.
#[derive(Clone, Debug, Default)]
pub struct Trailer(Arc<Mutex<Checksums>>);

impl Trailer {
    /// Notes a checksum.
    pub fn set(&self, kind: ChecksumKind, value: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(kind, value.into());
    }

    fn get(&self) -> Checksums {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What a body must turn out to be, and which checksums are to be kept of it.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Its MD5 (`Content-MD5`).
    pub md5: Option<[u8; 16]>,
    /// Its SHA-256, as the request's signature covers it.
    pub sha256: Option<[u8; 32]>,
    /// Its checksums.
    pub checksums: Checksums,
    /// Kinds to compute and keep, whether or not a value was sent: those announced for the trailer, and those asked for.
    pub compute: BTreeSet<ChecksumKind>,
    /// Checksums that come after the body.
    pub trailer: Option<Trailer>,
}

impl Expected {
    /// Every kind to keep.
    pub(crate) fn kinds(&self) -> BTreeSet<ChecksumKind> {
        self.compute.iter().chain(self.checksums.keys()).copied().collect()
    }

    /// Whether the body was what was announced. Called before anything of it counts.
    pub(crate) fn verify(&self, sums: &Sums) -> Result<()> {
        if self.md5.is_some_and(|md5| md5 != sums.md5) {
            return Err(Failure::of(Reason::DigestMismatch));
        }
        if self.sha256.is_some_and(|sha| Some(sha.as_slice()) != sums.sha256.as_deref()) {
            return Err(Failure::of(Reason::ContentHashMismatch));
        }
        let trailer = self.trailer.as_ref().map(Trailer::get).unwrap_or_default();
        self.checksums.iter().chain(&trailer).try_for_each(|(kind, value)| sums.check(*kind, value))
    }
}

/// Everything that is computed of a body while it passes.
pub(crate) struct Hasher {
    len: u64,
    /// Public, since it may be advanced together with others'.
    pub(crate) md5: Md5,
    crc64: Crc,
    crcs: Vec<(ChecksumKind, Crc)>,
    digests: Vec<(ChecksumKind, Digest)>,
    kept: BTreeSet<ChecksumKind>,
}

impl Hasher {
    pub(crate) fn new(expected: &Expected) -> Self {
        let kept = expected.kinds();
        let mut hasher = Self {
            len: 0,
            md5: Md5::new(),
            crc64: Crc::new(CrcKind::Crc64Xz),
            crcs: Vec::new(),
            digests: Vec::new(),
            kept: kept.clone(),
        };
        for kind in kept {
            match (kind, kind.crc()) {
                (_, Some(crc)) => hasher.crcs.push((kind, Crc::new(crc))),
                (ChecksumKind::Sha1, None) => hasher.digests.push((kind, Digest::new(DigestKind::Sha1))),
                (_, None) => hasher.digests.push((kind, Digest::new(DigestKind::Sha256))),
            }
        }
        if expected.sha256.is_some() && !hasher.kept.contains(&ChecksumKind::Sha256) {
            hasher.digests.push((ChecksumKind::Sha256, Digest::new(DigestKind::Sha256)));
        }
        hasher
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.update_others(bytes);
    }

    /// Adds bytes to everything but the MD5.
    pub(crate) fn update_others(&mut self, bytes: &[u8]) {
        self.len += bytes.len() as u64;
        self.crc64.update(bytes);
        self.crcs.iter_mut().for_each(|(_, crc)| crc.update(bytes));
        self.digests.iter_mut().for_each(|(_, digest)| digest.update(bytes));
    }

    pub(crate) fn finish(self) -> Sums {
        let mut raw: BTreeMap<_, _> = self.crcs.into_iter().map(|(kind, crc)| (kind, crc.to_bytes())).collect();
        raw.extend(self.digests.into_iter().map(|(kind, digest)| (kind, digest.finish())));
        let sha256 = raw.get(&ChecksumKind::Sha256).cloned();
        raw.retain(|kind, _| self.kept.contains(kind));
        Sums { len: self.len, md5: self.md5.finish(), crc64: self.crc64.value(), sha256, raw }
    }
}

/// What a body turned out to be.
#[derive(Clone, Debug)]
pub(crate) struct Sums {
    pub(crate) len: u64,
    pub(crate) md5: [u8; 16],
    pub(crate) crc64: u64,
    sha256: Option<Vec<u8>>,
    raw: BTreeMap<ChecksumKind, Vec<u8>>,
}

impl Sums {
    /// The ETag of a body stored whole: its MD5.
    pub(crate) fn etag(&self) -> String {
        hex::encode(self.md5)
    }

    pub(crate) fn checksums(&self) -> Checksums {
        self.raw.iter().map(|(kind, bytes)| (*kind, STANDARD.encode(bytes))).collect()
    }

    fn check(&self, kind: ChecksumKind, value: &str) -> Result<()> {
        let sent = STANDARD.decode(value).ok();
        // A kind that was not announced was not computed, so it cannot be vouched for.
        let fits = sent.is_some() && sent.as_deref() == self.raw.get(&kind).map(Vec::as_slice);
        if fits { Ok(()) } else { Err(mismatch(kind)) }
    }
}

pub(crate) fn mismatch(kind: ChecksumKind) -> Failure {
    Failure::new(Reason::ChecksumMismatch, format!("The {} checksum is not that of the body received.", kind.name()))
}

pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
