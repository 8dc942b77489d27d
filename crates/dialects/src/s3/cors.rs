//! Rules for pages of other origins, and the preflights that browsers send before such a page's request.

use super::answer::{failed, signed};
use super::context::Context;
use super::convert::{bucket, signed as number};
use super::serve::recorded;
use crate::body::{Response, empty};
use crate::cors::{self, METHOD};
use crate::domains::{Domains, Region};
use iam::Caller;
use objects::{CorsMethod, CorsRule, CorsRules, PutBucketCors};
use s3s::S3Request;
use s3s::dto::{
    self, DeleteBucketCorsInput, DeleteBucketCorsOutput, GetBucketCorsInput, GetBucketCorsOutput, PutBucketCorsInput,
    PutBucketCorsOutput,
};
use std::sync::Arc;
use types::{BucketName, Failure, Result};
use wire::Head;
use wire::signature::Family;

/// The name of a preflight in events.
const OPTIONS: &str = "OptionsObject";

/// Says pages of which origins may ask a bucket for what.
pub(super) async fn put(cx: &Arc<Context>, request: S3Request<PutBucketCorsInput>) -> Result<PutBucketCorsOutput> {
    let bucket = bucket(&request.input.bucket)?;
    let rules = request.input.cors_configuration.cors_rules.into_iter().map(read).collect::<Result<_>>()?;
    cx.perform(PutBucketCors { bucket, rules: CorsRules::new(rules, true)? }).await?;
    Ok(PutBucketCorsOutput::default())
}

fn read(rule: dto::CORSRule) -> Result<CorsRule> {
    let method = |name: &dto::AllowedMethod| {
        let rule = "it must be GET, PUT, POST, DELETE or HEAD";
        CorsMethod::parse(name).ok_or_else(|| Failure::invalid("AllowedMethod", rule))
    };
    let age = |age: i32| u32::try_from(age).map_err(|_| Failure::invalid("MaxAgeSeconds", "it must be 0 or more"));
    Ok(CorsRule {
        id: rule.id,
        methods: rule.allowed_methods.iter().map(method).collect::<Result<_>>()?,
        origins: rule.allowed_origins,
        headers: rule.allowed_headers.unwrap_or_default(),
        exposed: rule.expose_headers.unwrap_or_default(),
        max_age: rule.max_age_seconds.map(age).transpose()?,
    })
}

/// Shows those rules.
pub(super) async fn get(cx: &Arc<Context>, request: S3Request<GetBucketCorsInput>) -> Result<GetBucketCorsOutput> {
    let rules = cx.perform(objects::GetBucketCors { bucket: bucket(&request.input.bucket)? }).await?;
    Ok(GetBucketCorsOutput { cors_rules: Some(rules.rules().iter().map(shown).collect()) })
}

fn shown(rule: &CorsRule) -> dto::CORSRule {
    let filled = |list: &Vec<String>| Some(list.clone()).filter(|list| !list.is_empty());
    dto::CORSRule {
        allowed_headers: filled(&rule.headers),
        allowed_methods: rule.methods.iter().map(|method| method.name().to_owned()).collect(),
        allowed_origins: rule.origins.clone(),
        expose_headers: filled(&rule.exposed),
        id: rule.id.clone(),
        max_age_seconds: rule.max_age.map(|age| i32::try_from(number(age)).unwrap_or(i32::MAX)),
    }
}

/// Takes them off.
pub(super) async fn delete(
    cx: &Arc<Context>,
    request: S3Request<DeleteBucketCorsInput>,
) -> Result<DeleteBucketCorsOutput> {
    cx.perform(objects::DeleteBucketCors { bucket: bucket(&request.input.bucket)? }).await?;
    Ok(DeleteBucketCorsOutput::default())
}

/// The bucket that a preflight is about. Its query is the coming request's, a signed URL's perhaps, and counts for nothing.
pub(super) fn preflight(domains: &Domains, head: &Head) -> Option<BucketName> {
    if head.method() != METHOD {
        return None;
    }
    let location = domains.addressing.resolve(head.header("host").unwrap_or_default(), head.raw_path()).ok()?;
    location.bucket?.parse().ok()
}

/// Answers a preflight, which nobody signs.
pub(super) async fn asked(domains: &Domains, mut nobody: Caller, head: &Head, bucket: BucketName) -> Response {
    nobody.set_operation(OPTIONS);
    let region = match domains.region_for(None, Some(&bucket)).await {
        Ok(region) => region,
        Err(failure) => return failed(head, nobody.call(), &failure),
    };
    match granted(domains, region, &nobody, head, bucket).await {
        Ok(response) => signed(response, nobody.call()),
        Err(failure) => failed(head, nobody.call(), &recorded(domains, region, &nobody, failure).await),
    }
}

async fn granted(
    domains: &Domains,
    region: &Region,
    nobody: &Caller,
    head: &Head,
    bucket: BucketName,
) -> Result<Response> {
    let grant = domains.gate.perform(nobody, &*region.objects, cors::question(head, bucket)?).await?;
    let mut response = Response::new(empty());
    cors::put_grant(response.headers_mut(), &grant, Family::S3);
    Ok(response)
}
