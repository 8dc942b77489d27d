//! Listings of objects.

use super::checksums;
use super::context::Context;
use super::convert::{bucket, class, etag, owner, page, signed, small, stamp};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use objects::{ListedObject, ObjectPage};
use s3s::S3Request;
use s3s::dto::{
    CommonPrefix, EncodingType, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, Object,
    ObjectStorageClass,
};
use std::sync::Arc;
use types::{Failure, Result};
use wire::encoding;

/// How names are written in an answer: as they are, or so that any XML parser takes them.
#[derive(Clone, Copy)]
pub(super) struct Spelling {
    url: bool,
}

impl Spelling {
    /// The one that was asked for.
    pub(super) fn new(asked: Option<&EncodingType>) -> Result<Self> {
        match asked.map(EncodingType::as_str) {
            None => Ok(Self { url: false }),
            Some(EncodingType::URL) => Ok(Self { url: true }),
            Some(_) => Err(Failure::invalid("encoding-type", "url")),
        }
    }

    /// A name in it.
    pub(super) fn of(self, name: &str) -> String {
        if self.url { encoding::encode_path(name) } else { name.to_owned() }
    }

    pub(super) fn prefixes(self, prefixes: &[String]) -> Vec<CommonPrefix> {
        prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(self.of(prefix)) }).collect()
    }
}

/// A place to go on from, in a form that says nothing to clients.
pub(super) fn token(place: &str) -> String {
    URL_SAFE_NO_PAD.encode(place)
}

/// The place that a token stands for.
pub(super) fn opened(token: &str) -> Result<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    let place = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    place.ok_or_else(|| Failure::invalid("continuation-token", "one from an earlier answer"))
}

fn contents(page: &ObjectPage, spelling: Spelling, owners: bool) -> Vec<Object> {
    let one = |listed: &ListedObject| Object {
        checksum_algorithm: Some(listed.info.checksums.keys().map(|kind| checksums::algorithm(*kind)).collect()),
        checksum_type: (!listed.info.checksums.is_empty()).then(|| checksums::scope(listed.info.checksum_scope)),
        e_tag: Some(etag(&listed.info.etag)),
        key: Some(spelling.of(listed.key.as_str())),
        last_modified: Some(stamp(listed.info.modified)),
        owner: owners.then(|| owner(listed.info.owner)),
        restore_status: None,
        size: Some(signed(listed.info.size)),
        storage_class: Some(ObjectStorageClass::from_static(class(listed.info.storage_class))),
    };
    page.objects.iter().map(one).collect()
}

/// What the two versions have in common.
fn asked(bucket_name: &str, prefix: Option<&str>, delimiter: Option<&str>, max: usize) -> Result<objects::ListObjects> {
    let mut operation = objects::ListObjects::new(bucket(bucket_name)?);
    prefix.unwrap_or_default().clone_into(&mut operation.prefix);
    delimiter.unwrap_or_default().clone_into(&mut operation.delimiter);
    operation.max = max;
    Ok(operation)
}

/// Lists by marker.
pub(super) async fn v1(cx: &Arc<Context>, request: S3Request<ListObjectsInput>) -> Result<ListObjectsOutput> {
    let input = request.input;
    let spelling = Spelling::new(input.encoding_type.as_ref())?;
    let max = page(input.max_keys, "max-keys")?;
    let mut operation = asked(&input.bucket, input.prefix.as_deref(), input.delimiter.as_deref(), max)?;
    operation.after = input.marker.clone().filter(|marker| !marker.is_empty());
    let page = cx.perform(operation).await?;
    Ok(ListObjectsOutput {
        name: Some(input.bucket),
        prefix: Some(spelling.of(input.prefix.as_deref().unwrap_or_default())),
        marker: Some(spelling.of(input.marker.as_deref().unwrap_or_default())),
        max_keys: Some(small(max)),
        is_truncated: Some(page.next.is_some()),
        contents: Some(contents(&page, spelling, true)),
        common_prefixes: Some(spelling.prefixes(&page.prefixes)),
        delimiter: input.delimiter.as_deref().map(|d| spelling.of(d)),
        next_marker: page.next.as_deref().map(|next| spelling.of(next)),
        encoding_type: input.encoding_type,
        request_charged: None,
    })
}

/// Lists by token.
pub(super) async fn v2(cx: &Arc<Context>, request: S3Request<ListObjectsV2Input>) -> Result<ListObjectsV2Output> {
    let input = request.input;
    let spelling = Spelling::new(input.encoding_type.as_ref())?;
    let max = page(input.max_keys, "max-keys")?;
    let mut operation = asked(&input.bucket, input.prefix.as_deref(), input.delimiter.as_deref(), max)?;
    operation.after = match &input.continuation_token {
        Some(token) => Some(opened(token)?),
        None => input.start_after.clone().filter(|start| !start.is_empty()),
    };
    let page = cx.perform(operation).await?;
    Ok(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(spelling.of(input.prefix.as_deref().unwrap_or_default())),
        max_keys: Some(small(max)),
        key_count: Some(small(page.objects.len().saturating_add(page.prefixes.len()))),
        continuation_token: input.continuation_token,
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.as_deref().map(token),
        contents: Some(contents(&page, spelling, input.fetch_owner == Some(true))),
        common_prefixes: Some(spelling.prefixes(&page.prefixes)),
        delimiter: input.delimiter.as_deref().map(|d| spelling.of(d)),
        encoding_type: input.encoding_type,
        start_after: input.start_after.as_deref().map(|start| spelling.of(start)),
        request_charged: None,
    })
}

#[cfg(test)]
mod tests {
    use super::{opened, token};

    #[test]
    fn tokens_read_back() {
        for place in ["", "a/b c", "é\u{1}"] {
            assert_eq!(opened(&token(place)).unwrap(), place);
        }
        assert!(opened("%%").is_err());
        assert!(opened("_w").is_err());
    }
}
