use super::value::Value;
use std::borrow::Cow;
use std::fmt;
use types::{Call, Principal};

/// The name of a fact about a request, such as `acs:SourceIp` or `kms:tag/team`. Its case does not matter.
#[derive(Clone)]
pub struct Key {
    /// Of the name whatever its case, so that most comparisons are of one number.
    hash: u64,
    name: Cow<'static, str>,
}

impl Key {
    /// A key known when the program is built.
    pub const fn known(name: &'static str) -> Self {
        Self { hash: hash(name.as_bytes()), name: Cow::Borrowed(name) }
    }

    /// A key made of something the tenant named, such as a tag.
    pub fn new(name: String) -> Self {
        Self { hash: hash(name.as_bytes()), name: Cow::Owned(name) }
    }

    /// Its name, as it was written.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        // Tenants choose some names, so an equal hash alone proves nothing.
        self.hash == other.hash && self.name.eq_ignore_ascii_case(&other.name)
    }
}

impl Eq for Key {}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A hash that ignores the case of ASCII letters, and a little more: eight bytes at a time, as paths can be long. Only ever
/// narrows a search; whoever uses it compares in full.
pub(super) const fn hash(bytes: &[u8]) -> u64 {
    const CASE: u64 = 0x2020_2020_2020_2020;
    let (mut hash, mut rest) = (0xcbf2_9ce4_8422_2325_u64 ^ bytes.len() as u64, bytes);
    while let Some((eight, after)) = rest.split_first_chunk() {
        hash = mix(hash, u64::from_le_bytes(*eight) | CASE);
        rest = after;
    }
    let mut last = 0;
    while let [byte, after @ ..] = rest {
        last = (last << 8) | *byte as u64;
        rest = after;
    }
    mix(hash, last | CASE)
}

const fn mix(hash: u64, word: u64) -> u64 {
    (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

/// The condition keys that do not depend on what tenants named things.
pub mod keys {
    use super::Key;

    /// When the request arrived: a date.
    pub const CURRENT_TIME: Key = Key::known("acs:CurrentTime");
    /// Whether it came over TLS: a boolean.
    pub const SECURE_TRANSPORT: Key = Key::known("acs:SecureTransport");
    /// The address it came from.
    pub const SOURCE_IP: Key = Key::known("acs:SourceIp");
    /// What the client says it is.
    pub const USER_AGENT: Key = Key::known("acs:UserAgent");
    /// Whether the caller signed in with a second factor: a boolean.
    pub const MFA_PRESENT: Key = Key::known("acs:MFAPresent");
    /// How many seconds ago the second factor was shown: a number.
    pub const MFA_AGE: Key = Key::known("acs:MFAAge");
    /// The access key id the request was signed with.
    pub const ACCESS_ID: Key = Key::known("acs:AccessId");
    /// The caller: a user's ARN, or for a role session the role's.
    pub const PRINCIPAL_ARN: Key = Key::known("acs:PrincipalARN");
    /// The name of the calling user or role.
    pub const PRINCIPAL_NAME: Key = Key::known("acs:PrincipalName");
    /// `Account`, `RAMUser`, `AssumedRoleUser`, `Service` or `Operator`.
    pub const PRINCIPAL_TYPE: Key = Key::known("acs:PrincipalType");
    /// The shared word of an AssumeRole call.
    pub const EXTERNAL_ID: Key = Key::known("sts:ExternalId");
    /// The name a role session is to have.
    pub const ROLE_SESSION_NAME: Key = Key::known("sts:RoleSessionName");
    /// The ARN of the identity provider whose assertion proves who assumes a role. Trust policies match their `Federated`
    /// principals against it.
    pub const FEDERATED_PROVIDER: Key = Key::known("sts:FederatedProvider");
    /// The same provider by its issuer: `acs:ram::<account>:oidc-issuer/<URL without its scheme>`.
    pub const FEDERATED_ISSUER: Key = Key::known("sts:FederatedIssuer");
    /// The issuer of the token that proves who assumes a role.
    pub const OIDC_ISSUER: Key = Key::known("oidc:iss");
    /// The client ids the token is for, of those that its provider has.
    pub const OIDC_AUDIENCE: Key = Key::known("oidc:aud");
    /// Whom the token is about.
    pub const OIDC_SUBJECT: Key = Key::known("oidc:sub");
    /// The prefix a listing asks for.
    pub const OSS_PREFIX: Key = Key::known("oss:Prefix");
    /// The delimiter a listing asks for.
    pub const OSS_DELIMITER: Key = Key::known("oss:Delimiter");
    /// The most entries a listing asks for: a number.
    pub const OSS_MAX_KEYS: Key = Key::known("oss:MaxKeys");
    /// The names of the tags that an object is to have.
    pub const OSS_REQUEST_TAG_KEYS: Key = Key::known("oss:RequestObjectTagKeys");
}

/// What is known of a request beside who, what and on what: the facts its policies' conditions may ask for.
///
/// A key may have several values. A key without a value is the same as a missing one.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// A request has some ten facts: a scan is cheaper than a map, and so is filling it.
    facts: Vec<(Key, Value)>,
}

impl Context {
    /// A context that knows nothing.
    pub const fn new() -> Self {
        Self { facts: Vec::new() }
    }

    /// What every call tells. Whoever authenticated it adds [`keys::ACCESS_ID`] and [`keys::MFA_PRESENT`], the operation
    /// adds its own.
    pub fn of(call: &Call, principal: &Principal) -> Self {
        let mut context = Self { facts: Vec::with_capacity(16) };
        context.add(keys::CURRENT_TIME, call.time);
        context.add(keys::SECURE_TRANSPORT, call.secure);
        context.add(keys::SOURCE_IP, call.source_ip);
        context.add(keys::USER_AGENT, call.user_agent.as_str());
        context.add_principal(principal);
        context
    }

    /// What is known of who asks, and nothing of how.
    pub(crate) fn about(principal: &Principal) -> Self {
        let mut context = Self::new();
        context.add_principal(principal);
        context
    }

    fn add_principal(&mut self, principal: &Principal) {
        let kind = match principal {
            Principal::Anonymous => return,
            Principal::Root { account } => {
                self.add(keys::PRINCIPAL_ARN, format!("acs:ram::{account}:root"));
                "Account"
            }
            Principal::User { account, name, .. } => {
                self.add(keys::PRINCIPAL_ARN, format!("acs:ram::{account}:user/{name}"));
                self.add(keys::PRINCIPAL_NAME, name.as_str());
                "RAMUser"
            }
            // The role's ARN, not the session's: policies are written before there are sessions.
            Principal::RoleSession { account, role_name, .. } => {
                self.add(keys::PRINCIPAL_ARN, format!("acs:ram::{account}:role/{role_name}"));
                self.add(keys::PRINCIPAL_NAME, role_name.as_str());
                "AssumedRoleUser"
            }
            Principal::Service { .. } => "Service",
            Principal::Operator { .. } => "Operator",
        };
        self.add(keys::PRINCIPAL_TYPE, kind);
    }

    /// Adds a value beside those the key already has.
    pub fn add(&mut self, key: Key, value: impl Into<Value>) {
        self.facts.push((key, value.into()));
    }

    /// Adds all that another context knows.
    pub fn extend(&mut self, other: &Self) {
        self.facts.extend_from_slice(&other.facts);
    }

    /// All that is known, in the order it was added.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.facts.iter().map(|(key, value)| (key, value))
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// The same with what another context knows in place of the values of its keys.
    #[must_use]
    pub(crate) fn overlaid(mut self, other: &Self) -> Self {
        self.facts.retain(|(known, _)| other.first(known).is_none());
        self.extend(other);
        self
    }

    /// Makes this the only value of the key.
    pub fn set(&mut self, key: Key, value: impl Into<Value>) {
        self.facts.retain(|(known, _)| *known != key);
        self.add(key, value);
    }

    /// The first value of a key.
    pub(super) fn first(&self, key: &Key) -> Option<&Value> {
        self.facts.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The values of a key, in the order they were added.
    pub fn values<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = &'a Value> + Clone {
        self.facts.iter().filter(move |(known, _)| known == key).map(|(_, value)| value)
    }

    /// The value of a key that has exactly one.
    pub fn single<'a>(&'a self, key: &'a Key) -> Option<&'a Value> {
        let mut values = self.values(key);
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }
}
