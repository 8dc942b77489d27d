use super::row::{BodyUse, OssRow};
use crate::body;
use crate::domains::{Domains, Region};
use crate::serve::Incoming;
use bytes::Bytes;
use iam::{Caller, Operation, Run};
use objects::{Body, Objects, VersionId};
use std::sync::Arc;
use types::{BucketName, Failure, ObjectKey, Principal, Reason, Result, UploadId, limits};
use wire::xml::{self, Element};
use wire::{Head, Location, Params, parse_content_md5};

/// What the handler of an operation works with.
pub(super) struct Context<'c> {
    pub(super) domains: &'c Domains,
    pub(super) region: &'c Arc<Region>,
    pub(super) caller: &'c Caller,
    pub(super) head: Head,
    pub(super) query: &'c Params,
    pub(super) location: &'c Location,
    /// The body, where it is a document.
    pub(super) document: Bytes,
    content: Option<Body>,
}

impl<'c> Context<'c> {
    /// Reads as much of the request as the row's handler wants read.
    pub(super) async fn read(
        row: &OssRow,
        (domains, region, caller): (&'c Domains, &'c Arc<Region>, &'c Caller),
        (query, location): (&'c Params, &'c Location),
        incoming: Incoming,
    ) -> Result<Self> {
        let Incoming { head, form: _, request } = incoming;
        let arriving = request.into_body();
        // Only who is known is worth the memory of a long list.
        let known = *caller.principal() != Principal::Anonymous;
        let most = if known { limits::XML_BYTES } else { limits::UNSIGNED_XML_BYTES };
        let (document, content) = match row.body {
            BodyUse::Content => {
                let length = length(&head)?;
                (Bytes::new(), Some(Body::new(body::data(arriving), length)))
            }
            BodyUse::Document => (document(&head, arriving, most).await?, None),
            BodyUse::None if head.header("content-md5").is_some() => {
                (document(&head, arriving, most.min(limits::FORM_BYTES)).await?, None)
            }
            BodyUse::None => (Bytes::new(), None),
        };
        Ok(Self { domains, region, caller, head, query, location, document, content })
    }

    /// The bucket the request names.
    pub(super) fn bucket(&self) -> Result<BucketName> {
        bucket(self.location)?.ok_or_else(|| Failure::of(Reason::BucketNameInvalid))
    }

    /// The object the request names.
    pub(super) fn object(&self) -> Result<(BucketName, ObjectKey)> {
        Ok((self.bucket()?, object_key(&self.location.key)?))
    }

    /// The upload the request names. What cannot be the id of one is none.
    pub(super) fn upload(&self) -> Result<UploadId> {
        self.query.required("uploadId")?.parse().map_err(|_| Failure::of(Reason::UploadNotFound))
    }

    /// The version the request names, if it names one.
    pub(super) fn version(&self) -> Result<Option<VersionId>> {
        self.query.optional("versionId").map(str::parse).transpose()
    }

    /// Runs an operation, as the caller.
    pub(super) async fn perform<Op>(&self, op: Op) -> Result<Op::Output>
    where
        Op: Operation,
        Objects: Run<Op>,
    {
        self.domains.gate.perform(self.caller, self.region.objects.as_ref(), op).await
    }

    /// The content the request carries.
    pub(super) fn content(&mut self) -> Result<Body> {
        self.content.take().ok_or_else(|| Failure::internal("a content is taken in once"))
    }

    /// The document the request carries.
    pub(super) fn xml(&self, root: &'static str) -> Result<Element> {
        xml::parse_root(&self.document, root)
    }

    /// How many entries a page is to have.
    pub(super) fn page(&self, name: &'static str, usual: usize) -> Result<usize> {
        let rule = || Failure::invalid(name, format_args!("it must be 1 to {}", limits::PAGE));
        let Some(text) = self.query.optional(name) else { return Ok(usual) };
        text.parse().ok().filter(|n| (1..=limits::PAGE).contains(n)).ok_or_else(rule)
    }

    /// A parameter as it is, empty if it is not there.
    pub(super) fn text(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or_default()
    }
}

/// The bucket of a location.
pub(super) fn bucket(location: &Location) -> Result<Option<BucketName>> {
    let parse = |name: &String| {
        name.parse().map_err(|rule| {
            Failure::new(Reason::BucketNameInvalid, format!("The bucket name is invalid: {rule}."))
                .with("BucketName", name.as_str())
        })
    };
    location.bucket.as_ref().map(parse).transpose()
}

/// A text as an object's key.
pub(super) fn object_key(text: &str) -> Result<ObjectKey> {
    text.parse().map_err(|rule| Failure::new(Reason::ObjectNameInvalid, format!("The object name is invalid: {rule}.")))
}

/// How long a content says it is; `None` where it comes in chunks (alibaba-wire §3.6).
fn length(head: &Head) -> Result<Option<u64>> {
    match (head.header("content-length"), head.header("transfer-encoding")) {
        (_, Some(_)) => Ok(None),
        (None, None) => Err(Failure::of(Reason::LengthRequired)),
        (Some(text), None) => {
            let length =
                text.parse().map_err(|_| Failure::invalid("Content-Length", "it must be a number of bytes"))?;
            if length > limits::PUT_BYTES { Err(Failure::of(Reason::ObjectTooLarge)) } else { Ok(Some(length)) }
        }
    }
}

/// The whole of a body, held against its `Content-MD5`.
async fn document(head: &Head, arriving: body::RequestBody, most: usize) -> Result<Bytes> {
    let bytes = body::collect(arriving, most).await?;
    match head.header("content-md5").map(parse_content_md5).transpose()? {
        Some(md5) if md5 != crypto::md5(&bytes) => Err(Failure::of(Reason::DigestMismatch)),
        _ => Ok(bytes),
    }
}
