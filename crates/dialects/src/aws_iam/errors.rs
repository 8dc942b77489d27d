//! How reasons are spelled here (IAM and STS API References, Common Errors and the errors of each operation).

use types::Reason;

/// The code of a reason.
pub(super) fn code(reason: Reason) -> &'static str {
    spelling(reason).1
}

/// The HTTP status of a reason.
pub(super) const fn status(reason: Reason) -> u16 {
    spelling(reason).0
}

#[rustfmt::skip]
const fn spelling(reason: Reason) -> (u16, &'static str) {
    match reason {
        Reason::MissingAuthentication => (403, "MissingAuthenticationToken"),
        Reason::AccessKeyNotFound => (403, "InvalidClientTokenId"),
        Reason::AccessKeyInactive => (403, "InvalidClientTokenId"),
        Reason::SignatureMismatch => (403, "SignatureDoesNotMatch"),
        Reason::SignatureMalformed => (400, "IncompleteSignature"),
        Reason::SignatureIncomplete => (400, "IncompleteSignature"),
        Reason::ClockSkewed => (403, "SignatureDoesNotMatch"),
        Reason::TimestampMalformed => (400, "IncompleteSignature"),
        Reason::RequestExpired => (403, "SignatureDoesNotMatch"),
        Reason::NonceReused => (403, "SignatureDoesNotMatch"),
        Reason::SessionTokenMissing => (403, "InvalidClientTokenId"),
        Reason::SessionTokenInvalid => (403, "InvalidClientTokenId"),
        Reason::SessionTokenExpired => (403, "ExpiredToken"),
        Reason::SessionTokenMismatch => (403, "InvalidClientTokenId"),
        Reason::RegionMismatch => (403, "SignatureDoesNotMatch"),
        Reason::AccessDenied => (403, "AccessDenied"),
        Reason::ParameterMissing => (400, "ValidationError"),
        Reason::ParameterInvalid => (400, "ValidationError"),
        Reason::BodyMalformed => (400, "MalformedQueryString"),
        Reason::BodyTooLarge => (413, "RequestEntityTooLarge"),
        Reason::BodyTruncated => (400, "MalformedQueryString"),
        Reason::LengthRequired => (411, "ValidationError"),
        Reason::MethodNotAllowed => (405, "ValidationError"),
        Reason::ActionNotFound => (400, "InvalidAction"),
        Reason::ApiVersionNotFound => (400, "InvalidAction"),
        Reason::NotImplemented => (400, "UnsupportedOperation"),
        Reason::DigestMalformed => (400, "ValidationError"),
        Reason::DigestMismatch => (400, "ValidationError"),
        Reason::ChecksumMismatch => (400, "ValidationError"),
        Reason::ContentHashMismatch => (403, "SignatureDoesNotMatch"),
        Reason::Internal => (500, "ServiceFailure"),
        Reason::Unavailable => (503, "ServiceUnavailable"),
        Reason::Corrupt => (500, "ServiceFailure"),
        Reason::StorageFull => (503, "ServiceUnavailable"),
        Reason::Throttled => (400, "Throttling"),
        Reason::Contended => (409, "ConcurrentModification"),
        Reason::AccountNotFound => (404, "NoSuchEntity"),
        Reason::PolicyMalformed => (400, "MalformedPolicyDocument"),
        Reason::PolicyTooLong => (409, "LimitExceeded"),
        Reason::UserNotFound => (404, "NoSuchEntity"),
        Reason::UserExists => (409, "EntityAlreadyExists"),
        Reason::UserHasAccessKeys => (409, "DeleteConflict"),
        Reason::UserHasPolicies => (409, "DeleteConflict"),
        Reason::AccessKeyMissing => (404, "NoSuchEntity"),
        Reason::PolicyNotFound => (404, "NoSuchEntity"),
        Reason::PolicyExists => (409, "EntityAlreadyExists"),
        Reason::PolicyNotAttached => (404, "NoSuchEntity"),
        Reason::PolicyAttached => (409, "EntityAlreadyExists"),
        Reason::PolicyInUse => (409, "DeleteConflict"),
        Reason::PolicySystem => (400, "UnmodifiableEntity"),
        Reason::RoleNotFound => (404, "NoSuchEntity"),
        Reason::RoleExists => (409, "EntityAlreadyExists"),
        Reason::RoleHasPolicies => (409, "DeleteConflict"),
        Reason::RootCannotAssumeRole => (403, "AccessDenied"),
        Reason::TooManyUsers => (409, "LimitExceeded"),
        Reason::TooManyRoles => (409, "LimitExceeded"),
        Reason::TooManyPolicies => (409, "LimitExceeded"),
        Reason::TooManyAccessKeys => (409, "LimitExceeded"),
        Reason::TooManyAttachments => (409, "LimitExceeded"),
        Reason::OidcProviderNotFound => (404, "NoSuchEntity"),
        Reason::OidcProviderExists => (409, "EntityAlreadyExists"),
        Reason::OidcProviderFull => (409, "LimitExceeded"),
        Reason::TooManyOidcProviders => (409, "LimitExceeded"),
        Reason::IdentityTokenInvalid => (400, "InvalidIdentityToken"),
        Reason::IdentityTokenExpired => (400, "ExpiredTokenException"),
        Reason::IdentityProviderUnreachable => (400, "IDPCommunicationError"),
        Reason::SamlProviderNotFound => (404, "NoSuchEntity"),
        Reason::SamlProviderExists => (409, "EntityAlreadyExists"),
        Reason::TooManySamlProviders => (409, "LimitExceeded"),
        Reason::AssertionInvalid => (400, "InvalidIdentityToken"),
        Reason::AssertionExpired => (400, "ExpiredTokenException"),
        Reason::AccountAliasExists => (409, "EntityAlreadyExists"),
        Reason::UserHasGroups => (409, "DeleteConflict"),
        Reason::GroupNotFound => (404, "NoSuchEntity"),
        Reason::GroupExists => (409, "EntityAlreadyExists"),
        Reason::GroupHasUsers => (409, "DeleteConflict"),
        Reason::GroupHasPolicies => (409, "DeleteConflict"),
        Reason::UserInGroup => (409, "EntityAlreadyExists"),
        Reason::UserNotInGroup => (404, "NoSuchEntity"),
        Reason::PolicyVersionNotFound => (404, "NoSuchEntity"),
        Reason::PolicyVersionInUse => (409, "DeleteConflict"),
        Reason::PolicyHasVersions => (409, "DeleteConflict"),
        Reason::TooManyGroups => (409, "LimitExceeded"),
        Reason::TooManyMemberships => (409, "LimitExceeded"),
        Reason::TooManyPolicyVersions => (409, "LimitExceeded"),
        Reason::LoginProfileNotFound => (404, "NoSuchEntity"),
        Reason::LoginProfileExists => (409, "EntityAlreadyExists"),
        Reason::UserHasLoginProfile => (409, "DeleteConflict"),
        Reason::PasswordWeak => (400, "PasswordPolicyViolation"),
        Reason::PasswordWrong => (403, "AccessDenied"),
        Reason::PasswordExpired => (403, "AccessDenied"),
        Reason::SignInFailed => (403, "AccessDenied"),
        Reason::MfaDeviceNotFound => (404, "NoSuchEntity"),
        Reason::MfaDeviceExists => (409, "EntityAlreadyExists"),
        Reason::MfaDeviceInUse => (409, "DeleteConflict"),
        Reason::MfaNotBound => (404, "NoSuchEntity"),
        Reason::MfaBound => (409, "EntityAlreadyExists"),
        Reason::UserHasMfaDevice => (409, "DeleteConflict"),
        Reason::MfaCodeWrong => (403, "InvalidAuthenticationCode"),
        Reason::TooManyMfaDevices => (409, "LimitExceeded"),
        Reason::PasskeyNotFound => (404, "NoSuchEntity"),
        Reason::PasskeyExists => (409, "EntityAlreadyExists"),
        Reason::PasskeyInvalid => (400, "InvalidInput"),
        Reason::TooManyPasskeys => (409, "LimitExceeded"),
        Reason::UserHasPasskeys => (409, "DeleteConflict"),
        Reason::TooManyTags => (409, "LimitExceeded"),
        // What is about keys, secrets, buckets and objects cannot come of these services.
        Reason::KeyNotFound
        | Reason::KeyVersionNotFound
        | Reason::KeyVersionRetired
        | Reason::KeyVersionInUse
        | Reason::KeyRewrapRunning
        | Reason::KeyRewrapNotFound
        | Reason::AliasNotFound
        | Reason::AliasExists
        | Reason::AliasNotAllowed
        | Reason::KeyDisabled
        | Reason::KeyPendingDeletion
        | Reason::KeyPendingImport
        | Reason::KeyStateInvalid
        | Reason::KeyDeletionProtected
        | Reason::KeySpecUnsupported
        | Reason::KeyUsageInvalid
        | Reason::OriginUnsupported
        | Reason::ProtectionLevelUnsupported
        | Reason::CiphertextInvalid
        | Reason::CiphertextKeyDiffers
        | Reason::TooManyKeys
        | Reason::TooManyAliases
        | Reason::TooManyVersions
        | Reason::TooManyGrants
        | Reason::KeyMaterialInvalid
        | Reason::KeyMaterialDiffers
        | Reason::ImportTokenInvalid
        | Reason::ImportTokenExpired
        | Reason::SignatureInvalid
        | Reason::MacInvalid
        | Reason::GrantNotFound
        | Reason::DryRun
        | Reason::SecretNotFound
        | Reason::SecretExists
        | Reason::SecretPendingDeletion
        | Reason::SecretNotPendingDeletion
        | Reason::SecretVersionNotFound
        | Reason::SecretVersionExists
        | Reason::SecretKindUnfit
        | Reason::SecretRotating
        | Reason::TooManySecrets
        | Reason::BucketNotFound
        | Reason::BucketExists
        | Reason::BucketOwned
        | Reason::BucketNotEmpty
        | Reason::BucketNameInvalid
        | Reason::TooManyBuckets
        | Reason::BucketPolicyNotFound
        | Reason::BucketEncryptionNotFound
        | Reason::CorsNotFound
        | Reason::CorsForbidden
        | Reason::FormMalformed
        | Reason::FormTooLarge
        | Reason::FormPolicyInvalid
        | Reason::ObjectTooSmall
        | Reason::PublicAccessBlockNotFound
        | Reason::OwnershipNotFound
        | Reason::AclsOff
        | Reason::AclsOpen
        | Reason::TagInvalid
        | Reason::TagsNotFound
        | Reason::ObjectRetained
        | Reason::ObjectLockMissing
        | Reason::ObjectLockNotFound
        | Reason::RetentionNotFound
        | Reason::RetentionInvalid
        | Reason::BucketStateInvalid
        | Reason::BucketRetentionNotFound
        | Reason::BucketRetentionLocked
        | Reason::LifecycleNotFound
        | Reason::ObjectNotFound
        | Reason::ObjectNameInvalid
        | Reason::ObjectTooLarge
        | Reason::ObjectExists
        | Reason::VersionNotFound
        | Reason::MetadataTooLarge
        | Reason::CopySourceInvalid
        | Reason::UploadNotFound
        | Reason::PartInvalid
        | Reason::PartOrderInvalid
        | Reason::PartTooSmall
        | Reason::PreconditionFailed
        | Reason::NotModified
        | Reason::RangeInvalid
        | Reason::EncryptionInvalid
        | Reason::AclInvalid => (400, "ValidationError"),
    }
}

#[cfg(test)]
mod tests {
    use super::{code, status};
    use types::Reason;

    #[test]
    fn every_reason_has_a_status_and_a_code() {
        for reason in Reason::ALL {
            assert!((400..600).contains(&status(*reason)), "{reason:?}");
            assert!(!code(*reason).is_empty(), "{reason:?}");
        }
    }
}
