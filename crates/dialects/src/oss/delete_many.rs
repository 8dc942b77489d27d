use super::answer::{document, nothing};
use super::context::{Context, object_key};
use super::spelling::Names;
use super::worm;
use crate::body::Response;
use http::StatusCode;
use objects::VersionId;
use types::{Failure, ObjectKey, Reason, Result, limits};
use wire::xml::Element;

/// `POST /bucket/?delete`
pub(super) async fn delete_many(c: Context<'_>) -> Result<Response> {
    let names = Names::parse(c.query.optional("encoding-type"))?;
    let bucket = c.bucket()?;
    let xml = c.xml("Delete")?;
    xml.only(&["Quiet", "Object"])?;
    let quiet = xml.boolean("Quiet")?.unwrap_or(false);
    let keys = xml.all("Object").map(key).collect::<Result<Vec<_>>>()?;
    if keys.is_empty() || keys.len() > limits::DELETE_KEYS {
        let text = format!("The list must have 1 to {} objects.", limits::DELETE_KEYS);
        return Err(Failure::new(Reason::BodyMalformed, text));
    }
    let results = c.region.objects.delete_many(c.caller, &bucket, keys, worm::bypass(&c.head)?).await;
    let mut deleted = Vec::with_capacity(results.len());
    for (key, version, result) in results {
        match result {
            Ok(done) => deleted.push((key, version, done)),
            // The answer has no place for what was not deleted, and a quiet one none for anything: the call as a whole
            // has failed then, and says at which object.
            Err(failure) if failure.detail("Key").is_some() => return Err(failure),
            Err(failure) => return Err(failure.with("Key", key.as_str())),
        }
    }
    if quiet {
        return Ok(nothing(StatusCode::OK));
    }
    Ok(document("DeleteResult", |w| {
        names.announce(w);
        for (key, version, done) in &deleted {
            w.element("Deleted", |w| {
                w.text("Key", names.write(key.as_str()));
                w.optional("VersionId", version.map(|id| id.to_string()));
                if let Some(marker) = done.version.filter(|_| done.marker) {
                    w.text("DeleteMarker", true);
                    w.text("DeleteMarkerVersionId", marker);
                }
            });
        }
    }))
}

fn key(xml: &Element) -> Result<(ObjectKey, Option<VersionId>)> {
    xml.only(&["Key", "VersionId"])?;
    let version = xml.optional_text("VersionId")?.filter(|version| !version.is_empty());
    Ok((object_key(xml.required_text("Key")?)?, version.map(str::parse).transpose()?))
}
