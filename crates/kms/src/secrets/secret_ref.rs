use super::limits;
use std::fmt;
use std::str::FromStr;
use types::{AccountId, Failure, RegionId, Resource, SecretName, Service};

/// How a caller names a secret: by its name, or with its place, as an ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRef {
    place: Option<(RegionId, AccountId)>,
    name: SecretName,
}

impl SecretRef {
    /// How one is written.
    pub const RULE: &str =
        "a secret's name (1 to 192 letters, digits and _ / + = . @ -), or acs:kms:<region>:<account>:secret/<name>";

    /// A secret of the caller's own account.
    pub fn name_only(name: SecretName) -> Self {
        Self { place: None, name }
    }

    /// A secret of any account.
    pub fn placed(region: RegionId, account: AccountId, name: SecretName) -> Self {
        Self { place: Some((region, account)), name }
    }

    /// The region and account, if they are named.
    pub fn place(&self) -> Option<&(RegionId, AccountId)> {
        self.place.as_ref()
    }

    /// The name.
    pub fn name(&self) -> &SecretName {
        &self.name
    }

    fn parse(text: &str) -> Option<Self> {
        if text.len() > limits::REFERENCE_BYTES {
            return None;
        }
        let Some(arn) = text.strip_prefix("acs:kms:") else {
            return Some(Self::name_only(text.parse().ok()?));
        };
        let mut parts = arn.splitn(3, ':');
        let place = Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?));
        Some(Self { place, name: parts.next()?.strip_prefix("secret/")?.parse().ok()? })
    }
}

impl FromStr for SecretRef {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        Self::parse(text).ok_or_else(|| Failure::invalid("SecretName", Self::RULE))
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            None => self.name.fmt(f),
            Some((region, account)) => {
                Resource::regional(Service::Kms, region, *account, format!("secret/{}", self.name)).fmt(f)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SecretRef;

    #[test]
    fn every_form_reads_back() {
        for text in ["a", "db/prod+1=x.y@z-_", "acs:kms:local-1:1234567890123456:secret/a/b"] {
            let parsed: SecretRef = text.parse().expect(text);
            assert_eq!(parsed.to_string(), text);
            assert_eq!(parsed.place().is_some(), text.starts_with("acs:"));
        }
    }

    #[test]
    fn what_names_no_secret_is_refused() {
        let long = "a".repeat(193);
        for text in
            ["", "a b", "a:b", "ü", "acs:kms:local-1:1234567890123456:key/a", "acs:kms:local-1:1:secret/a", &long]
        {
            assert!(text.parse::<SecretRef>().is_err(), "{text}");
        }
    }
}
