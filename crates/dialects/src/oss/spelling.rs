//! How values are written here, in headers and documents alike.

use objects::{Acl, Protection, StorageClass, Versioning};
use std::borrow::Cow;
use types::{AccountId, Failure, Reason, Result, Timestamp};
use wire::encoding;
use wire::xml::Writer;

/// An ETag: in capitals and quotes.
pub(super) fn etag(hex: &str) -> String {
    format!("\"{}\"", hex.to_ascii_uppercase())
}

/// A moment, with milliseconds: oss2 reads no other form. They are always 0, as in HTTP dates, so that the two agree.
pub(super) fn moment(time: Timestamp) -> String {
    Timestamp::from_secs(time.secs()).iso_millis()
}

/// A list of who may; `None`: as the bucket.
pub(super) fn grant(acl: Option<Acl>) -> &'static str {
    match acl {
        None => "default",
        Some(Acl::Private) => "private",
        Some(Acl::PublicRead) => "public-read",
        Some(Acl::PublicReadWrite) => "public-read-write",
    }
}

/// What [`grant`] writes.
pub(super) fn parse_grant(text: &str) -> Result<Option<Acl>> {
    match text {
        "default" => Ok(None),
        "private" => Ok(Some(Acl::Private)),
        "public-read" => Ok(Some(Acl::PublicRead)),
        "public-read-write" => Ok(Some(Acl::PublicReadWrite)),
        _ => {
            let text =
                "The access control list must be private, public-read, public-read-write or, for objects, default.";
            Err(Failure::new(Reason::AclInvalid, text))
        }
    }
}

/// How something is kept.
pub(super) const fn storage_class(class: StorageClass) -> &'static str {
    match class {
        StorageClass::Standard => "Standard",
        StorageClass::InfrequentAccess => "IA",
    }
}

/// Only what is there can be asked for.
pub(super) fn parse_storage_class(text: &str) -> Result<StorageClass> {
    match text {
        "Standard" => Ok(StorageClass::Standard),
        "IA" | "Archive" | "ColdArchive" | "DeepColdArchive" => {
            Err(Failure::new(Reason::NotImplemented, format!("The storage class {text} is not supported.")))
        }
        _ => Err(Failure::invalid("StorageClass", "it must be Standard")),
    }
}

/// What something is encrypted under: the algorithm, and the key if the tenant chose it.
pub(super) fn protection(protection: &Protection) -> (&'static str, Option<&str>) {
    match protection {
        Protection::Service => ("AES256", None),
        Protection::Kms { key } => ("KMS", Some(key)),
    }
}

/// Whether a bucket keeps versions; nothing is said of one that never did.
pub(super) const fn versioning(versioning: Versioning) -> Option<&'static str> {
    match versioning {
        Versioning::Off => None,
        Versioning::Enabled => Some("Enabled"),
        Versioning::Suspended => Some("Suspended"),
    }
}

/// The account something belongs to.
pub(super) fn owner(w: &mut Writer, account: AccountId) {
    w.element("Owner", |w| {
        w.text("ID", account);
        w.text("DisplayName", account);
    });
}

/// Whether names are percent-encoded in an answer, as all SDKs ask for (alibaba-wire §3.6).
#[derive(Clone, Copy)]
pub(super) struct Names {
    url: bool,
}

impl Names {
    /// As the parameter `encoding-type` says.
    pub(super) fn parse(encoding: Option<&str>) -> Result<Self> {
        match encoding {
            None => Ok(Self { url: false }),
            Some("url") => Ok(Self { url: true }),
            Some(_) => Err(Failure::invalid("encoding-type", "it must be url")),
        }
    }

    /// Says in the answer how it is encoded.
    pub(super) fn announce(self, w: &mut Writer) {
        w.optional("EncodingType", self.url.then_some("url"));
    }

    /// A name as it is written.
    pub(super) fn write(self, name: &str) -> Cow<'_, str> {
        if self.url { Cow::Owned(encoding::encode(name)) } else { Cow::Borrowed(name) }
    }
}
