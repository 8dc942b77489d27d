use super::answer::document;
use super::context::Context;
use super::{bucket, spelling};
use crate::body::Response;
use objects::{DescribeRegions, ListBuckets};
use types::{Failure, Result};

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

/// `GET /?regions`, of all or of one. They are all served here, so each is where the client found this server.
pub(super) async fn describe_regions(c: Context<'_>) -> Result<Response> {
    let asked = c.query.optional("regions").map(str::to_owned);
    c.perform(DescribeRegions { region: asked.clone() }).await?;
    let regions = c.domains.region_names();
    let named = |region: &&str| asked.as_deref().is_none_or(|asked| asked.strip_prefix("oss-") == Some(*region));
    let found: Vec<&str> = regions.iter().copied().filter(|region| named(region)).collect();
    if found.is_empty() {
        return Err(Failure::invalid("regions", format_args!("it must be one of oss-{}", regions.join(", oss-"))));
    }
    let endpoint = bucket::endpoint(&c);
    Ok(document("RegionInfoList", |w| {
        for region in found {
            w.element("RegionInfo", |w| {
                w.text("Region", format!("oss-{region}"));
                w.text("InternetEndpoint", &endpoint);
                w.text("InternalEndpoint", &endpoint);
                w.text("AccelerateEndpoint", &endpoint);
            });
        }
    }))
}
