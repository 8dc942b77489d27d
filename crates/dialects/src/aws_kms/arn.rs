//! Names of keys and of who uses them, as this vendor writes them and as the domain does.

use kms::{KeyName, KeyRef};
use types::{AccountId, AliasName, Failure, KeyId, Reason, RegionId, Result};

const KMS: &str = "arn:aws:kms:";

/// How a caller names a key: an id, an alias, or the ARN of either, in this vendor's spelling or in the domain's own.
pub(super) fn key(text: &str) -> Result<KeyRef> {
    match text.strip_prefix(KMS) {
        Some(rest) => text_of(rest).ok_or_else(|| wrong("arn:aws:kms:<region>:<account>:key/<id>")),
        None if text.starts_with("arn:") => Err(wrong("arn:aws:kms:<region>:<account>:key/<id>")),
        None if text.starts_with("acs:") => text.parse(),
        // Whatever is no name of a key is the name of none.
        None => text.parse().map_err(|_| Failure::new(Reason::KeyNotFound, "There is no key of such an id.")),
    }
}

fn wrong(form: &str) -> Failure {
    Failure::invalid("KeyId", format_args!("an ARN of a key or an alias is written {form}"))
}

fn text_of(rest: &str) -> Option<KeyRef> {
    let mut parts = rest.splitn(3, ':');
    let (region, account, path) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
    let name = match path.strip_prefix("key/") {
        Some(id) => KeyName::Id(id.parse().ok()?),
        None => KeyName::Alias(path.parse().ok()?),
    };
    Some(KeyRef::placed(region, account, name))
}

/// The ARN of a key.
pub(super) fn of_key(region: &RegionId, account: AccountId, id: &KeyId) -> String {
    format!("{KMS}{region}:{account}:key/{id}")
}

/// The ARN of an alias.
pub(super) fn of_alias(region: &RegionId, account: AccountId, alias: &AliasName) -> String {
    format!("{KMS}{region}:{account}:{alias}")
}

#[cfg(test)]
mod tests {
    use super::{key, of_alias, of_key};
    use kms::KeyName;
    use types::Reason;

    const ID: &str = "0b30658a-ed1a-4922-b8f7-a673ca9c1f3a";

    #[test]
    fn every_spelling_of_a_key() {
        let place = ("local-1".parse().unwrap(), "1234567890123456".parse().unwrap());
        let by_id = of_key(&place.0, place.1, &ID.parse().unwrap());
        let by_alias = of_alias(&place.0, place.1, &"alias/a/b".parse().unwrap());
        assert_eq!(by_id, format!("arn:aws:kms:local-1:1234567890123456:key/{ID}"));
        for (text, placed) in [
            (ID, false),
            ("alias/a/b", false),
            (&by_id, true),
            (&by_alias, true),
            (&format!("acs:kms:local-1:1234567890123456:key/{ID}"), true),
        ] {
            let read = key(text).unwrap();
            assert_eq!(read.place(), placed.then_some(&place), "{text}");
            match read.name() {
                KeyName::Id(id) => assert_eq!(id.as_str(), ID),
                KeyName::Alias(alias) => assert_eq!(alias.as_str(), "alias/a/b"),
            }
        }
    }

    #[test]
    fn what_names_no_key() {
        for (text, reason) in [
            ("", Reason::KeyNotFound),
            ("alias/", Reason::KeyNotFound),
            ("mrk-1", Reason::KeyNotFound),
            ("arn:aws:kms", Reason::ParameterInvalid),
            ("arn:aws:kms:local-1:1:key/x", Reason::ParameterInvalid),
            (&format!("arn:aws:s3:local-1:1234567890123456:key/{ID}"), Reason::ParameterInvalid),
            (&format!("arn:aws:kms::1234567890123456:key/{ID}"), Reason::ParameterInvalid),
            ("acs:kms:x", Reason::ParameterInvalid),
        ] {
            assert_eq!(key(text).unwrap_err().reason(), reason, "{text}");
        }
    }
}
