use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Why a text is not a name of its kind: says the rule, never the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {what} is {rule}")]
pub struct NameError {
    what: &'static str,
    rule: &'static str,
}

impl NameError {
    /// An error that states the rule for `what`.
    pub const fn new(what: &'static str, rule: &'static str) -> Self {
        Self { what, rule }
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $ok:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text of the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                let ok: fn(&str) -> bool = $ok;
                if ok(text) { Ok(Self(text.to_owned())) } else { Err(NameError::new($what, $rule)) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

/// Whether `text` has `least..=most` bytes, each a letter, a digit or one of `extra`.
fn made_of(text: &str, least: usize, most: usize, extra: &[u8]) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || extra.contains(&b))
}

fn is_account_alias(text: &str) -> bool {
    (3..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.bytes().any(|b| b.is_ascii_lowercase())
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_bucket_name(text: &str) -> bool {
    (3..=63).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

name!(
    /// A region: what clients are configured with, such as `local-1` or `cn-hangzhou`.
    RegionId, "region", "1 to 32 lower-case letters, digits and hyphens",
    |t| (1..=32).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
);
name!(
    /// A bucket (OSS bucket naming rules; the stricter of the two dialects, so a bucket is reachable by both).
    BucketName, "bucket name", "3 to 63 lower-case letters, digits and hyphens, not starting or ending with a hyphen",
    is_bucket_name
);
name!(
    /// An object's key: any UTF-8 of 1 to 1,024 bytes that OSS and S3 both take.
    ObjectKey, "object key", "1 to 1024 bytes of UTF-8 without NUL",
    |t| (1..=1024).contains(&t.len()) && !t.contains('\0')
);
name!(
    /// A user's name.
    UserName, "user name", "1 to 64 letters, digits and . _ -", |t| made_of(t, 1, 64, b"._-")
);
name!(
    /// The name of somebody of the deployment's staff.
    OperatorName, "operator name", "1 to 64 letters, digits and . _ -", |t| made_of(t, 1, 64, b"._-")
);
name!(
    /// The name of a group of users.
    GroupName, "group name", "1 to 64 letters, digits and . _ -", |t| made_of(t, 1, 64, b"._-")
);
name!(
    /// A role's name.
    RoleName, "role name", "1 to 64 letters, digits and . -", |t| made_of(t, 1, 64, b".-")
);
name!(
    /// A policy's name.
    PolicyName, "policy name", "1 to 128 letters, digits and -", |t| made_of(t, 1, 128, b"-")
);
name!(
    /// The name of a virtual MFA device.
    MfaName, "MFA device name", "1 to 64 letters, digits and . _ -", |t| made_of(t, 1, 64, b"._-")
);
name!(
    /// What a passkey goes by.
    PasskeyId, "passkey id", "32 hexadecimal digits in lower case",
    |t| t.len() == 32 && t.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
);
name!(
    /// A name an account chose for itself. One of digits alone could be taken for an account's id.
    AccountAlias, "account alias",
    "3 to 64 lower-case letters, digits and hyphens, at least one letter, not starting or ending with a hyphen",
    is_account_alias
);
name!(
    /// The name of an assumed role's session.
    SessionName, "role session name", "2 to 64 letters, digits and . @ - _", |t| made_of(t, 2, 64, b".@-_")
);
name!(
    /// A key's alias, with its `alias/` in front.
    AliasName, "alias", "alias/ and 1 to 255 letters, digits and _ / -",
    |t| t.strip_prefix("alias/").is_some_and(|rest| made_of(rest, 1, 255, b"_/-"))
);
name!(
    /// A secret's name.
    SecretName, "secret name", "1 to 192 letters, digits and _ / + = . @ -", |t| made_of(t, 1, 192, b"_/+=.@-")
);
name!(
    /// The id of a secret's version, which callers may choose.
    SecretVersionId, "version id", "1 to 64 letters, digits and _ / + = . @ -", |t| made_of(t, 1, 64, b"_/+=.@-")
);
name!(
    /// A mark that points to one version of a secret.
    StageName, "version stage", "1 to 64 letters, digits and _ / + = . @ -", |t| made_of(t, 1, 64, b"_/+=.@-")
);

name!(
    /// The name of an OIDC identity provider in its account.
    OidcProviderName, "OIDC provider name", "1 to 128 letters, digits and . _ -, the first and last a letter or a digit",
    |t| {
        let plain = |c: char| c.is_ascii_alphanumeric();
        made_of(t, 1, 128, b"._-") && t.starts_with(plain) && t.ends_with(plain)
    }
);
name!(
    /// The name of a SAML identity provider in its account.
    SamlProviderName, "SAML provider name", "1 to 128 letters, digits and . _ -, the first and last a letter or a digit",
    |t| {
        let plain = |c: char| c.is_ascii_alphanumeric();
        made_of(t, 1, 128, b"._-") && t.starts_with(plain) && t.ends_with(plain)
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_each_name() {
        assert!("abc".parse::<BucketName>().is_ok());
        for wrong in ["ab", "-abc", "abc-", "ABC", "a_b", "a.b.c", &"a".repeat(64)] {
            assert!(wrong.parse::<BucketName>().is_err(), "{wrong}");
        }
        assert!("a/b é+".parse::<ObjectKey>().is_ok());
        for wrong in ["", "a\0b", &"a".repeat(1025)] {
            assert!(wrong.parse::<ObjectKey>().is_err());
        }
        assert!("alias/a/b".parse::<AliasName>().is_ok());
        for wrong in ["alias/", "a", "alias/ü"] {
            assert!(wrong.parse::<AliasName>().is_err());
        }
    }

    #[test]
    fn an_error_never_repeats_the_text() {
        let error = "s3cr3t!".parse::<UserName>().unwrap_err().to_string();
        assert!(!error.contains("s3cr3t"));
    }
}
