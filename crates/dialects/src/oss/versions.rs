//! Versions: whether a bucket keeps them, and which there are.

use super::answer::{document, nothing};
use super::context::Context;
use super::listing::{USUAL, names, prefixes};
use super::spelling::{self, Names};
use crate::body::Response;
use http::StatusCode;
use objects::{GetBucketVersioning, ListVersions, ListedKind, ListedVersion, PutBucketVersioning, Versioning};
use types::{Failure, Result};
use wire::xml::Writer;

const CONFIGURATION: &str = "VersioningConfiguration";

/// `PUT /bucket/?versioning`
pub(super) async fn put(c: Context<'_>) -> Result<Response> {
    let xml = c.xml(CONFIGURATION)?;
    xml.only(&["Status"])?;
    let versioning = match xml.required_text("Status")? {
        "Enabled" => Versioning::Enabled,
        "Suspended" => Versioning::Suspended,
        _ => return Err(Failure::invalid("Status", "it must be Enabled or Suspended")),
    };
    c.perform(PutBucketVersioning { bucket: c.bucket()?, versioning }).await?;
    Ok(nothing(StatusCode::OK))
}

/// `GET /bucket/?versioning`
pub(super) async fn get(c: Context<'_>) -> Result<Response> {
    let versioning = c.perform(GetBucketVersioning { bucket: c.bucket()? }).await?;
    Ok(document(CONFIGURATION, |w| w.optional("Status", spelling::versioning(versioning))))
}

/// `GET /bucket/?versions`
pub(super) async fn list(c: Context<'_>) -> Result<Response> {
    let names = names(&c)?;
    let mut op = ListVersions::new(c.bucket()?);
    op.prefix = c.text("prefix").to_owned();
    op.delimiter = c.text("delimiter").to_owned();
    op.after = c.query.optional("key-marker").filter(|marker| !marker.is_empty()).map(str::to_owned);
    let marker = c.query.optional("version-id-marker").filter(|marker| !marker.is_empty());
    if marker.is_some() && op.after.is_none() {
        return Err(Failure::invalid("version-id-marker", "it needs a key-marker"));
    }
    op.after_version = marker.map(str::parse).transpose()?;
    op.max = c.page("max-keys", USUAL)?;
    let max = op.max;
    let page = c.perform(op).await?;
    let (next_key, next_version) = page.next.unzip();
    Ok(document("ListVersionsResult", |w| {
        w.text("Name", c.location.bucket.as_deref().unwrap_or_default());
        w.text("Prefix", names.write(c.text("prefix")));
        w.text("KeyMarker", names.write(c.text("key-marker")));
        w.text("VersionIdMarker", c.text("version-id-marker"));
        w.text("MaxKeys", max);
        w.text("Delimiter", names.write(c.text("delimiter")));
        names.announce(w);
        w.text("IsTruncated", next_key.is_some());
        w.optional("NextKeyMarker", next_key.as_deref().map(|next| names.write(next)));
        w.optional("NextVersionIdMarker", next_version.flatten().map(|next| next.to_string()));
        page.versions.iter().for_each(|version| listed(w, names, version));
        prefixes(w, names, &page.prefixes);
    }))
}

fn listed(w: &mut Writer, names: Names, version: &ListedVersion) {
    let element = match version.kind {
        ListedKind::Object(_) => "Version",
        ListedKind::Marker { .. } => "DeleteMarker",
    };
    w.element(element, |w| {
        w.text("Key", names.write(version.key.as_str()));
        w.text("VersionId", version.version);
        w.text("IsLatest", version.latest);
        match &version.kind {
            ListedKind::Object(info) => {
                w.text("LastModified", spelling::moment(info.modified));
                w.text("ETag", spelling::etag(&info.etag));
                w.text("Type", if info.is_multipart() { "Multipart" } else { "Normal" });
                w.text("Size", info.size);
                w.text("StorageClass", spelling::storage_class(info.storage_class));
                spelling::owner(w, info.owner);
            }
            ListedKind::Marker { modified, owner } => {
                w.text("LastModified", spelling::moment(*modified));
                spelling::owner(w, *owner);
            }
        }
    });
}
