//! `POST /bucket` with a form: an object uploaded by a browser (Amazon S3 API Reference, "POST Object"). `s3s` would read
//! the file whole before it asks anyone, and goes by a policy only where there is one; so the form does not go there.

use super::answer::{failed, signed};
use super::convert::{bucket, key};
use super::direct::{put_protection, put_version};
use super::draft::storage_class;
use super::serve::{DIALECT, recorded, region};
use super::{acl, checksums, encryption};
use crate::arrival::Arrival;
use crate::body::Response;
use crate::domains::{Domains, Region};
use crate::upload_form::{Form, Outcome, Stored};
use http::{HeaderMap, HeaderName, HeaderValue};
use iam::{Caller, Claim};
use objects::{Draft, Headers, Lock, Put, Tags};
use std::sync::Arc;
use types::{BucketName, Failure, Reason, Result, Timestamp};
use wire::signature::post;
use wire::upload_form::{FormFields, FormPolicy};
use wire::{Head, encoding, xml};

/// Its name in events.
const NAME: &str = "PostObject";
const METADATA: &str = "x-amz-meta-";

/// Fields of this dialect that are taken, beside metadata and checksums.
const KNOWN: &[&str] = &[
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-signature",
    "x-amz-security-token",
    "x-amz-storage-class",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-checksum-algorithm",
    "x-amz-sdk-checksum-algorithm",
];

/// Answers a form.
pub(crate) async fn post(domains: &Arc<Domains>, arrival: Arrival, head: &Head, form: Result<Form>) -> Response {
    let secure = arrival.secure;
    let mut caller = Caller::anonymous(arrival.call(DIALECT, head.header("user-agent").unwrap_or_default()));
    caller.set_operation(NAME);
    let mut place = domains.region(None);
    let result = match form {
        Ok(form) => run(domains, &mut caller, &mut place, head, secure, form).await,
        Err(failure) => Err(failure),
    };
    let failure = match (result, place) {
        (Ok(response), _) => return signed(response, caller.call()),
        (Err(failure), Ok(region)) => recorded(domains, region, &caller, failure).await,
        (Err(_), Err(nowhere)) => nowhere,
    };
    failed(head, caller.call(), &failure)
}

async fn run<'d>(
    domains: &'d Domains,
    caller: &mut Caller,
    place: &mut Result<&'d Arc<Region>>,
    head: &Head,
    secure: bool,
    mut form: Form,
) -> Result<Response> {
    let location = domains.addressing.resolve(head.header("host").unwrap_or_default(), head.raw_path())?;
    let bucket = bucket(location.bucket.as_deref().unwrap_or_default())?;
    let here = region_of(domains, &form.fields, &bucket).await?;
    *place = Ok(here);
    form.expand();
    let sizes = admitted(domains, caller, &form.fields, &bucket).await?;
    let (draft, outcome) = (draft(&form.fields)?, Outcome::of(&form.fields)?);
    let key = key(form.fields.required("key")?)?;
    let (expected, _) = checksums::expected(&sums(&form.fields)?, true, None)?;
    let mut operation = Put::new(bucket.clone(), key.clone(), form.content(sizes));
    (operation.draft, operation.expected) = (draft, expected);
    let written = domains.gate.perform(caller, &*here.objects, operation).await?;
    let etag = format!("\"{}\"", written.etag);
    let mut response = Stored { head, secure, bucket: &bucket, key: &key, etag: &etag }.answer(&outcome);
    let headers = response.headers_mut();
    put_protection(headers, &written.protection)?;
    put_version(headers, written.version)?;
    checksums::write(headers, &written.checksums, written.checksum_scope)?;
    Ok(response)
}

/// The region a form was signed for, or that of its bucket.
async fn region_of<'d>(domains: &'d Domains, fields: &FormFields, bucket: &BucketName) -> Result<&'d Arc<Region>> {
    match fields.get("x-amz-credential").and_then(|credential| credential.split('/').nth(2)) {
        Some(name) => region(domains, name),
        None => domains.region_for(None, Some(bucket)).await,
    }
}

/// Makes somebody of the caller, unless the form is not signed, and holds it against its policy. Gives the sizes that the
/// file may have.
async fn admitted(
    domains: &Domains,
    caller: &mut Caller,
    fields: &FormFields,
    bucket: &BucketName,
) -> Result<(u64, u64)> {
    let Some((signed, policy)) = post::read(fields, true)? else { return Ok((0, u64::MAX)) };
    let (now, regions) = (caller.call().time, domains.region_names());
    let claim = Claim { access_key: signed.access_key_id.clone(), token: signed.security_token.clone(), nonce: None };
    domains.gate.authenticate(caller, claim, |secret| signed.verify(secret, now, &regions)).await?;
    check(&policy, fields, bucket)?;
    Ok(policy.sizes())
}

/// Every field must be one that the signer spoke of; else whoever has the form could add what it likes.
fn check(policy: &FormPolicy, fields: &FormFields, bucket: &BucketName) -> Result<()> {
    let free = |name: &str| matches!(name, "policy" | "x-amz-signature") || name.starts_with("x-ignore-");
    policy.check_coverage(fields, free)?;
    policy.check(bucket.as_str(), fields)
}

/// What the fields say of the object.
fn draft(fields: &FormFields) -> Result<Draft> {
    refuse_unsupported(fields)?;
    let key = fields.get("x-amz-server-side-encryption-aws-kms-key-id").map(str::to_owned);
    Ok(Draft {
        headers: headers(fields)?,
        acl: fields.get("acl").map(acl::of_object).transpose()?.flatten(),
        storage_class: fields.get("x-amz-storage-class").map(storage_class).transpose()?,
        encryption: encryption::asked(fields.get("x-amz-server-side-encryption"), key.as_ref())?,
        tags: fields.get("tagging").map_or_else(|| Ok(Tags::default()), tags)?,
        // Fields that ask for one are not among the known.
        lock: Lock::default(),
    })
}

fn refuse_unsupported(fields: &FormFields) -> Result<()> {
    let known = |name: &str| {
        !name.starts_with("x-amz-")
            || name.starts_with(METADATA)
            || KNOWN.contains(&name)
            || checksums::header_of(name).is_some()
    };
    match fields.iter().find(|(name, _)| !known(name)) {
        Some((name, _)) => {
            let text = format!("The field {} is not supported.", encoding::encode(name));
            Err(Failure::new(Reason::NotImplemented, text))
        }
        None => Ok(()),
    }
}

fn headers(fields: &FormFields) -> Result<Headers> {
    let text = |name: &'static str| -> Result<Option<String>> {
        let value = fields.filled(name).map(|value| fit(name, value)).transpose()?;
        Ok(value.map(str::to_owned))
    };
    let expires = text("expires")?;
    if expires.as_deref().is_some_and(|date| Timestamp::parse_http_date(date).is_none()) {
        return Err(Failure::invalid("Expires", "it must be a date of HTTP"));
    }
    let mut headers = Headers {
        content_type: text("content-type")?,
        content_encoding: text("content-encoding")?,
        content_language: text("content-language")?,
        content_disposition: text("content-disposition")?,
        cache_control: text("cache-control")?,
        expires,
        ..Headers::default()
    };
    for (name, value) in fields.iter() {
        let Some(own) = name.strip_prefix(METADATA) else { continue };
        if own.is_empty() || HeaderName::from_bytes(name.as_bytes()).is_err() {
            return Err(Failure::invalid("x-amz-meta-", "the name behind it must be one of a header"));
        }
        headers.user.insert(own.to_owned(), fit("x-amz-meta-", value)?.to_owned());
    }
    Ok(headers)
}

/// A field that will be the value of a header.
fn fit<'v>(name: &'static str, value: &'v str) -> Result<&'v str> {
    match HeaderValue::from_bytes(value.as_bytes()) {
        Ok(_) => Ok(value),
        Err(_) => Err(Failure::invalid(name, "it must be the value of a header")),
    }
}

fn tags(document: &str) -> Result<Tags> {
    let read = xml::parse_root(document.as_bytes(), "Tagging")?;
    read.only(&["TagSet"])?;
    let set = read.required("TagSet")?;
    set.only(&["Tag"])?;
    let pairs = set.all("Tag").map(|tag| {
        tag.only(&["Key", "Value"])?;
        Ok((tag.required_text("Key")?.to_owned(), tag.optional_text("Value")?.unwrap_or_default().to_owned()))
    });
    Tags::of_object(pairs.collect::<Result<Vec<_>>>()?)
}

/// The checksums among the fields, as headers.
fn sums(fields: &FormFields) -> Result<HeaderMap> {
    let sums = fields.iter().filter(|(name, _)| checksums::header_of(name).is_some() || *name == ALGORITHM);
    let pair = |(name, value): (&str, &str)| {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(Failure::internal)?;
        let value = HeaderValue::from_bytes(fit("x-amz-checksum-", value)?.as_bytes()).map_err(Failure::internal)?;
        Ok((name, value))
    };
    sums.map(pair).collect()
}

/// The kind of checksum that is to be kept, whether or not one was sent.
const ALGORITHM: &str = "x-amz-sdk-checksum-algorithm";
