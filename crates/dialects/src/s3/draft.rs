//! What a request says of an object that it stores.

use super::convert::http_date;
use super::{acl, encryption, locks, tagging};
use objects::{Draft, Headers, StorageClass};
use s3s::dto;
use types::{Failure, Reason, Result};

/// The fields that every request has which stores an object.
pub(super) struct Said<'r> {
    pub(super) acl: Option<&'r dto::ObjectCannedACL>,
    pub(super) cache_control: Option<&'r String>,
    pub(super) content_disposition: Option<&'r String>,
    pub(super) content_encoding: Option<&'r String>,
    pub(super) content_language: Option<&'r String>,
    pub(super) content_type: Option<&'r String>,
    pub(super) expires: Option<&'r dto::Timestamp>,
    pub(super) hold: Option<&'r dto::ObjectLockLegalHoldStatus>,
    pub(super) metadata: Option<&'r dto::Metadata>,
    pub(super) retention: (Option<&'r dto::ObjectLockMode>, Option<&'r dto::Timestamp>),
    pub(super) sse: Option<&'r dto::ServerSideEncryption>,
    pub(super) sse_key: Option<&'r String>,
    pub(super) storage_class: Option<&'r dto::StorageClass>,
    pub(super) tagging: Option<&'r String>,
}

/// Gathers them from an input: the models share the fields' names and no trait.
macro_rules! said {
    ($input:expr) => {
        $crate::s3::draft::Said {
            acl: $input.acl.as_ref(),
            cache_control: $input.cache_control.as_ref(),
            content_disposition: $input.content_disposition.as_ref(),
            content_encoding: $input.content_encoding.as_ref(),
            content_language: $input.content_language.as_ref(),
            content_type: $input.content_type.as_ref(),
            expires: $input.expires.as_ref(),
            hold: $input.object_lock_legal_hold_status.as_ref(),
            metadata: $input.metadata.as_ref(),
            retention: ($input.object_lock_mode.as_ref(), $input.object_lock_retain_until_date.as_ref()),
            sse: $input.server_side_encryption.as_ref(),
            sse_key: $input.ssekms_key_id.as_ref(),
            storage_class: $input.storage_class.as_ref(),
            tagging: $input.tagging.as_ref(),
        }
    };
}
pub(super) use said;

impl Said<'_> {
    /// In the domain's words.
    pub(super) fn draft(&self) -> Result<Draft> {
        Ok(Draft {
            headers: self.headers(),
            acl: self.acl.map(|canned| acl::of_object(canned.as_str())).transpose()?.flatten(),
            storage_class: self.storage_class.map(|class| storage_class(class.as_str())).transpose()?,
            encryption: encryption::asked(self.sse.map(dto::ServerSideEncryption::as_str), self.sse_key)?,
            tags: tagging::asked(self.tagging)?,
            lock: locks::asked(self.retention.0, self.retention.1, self.hold)?,
        })
    }

    fn headers(&self) -> Headers {
        Headers {
            content_type: self.content_type.cloned(),
            content_encoding: self.content_encoding.and_then(|coding| kept_coding(coding)),
            content_language: self.content_language.cloned(),
            content_disposition: self.content_disposition.cloned(),
            cache_control: self.cache_control.cloned(),
            expires: self.expires.map(http_date),
            user: self.metadata.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect(),
        }
    }
}

/// The codings without `aws-chunked`: that one is of the request, and was undone.
fn kept_coding(coding: &str) -> Option<String> {
    let kept: Vec<&str> =
        coding.split(',').map(str::trim).filter(|c| !c.is_empty() && !c.eq_ignore_ascii_case("aws-chunked")).collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

/// How something is to be kept. Only what is there can be asked for.
pub(super) fn storage_class(name: &str) -> Result<StorageClass> {
    match name {
        "STANDARD" => Ok(StorageClass::Standard),
        "STANDARD_IA" => Ok(StorageClass::InfrequentAccess),
        _ => Err(Failure::new(Reason::NotImplemented, "The storage classes are STANDARD and STANDARD_IA.")),
    }
}

#[cfg(test)]
mod tests {
    use super::kept_coding;

    #[test]
    fn the_coding_of_the_transfer_is_not_kept() {
        assert_eq!(kept_coding("aws-chunked"), None);
        assert_eq!(kept_coding("gzip, aws-chunked").as_deref(), Some("gzip"));
        assert_eq!(kept_coding("br,gzip").as_deref(), Some("br,gzip"));
    }
}
