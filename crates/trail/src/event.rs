use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What kind of caller an event names (ActionTrail `userIdentity.type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityKind {
    /// The account's own key.
    RootAccount,
    /// A user.
    RamUser,
    /// A role's session.
    AssumedRole,
    /// Bailee itself.
    System,
    /// Nobody: the request carried no identity, or none that could be believed.
    Anonymous,
}

/// Who did it (ActionTrail `userIdentity`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity<'a> {
    /// What kind of caller.
    #[serde(rename = "type")]
    pub kind: IdentityKind,
    /// The account id, user id or `roleId:sessionName`.
    pub principal_id: Cow<'a, str>,
    /// The caller's account.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub account_id: Cow<'a, str>,
    /// The access key that signed, as claimed if the signature did not hold.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub access_key_id: Cow<'a, str>,
    /// The user's name, `root`, or `role:session`.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub user_name: Cow<'a, str>,
    /// About the session, for temporary credentials.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub session_context: Cow<'a, Map<String, Value>>,
}

/// Whether a call touches settings or content (ActionTrail `eventCategory`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Category {
    /// Settings: buckets, keys, users.
    Management,
    /// Content: objects.
    Data,
}

/// One entry of the log, in the schema of ActionTrail events, version 1. It borrows what it can: one is made for every
/// call. It never holds a secret: what goes into
/// `request_parameters` and `response_elements` is chosen by each operation, not copied from the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event<'a> {
    /// A UUID of its own.
    pub event_id: Cow<'a, str>,
    /// Always `1`.
    pub event_version: Cow<'a, str>,
    /// When, in UTC, `2012-02-24T08:43:07Z`.
    pub event_time: Cow<'a, str>,
    /// The operation, as the dialect calls it.
    pub event_name: Cow<'a, str>,
    /// `ApiCall`, or `AliyunServiceEvent` for work of Bailee's own.
    pub event_type: Cow<'a, str>,
    /// The host of the service.
    pub event_source: Cow<'a, str>,
    /// `Read` or `Write`.
    #[serde(rename = "eventRW")]
    pub event_rw: Cow<'a, str>,
    /// What it touched.
    pub event_category: Category,
    /// The service.
    pub service_name: Cow<'a, str>,
    /// The version of its interface.
    pub api_version: Cow<'a, str>,
    /// The region; empty for what is global.
    pub acs_region: Cow<'a, str>,
    /// The request's id.
    pub request_id: Cow<'a, str>,
    /// Where from: an address, or the service that asked on the caller's behalf.
    pub source_ip_address: Cow<'a, str>,
    /// What the client says it is.
    pub user_agent: Cow<'a, str>,
    /// Who.
    pub user_identity: Identity<'a>,
    /// What was asked, without secrets.
    pub request_parameters: Cow<'a, Map<String, Value>>,
    /// What was answered, where it matters, without secrets.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub response_elements: Cow<'a, Map<String, Value>>,
    /// What it was about: ids by type, such as `ACS::KMS::Key`.
    pub referenced_resources: Cow<'a, BTreeMap<String, Vec<String>>>,
    /// The types in one text: types joined by semicolons.
    pub resource_type: Cow<'a, str>,
    /// The ids in one text: ids of one type joined by commas, types by semicolons.
    pub resource_name: Cow<'a, str>,
    /// Whether it belongs to no region.
    pub is_global: bool,
    /// What else there is to say: the action and resource that were decided, which policy refused.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub additional_event_data: Cow<'a, Map<String, Value>>,
    /// The account whose thing it was.
    pub recipient_account_id: Cow<'a, str>,
    /// Why not; empty when it was done.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub error_code: Cow<'a, str>,
    /// Why not, as the caller was told.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub error_message: Cow<'a, str>,
}

impl<'a> Event<'a> {
    /// Sets what the event was about, in all three spellings.
    pub fn set_resources(&mut self, resources: Cow<'a, BTreeMap<String, Vec<String>>>) {
        self.resource_type = joined(resources.keys().map(String::as_str), ";").into();
        self.resource_name =
            joined(resources.values().map(|ids| joined(ids.iter().map(String::as_str), ",")), ";").into();
        self.referenced_resources = resources;
    }

    /// Whether the call was refused or failed.
    pub fn failed(&self) -> bool {
        !self.error_code.is_empty()
    }
}

fn joined<T: AsRef<str>>(parts: impl Iterator<Item = T>, between: &str) -> String {
    let mut text = String::new();
    for (i, part) in parts.enumerate() {
        if i > 0 {
            text.push_str(between);
        }
        text.push_str(part.as_ref());
    }
    text
}
