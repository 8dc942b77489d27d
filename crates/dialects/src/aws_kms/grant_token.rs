//! Grant tokens. A grant counts from the moment it is given, so a token adds nothing to it; it is the grant's name.

use super::arn;
use super::context::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kms::{KeyName, KeyRef};
use types::{Failure, KeyId, Result};

/// The most tokens that a call can bring.
const MOST: usize = 10;
/// What stands between the key and the grant in a token.
const MARK: &str = "/grant/";

/// The token of a grant on a key.
pub(super) fn made(key_arn: &str, grant: &KeyId) -> String {
    URL_SAFE_NO_PAD.encode(format!("{key_arn}{MARK}{grant}"))
}

/// The key and the grant that a token names.
pub(super) fn read(parameter: &'static str, token: &str) -> Result<(KeyRef, KeyId)> {
    parse(token).ok_or_else(|| Failure::invalid(parameter, "it must be a GrantToken that CreateGrant gave"))
}

fn parse(token: &str) -> Option<(KeyRef, KeyId)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (key, grant) = text.rsplit_once(MARK)?;
    let key = arn::key(key).ok().filter(|key| key.place().is_some() && matches!(key.name(), KeyName::Id(_)))?;
    Some((key, grant.parse().ok()?))
}

/// Refuses tokens that are none of ours. Those that are need no more: their grants count, or were taken back.
pub(super) fn check(c: &Context<'_>) -> Result<()> {
    let tokens = c.input.texts("GrantTokens")?;
    if tokens.len() > MOST {
        return Err(Failure::invalid("GrantTokens", format_args!("it can have at most {MOST}")));
    }
    tokens.into_iter().try_for_each(|token| read("GrantTokens", token).map(drop))
}

#[cfg(test)]
mod tests {
    use super::{made, read};

    const ID: &str = "0b30658a-ed1a-4922-b8f7-a673ca9c1f3a";

    #[test]
    fn a_token_names_its_grant() {
        let key = format!("arn:aws:kms:local-1:1234567890123456:key/{ID}");
        let token = made(&key, &ID.parse().unwrap());
        let (read_key, grant) = read("GrantToken", &token).unwrap();
        assert_eq!((read_key.to_string().ends_with(ID), grant.as_str()), (true, ID));
        for wrong in ["", "x", "AQ", &token[1..], &made(ID, &ID.parse().unwrap())] {
            assert!(read("GrantToken", wrong).is_err(), "{wrong}");
        }
    }
}
