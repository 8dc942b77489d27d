//! Tags of users, roles and policies.

use super::context::Context;
use super::input::ending;
use super::policies;
use super::row::{Row, row};
use iam::{ListIdentityTags, TagIdentities, Tagged, TaggedKind, Tags, UntagIdentities};
use serde_json::{Value, json};
use types::{Failure, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "TagUser", Full, ["ram:TagResources"], ["UserName", "Tags"], tag_user),
    row!(Iam, "UntagUser", Full, ["ram:UntagResources"], ["UserName", "TagKeys"], untag_user),
    row!(Iam, "ListUserTags", Full, ["ram:ListTagResources"], ["UserName", "Marker", "MaxItems"], list_user),
    row!(Iam, "TagRole", Full, ["ram:TagResources"], ["RoleName", "Tags"], tag_role),
    row!(Iam, "UntagRole", Full, ["ram:UntagResources"], ["RoleName", "TagKeys"], untag_role),
    row!(Iam, "ListRoleTags", Full, ["ram:ListTagResources"], ["RoleName", "Marker", "MaxItems"], list_role),
    row!(Iam, "TagPolicy", Full, ["ram:TagResources"], ["PolicyArn", "Tags"], tag_policy),
    row!(Iam, "UntagPolicy", Full, ["ram:UntagResources"], ["PolicyArn", "TagKeys"], untag_policy),
    row!(Iam, "ListPolicyTags", Full, ["ram:ListTagResources"], ["PolicyArn", "Marker", "MaxItems"], list_policy),
];

/// The beginning of names that are the vendor's own.
const RESERVED: &str = "aws:";

/// The tags of a request; none if none are given.
pub(super) fn given(c: &Context<'_>) -> Result<Tags> {
    let mut pairs = Vec::new();
    for tag in c.input.structures("Tags.member")? {
        let name = tag.required("Key")?.to_owned();
        if name.to_ascii_lowercase().starts_with(RESERVED) {
            return Err(Failure::invalid("Tags", "names that do not begin with aws:"));
        }
        pairs.push((name, tag.get("Value").unwrap_or_default().to_owned()));
    }
    Tags::new("Tags", pairs)
}

async fn tag(c: &Context<'_>, of: Tagged) -> Result<Value> {
    let tags = given(c)?;
    if tags.is_empty() {
        return Err(Failure::missing("Tags"));
    }
    c.iam(TagIdentities { of: vec![of], tags }).await?;
    Ok(Value::Null)
}

async fn untag(c: &Context<'_>, of: Tagged) -> Result<Value> {
    let names = c.input.list("TagKeys.member")?.into_iter().map(str::to_owned).collect::<Vec<_>>();
    c.iam(UntagIdentities { of: vec![of], names: Some(names) }).await?;
    Ok(Value::Null)
}

async fn list(c: &Context<'_>, kind: TaggedKind, of: Tagged) -> Result<Value> {
    let op = ListIdentityTags { kind, of: vec![of], wanted: Vec::new(), page: c.input.page()? };
    let found = c.iam(op).await?;
    let mut members = ending(&found);
    let shown = found.items.iter().map(|tag| json!({"Key": tag.name, "Value": tag.value}));
    members.insert("Tags".to_owned(), shown.collect());
    Ok(Value::Object(members))
}

fn user(c: &Context<'_>) -> Result<Tagged> {
    c.input.named("UserName").map(Tagged::User)
}

fn role(c: &Context<'_>) -> Result<Tagged> {
    c.input.named("RoleName").map(Tagged::Role)
}

fn policy(c: &Context<'_>) -> Result<Tagged> {
    policies::own(c).map(Tagged::Policy)
}

async fn tag_user(c: &Context<'_>) -> Result<Value> {
    tag(c, user(c)?).await
}

async fn untag_user(c: &Context<'_>) -> Result<Value> {
    untag(c, user(c)?).await
}

async fn list_user(c: &Context<'_>) -> Result<Value> {
    list(c, TaggedKind::User, user(c)?).await
}

async fn tag_role(c: &Context<'_>) -> Result<Value> {
    tag(c, role(c)?).await
}

async fn untag_role(c: &Context<'_>) -> Result<Value> {
    untag(c, role(c)?).await
}

async fn list_role(c: &Context<'_>) -> Result<Value> {
    list(c, TaggedKind::Role, role(c)?).await
}

async fn tag_policy(c: &Context<'_>) -> Result<Value> {
    tag(c, policy(c)?).await
}

async fn untag_policy(c: &Context<'_>) -> Result<Value> {
    untag(c, policy(c)?).await
}

async fn list_policy(c: &Context<'_>) -> Result<Value> {
    list(c, TaggedKind::Policy, policy(c)?).await
}
