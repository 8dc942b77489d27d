//! What is kept of identities, and where. All of it lives in the identity store, which holds no content.

use crate::tags::Tags;
use serde::{Deserialize, Serialize};
use store::{Record, Space, Table};
use types::{
    AccessKeyId, AccountId, Failure, GroupId, GroupName, OperatorName, PolicyName, Result, RoleId, RoleName, Timestamp,
    UserId, UserName,
};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// An account. Kept under [`AccountId::PLATFORM`], by its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountRecord {
    /// Its id.
    pub id: AccountId,
    /// What operators call it.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
}

/// Which account an access key belongs to. Kept under [`AccountId::PLATFORM`], by the key's id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyOwnerRecord {
    /// The account.
    pub account: AccountId,
}

/// A number that every change to an account's identities moves on. What is cached of them is good as long as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GenerationRecord {
    /// The number.
    pub generation: u64,
}

/// Whose an access key is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyHolder {
    /// The account itself.
    Root,
    /// A user.
    User(UserName),
    /// An operator of the deployment: its keys are the platform's account's.
    Operator(OperatorName),
}

impl KeyHolder {
    /// Its part of a key: no user has an empty name.
    pub(crate) fn place(&self) -> &str {
        match self {
            Self::Root => "",
            Self::User(name) => name.as_str(),
            Self::Operator(name) => name.as_str(),
        }
    }
}

/// The secret half of an access key, as it is kept: requests are signed with it, so it must be read back.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub(crate) struct StoredSecret(String);

impl StoredSecret {
    /// Takes it in.
    pub(crate) fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The secret, for checking a signature.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// An access key.
#[derive(Serialize, Deserialize)]
pub(crate) struct AccessKeyRecord {
    /// Its id.
    pub id: AccessKeyId,
    /// Whose it is.
    pub holder: KeyHolder,
    /// Its secret.
    pub secret: StoredSecret,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// When an access key was last used.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct KeyUseRecord {
    /// When.
    pub used: Timestamp,
}

/// A user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserRecord {
    /// The immutable id.
    pub id: UserId,
    /// The name.
    pub name: UserName,
    /// What people see.
    #[serde(default)]
    pub display_name: String,
    /// Notes.
    #[serde(default)]
    pub comments: String,
    /// A mobile number, as given.
    #[serde(default)]
    pub mobile_phone: String,
    /// A mail address, as given.
    #[serde(default)]
    pub email: String,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// The policy that is the ceiling over it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<PolicyRef>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

/// A group of users. What is attached to it counts for each of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GroupRecord {
    /// The immutable id.
    pub id: GroupId,
    /// The name.
    pub name: GroupName,
    /// Notes.
    #[serde(default)]
    pub comments: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

/// That a user is in a group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MembershipRecord {
    /// Since when.
    pub joined: Timestamp,
}

/// A role.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoleRecord {
    /// The immutable id.
    pub id: RoleId,
    /// The name.
    pub name: RoleName,
    /// Notes.
    #[serde(default)]
    pub description: String,
    /// Who may assume it: the text of the trust policy.
    pub trust: String,
    /// The text that this is a translation of, if its author wrote it in another grammar.
    #[serde(default)]
    pub original: Option<String>,
    /// The longest a session may last, in seconds.
    pub max_session_secs: u32,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// The policy that is the ceiling over it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<PolicyRef>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

/// A custom policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PolicyRecord {
    /// The name.
    pub name: PolicyName,
    /// Notes.
    #[serde(default)]
    pub description: String,
    /// The text of the default version.
    pub document: String,
    /// The text that this is a translation of, if its author wrote it in another grammar.
    #[serde(default)]
    pub original: Option<String>,
    /// The name of the default version, `v1`.
    pub version: String,
    /// When that version was made; with the policy, if not said.
    #[serde(default)]
    pub version_created: Option<Timestamp>,
    /// The number of the newest version there ever was; numbers are not used again.
    #[serde(default = "one")]
    pub newest: u32,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

const fn one() -> u32 {
    1
}

/// A version of a custom policy that is not the default one, or a policy that one holder alone has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PolicyVersionRecord {
    /// Its text.
    pub document: String,
    /// The text that this is a translation of, if its author wrote it in another grammar.
    #[serde(default)]
    pub original: Option<String>,
    /// When it was made.
    pub created: Timestamp,
}

/// From where access keys may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyNetworks {
    /// Whether the rule is in force.
    pub active: bool,
    /// Addresses and blocks, as given.
    pub networks: Vec<String>,
}

/// The ceiling over an account, which the deployment set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ControlPolicyRecord {
    /// Its text.
    pub document: String,
    /// When it was set.
    pub set: Timestamp,
}

/// How surely an account's events are kept before the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordPreference {
    /// Reads and refusals are on disk before they are answered, as changes always are.
    pub strict: bool,
}

/// That a policy is attached somewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AttachmentRecord {
    /// Since when.
    pub attached: Timestamp,
}

/// A nonce that was used.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NonceRecord {}

impl Record for AccountRecord {}
impl Record for KeyOwnerRecord {}
impl Record for GenerationRecord {}
impl Record for AccessKeyRecord {}
impl Record for KeyUseRecord {}
impl Record for UserRecord {}
impl Record for GroupRecord {}
impl Record for MembershipRecord {}
impl Record for RoleRecord {}
impl Record for PolicyRecord {}
impl Record for PolicyVersionRecord {}
impl Record for KeyNetworks {}
impl Record for ControlPolicyRecord {}
impl Record for AttachmentRecord {}
impl Record for NonceRecord {}
impl Record for RecordPreference {}

/// Accounts by id, under the platform.
pub(crate) const ACCOUNTS: Table<AccountRecord> = Table::new(Space::Identity, 1, "an account");
/// Access keys' accounts by key id, under the platform.
pub(crate) const KEY_OWNERS: Table<KeyOwnerRecord> = Table::new(Space::Identity, 2, "an access key's account");
/// The account's generation, under an empty suffix.
pub(crate) const GENERATIONS: Table<GenerationRecord> = Table::new(Space::Identity, 3, "an account's generation");
/// Users by name.
pub(crate) const USERS: Table<UserRecord> = Table::new(Space::Identity, 4, "a user");
/// Access keys by id.
pub(crate) const ACCESS_KEYS: Table<AccessKeyRecord> = Table::new(Space::Identity, 5, "an access key");
/// The access keys of a holder: [`pair`] of [`KeyHolder::place`] and key id.
pub(crate) const USER_KEYS: Table<AttachmentRecord> = Table::new(Space::Identity, 6, "an access key of a user");
/// Custom policies by name.
pub(crate) const POLICIES: Table<PolicyRecord> = Table::new(Space::Identity, 7, "a policy");
/// Roles by name.
pub(crate) const ROLES: Table<RoleRecord> = Table::new(Space::Identity, 8, "a role");
/// What is attached to a holder: [`pair`] of [`Holder::place`] and [`PolicyRef::place`].
pub(crate) const ATTACHMENTS: Table<AttachmentRecord> = Table::new(Space::Identity, 9, "an attachment");
/// Where a policy is attached: [`pair`] of [`PolicyRef::place`] and [`Holder::place`].
pub(crate) const ATTACHED_TO: Table<AttachmentRecord> = Table::new(Space::Identity, 10, "an attachment");
/// Groups by name.
pub(crate) const GROUPS: Table<GroupRecord> = Table::new(Space::Identity, 11, "a group");
/// Who is in a group: [`pair`] of group name and user name.
pub(crate) const MEMBERS: Table<MembershipRecord> = Table::new(Space::Identity, 12, "a member of a group");
/// The groups of a user: [`pair`] of user name and group name.
pub(crate) const MEMBERSHIPS: Table<MembershipRecord> = Table::new(Space::Identity, 13, "a membership of a user");
/// Versions of custom policies other than the default one: [`pair`] of policy name and the version's number in ten digits.
pub(crate) const POLICY_VERSIONS: Table<PolicyVersionRecord> = Table::new(Space::Identity, 14, "a version of a policy");
/// Policies that one holder alone has: [`pair`] of [`Holder::place`] and the policy's name.
pub(crate) const INLINE_POLICIES: Table<PolicyVersionRecord> =
    Table::new(Space::Identity, 24, "a policy of one holder");
/// Over whom a policy is the ceiling: [`pair`] of [`PolicyRef::place`] and [`Holder::place`].
pub(crate) const BOUNDED: Table<AttachmentRecord> = Table::new(Space::Identity, 50, "a permissions boundary");
/// The ceiling over the account, under an empty suffix.
pub(crate) const CONTROL_POLICIES: Table<ControlPolicyRecord> =
    Table::new(Space::Identity, 51, "an account's control policy");
/// From where single access keys may be used, by id.
pub(crate) const KEY_NETWORKS: Table<KeyNetworks> = Table::new(Space::Identity, 52, "an access key's networks");
/// From where the access keys of the account may be used that have no rule of their own, under an empty suffix.
pub(crate) const ACCOUNT_NETWORKS: Table<KeyNetworks> =
    Table::new(Space::Identity, 53, "the networks of an account's access keys");
/// How surely the account's events are kept before the answer, under an empty suffix.
pub(crate) const RECORDING: Table<RecordPreference> = Table::new(Space::Identity, 80, "an account's record preference");
/// Last uses of access keys by id.
pub(crate) const KEY_USES: Table<KeyUseRecord> = Table::new(Space::Identity, 23, "an access key's last use");
/// Used nonces, under the platform: the minute they were signed in (eight bytes, big endian), then
/// `SHA-256(access key id ‖ 0 ‖ value)`.
pub(crate) const NONCES: Table<NonceRecord> = Table::new(Space::System, 1, "a nonce");

/// What a policy can be attached to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A user.
    User(UserName),
    /// A group.
    Group(GroupName),
    /// A role.
    Role(RoleName),
}

impl Holder {
    /// Its part of a key.
    pub fn place(&self) -> String {
        match self {
            Self::User(name) => format!("u/{name}"),
            Self::Group(name) => format!("g/{name}"),
            Self::Role(name) => format!("r/{name}"),
        }
    }

    /// From its part of a key.
    pub(crate) fn from_place(place: &str) -> Option<Self> {
        match place.split_once('/')? {
            ("u", name) => name.parse().ok().map(Self::User),
            ("g", name) => name.parse().ok().map(Self::Group),
            ("r", name) => name.parse().ok().map(Self::Role),
            _ => None,
        }
    }
}

/// A policy, ours or the account's own. Records hold its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PolicyRef {
    /// One that comes with Bailee.
    System(String),
    /// One the account made.
    Custom(PolicyName),
}

impl From<PolicyRef> for String {
    fn from(policy: PolicyRef) -> Self {
        policy.place()
    }
}

impl TryFrom<String> for PolicyRef {
    type Error = &'static str;

    fn try_from(place: String) -> Result<Self, Self::Error> {
        Self::from_place(&place).ok_or("not the place of a policy")
    }
}

impl PolicyRef {
    /// Its part of a key.
    pub fn place(&self) -> String {
        match self {
            Self::System(name) => format!("s/{name}"),
            Self::Custom(name) => format!("c/{name}"),
        }
    }

    /// From a policy type and a name as clients write them.
    pub fn parse(kind: &str, name: &str) -> Result<Self> {
        let parsed: PolicyName = name.parse().map_err(|e| Failure::invalid("PolicyName", e))?;
        match kind {
            "System" => Ok(Self::System(parsed.into())),
            "Custom" => Ok(Self::Custom(parsed)),
            _ => Err(Failure::invalid("PolicyType", "System or Custom")),
        }
    }

    /// The policy type as clients write it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::System(_) => "System",
            Self::Custom(_) => "Custom",
        }
    }

    /// From its part of a key.
    pub fn from_place(place: &str) -> Option<Self> {
        match place.split_once('/')? {
            ("s", name) => Some(Self::System(name.to_owned())),
            ("c", name) => name.parse().ok().map(Self::Custom),
            _ => None,
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Self::System(name) => name,
            Self::Custom(name) => name.as_str(),
        }
    }
}

/// A key of two parts. No name holds a zero byte, so the first part ends where it is seen to.
pub(crate) fn pair(first: &str, second: &str) -> Vec<u8> {
    [first.as_bytes(), b"\0", second.as_bytes()].concat()
}

/// The second part of what [`pair`] made.
pub(crate) fn second(pair: &[u8]) -> Option<&str> {
    let at = pair.iter().position(|b| *b == 0)?;
    std::str::from_utf8(pair.get(at + 1..)?).ok()
}
