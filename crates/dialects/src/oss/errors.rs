//! How reasons are spelled here (alibaba-wire §9.7), and a number of our own for each, which stays the same for ever: the
//! `EC` that the SDKs show beside the code.

use types::Reason;

/// The HTTP status of a reason.
pub(super) fn status(reason: Reason) -> u16 {
    spelling(reason).0
}

/// The code of a reason.
pub(super) fn code(reason: Reason) -> &'static str {
    spelling(reason).1
}

/// The number of a reason.
pub(super) fn number(reason: Reason) -> String {
    format!("0002-{:08}", spelling(reason).2)
}

// `NotImplemented` is 400 here, as in the SDKs' own tables: they send a request with a 5xx answer again.
#[rustfmt::skip]
const fn spelling(reason: Reason) -> (u16, &'static str, u16) {
    match reason {
        Reason::MissingAuthentication => (403, "AccessDenied", 1),
        Reason::AccessKeyNotFound => (403, "InvalidAccessKeyId", 2),
        Reason::AccessKeyInactive => (403, "InvalidAccessKeyId", 3),
        Reason::SignatureMismatch => (403, "SignatureDoesNotMatch", 4),
        Reason::SignatureMalformed => (400, "InvalidArgument", 5),
        Reason::SignatureIncomplete => (403, "AccessDenied", 6),
        Reason::ClockSkewed => (403, "RequestTimeTooSkewed", 7),
        Reason::TimestampMalformed => (403, "AccessDenied", 8),
        Reason::RequestExpired => (403, "AccessDenied", 9),
        Reason::NonceReused => (403, "AccessDenied", 10),
        Reason::SessionTokenMissing => (403, "InvalidAccessKeyId", 11),
        Reason::SessionTokenInvalid => (403, "InvalidSecurityToken", 12),
        Reason::SessionTokenExpired => (403, "SecurityTokenExpired", 13),
        Reason::SessionTokenMismatch => (403, "InvalidSecurityToken", 14),
        Reason::RegionMismatch => (400, "InvalidArgument", 15),
        Reason::AccessDenied => (403, "AccessDenied", 16),
        Reason::ParameterMissing => (400, "InvalidArgument", 17),
        Reason::ParameterInvalid => (400, "InvalidArgument", 18),
        Reason::BodyMalformed => (400, "MalformedXML", 19),
        Reason::BodyTooLarge => (400, "EntityTooLarge", 20),
        Reason::BodyTruncated => (400, "RequestTimeout", 21),
        Reason::LengthRequired => (411, "MissingContentLength", 22),
        Reason::MethodNotAllowed => (405, "MethodNotAllowed", 23),
        Reason::ActionNotFound => (400, "NotImplemented", 24),
        Reason::ApiVersionNotFound => (400, "NotImplemented", 25),
        Reason::NotImplemented => (400, "NotImplemented", 26),
        Reason::DigestMalformed => (400, "InvalidDigest", 27),
        Reason::DigestMismatch => (400, "InvalidDigest", 28),
        Reason::ChecksumMismatch => (400, "InvalidDigest", 29),
        Reason::ContentHashMismatch => (400, "InvalidDigest", 30),
        Reason::Internal => (500, "InternalError", 31),
        Reason::Unavailable => (503, "ServiceUnavailable", 32),
        Reason::Corrupt => (500, "InternalError", 33),
        Reason::StorageFull => (503, "ServiceUnavailable", 34),
        Reason::Throttled => (503, "ServiceUnavailable", 35),
        Reason::Contended => (503, "ServiceUnavailable", 36),
        Reason::BucketNotFound => (404, "NoSuchBucket", 40),
        Reason::BucketExists => (409, "BucketAlreadyExists", 41),
        Reason::BucketOwned => (409, "BucketAlreadyExists", 42),
        Reason::BucketNotEmpty => (409, "BucketNotEmpty", 43),
        Reason::BucketNameInvalid => (400, "InvalidBucketName", 44),
        Reason::TooManyBuckets => (400, "TooManyBuckets", 45),
        Reason::BucketPolicyNotFound => (404, "NoSuchBucketPolicy", 46),
        Reason::BucketEncryptionNotFound => (404, "NoSuchServerSideEncryptionRule", 47),
        Reason::CorsNotFound => (404, "NoSuchCORSConfiguration", 410),
        Reason::CorsForbidden => (403, "AccessForbidden", 411),
        Reason::FormMalformed => (400, "MalformedPOSTRequest", 412),
        Reason::FormTooLarge => (400, "FieldItemTooLong", 413),
        Reason::FormPolicyInvalid => (400, "InvalidPolicyDocument", 414),
        Reason::ObjectTooSmall => (400, "EntityTooSmall", 415),
        Reason::PublicAccessBlockNotFound => (404, "NoSuchPublicAccessBlockConfiguration", 416),
        Reason::OwnershipNotFound => (400, "InvalidArgument", 417),
        Reason::AclsOff => (400, "AccessControlListNotSupported", 418),
        Reason::AclsOpen => (400, "InvalidArgument", 419),
        Reason::ObjectNotFound => (404, "NoSuchKey", 48),
        Reason::ObjectNameInvalid => (400, "InvalidObjectName", 49),
        Reason::ObjectTooLarge => (400, "EntityTooLarge", 50),
        Reason::ObjectExists => (409, "FileAlreadyExists", 51),
        Reason::VersionNotFound => (404, "NoSuchVersion", 52),
        Reason::MetadataTooLarge => (400, "InvalidArgument", 53),
        Reason::CopySourceInvalid => (400, "InvalidArgument", 54),
        Reason::UploadNotFound => (404, "NoSuchUpload", 55),
        Reason::PartInvalid => (400, "InvalidPart", 56),
        Reason::PartOrderInvalid => (400, "InvalidPartOrder", 57),
        Reason::PartTooSmall => (400, "EntityTooSmall", 58),
        Reason::PreconditionFailed => (412, "PreconditionFailed", 59),
        Reason::NotModified => (304, "NotModified", 60),
        Reason::RangeInvalid => (416, "InvalidRange", 61),
        Reason::EncryptionInvalid => (400, "InvalidEncryptionAlgorithmError", 62),
        Reason::AclInvalid => (400, "InvalidArgument", 63),
        Reason::PolicyMalformed => (400, "InvalidPolicyDocument", 64),
        Reason::PolicyTooLong => (400, "InvalidPolicyDocument", 65),
        Reason::TagInvalid => (400, "InvalidTag", 350),
        Reason::TagsNotFound => (404, "NoSuchTagSet", 351),
        // What is wrong with the key an object is or is to be encrypted under (alibaba-wire §9.3).
        Reason::KeyNotFound => (403, "KmsServiceNotEnabled", 70),
        Reason::KeyVersionNotFound => (403, "KmsServiceNotEnabled", 71),
        Reason::KeyVersionRetired => (403, "KmsServiceNotEnabled", 151),
        Reason::AliasNotFound => (403, "KmsServiceNotEnabled", 72),
        Reason::AliasNotAllowed => (400, "InvalidArgument", 73),
        Reason::KeyDisabled => (403, "KmsServiceNotEnabled", 74),
        Reason::KeyPendingDeletion => (403, "KmsServiceNotEnabled", 75),
        Reason::KeyPendingImport => (403, "KmsServiceNotEnabled", 76),
        Reason::KeyStateInvalid => (403, "KmsServiceNotEnabled", 77),
        Reason::KeySpecUnsupported => (400, "InvalidArgument", 78),
        Reason::KeyUsageInvalid => (400, "InvalidArgument", 79),
        Reason::CiphertextInvalid => (500, "InternalError", 80),
        Reason::TooManyKeys => (400, "InvalidArgument", 81),
        // What is about identities, or about keys as such, cannot come of this service; should it, it is no less wrong.
        Reason::AliasExists => (400, "InvalidArgument", 90),
        Reason::KeyDeletionProtected => (400, "InvalidArgument", 91),
        Reason::OriginUnsupported => (400, "InvalidArgument", 92),
        Reason::ProtectionLevelUnsupported => (400, "InvalidArgument", 93),
        Reason::TooManyAliases => (400, "InvalidArgument", 94),
        Reason::KeyVersionInUse => (400, "InvalidArgument", 152),
        Reason::KeyRewrapRunning => (400, "InvalidArgument", 153),
        Reason::KeyRewrapNotFound => (400, "InvalidArgument", 154),
        Reason::TooManyVersions => (400, "InvalidArgument", 130),
        Reason::TooManyTags => (400, "InvalidArgument", 131),
        Reason::TooManyGrants => (400, "InvalidArgument", 132),
        Reason::KeyMaterialInvalid => (400, "InvalidArgument", 133),
        Reason::KeyMaterialDiffers => (400, "InvalidArgument", 134),
        Reason::ImportTokenInvalid => (400, "InvalidArgument", 135),
        Reason::ImportTokenExpired => (400, "InvalidArgument", 136),
        Reason::SignatureInvalid => (400, "InvalidArgument", 137),
        Reason::MacInvalid => (400, "InvalidArgument", 138),
        Reason::GrantNotFound => (400, "InvalidArgument", 139),
        Reason::CiphertextKeyDiffers => (400, "InvalidArgument", 150),
        Reason::DryRun => (400, "InvalidArgument", 140),
        Reason::SecretNotFound => (400, "InvalidArgument", 149),
        Reason::SecretExists => (400, "InvalidArgument", 141),
        Reason::SecretPendingDeletion => (400, "InvalidArgument", 142),
        Reason::SecretNotPendingDeletion => (400, "InvalidArgument", 143),
        Reason::SecretVersionNotFound => (400, "InvalidArgument", 144),
        Reason::SecretVersionExists => (400, "InvalidArgument", 145),
        Reason::SecretKindUnfit => (400, "InvalidArgument", 146),
        Reason::SecretRotating => (400, "InvalidArgument", 147),
        Reason::TooManySecrets => (400, "InvalidArgument", 148),
        Reason::AccountNotFound => (400, "InvalidArgument", 100),
        Reason::UserNotFound => (400, "InvalidArgument", 101),
        Reason::UserExists => (400, "InvalidArgument", 102),
        Reason::UserHasAccessKeys => (400, "InvalidArgument", 103),
        Reason::UserHasPolicies => (400, "InvalidArgument", 104),
        Reason::AccessKeyMissing => (400, "InvalidArgument", 105),
        Reason::PolicyNotFound => (400, "InvalidArgument", 106),
        Reason::PolicyExists => (400, "InvalidArgument", 107),
        Reason::PolicyNotAttached => (400, "InvalidArgument", 108),
        Reason::PolicyAttached => (400, "InvalidArgument", 109),
        Reason::PolicyInUse => (400, "InvalidArgument", 110),
        Reason::PolicySystem => (400, "InvalidArgument", 111),
        Reason::RoleNotFound => (400, "InvalidArgument", 112),
        Reason::RoleExists => (400, "InvalidArgument", 113),
        Reason::RoleHasPolicies => (400, "InvalidArgument", 114),
        Reason::RootCannotAssumeRole => (400, "InvalidArgument", 115),
        Reason::TooManyUsers => (400, "InvalidArgument", 116),
        Reason::TooManyRoles => (400, "InvalidArgument", 117),
        Reason::TooManyPolicies => (400, "InvalidArgument", 118),
        Reason::TooManyAccessKeys => (400, "InvalidArgument", 119),
        Reason::TooManyAttachments => (400, "InvalidArgument", 120),
        Reason::SamlProviderNotFound => (400, "InvalidArgument", 211),
        Reason::SamlProviderExists => (400, "InvalidArgument", 212),
        Reason::TooManySamlProviders => (400, "InvalidArgument", 213),
        Reason::AssertionInvalid => (400, "InvalidArgument", 214),
        Reason::AssertionExpired => (400, "InvalidArgument", 215),
        Reason::AccountAliasExists => (400, "InvalidArgument", 165),
        Reason::UserHasGroups => (400, "InvalidArgument", 166),
        Reason::GroupNotFound => (400, "InvalidArgument", 167),
        Reason::GroupExists => (400, "InvalidArgument", 168),
        Reason::GroupHasUsers => (400, "InvalidArgument", 169),
        Reason::GroupHasPolicies => (400, "InvalidArgument", 170),
        Reason::UserInGroup => (400, "InvalidArgument", 171),
        Reason::UserNotInGroup => (400, "InvalidArgument", 172),
        Reason::PolicyVersionNotFound => (400, "InvalidArgument", 173),
        Reason::PolicyVersionInUse => (400, "InvalidArgument", 174),
        Reason::PolicyHasVersions => (400, "InvalidArgument", 175),
        Reason::TooManyGroups => (400, "InvalidArgument", 176),
        Reason::TooManyMemberships => (400, "InvalidArgument", 177),
        Reason::TooManyPolicyVersions => (400, "InvalidArgument", 178),
        Reason::LoginProfileNotFound => (400, "InvalidArgument", 180),
        Reason::LoginProfileExists => (400, "InvalidArgument", 181),
        Reason::UserHasLoginProfile => (400, "InvalidArgument", 182),
        Reason::PasswordWeak => (400, "InvalidArgument", 183),
        Reason::PasswordWrong => (400, "InvalidArgument", 184),
        Reason::PasswordExpired => (400, "InvalidArgument", 185),
        Reason::SignInFailed => (400, "InvalidArgument", 186),
        Reason::MfaDeviceNotFound => (400, "InvalidArgument", 187),
        Reason::MfaDeviceExists => (400, "InvalidArgument", 188),
        Reason::MfaDeviceInUse => (400, "InvalidArgument", 189),
        Reason::MfaNotBound => (400, "InvalidArgument", 190),
        Reason::MfaBound => (400, "InvalidArgument", 191),
        Reason::UserHasMfaDevice => (400, "InvalidArgument", 192),
        Reason::MfaCodeWrong => (400, "InvalidArgument", 193),
        Reason::TooManyMfaDevices => (400, "InvalidArgument", 194),
        Reason::OidcProviderNotFound => (400, "InvalidArgument", 300),
        Reason::OidcProviderExists => (400, "InvalidArgument", 301),
        Reason::OidcProviderFull => (400, "InvalidArgument", 302),
        Reason::TooManyOidcProviders => (400, "InvalidArgument", 303),
        Reason::IdentityTokenInvalid => (400, "InvalidArgument", 304),
        Reason::IdentityTokenExpired => (400, "InvalidArgument", 305),
        Reason::IdentityProviderUnreachable => (400, "InvalidArgument", 306),
    }
}

#[cfg(test)]
mod tests {
    use super::{code, number, status};
    use std::collections::HashSet;
    use types::Reason;

    #[test]
    fn every_reason_has_a_status_a_code_and_a_number_of_its_own() {
        let mut numbers = HashSet::new();
        for reason in Reason::ALL {
            assert!(*reason == Reason::NotModified || (400..600).contains(&status(*reason)), "{reason:?}");
            assert!(!code(*reason).is_empty());
            assert!(numbers.insert(number(*reason)), "{reason:?} shares its number");
        }
    }
}
