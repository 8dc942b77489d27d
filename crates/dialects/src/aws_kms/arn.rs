//! Names of keys and of who uses them, as this vendor writes them and as the domain does.

use crate::aws_principal::AwsPrincipal;
use kms::{KeyName, KeyRef};
use types::{AccountId, AliasName, Failure, KeyId, Reason, RegionId, Result, RoleName, SessionName, UserName};

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

/// A user, a role, a role's session or an account's root, as the domain writes them.
pub(super) fn principal(parameter: &'static str, text: &str) -> Result<String> {
    own_principal(text).ok_or_else(|| {
        let rule = "it must be the ARN of an account's root, a user, a role, or an assumed role's session";
        Failure::invalid(parameter, rule)
    })
}

fn own_principal(text: &str) -> Option<String> {
    let (account, who) = AwsPrincipal::parse(text)?;
    let path = match who {
        AwsPrincipal::Root => "root".to_owned(),
        AwsPrincipal::User(name) => format!("user/{}", name.parse::<UserName>().ok()?),
        AwsPrincipal::Role(name) => format!("role/{}", name.parse::<RoleName>().ok()?),
        AwsPrincipal::Session(names) => {
            let (role, name) = names.split_once('/')?;
            format!("role/{}/{}", role.parse::<RoleName>().ok()?, name.parse::<SessionName>().ok()?)
        }
    };
    Some(format!("acs:ram::{account}:{path}"))
}

/// The same in this vendor's spelling. What was written otherwise through another dialect is shown as it is.
pub(super) fn shown_principal(text: &str) -> String {
    let Some((account, path)) = text.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(':')) else {
        return text.to_owned();
    };
    match path.strip_prefix("role/").filter(|names| names.contains('/')) {
        Some(names) => format!("arn:aws:sts::{account}:assumed-role/{names}"),
        None => format!("arn:aws:iam::{account}:{path}"),
    }
}

/// The account that someone is of, as grants show it.
pub(super) fn issuing_account(issuer: &str) -> String {
    let account = issuer.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(':')).map(|(account, _)| account);
    format!("arn:aws:iam::{}:root", account.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{key, of_alias, of_key, principal, shown_principal};
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
    fn principals_go_in_and_come_back() {
        for (theirs, own) in [
            ("arn:aws:iam::1234567890123456:root", "acs:ram::1234567890123456:root"),
            ("arn:aws:iam::1234567890123456:user/a.b", "acs:ram::1234567890123456:user/a.b"),
            ("arn:aws:iam::1234567890123456:role/r", "acs:ram::1234567890123456:role/r"),
            ("arn:aws:sts::1234567890123456:assumed-role/r/at-work", "acs:ram::1234567890123456:role/r/at-work"),
        ] {
            assert_eq!(principal("GranteePrincipal", theirs).unwrap(), own);
            assert_eq!(shown_principal(own), theirs);
        }
        for wrong in
            ["", "*", "bob", "arn:aws:iam::1:root", "arn:aws:iam::1234567890123456:user/a/b", "acs:ram::1:root"]
        {
            assert!(principal("GranteePrincipal", wrong).is_err(), "{wrong}");
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
