//! What policies say of keys.

use super::Vocabulary;

/// Where Amazon has one action for what the domain has several, all are meant: whoever may not decrypt may not have it
/// decrypted for someone outside either.
const ACTIONS: &[(&str, &[&str])] = &[
    ("CancelKeyDeletion", &["CancelKeyDeletion"]),
    ("CreateAlias", &["CreateAlias"]),
    ("CreateGrant", &["CreateGrant"]),
    ("Decrypt", &["AsymmetricDecrypt", "Decrypt", "ExportDataKey"]),
    ("DeleteAlias", &["DeleteAlias"]),
    ("DeleteImportedKeyMaterial", &["DeleteKeyMaterial"]),
    ("DescribeKey", &["DescribeKey"]),
    ("DisableKey", &["DisableKey"]),
    ("DisableKeyRotation", &["UpdateRotationPolicy"]),
    ("EnableKey", &["EnableKey"]),
    ("EnableKeyRotation", &["UpdateRotationPolicy"]),
    ("Encrypt", &["AsymmetricEncrypt", "Encrypt"]),
    ("GenerateDataKey", &["GenerateAndExportDataKey", "GenerateDataKey"]),
    ("GenerateDataKeyPair", &["GenerateDataKeyPair"]),
    ("GenerateDataKeyPairWithoutPlaintext", &["GenerateDataKeyPairWithoutPlaintext"]),
    ("GenerateDataKeyWithoutPlaintext", &["GenerateDataKeyWithoutPlaintext"]),
    ("GenerateMac", &["GenerateMac"]),
    ("GetKeyPolicy", &["GetKeyPolicy"]),
    ("GetParametersForImport", &["GetParametersForImport"]),
    ("GetPublicKey", &["GetPublicKey"]),
    ("ImportKeyMaterial", &["ImportKeyMaterial"]),
    ("ListGrants", &["ListGrants"]),
    ("ListKeyRotations", &["ListKeyVersions"]),
    ("ListResourceTags", &["ListResourceTags"]),
    ("PutKeyPolicy", &["SetKeyPolicy"]),
    ("ReEncryptFrom", &["ReEncryptFrom"]),
    ("ReEncryptTo", &["ReEncryptTo"]),
    ("RetireGrant", &["RetireGrant"]),
    ("RevokeGrant", &["RevokeGrant"]),
    ("RotateKeyOnDemand", &["CreateKeyVersion"]),
    ("ScheduleKeyDeletion", &["ScheduleKeyDeletion"]),
    ("Sign", &["AsymmetricSign"]),
    ("TagResource", &["TagResource"]),
    ("UntagResource", &["UntagResource"]),
    ("UpdateAlias", &["UpdateAlias"]),
    ("UpdateKeyDescription", &["UpdateKeyDescription"]),
    ("Verify", &["AsymmetricVerify"]),
    ("VerifyMac", &["VerifyMac"]),
];

/// Actions that are about no key, or about all of an account's.
const ACCOUNT_ACTIONS: &[(&str, &[&str])] = &[
    ("CreateKey", &["CreateKey"]),
    ("GenerateRandom", &["GenerateRandom"]),
    ("ListAliases", &["ListAliases", "ListAliasesByKeyId"]),
    ("ListKeys", &["ListKeys"]),
    ("ListRetirableGrants", &["ListRetirableGrants"]),
];

/// What there is to do with keys here and has no name at Amazon: `kms:*` means it, too.
const OWN: &[&str] = &[
    "DescribeAccountKmsStatus",
    "DescribeKeyVersion",
    "GetKeyInventory",
    "GetKeyRewrap",
    "OpenKmsService",
    "RetireKeyVersion",
    "SetDeletionProtection",
    "StartKeyRewrap",
];

/// What a key's policy can speak of.
pub(crate) const KEY: Vocabulary = Vocabulary {
    service: ("kms", "kms"),
    actions: &[ACTIONS],
    idle: &[],
    together: &[&["DisableKeyRotation", "EnableKeyRotation"]],
    all: None,
};

/// What an identity's policy can speak of. The domain's service has secrets, too, which are another service at Amazon:
/// `kms:*` is not about them.
pub(super) const ALL: Vocabulary = Vocabulary { actions: &[ACTIONS, ACCOUNT_ACTIONS], all: Some(OWN), ..KEY };

/// A key or an alias.
pub(crate) fn kms_resource(text: &str) -> Option<String> {
    let rest = text.strip_prefix("arn:aws:kms:").filter(|rest| !rest.is_empty())?;
    Some(format!("acs:kms:{rest}"))
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use crate::{aws_kms, rpc};
    use std::collections::BTreeSet;

    /// Whoever is allowed or denied everything with keys is so with each single thing.
    #[test]
    fn all_is_all_but_secrets() {
        let meant: BTreeSet<String> = ALL.everything().into_iter().collect();
        let rpc = rpc::ROWS.iter().flat_map(|rows| rows.iter()).flat_map(|row| row.needs);
        let json = aws_kms::ROWS.iter().flat_map(|rows| rows.iter()).flat_map(|row| row.needs);
        let needed = rpc.chain(json).filter(|need| need.starts_with("kms:"));
        let secret = |need: &&&str| need.contains("Secret") || need.contains("RandomPassword");
        let (secrets, keys): (BTreeSet<&str>, BTreeSet<&str>) = needed.partition(|need| secret(need));
        assert!(keys.iter().all(|need| meant.contains(*need)), "{:?}", keys.iter().find(|n| !meant.contains(**n)));
        assert!(secrets.iter().all(|need| !meant.contains(*need)));
    }
}
