//! `Range` headers that S3 takes and `s3s` does not. A header with several ranges, or with none that can be read, means
//! the whole object (RFC 9110 §14.2); `s3s` calls either a bad request.

use super::identity::Access;
use async_trait::async_trait;
use http::header::{AUTHORIZATION, RANGE};
use http::{HeaderValue, Uri};
use s3s::access::{S3Access, S3AccessContext};
use s3s::{HttpRequest, S3ErrorCode, S3Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use types::{Failure, Result};
use wire::{ByteRange, Head, RangeHeader, encoding};

/// The request as `s3s` can read it, if it could not. The signature may cover the header that is changed, so it is left
/// out here, and must have been verified on the original.
pub(super) fn readable(head: &Head, request: &HttpRequest) -> Result<Option<HttpRequest>> {
    let Some(asked) = head.header("range").filter(|_| matches!(head.method(), "GET" | "HEAD")) else { return Ok(None) };
    // RFC 9110 §13.1.5: whoever cannot judge If-Range sends the whole.
    let judged = head.header("if-range").is_none();
    if judged && s3s::dto::Range::parse(asked).is_ok() {
        return Ok(None);
    }
    let mut again = HttpRequest::default();
    again.method_mut().clone_from(request.method());
    *again.uri_mut() = without_signature(head, request.uri())?;
    again.headers_mut().clone_from(request.headers());
    again.headers_mut().remove(AUTHORIZATION);
    again.headers_mut().remove(RANGE);
    if let (true, RangeHeader::One(range)) = (judged, RangeHeader::parse(asked)) {
        let value = HeaderValue::from_str(&spelled(range)).map_err(Failure::internal)?;
        again.headers_mut().insert(RANGE, value);
    }
    Ok(Some(again))
}

/// The same target without a presigned URL's signature.
fn without_signature(head: &Head, uri: &Uri) -> Result<Uri> {
    let is_signature = |pair: &&str| {
        let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
        encoding::decode_form(name.as_bytes()).is_ok_and(|name| name.eq_ignore_ascii_case("x-amz-signature"))
    };
    let kept: Vec<&str> = head.raw_query().split('&').filter(|pair| !is_signature(pair)).collect();
    let target = format!("{}?{}", head.raw_path(), kept.join("&"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.parse().map_err(Failure::internal)?);
    Uri::from_parts(parts).map_err(Failure::internal)
}

/// A range in the one spelling that `s3s` takes, whose numbers end where signed ones do: no object is as large.
fn spelled(range: ByteRange) -> String {
    let most = i64::MAX.cast_unsigned();
    match range {
        ByteRange::Closed { first, last } => format!("bytes={}-{}", first.min(most), last.min(most)),
        ByteRange::From(first) => format!("bytes={}-", first.min(most)),
        ByteRange::Last(count) => format!("bytes=-{count}"),
    }
}

/// Judges a request as [`Access`] does, notes whether it passed, and ends it there.
pub(super) struct Probe {
    pub(super) access: Access,
    pub(super) passed: Arc<AtomicBool>,
}

#[async_trait]
impl S3Access for Probe {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        self.access.check(cx).await?;
        self.passed.store(true, Ordering::Release);
        Err(S3ErrorCode::InvalidArgument.into())
    }
}

#[cfg(test)]
mod tests {
    use super::readable;
    use s3s::HttpRequest;
    use wire::Head;

    fn again(method: &str, range: &str, query: &str) -> Option<(String, Option<String>)> {
        let request = http::Request::builder().method(method).uri(format!("/b/k{query}"));
        let request = request.header("range", range).header("authorization", "x").body(s3s::Body::empty()).unwrap();
        let (parts, body) = request.into_parts();
        let head = Head::from_parts(&parts).unwrap();
        let again = readable(&head, &HttpRequest::from_parts(parts, body)).unwrap()?;
        assert!(again.headers().get("authorization").is_none());
        let range = again.headers().get("range").map(|value| value.to_str().unwrap().to_owned());
        Some((again.uri().to_string(), range))
    }

    #[test]
    fn what_can_be_read_is_left_alone() {
        for range in ["bytes=0-1", "bytes=5-", "bytes=-3"] {
            assert_eq!(again("GET", range, ""), None);
        }
        assert_eq!(again("PUT", "x", ""), None);
    }

    #[test]
    fn what_cannot_be_read_goes_and_the_rest_is_spelled_anew() {
        let range = |asked| again("GET", asked, "").unwrap().1;
        for asked in ["bytes=0-1,4-5", "bytes=x", "lines=1-2", "bytes=3-1", ""] {
            assert_eq!(range(asked), None, "{asked}");
        }
        assert_eq!(range("Bytes= 5- ,").as_deref(), Some("bytes=5-"));
        assert_eq!(range("bytes=0-18446744073709551615").as_deref(), Some("bytes=0-9223372036854775807"));
    }

    #[test]
    fn the_signature_goes_too() {
        let target = |query| again("HEAD", "x", query).unwrap().0;
        assert_eq!(target("?X-Amz-Date=d&X-Amz-Signature=s&a=%20"), "/b/k?X-Amz-Date=d&a=%20");
        assert_eq!(target("?X-Amz%2DSignature=s"), "/b/k?");
    }
}
