//! Rules for pages of other origins, and the preflights that browsers send before such a page's request.

use super::answer::{document, nothing};
use super::context::Context;
use crate::body::Response;
use crate::cors;
use http::StatusCode;
use objects::{CorsMethod, CorsRule, CorsRules, DeleteBucketCors, GetBucketCors, PutBucketCors};
use types::{Failure, Result};
use wire::signature::Family;
use wire::xml::{Element, Writer};

/// Rules of one bucket in this dialect.
const RULES: usize = 20;

/// `PUT /bucket/?cors`
pub(super) async fn put(c: Context<'_>) -> Result<Response> {
    let xml = c.xml("CORSConfiguration")?;
    xml.only(&["CORSRule", "ResponseVary"])?;
    let rules: Vec<CorsRule> = xml.all("CORSRule").map(read).collect::<Result<_>>()?;
    if rules.len() > RULES {
        return Err(Failure::invalid("CORSRule", format_args!("there are at most {RULES} of them")));
    }
    let rules = CorsRules::new(rules, xml.boolean("ResponseVary")?.unwrap_or(false))?;
    c.perform(PutBucketCors { bucket: c.bucket()?, rules }).await?;
    Ok(nothing(StatusCode::OK))
}

fn read(rule: &Element) -> Result<CorsRule> {
    rule.only(&["AllowedOrigin", "AllowedMethod", "AllowedHeader", "ExposeHeader", "MaxAgeSeconds"])?;
    let list = |name: &'static str| rule.all(name).map(|one| one.text().to_owned()).collect();
    let method = |one: &Element| {
        let rule = "it must be GET, PUT, POST, DELETE or HEAD";
        CorsMethod::parse(one.text()).ok_or_else(|| Failure::invalid("AllowedMethod", rule))
    };
    Ok(CorsRule {
        id: None,
        origins: list("AllowedOrigin"),
        methods: rule.all("AllowedMethod").map(method).collect::<Result<_>>()?,
        headers: list("AllowedHeader"),
        exposed: list("ExposeHeader"),
        max_age: rule.parsed("MaxAgeSeconds")?,
    })
}

/// `GET /bucket/?cors`
pub(super) async fn get(c: Context<'_>) -> Result<Response> {
    let rules = c.perform(GetBucketCors { bucket: c.bucket()? }).await?;
    Ok(document("CORSConfiguration", |w| {
        rules.rules().iter().for_each(|rule| w.element("CORSRule", |w| write(w, rule)));
        w.text("ResponseVary", rules.varies());
    }))
}

fn write(w: &mut Writer, rule: &CorsRule) {
    rule.origins.iter().for_each(|origin| w.text("AllowedOrigin", origin));
    rule.methods.iter().for_each(|method| w.text("AllowedMethod", method.name()));
    rule.headers.iter().for_each(|header| w.text("AllowedHeader", header));
    rule.exposed.iter().for_each(|header| w.text("ExposeHeader", header));
    w.optional("MaxAgeSeconds", rule.max_age);
}

/// `DELETE /bucket/?cors`
pub(super) async fn delete(c: Context<'_>) -> Result<Response> {
    c.perform(DeleteBucketCors { bucket: c.bucket()? }).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}

/// `OPTIONS /bucket/` and `OPTIONS /bucket/key`, which nobody signs.
pub(super) async fn preflight(c: Context<'_>) -> Result<Response> {
    let grant = c.perform(cors::question(&c.head, c.bucket()?)?).await?;
    let mut response = nothing(StatusCode::OK);
    cors::put_grant(response.headers_mut(), &grant, Family::Oss);
    Ok(response)
}
