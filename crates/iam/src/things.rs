//! What conditions may ask about the users, roles and policies that an operation is about.

use crate::operation::Audit;
use crate::policy::{Context, Key};
use crate::records::{POLICIES, PolicyRef, ROLES, USERS};
use crate::tags::Tags;
use store::View;
use types::{AccountId, Result};

/// The beginning of the condition keys for the tags of what is asked for.
const RESOURCE_TAG: &str = "acs:ResourceTag/";
/// The beginning of the condition keys for tags that a request brings along.
const REQUEST_TAG: &str = "acs:RequestTag/";
/// The policy that is the ceiling over whom a request is about, or will be.
const BOUNDARY: Key = Key::known("ram:PermissionsBoundary");

/// What is known of the user, role or policy at `path`, such as `user/alice`. Nothing of what is not there, and of other
/// kinds of things.
pub(crate) async fn facts_of(view: &View, account: AccountId, path: &str) -> Result<Context> {
    let mut facts = Context::new();
    let Some((kind, name)) = path.split_once('/') else { return Ok(facts) };
    let name = name.as_bytes();
    let (tags, boundary) = match kind {
        "user" => view.get(USERS, account, name).await?.map(|user| (user.tags, user.boundary)),
        "role" => view.get(ROLES, account, name).await?.map(|role| (role.tags, role.boundary)),
        "policy" => view.get(POLICIES, account, name).await?.map(|policy| (policy.tags, None)),
        _ => None,
    }
    .unwrap_or_default();
    tag_facts(&mut facts, &tags);
    boundary_facts(&mut facts, account, boundary.as_ref());
    Ok(facts)
}

/// Tells conditions of the tags of what is asked for.
pub(crate) fn tag_facts(facts: &mut Context, tags: &Tags) {
    tags.add_to(facts, RESOURCE_TAG);
}

/// Tells conditions of the tags that a request brings along.
pub(crate) fn request_facts(facts: &mut Context, tags: &Tags) {
    tags.add_to(facts, REQUEST_TAG);
}

/// Tells conditions of what a new user, role or policy is to have.
pub(crate) fn start_facts(account: AccountId, tags: &Tags, boundary: Option<&PolicyRef>) -> Context {
    let mut facts = Context::new();
    request_facts(&mut facts, tags);
    boundary_facts(&mut facts, account, boundary);
    facts
}

/// Notes what a new user, role or policy is to have.
pub(crate) fn audit_start(audit: &mut Audit, tags: &Tags, boundary: Option<&PolicyRef>) {
    audit.optional("Tags", (!tags.is_empty()).then(|| tags.audited()));
    audit.optional("PermissionsBoundary", boundary.map(PolicyRef::place));
}

/// Tells conditions of a ceiling over a user or role.
pub(crate) fn boundary_facts(facts: &mut Context, account: AccountId, boundary: Option<&PolicyRef>) {
    match boundary {
        Some(PolicyRef::System(name)) => facts.set(BOUNDARY, format!("acs:ram::system:policy/{name}")),
        Some(PolicyRef::Custom(name)) => facts.set(BOUNDARY, format!("acs:ram::{account}:policy/{name}")),
        None => {}
    }
}
