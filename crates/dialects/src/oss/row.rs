use super::context::Context;
use crate::Status;
use crate::body::Response;
use futures::future::BoxFuture;
use types::{Failure, Reason, Result};
use wire::{Head, Location, Params};

/// What an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// The account: no bucket is named.
    Service,
    /// A bucket.
    Bucket,
    /// An object.
    Object,
}

impl Level {
    fn of(location: &Location) -> Self {
        match (&location.bucket, location.key.as_str()) {
            (None, _) => Self::Service,
            (Some(_), "") => Self::Bucket,
            (Some(_), _) => Self::Object,
        }
    }
}

/// What becomes of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyUse {
    /// It means nothing. A `Content-MD5` is held against it all the same (alibaba-wire §3.6).
    None,
    /// It is a document, read whole.
    Document,
    /// It is content, taken in as it comes.
    Content,
}

/// What runs an operation.
pub(super) type Handler = for<'c> fn(Context<'c>) -> BoxFuture<'c, Result<Response>>;

/// One operation of the wire.
pub struct OssRow {
    /// Its name, as events and the SDKs have it.
    pub name: &'static str,
    /// Its method.
    pub method: &'static str,
    /// What it is about.
    pub level: Level,
    /// The sub-resources it is told by: exactly these of all there are.
    pub subresources: &'static [&'static str],
    /// Whether it is told by naming a source to copy from.
    pub copies: bool,
    /// The actions in policy spelling that it needs, for the authorization tests and the compatibility page.
    pub needs: &'static [&'static str],
    /// How much of it there is.
    pub status: Status,
    /// Parameters it takes beside its sub-resources.
    pub(super) params: &'static [&'static str],
    /// Headers it takes of those that change what a request means.
    pub(super) headers: &'static [&'static str],
    /// Whether it takes user metadata.
    pub(super) metadata: bool,
    pub(super) body: BodyUse,
    /// What runs it; `None` where it is refused.
    pub(super) run: Option<Handler>,
}

/// An operation that is refused, until [`OssRow::run`] says otherwise.
pub(super) const fn row(
    name: &'static str,
    method: &'static str,
    level: Level,
    subresources: &'static [&'static str],
) -> OssRow {
    OssRow {
        name,
        method,
        level,
        subresources,
        copies: false,
        needs: &[],
        status: Status::Refused,
        params: &[],
        headers: &[],
        metadata: false,
        body: BodyUse::None,
        run: None,
    }
}

impl OssRow {
    pub(super) const fn copies(mut self) -> Self {
        self.copies = true;
        self
    }

    pub(super) const fn params(mut self, params: &'static [&'static str]) -> Self {
        self.params = params;
        self
    }

    pub(super) const fn headers(mut self, headers: &'static [&'static str]) -> Self {
        self.headers = headers;
        self
    }

    pub(super) const fn metadata(mut self) -> Self {
        self.metadata = true;
        self
    }

    pub(super) const fn body(mut self, body: BodyUse) -> Self {
        self.body = body;
        self
    }

    pub(super) const fn run(mut self, status: Status, needs: &'static [&'static str], run: Handler) -> Self {
        self.status = status;
        self.needs = needs;
        self.run = Some(run);
        self
    }

    /// The row of a request. A sub-resource always counts: with one too many there is no row, and never the operation
    /// that would be meant without it.
    pub(super) fn find(
        rows: &'static [Self],
        head: &Head,
        query: &Params,
        location: &Location,
    ) -> Result<&'static Self> {
        let level = Level::of(location);
        let present: Vec<&str> = query.iter().map(|(name, _)| name).filter(|name| is_known(rows, name)).collect();
        let copies = head.method() == "PUT" && level == Level::Object && head.header(COPY_SOURCE).is_some();
        let told = |row: &&Self| {
            row.method == head.method()
                && row.level == level
                && row.copies == copies
                && row.subresources.len() == present.len()
                && row.subresources.iter().all(|name| present.contains(name))
        };
        rows.iter().find(told).ok_or_else(|| nothing(&present))
    }

    /// Refuses what would mean something else than this row does.
    pub(super) fn check(&self, head: &Head, query: &Params) -> Result<()> {
        let refused = |what: &str, name: &str| {
            let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
            Err(Failure::new(
                Reason::NotImplemented,
                format!("The {what} {shown} is not supported with {}.", self.name),
            ))
        };
        if let Some((name, _)) = query.iter().find(|(name, _)| !self.takes_param(name)) {
            return refused("parameter", name);
        }
        match head.headers().find(|(name, _)| !self.takes_header(name)) {
            Some((name, _)) => refused("header", name),
            None => Ok(()),
        }
    }

    fn takes_param(&self, name: &str) -> bool {
        // People add parameters of their own to the URLs of objects, to get round caches; nothing goes by those.
        let own = self.level == Level::Object && self.only_looks() && !name.starts_with("x-oss-");
        own || self.subresources.contains(&name) || self.params.contains(&name) || COMMON_PARAMS.contains(&name)
    }

    fn takes_header(&self, name: &str) -> bool {
        let means = name.starts_with("x-oss-") || !self.only_looks() && CONDITIONS.contains(&name);
        let metadata = self.metadata && name.starts_with("x-oss-meta-");
        !means || metadata || self.headers.contains(&name) || COMMON_HEADERS.contains(&name)
    }

    fn only_looks(&self) -> bool {
        matches!(self.method, "GET" | "HEAD")
    }
}

/// The header that names a source to copy from.
pub(super) const COPY_SOURCE: &str = "x-oss-copy-source";

/// Headers that make a request depend on what is there. Those that read may leave them out; those that write may not.
const CONDITIONS: &[&str] = &["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];

/// Headers that say nothing about what is to be done. Nobody is billed here, so it does not matter who pays.
const COMMON_HEADERS: &[&str] = &[
    "x-oss-date",
    "x-oss-content-sha256",
    "x-oss-security-token",
    "x-oss-user-agent",
    "x-oss-request-payer",
    COPY_SOURCE,
];

/// Parameters that belong to signed URLs (alibaba-wire §3.2 to §3.4).
const COMMON_PARAMS: &[&str] = &[
    "OSSAccessKeyId",
    "Expires",
    "Signature",
    "security-token",
    "x-oss-signature",
    "x-oss-signature-version",
    "x-oss-credential",
    "x-oss-access-key-id",
    "x-oss-date",
    "x-oss-expires",
    "x-oss-additional-headers",
    "x-oss-security-token",
    "x-oss-request-payer",
];

/// Sub-resources that no row is told by, beside those that rows are.
const OTHERS: &[&str] = &[
    "asyncFetch",
    "bucketArchiveDirectRead",
    "callback",
    "callback-var",
    "cloudboxes",
    "comp",
    "endTime",
    "group",
    "img",
    "link",
    "live",
    "objectInfo",
    "qos",
    "qosInfo",
    "qosRequester",
    "regionList",
    "requesterQosInfo",
    "resourcePool",
    "resourcePoolBuckets",
    "resourcePoolInfo",
    "sequential",
    "startTime",
    "status",
    "udf",
    "vod",
    "x-oss-async-process",
    "x-oss-process",
];

fn is_known(rows: &[OssRow], name: &str) -> bool {
    OTHERS.contains(&name) || rows.iter().any(|row| row.subresources.contains(&name))
}

fn nothing(present: &[&str]) -> Failure {
    if present.is_empty() {
        return Failure::of(Reason::MethodNotAllowed);
    }
    let text = format!("{} is not supported with this method here.", present.join(" with "));
    Failure::new(Reason::NotImplemented, text)
}
