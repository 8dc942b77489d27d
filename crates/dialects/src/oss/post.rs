//! `POST /bucket/` with a form: an object uploaded by a browser (alibaba-wire §3.5).

use super::answer::put;
use super::context::{bucket, object_key};
use super::serve::{DIALECT, Shown, Underway, claim, finish};
use super::{conditions, headers, spelling, table};
use crate::arrival::Arrival;
use crate::body::Response;
use crate::domains::Domains;
use crate::upload_form::{Form, Outcome, Stored};
use http::{HeaderName, HeaderValue};
use iam::Caller;
use objects::Put;
use std::sync::Arc;
use types::{Failure, Reason, Result};
use wire::signature::post;
use wire::upload_form::FormFields;
use wire::{Head, encoding};

/// Its name in events.
const NAME: &str = "PostObject";

/// Fields that mean what the header of the same name means at a put.
const AS_HEADERS: &[&str] =
    &["content-type", "content-encoding", "content-language", "content-disposition", "cache-control", "expires"];

/// Fields of this dialect that belong to the form itself.
const OF_THE_FORM: &[&str] = &[
    "x-oss-signature-version",
    "x-oss-credential",
    "x-oss-date",
    "x-oss-signature",
    "x-oss-security-token",
    CONTENT_TYPE,
];

/// The media type in place of the one that browsers put beside the file.
const CONTENT_TYPE: &str = "x-oss-content-type";

/// Answers a form.
pub(crate) async fn post(domains: &Arc<Domains>, arrival: Arrival, head: &Head, form: Result<Form>) -> Response {
    let shown = Shown { host: head.header("host").unwrap_or_default().to_owned(), bare: false };
    let secure = arrival.secure;
    let mut caller = Caller::anonymous(arrival.call(DIALECT, head.header("user-agent").unwrap_or_default()));
    caller.set_operation(NAME);
    let mut underway = Underway { caller, region: None };
    let result = match form {
        Ok(form) => run(domains, &mut underway, head, secure, form).await,
        Err(failure) => Err(failure),
    };
    finish(domains, underway, &shown, result).await
}

async fn run(
    domains: &Domains,
    underway: &mut Underway,
    head: &Head,
    secure: bool,
    mut form: Form,
) -> Result<Response> {
    let location = domains.addressing.resolve(head.header("host").unwrap_or_default(), head.raw_path())?;
    let bucket = bucket(&location)?.ok_or_else(|| Failure::of(Reason::BucketNameInvalid))?;
    let signed = post::read(&form.fields, false)?;
    let mut sizes = (0, u64::MAX);
    form.expand();
    settle_type(&mut form)?;
    let mut signed_for = None;
    if let Some((signed, policy)) = &signed {
        let (now, regions) = (underway.caller.call().time, domains.region_names());
        let verify = |secret: &[u8]| signed.verify(secret, now, &regions);
        domains.gate.authenticate(&mut underway.caller, claim(signed), verify).await?;
        policy.check(bucket.as_str(), &form.fields)?;
        sizes = policy.sizes();
        signed_for = signed.scope.as_ref().map(|scope| scope.region.as_str());
    }
    let region = domains.region_for(signed_for, Some(&bucket)).await?.clone();
    underway.region = Some(region.clone());
    let said = as_head(&form.fields)?;
    let (key, outcome) = (object_key(form.fields.required("key")?)?, Outcome::of(&form.fields)?);
    let mut op = Put::new(bucket.clone(), key.clone(), form.content(sizes));
    op.draft = headers::draft(&said)?;
    op.conditions = conditions::write(&said)?;
    let written = domains.gate.perform(&underway.caller, region.objects.as_ref(), op).await?;
    let etag = spelling::etag(&written.etag);
    let mut response = Stored { head, secure, bucket: &bucket, key: &key, etag: &etag }.answer(&outcome);
    headers::put_written(&mut response, &written.etag, written.crc64, &written.protection);
    headers::put_version(&mut response, written.version);
    put(&mut response, "etag", &etag);
    Ok(response)
}

/// The media type that the object will have becomes the field of that name, so that what the policy says of it is held
/// against no other: the dialect's own field counts before the usual one, and that before what stands beside the file.
fn settle_type(form: &mut Form) -> Result<()> {
    let Form { fields, file, .. } = form;
    let own = fields.filled(CONTENT_TYPE).or_else(|| fields.filled("content-type"));
    let Some(kind) = own.or(file.content_type.as_deref()).map(str::to_owned) else { return Ok(()) };
    if fields.get("content-type").is_some() {
        fields.replace("content-type", kind);
        return Ok(());
    }
    fields.add("content-type".to_owned(), kind)
}

/// The fields as the headers of the put that the form stands for. What would mean something else is refused; fields that
/// are nobody's, such as a page keeps for itself, mean nothing, as at the vendor's.
fn as_head(fields: &FormFields) -> Result<Head> {
    refuse_unsupported(fields)?;
    let mut request = http::Request::builder().method("POST").uri("/");
    let mut add = |name: &str, value: &str| -> Result<()> {
        let wrong =
            || Failure::new(Reason::ParameterInvalid, format!("The field {} is no header.", encoding::encode(name)));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| wrong())?;
        if let Some(headers) = request.headers_mut() {
            headers.append(name, value);
        }
        Ok(())
    };
    for (name, value) in fields.iter() {
        if AS_HEADERS.contains(&name) || name.starts_with("x-oss-") && !OF_THE_FORM.contains(&name) {
            add(name, value)?;
        }
    }
    let (parts, ()) = request.body(()).map_err(Failure::internal)?.into_parts();
    Head::from_parts(&parts)
}

fn refuse_unsupported(fields: &FormFields) -> Result<()> {
    let known = |name: &str| {
        !name.starts_with("x-oss-")
            || name.starts_with(headers::METADATA)
            || OF_THE_FORM.contains(&name)
            || table::DRAFT.contains(&name)
    };
    match fields.iter().find(|(name, _)| !known(name) || matches!(*name, "callback" | "callback-var")) {
        Some((name, _)) => {
            let text = format!("The field {} is not supported with {NAME}.", encoding::encode(name));
            Err(Failure::new(Reason::NotImplemented, text))
        }
        None => Ok(()),
    }
}

/// A post into a bucket that is no form, or one that is signed as other requests are.
pub(super) async fn no_form(_: super::context::Context<'_>) -> Result<Response> {
    let text = "An upload by POST is multipart/form-data, and has its signature in its fields.";
    Err(Failure::new(Reason::FormMalformed, text))
}
