use crate::{NameError, Rng};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One tenant: sixteen decimal digits, never starting with zero, as clients expect of an account id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(u64);

impl AccountId {
    const LEAST: u64 = 1_000_000_000_000_000;
    const MOST: u64 = 9_999_999_999_999_999;

    /// The deployment's own account: owner of the trail of calls that belong to no tenant. No one can sign in to it.
    pub const PLATFORM: Self = Self(Self::LEAST);

    /// A new random id.
    pub fn random(rng: &dyn Rng) -> Self {
        let span = Self::MOST - Self::LEAST;
        // 64 random bits over a span of 53: the bias is below 2^-10 and an id need not be uniform, only unique.
        Self(Self::LEAST + 1 + u64::from_be_bytes(rng.bytes()) % span)
    }

    /// The digits as a number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for AccountId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let all_digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|n| all_digits && (Self::LEAST..=Self::MOST).contains(n));
        number.map(Self).ok_or(NameError::new("account id", "sixteen digits, not starting with 0"))
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $ok:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text of the id.
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
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

fn digits(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|b| b.is_ascii_digit())
}

fn random_digits(rng: &dyn Rng, len: usize) -> String {
    let mut out = String::with_capacity(len);
    // The first digit is never zero, so that clients which read the id as a number write it back the same.
    out.push(char::from(b'1' + rng.bytes::<1>()[0] % 9));
    while out.len() < len {
        out.push(char::from(b'0' + rng.bytes::<1>()[0] % 10));
    }
    out
}

text_id!(
    /// A user's immutable id: eighteen digits.
    UserId, "user id", "eighteen digits", |t| digits(t, 18)
);
text_id!(
    /// A group's immutable id: eighteen digits.
    GroupId, "group id", "eighteen digits", |t| digits(t, 18)
);
text_id!(
    /// A role's immutable id: eighteen digits.
    RoleId, "role id", "eighteen digits", |t| digits(t, 18)
);
text_id!(
    /// An OIDC identity provider's immutable id: eighteen digits.
    OidcProviderId, "OIDC provider id", "eighteen digits", |t| digits(t, 18)
);
text_id!(
    /// A key's id, and a key version's: a lower-case UUID.
    KeyId, "key id", "a lower-case UUID", is_uuid
);
text_id!(
    /// The public half of an access key: `LTAI…` for lasting ones, `STS.…` for temporary ones.
    AccessKeyId, "access key id", "8 to 128 letters, digits and dots",
    |t| (8..=128).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
);
text_id!(
    /// A multipart upload: 32 upper-case hex digits.
    UploadId, "upload id", "32 upper-case hex digits",
    |t| t.len() == 32 && t.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
);

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
        })
}

impl UserId {
    /// A new random id.
    pub fn random(rng: &dyn Rng) -> Self {
        Self(random_digits(rng, 18))
    }
}

impl GroupId {
    /// A new random id.
    pub fn random(rng: &dyn Rng) -> Self {
        Self(random_digits(rng, 18))
    }
}

impl RoleId {
    /// A new random id.
    pub fn random(rng: &dyn Rng) -> Self {
        Self(random_digits(rng, 18))
    }
}

impl OidcProviderId {
    /// A new random id.
    pub fn random(rng: &dyn Rng) -> Self {
        Self(random_digits(rng, 18))
    }
}

impl KeyId {
    /// A new random id (RFC 9562 version 4).
    pub fn random(rng: &dyn Rng) -> Self {
        Self(random_uuid(rng, LOWER))
    }
}

impl UploadId {
    /// A new random id.
    pub fn random(rng: &dyn Rng) -> Self {
        Self(hex::encode_upper(rng.bytes::<16>()))
    }
}

impl AccessKeyId {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// A new id of a lasting access key: `LTAI5t` and eighteen letters and digits.
    pub fn random(rng: &dyn Rng) -> Self {
        Self(format!("LTAI5t{}", Self::letters(rng, 18)))
    }

    /// A new id of a temporary access key: `STS.` and twenty-five letters and digits.
    pub fn random_temporary(rng: &dyn Rng) -> Self {
        Self(format!("STS.{}", Self::letters(rng, 25)))
    }

    /// Whether the key is temporary, so that a session token must come with it.
    pub fn is_temporary(&self) -> bool {
        self.0.starts_with("STS.")
    }

    /// `len` random letters and digits: also the shape of access key secrets.
    pub fn letters(rng: &dyn Rng, len: usize) -> String {
        let mut out = String::with_capacity(len);
        while out.len() < len {
            // 248 = 4 * 62: what lies above is drawn again, so that each letter is equally likely.
            let byte = rng.bytes::<1>()[0];
            if byte < 248
                && let Some(letter) = Self::ALPHABET.get(usize::from(byte % 62))
            {
                out.push(char::from(*letter));
            }
        }
        out
    }
}

pub(crate) const LOWER: &[u8; 16] = b"0123456789abcdef";
pub(crate) const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// A new random UUID (RFC 9562 version 4), in these hex digits.
pub(crate) fn random_uuid(rng: &dyn Rng, digits: &[u8; 16]) -> String {
    let mut b = rng.bytes::<16>();
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (i, byte) in b.into_iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for nibble in [byte >> 4, byte & 0x0f] {
            text.extend(digits.get(usize::from(nibble)).map(|digit| char::from(*digit)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRng;

    #[test]
    fn random_ids_read_back() {
        for _ in 0..100 {
            let account = AccountId::random(&SystemRng);
            assert_eq!(account.to_string().parse(), Ok(account));
            let key = KeyId::random(&SystemRng);
            assert_eq!(key.as_str().parse(), Ok(key.clone()));
            let user = UserId::random(&SystemRng);
            assert_eq!(user.as_str().parse(), Ok(user.clone()));
            let access = AccessKeyId::random_temporary(&SystemRng);
            assert!(access.is_temporary());
            assert_eq!(access.as_str().parse(), Ok(access.clone()));
        }
    }

    #[test]
    fn wrong_ids_are_refused() {
        assert!("123".parse::<AccountId>().is_err());
        assert!("0000000000000001".parse::<AccountId>().is_err());
        assert!("ABCDEFAB-0000-0000-0000-000000000000".parse::<KeyId>().is_err());
        assert!("../../etc".parse::<UploadId>().is_err());
    }
}
