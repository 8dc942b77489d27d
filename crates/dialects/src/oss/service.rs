use super::answer::document;
use super::context::Context;
use super::{bucket, spelling};
use crate::body::Response;
use objects::ListBuckets;
use types::Result;

/// Buckets of a page, unless the client says otherwise.
const USUAL: usize = 100;

/// `GET /`
pub(super) async fn list_buckets(c: Context<'_>) -> Result<Response> {
    let op = ListBuckets {
        prefix: c.text("prefix").to_owned(),
        after: c.query.optional("marker").map(str::to_owned),
        max: c.page("max-keys", USUAL)?,
    };
    let max = op.max;
    let page = c.perform(op).await?;
    Ok(document("ListAllMyBucketsResult", |w| {
        w.text("Prefix", c.text("prefix"));
        w.text("Marker", c.text("marker"));
        w.text("MaxKeys", max);
        w.text("IsTruncated", page.next.is_some());
        w.optional("NextMarker", page.next.as_deref());
        spelling::owner(w, page.owner);
        w.element("Buckets", |w| {
            for found in &page.buckets {
                w.element("Bucket", |w| bucket::describe(w, &c, found));
            }
        });
    }))
}
