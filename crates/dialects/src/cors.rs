//! Answers to pages of other origins (the Fetch standard, "CORS protocol"). What browsers read is the same in every
//! dialect; the dialects differ in two headers only.

use crate::body::Response;
use crate::domains::Domains;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use objects::{CorsGrant, CorsMethod, CorsRules, Preflight, cors_headers};
use std::sync::Arc;
use types::{BucketName, Failure, Result};
use wire::Head;
use wire::signature::Family;

/// The method of a browser's question before a request.
pub(crate) const METHOD: &str = "OPTIONS";

/// What the answer to a preflight depends on.
const DEPENDS: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/// A request of a page of another origin, as far as its answer's headers depend on it.
pub(crate) struct Crossing {
    family: Family,
    origin: String,
    method: String,
    host: String,
    path: String,
}

impl Crossing {
    /// Of a request that names an origin and is no preflight. Costs any other request a look for that header.
    pub(crate) fn of(head: &Head, family: Family) -> Option<Self> {
        let origin = head.header("origin")?.to_owned();
        let stores = matches!(family, Family::Oss | Family::S3) && head.method() != METHOD;
        let host = head.header("host").unwrap_or_default().to_owned();
        stores.then(|| Self {
            family,
            origin,
            method: head.method().to_owned(),
            host,
            path: head.raw_path().to_owned(),
        })
    }

    /// The answer, with what the bucket's rules say of the page. Errors are answers, too: without these headers the page
    /// would not learn which error it is.
    pub(crate) async fn answered(self, domains: &Domains, mut response: Response) -> Response {
        // The request is done, whatever becomes of this look; without headers the browser keeps the answer to itself.
        if let Ok(Some(rules)) = self.rules(domains).await {
            let grant = rules.grant(&self.origin, &self.method, &[]);
            if let Some(grant) = &grant {
                put_grant(response.headers_mut(), grant, self.family);
            } else if self.family == Family::S3 || rules.varies() {
                put_vary(response.headers_mut(), self.family);
            }
        }
        response
    }

    async fn rules(&self, domains: &Domains) -> Result<Option<Arc<CorsRules>>> {
        let location = domains.addressing.resolve(&self.host, &self.path)?;
        let Some(bucket) = location.bucket.and_then(|name| name.parse::<BucketName>().ok()) else { return Ok(None) };
        domains.region_for(None, Some(&bucket)).await?.objects.cors_rules(&bucket).await
    }
}

/// The question that a preflight asks.
pub(crate) fn question(head: &Head, bucket: BucketName) -> Result<Preflight> {
    let needed = |name: &'static str| head.header(&name.to_ascii_lowercase()).ok_or_else(|| Failure::missing(name));
    Ok(Preflight {
        bucket,
        origin: needed("Origin")?.to_owned(),
        method: needed("Access-Control-Request-Method")?.to_owned(),
        headers: cors_headers(head.header("access-control-request-headers"))?,
    })
}

/// Says what a page is let do.
pub(crate) fn put_grant(headers: &mut HeaderMap, grant: &CorsGrant, family: Family) {
    let CorsGrant { origin, methods, headers: asked, exposed, max_age, vary } = grant;
    let mut put = |name: HeaderName, text: &str| {
        // Origins and names came in headers, or were checked when they were set.
        if let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) {
            headers.insert(name, value);
        }
    };
    put(ACCESS_CONTROL_ALLOW_ORIGIN, origin.as_deref().unwrap_or("*"));
    let methods: Vec<&str> = methods.iter().map(|method| CorsMethod::name(*method)).collect();
    put(ACCESS_CONTROL_ALLOW_METHODS, &methods.join(", "));
    for (name, list) in [(ACCESS_CONTROL_ALLOW_HEADERS, asked), (ACCESS_CONTROL_EXPOSE_HEADERS, exposed)] {
        if !list.is_empty() {
            put(name, &list.join(", "));
        }
    }
    if let Some(age) = max_age {
        put(ACCESS_CONTROL_MAX_AGE, &age.to_string());
    }
    // A page that is let in by name may send what its browser knows of this server (Amazon S3 User Guide, "CORS").
    if family == Family::S3 && origin.is_some() {
        put(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    if family == Family::S3 || *vary {
        put_vary(headers, family);
    }
}

fn put_vary(headers: &mut HeaderMap, family: Family) {
    headers.append(VARY, HeaderValue::from_static(if family == Family::S3 { DEPENDS } else { "Origin" }));
}
