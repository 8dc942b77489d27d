//! Listings. The SDKs are particular: `Type`, `IsTruncated` and milliseconds must be there (alibaba-wire §3.6).

use super::answer::document;
use super::context::Context;
use super::spelling::{self, Names};
use crate::body::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use objects::{ListObjects, ListParts, ListUploads, ListedObject, ObjectPage};
use types::{AccountId, Failure, Result, limits};
use wire::xml::Writer;

/// Objects of a page, unless the client says otherwise.
pub(super) const USUAL: usize = 100;

pub(super) fn names(c: &Context<'_>) -> Result<Names> {
    Names::parse(c.query.optional("encoding-type"))
}

/// What the two versions ask for alike.
fn asked(c: &Context<'_>, after: Option<String>) -> Result<ListObjects> {
    let mut op = ListObjects::new(c.bucket()?);
    op.prefix = c.text("prefix").to_owned();
    op.delimiter = c.text("delimiter").to_owned();
    op.after = after;
    op.max = c.page("max-keys", USUAL)?;
    Ok(op)
}

/// What they say first: all that was asked, and whether there is more. `start`: the parameter that says after what.
fn heading(w: &mut Writer, c: &Context<'_>, names: Names, (element, start): (&str, &str), max: usize, more: bool) {
    w.text("Name", c.location.bucket.as_deref().unwrap_or_default());
    w.text("Prefix", names.write(c.text("prefix")));
    w.text(element, names.write(c.text(start)));
    w.text("MaxKeys", max);
    w.text("Delimiter", names.write(c.text("delimiter")));
    names.announce(w);
    w.text("IsTruncated", more);
}

/// `GET /bucket/`
pub(super) async fn objects(c: Context<'_>) -> Result<Response> {
    let names = names(&c)?;
    let op = asked(&c, c.query.optional("marker").map(str::to_owned))?;
    let max = op.max;
    let page = c.perform(op).await?;
    Ok(document("ListBucketResult", |w| {
        heading(w, &c, names, ("Marker", "marker"), max, page.next.is_some());
        w.optional("NextMarker", page.next.as_deref().map(|next| names.write(next)));
        contents(w, names, &page, true);
    }))
}

/// `GET /bucket/?list-type=2`
pub(super) async fn objects_v2(c: Context<'_>) -> Result<Response> {
    if c.text("list-type") != "2" {
        return Err(Failure::invalid("list-type", "it must be 2"));
    }
    let names = names(&c)?;
    let owners = c.query.boolean("fetch-owner")?.unwrap_or(false);
    let token = c.query.optional("continuation-token");
    let start = c.query.optional("start-after").map(str::to_owned);
    let op = asked(&c, token.map(read_token).transpose()?.or(start))?;
    let max = op.max;
    let page = c.perform(op).await?;
    Ok(document("ListBucketResult", |w| {
        heading(w, &c, names, ("StartAfter", "start-after"), max, page.next.is_some());
        w.optional("ContinuationToken", token);
        w.optional("NextContinuationToken", page.next.as_deref().map(|next| URL_SAFE_NO_PAD.encode(next)));
        w.text("KeyCount", page.objects.len() + page.prefixes.len());
        contents(w, names, &page, owners);
    }))
}

/// Tokens are the last name in letters that need no encoding, since not all clients decode them.
fn read_token(token: &str) -> Result<String> {
    let name = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| Failure::invalid("continuation-token", "it must be one that a listing gave out"))
}

fn contents(w: &mut Writer, names: Names, page: &ObjectPage, owners: bool) {
    for ListedObject { key, info } in &page.objects {
        w.element("Contents", |w| {
            w.text("Key", names.write(key.as_str()));
            w.text("LastModified", spelling::moment(info.modified));
            w.text("ETag", spelling::etag(&info.etag));
            w.text("Type", if info.is_multipart() { "Multipart" } else { "Normal" });
            w.text("Size", info.size);
            w.text("StorageClass", spelling::storage_class(info.storage_class));
            if owners {
                spelling::owner(w, info.owner);
            }
        });
    }
    prefixes(w, names, &page.prefixes);
}

pub(super) fn prefixes(w: &mut Writer, names: Names, prefixes: &[String]) {
    for prefix in prefixes {
        w.element("CommonPrefixes", |w| w.text("Prefix", names.write(prefix)));
    }
}

/// `GET /bucket/?uploads`
pub(super) async fn uploads(c: Context<'_>) -> Result<Response> {
    let names = names(&c)?;
    let mut op = ListUploads::new(c.bucket()?);
    op.prefix = c.text("prefix").to_owned();
    op.delimiter = c.text("delimiter").to_owned();
    op.after = c.query.optional("key-marker").map(str::to_owned);
    op.after_upload = match op.after {
        // Without a key it does not count, as documented.
        None => None,
        Some(_) => c.query.parsed("upload-id-marker")?,
    };
    op.max = c.page("max-uploads", limits::PAGE)?;
    let max = op.max;
    let page = c.perform(op).await?;
    let (next_key, next_upload) = page.next.unzip();
    Ok(document("ListMultipartUploadsResult", |w| {
        w.text("Bucket", c.location.bucket.as_deref().unwrap_or_default());
        names.announce(w);
        w.text("KeyMarker", names.write(c.text("key-marker")));
        w.text("UploadIdMarker", c.text("upload-id-marker"));
        w.text("NextKeyMarker", names.write(next_key.as_deref().unwrap_or_default()));
        w.text("NextUploadIdMarker", next_upload.flatten().map_or_else(String::new, String::from));
        w.text("Delimiter", names.write(c.text("delimiter")));
        w.text("Prefix", names.write(c.text("prefix")));
        w.text("MaxUploads", max);
        w.text("IsTruncated", next_key.is_some());
        for upload in &page.uploads {
            w.element("Upload", |w| {
                w.text("Key", names.write(upload.key.as_str()));
                w.text("UploadId", &upload.upload);
                w.text("StorageClass", spelling::storage_class(upload.storage_class));
                w.text("Initiated", spelling::moment(upload.initiated));
                account(w, "Initiator", upload.owner);
                spelling::owner(w, upload.owner);
            });
        }
        prefixes(w, names, &page.prefixes);
    }))
}

fn account(w: &mut Writer, name: &str, account: AccountId) {
    w.element(name, |w| {
        w.text("ID", account);
        w.text("DisplayName", account);
    });
}

/// `GET /bucket/key?uploadId=…`
pub(super) async fn parts(c: Context<'_>) -> Result<Response> {
    let names = names(&c)?;
    let (bucket, key) = c.object()?;
    let mut op = ListParts::new(bucket, key, c.upload()?);
    op.after = c.query.parsed("part-number-marker")?.unwrap_or(0);
    op.max = c.page("max-parts", limits::PAGE)?;
    let (after, max) = (op.after, op.max);
    let page = c.perform(op).await?;
    Ok(document("ListPartsResult", |w| {
        w.text("Bucket", c.location.bucket.as_deref().unwrap_or_default());
        names.announce(w);
        w.text("Key", names.write(&c.location.key));
        w.text("UploadId", &page.upload.upload);
        w.text("StorageClass", spelling::storage_class(page.upload.storage_class));
        w.text("PartNumberMarker", after);
        w.text("NextPartNumberMarker", page.parts.last().map_or(0, |part| part.number));
        w.text("MaxParts", max);
        w.text("IsTruncated", page.next.is_some());
        for part in &page.parts {
            w.element("Part", |w| {
                w.text("PartNumber", part.number);
                w.text("LastModified", spelling::moment(part.modified));
                w.text("ETag", spelling::etag(&part.etag));
                w.text("HashCrc64ecma", part.crc64);
                w.text("Size", part.size);
            });
        }
    }))
}
