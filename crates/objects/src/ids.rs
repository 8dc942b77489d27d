use serde::{Deserialize, Deserializer, Serialize, Serializer};
use store::BlobId;
use store::binary;
use types::{Failure, Result, Rng, UploadId};

macro_rules! binary_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name([u8; 16]);

        impl $name {
            pub(crate) fn random(rng: &dyn Rng) -> Self {
                Self(rng.bytes())
            }

            pub(crate) const fn bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_bytes(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let bytes = binary::deserialize(from)?;
                bytes.try_into().map(Self).map_err(|_| serde::de::Error::custom("not 16 bytes"))
            }
        }
    };
}

binary_id!(
    /// One bucket, however it is called: one that is made again under an old name is another.
    BucketId
);
binary_id!(
    /// One stored content, never used twice: the name of a blob, of an inline content or of a list of parts, and a part
    /// of what its ciphertext is bound to. What began as an upload carries the upload's id.
    ContentId
);

binary_id!(
    /// A shard of a bucket's data keys, never used twice.
    ShardId
);

impl BucketId {
    /// From its bytes.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// The bucket and the shard whose place this is ([`crate::tables::shard_key`]).
pub(crate) fn of_shard_key(suffix: &[u8]) -> Option<(BucketId, ShardId)> {
    let (bucket, shard) = suffix.split_at_checked(16)?;
    Some((BucketId(bucket.try_into().ok()?), ShardId(shard.try_into().ok()?)))
}

impl ContentId {
    /// Above all others.
    pub(crate) const LAST: Self = Self([0xff; 16]);

    /// From its bytes.
    pub(crate) const fn of(bytes: &[u8; 16]) -> Self {
        Self(*bytes)
    }

    /// The content that a record of a dropped blob is about: its key is the time and this.
    pub(crate) fn of_dropped(key: &[u8]) -> Option<Self> {
        key.get(8..)?.try_into().ok().map(Self)
    }

    /// The same name in the blob store.
    pub(crate) fn blob(&self) -> Result<BlobId> {
        hex::encode(self.0).parse().map_err(Failure::internal)
    }

    /// The id of what an upload makes: 32 hex digits are 16 bytes.
    pub(crate) fn of_upload(upload: &UploadId) -> Result<Self> {
        let mut id = [0; 16];
        hex::decode_to_slice(upload.as_str(), &mut id).map_err(Failure::internal)?;
        Ok(Self(id))
    }

    /// The upload whose id this is.
    pub(crate) fn upload(&self) -> Result<UploadId> {
        hex::encode_upper(self.0).parse().map_err(Failure::internal)
    }
}
