//! Objects stored in parts.

use super::answer::{document, nothing};
use super::context::Context;
use super::spelling::{self, Names};
use super::{conditions, headers};
use crate::body::Response;
use http::StatusCode;
use objects::{AbortUpload, Checksums, CompleteUpload, InitiateUpload, ListedPart, PartList, UploadPart};
use types::{Failure, Reason, Result, limits};
use wire::xml::Element;

/// `POST /bucket/key?uploads`
pub(super) async fn initiate(c: Context<'_>) -> Result<Response> {
    let names = Names::parse(c.query.optional("encoding-type"))?;
    let (bucket, key) = c.object()?;
    if conditions::write(&c.head)?.forbid_overwrite {
        // What counts is what is there when the object is put together; only the completion can promise that.
        let text = "Say x-oss-forbid-overwrite when the upload is completed, not when it begins.";
        return Err(Failure::new(Reason::NotImplemented, text));
    }
    let mut op = InitiateUpload::new(bucket, key);
    op.draft = headers::draft(&c.head)?;
    let initiated = c.perform(op).await?;
    let mut response = document("InitiateMultipartUploadResult", |w| {
        names.announce(w);
        w.text("Bucket", c.location.bucket.as_deref().unwrap_or_default());
        w.text("Key", names.write(&c.location.key));
        w.text("UploadId", &initiated.upload);
    });
    headers::put_protection(&mut response, &initiated.protection);
    Ok(response)
}

/// The number of the part a request is about.
pub(super) fn part_number(c: &Context<'_>) -> Result<u32> {
    let rule = || Failure::invalid("partNumber", format_args!("it must be 1 to {}", limits::PARTS));
    let number = c.query.required("partNumber")?.parse().ok();
    number.filter(|n| (1..=limits::PARTS).contains(n)).ok_or_else(rule)
}

/// `PUT /bucket/key?partNumber=…&uploadId=…`
pub(super) async fn upload_part(mut c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let (upload, number) = (c.upload()?, part_number(&c)?);
    let mut op = UploadPart::new(bucket, key, upload, number, c.content()?);
    op.expected = headers::expected(&c.head)?;
    let written = c.perform(op).await?;
    let mut response = nothing(StatusCode::OK);
    headers::put_written(&mut response, &written.etag, written.crc64, &written.protection);
    Ok(response)
}

/// `POST /bucket/key?uploadId=…`
pub(super) async fn complete(c: Context<'_>) -> Result<Response> {
    let names = Names::parse(c.query.optional("encoding-type"))?;
    let (bucket, key) = c.object()?;
    let mut op = CompleteUpload::new(bucket, key, c.upload()?, parts(&c)?);
    op.conditions = conditions::write(&c.head)?;
    let written = c.perform(op).await?;
    let mut response = document("CompleteMultipartUploadResult", |w| {
        names.announce(w);
        w.text("Location", location(&c));
        w.text("Bucket", c.location.bucket.as_deref().unwrap_or_default());
        w.text("Key", names.write(&c.location.key));
        w.text("ETag", spelling::etag(&written.etag));
    });
    headers::put_written(&mut response, &written.etag, written.crc64, &written.protection);
    headers::put_version(&mut response, written.version);
    Ok(response)
}

/// Where the object is, as the client addressed it.
fn location(c: &Context<'_>) -> String {
    let scheme = if c.caller.call().secure { "https" } else { "http" };
    format!("{scheme}://{}{}", c.head.header("host").unwrap_or_default(), c.head.raw_path())
}

/// Which parts: those of the document, or all, if a header says so; then there may be no document.
fn parts(c: &Context<'_>) -> Result<PartList> {
    match c.head.header("x-oss-complete-all") {
        None => {}
        Some("yes") if c.document.is_empty() => return Ok(PartList::All),
        Some("yes") => return Err(Failure::invalid("x-oss-complete-all", "it must come without a list of parts")),
        Some(_) => return Err(Failure::invalid("x-oss-complete-all", "it must be yes")),
    }
    let xml = c.xml("CompleteMultipartUpload")?;
    xml.only(&["Part"])?;
    let listed = xml.all("Part").map(part).collect::<Result<Vec<_>>>()?;
    if listed.is_empty() {
        return Err(Failure::new(Reason::BodyMalformed, "The list of parts is empty."));
    }
    Ok(PartList::Listed(listed))
}

/// oss2 writes the quotes of an ETag that already has some.
fn part(xml: &Element) -> Result<ListedPart> {
    xml.only(&["PartNumber", "ETag"])?;
    let number = xml.parsed("PartNumber")?;
    let number = number.ok_or_else(|| Failure::new(Reason::BodyMalformed, "A part has no PartNumber."))?;
    let etag = xml.required_text("ETag")?.trim().trim_matches('"').to_ascii_lowercase();
    Ok(ListedPart { number, etag, checksums: Checksums::new() })
}

/// `DELETE /bucket/key?uploadId=…`
pub(super) async fn abort(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    c.perform(AbortUpload { bucket, key, upload: c.upload()? }).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}
