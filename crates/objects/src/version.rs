use crate::encryption::DataKey;
use crate::ids::BucketId;
use crate::object::ObjectRecord;
use crate::rewrap::{HoldsKey, parse_key};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use store::Record;
use types::{AccountId, Failure, ObjectKey, Result, Rng, Timestamp};

/// Whether a bucket keeps what is replaced and deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Versioning {
    /// It never did.
    #[default]
    Off,
    /// It does.
    Enabled,
    /// It did: the versions that there are stay, and what comes is the null version.
    Suspended,
}

impl Versioning {
    /// Whether it never kept versions.
    pub fn is_off(&self) -> bool {
        *self == Self::Off
    }

    /// Its name in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "Off",
            Self::Enabled => "Enabled",
            Self::Suspended => "Suspended",
        }
    }
}

/// Which version of an object. What it looks like says nothing to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VersionId {
    /// The one that was stored while the bucket kept no versions.
    Null,
    /// One of those that it keeps.
    Kept {
        /// Where it stands among the versions of its key, whatever the clock said.
        order: u64,
        /// Tells it from another that stood at the same place, and was deleted.
        tag: u64,
    },
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Kept { order, tag } => write!(f, "{order:016x}{tag:016x}"),
        }
    }
}

/// What a version id that is none is told.
fn malformed() -> Failure {
    Failure::invalid("versionId", "one that this server gave out, or null")
}

fn number(hex: &str) -> Result<u64> {
    let lower = hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    u64::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 16 && lower).ok_or_else(malformed)
}

impl FromStr for VersionId {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self> {
        if text == "null" {
            return Ok(Self::Null);
        }
        let (order, tag) = text.split_at_checked(16).ok_or_else(malformed)?;
        Ok(Self::Kept { order: number(order)?, tag: number(tag)? })
    }
}

/// Where a listing of versions goes on: behind a version, which may be gone by then. So the null version is told by its
/// place, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionMarker {
    /// Behind the one with this id.
    Id(VersionId),
    /// Behind the null version, which stood at this place.
    NullAt(u64),
}

/// What the place of the null version is written behind.
const NULL_AT: &str = "null-";

impl fmt::Display for VersionMarker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::NullAt(order) => write!(f, "{NULL_AT}{order:016x}"),
        }
    }
}

impl FromStr for VersionMarker {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self> {
        match text.strip_prefix(NULL_AT) {
            Some(order) => number(order).map(Self::NullAt),
            None => text.parse().map(Self::Id),
        }
    }
}

/// Which version a record is of. What was stored before there were versions is the null version, at the lowest place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// Its place among the versions of its key: one above all there were when it came.
    pub(crate) order: u64,
    /// `None`: the null version.
    pub(crate) tag: Option<u64>,
}

impl Version {
    pub(crate) fn new(order: u64, versioning: Versioning, rng: &dyn Rng) -> Self {
        let tag = (versioning == Versioning::Enabled).then(|| u64::from_be_bytes(rng.bytes()));
        Self { order, tag }
    }

    pub(crate) fn is_first(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) const fn is_null(&self) -> bool {
        self.tag.is_none()
    }

    pub(crate) fn id(&self) -> VersionId {
        self.tag.map_or(VersionId::Null, |tag| VersionId::Kept { order: self.order, tag })
    }

    pub(crate) fn marker(&self) -> VersionMarker {
        self.tag.map_or(VersionMarker::NullAt(self.order), |_| VersionMarker::Id(self.id()))
    }
}

/// That an object was deleted, in a bucket that keeps versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MarkerRecord {
    pub(crate) version: Version,
    pub(crate) modified: Timestamp,
    pub(crate) owner: AccountId,
}

/// A version that is not the current object of its key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum VersionRecord {
    Object(Box<ObjectRecord>),
    Marker(MarkerRecord),
}

impl Record for VersionRecord {}

impl VersionRecord {
    /// The object; `None` for a delete marker.
    pub(crate) fn object(&self) -> Option<&ObjectRecord> {
        match self {
            Self::Object(object) => Some(object),
            Self::Marker(_) => None,
        }
    }

    pub(crate) fn version(&self) -> Version {
        match self {
            Self::Object(object) => object.version,
            Self::Marker(marker) => marker.version,
        }
    }
}

/// Behind an object's key in the place of a version: NUL and its order, the newest first.
pub(crate) const TAIL: usize = 9;

impl HoldsKey for VersionRecord {
    fn data_key(&mut self) -> Option<&mut DataKey> {
        match self {
            Self::Object(object) => Some(&mut object.data_key),
            Self::Marker(_) => None,
        }
    }

    fn key(rest: &[u8]) -> Option<ObjectKey> {
        parse_key(rest.get(..rest.len().checked_sub(TAIL)?)?)
    }
}

/// Where the null version of a key stands, if it is not the current object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NullRecord {
    pub(crate) order: u64,
}

impl Record for NullRecord {}

/// The places of all versions of a key start so.
pub(crate) fn versions_prefix(bucket: &BucketId, key: &ObjectKey) -> Vec<u8> {
    [bucket.bytes(), key.as_str().as_bytes(), &[0]].concat()
}

/// Keys hold no NUL, so versions sort by key first, and the newest of a key comes first.
pub(crate) fn version_key(bucket: &BucketId, key: &ObjectKey, order: u64) -> Vec<u8> {
    [versions_prefix(bucket, key).as_slice(), &(!order).to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::{Version, VersionId, VersionMarker, Versioning, version_key};
    use crate::ids::BucketId;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
    use types::SystemRng;

    proptest! {
        #[test]
        fn ids_read_back(order: u64, tag in any::<Option<u64>>()) {
            let version = Version { order, tag };
            prop_assert_eq!(version.id().to_string().parse::<VersionId>().unwrap(), version.id());
            prop_assert_eq!(version.marker().to_string().parse::<VersionMarker>().unwrap(), version.marker());
        }

        #[test]
        fn anything_is_read_or_refused(text: String) {
            if let Ok(id) = text.parse::<VersionId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }

        #[test]
        fn newer_versions_come_first(older: u64, newer: u64) {
            let bucket = BucketId::random(&SystemRng);
            let place = |order| version_key(&bucket, &"k".parse().unwrap(), order);
            prop_assert_eq!(older.cmp(&newer), place(newer).cmp(&place(older)));
            prop_assert!(place(older) < version_key(&bucket, &"k1".parse().unwrap(), newer));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in
            ["", "Null", "nul", &"0".repeat(31), &"0".repeat(33), &"F".repeat(32), "+000000000000000+000000000000000"]
        {
            assert!(text.parse::<VersionId>().is_err(), "{text}");
        }
        assert!("null-1".parse::<VersionMarker>().is_err());
        assert!(Version::new(3, Versioning::Suspended, &SystemRng).is_null());
        assert!(!Version::new(3, Versioning::Enabled, &SystemRng).is_null());
    }
}
