use crate::limits;
use std::fmt;
use std::str::FromStr;
use types::{AccountId, AliasName, Failure, KeyId, RegionId, Resource, Service};

/// A key's id, or a name that stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyName {
    /// The id.
    Id(KeyId),
    /// An alias, which only some operations take.
    Alias(AliasName),
}

/// How a caller names a key: an id, an alias, or either with its place, as an ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRef {
    place: Option<(RegionId, AccountId)>,
    name: KeyName,
}

impl KeyRef {
    /// How one is written.
    pub const RULE: &str = "a key id, an alias (alias/…), or acs:kms:<region>:<account>:key/<id>";

    /// A key of the caller's own account.
    pub fn id(id: KeyId) -> Self {
        Self { place: None, name: KeyName::Id(id) }
    }

    /// An alias of the caller's own account.
    pub fn alias(alias: AliasName) -> Self {
        Self { place: None, name: KeyName::Alias(alias) }
    }

    /// A key or alias of any account.
    pub fn placed(region: RegionId, account: AccountId, name: KeyName) -> Self {
        Self { place: Some((region, account)), name }
    }

    /// The region and account, if they are named.
    pub fn place(&self) -> Option<&(RegionId, AccountId)> {
        self.place.as_ref()
    }

    /// The key or alias.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    fn parse(text: &str) -> Option<Self> {
        if text.len() > limits::REFERENCE_BYTES {
            return None;
        }
        let Some(arn) = text.strip_prefix("acs:kms:") else {
            return Some(Self { place: None, name: parse_name(text)? });
        };
        let mut parts = arn.splitn(3, ':');
        let region = parts.next()?.parse().ok()?;
        let account = parts.next()?.parse().ok()?;
        let path = parts.next()?;
        let name = match path.strip_prefix("key/") {
            Some(id) => KeyName::Id(id.parse().ok()?),
            None => KeyName::Alias(path.parse().ok()?),
        };
        Some(Self { place: Some((region, account)), name })
    }
}

fn parse_name(text: &str) -> Option<KeyName> {
    let alias = text.starts_with("alias/");
    if alias { text.parse().ok().map(KeyName::Alias) } else { text.parse().ok().map(KeyName::Id) }
}

impl FromStr for KeyRef {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        Self::parse(text).ok_or_else(|| Failure::invalid("KeyId", Self::RULE))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Alias(alias) => alias.fmt(f),
        }
    }
}

impl fmt::Display for KeyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((region, account)) = &self.place else { return self.name.fmt(f) };
        let path = match &self.name {
            KeyName::Id(id) => format!("key/{id}"),
            KeyName::Alias(alias) => alias.to_string(),
        };
        Resource::regional(Service::Kms, region, *account, path).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyName, KeyRef};
    use types::Reason;

    const ID: &str = "0b30658a-ed1a-4922-b8f7-a673ca9c1f3a";

    #[test]
    fn every_form_reads_back() {
        for text in [
            ID,
            "alias/a/b_c",
            "acs:kms:local-1:1234567890123456:key/0b30658a-ed1a-4922-b8f7-a673ca9c1f3a",
            "acs:kms:local-1:1234567890123456:alias/demo",
        ] {
            let parsed: KeyRef = text.parse().expect(text);
            assert_eq!(parsed.to_string(), text);
            assert_eq!(parsed.place().is_some(), text.starts_with("acs:"));
            assert_eq!(matches!(parsed.name(), KeyName::Alias(_)), text.contains("alias/"));
        }
    }

    #[test]
    fn what_names_no_key_is_refused() {
        let long = format!("alias/{}", "a".repeat(600));
        for text in [
            "",
            "alias/",
            "key/x",
            "0B30658A-ED1A-4922-B8F7-A673CA9C1F3A",
            "acs:kms:local-1:1234567890123456:key/x",
            "acs:kms:local-1:1:key/0b30658a-ed1a-4922-b8f7-a673ca9c1f3a",
            "acs:kms::1234567890123456:key/0b30658a-ed1a-4922-b8f7-a673ca9c1f3a",
            "acs:oss:local-1:1234567890123456:key/0b30658a-ed1a-4922-b8f7-a673ca9c1f3a",
            "acs:kms:local-1",
            &long,
        ] {
            let failure = text.parse::<KeyRef>().expect_err(text);
            assert_eq!(failure.reason(), Reason::ParameterInvalid);
        }
    }
}
