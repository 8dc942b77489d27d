//! How reasons are spelled here (KMS API Reference, Common Errors and the errors of each operation). Whatever is the
//! caller's mistake has status 400.

use types::Reason;

/// The exception of a reason.
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
        Reason::MissingAuthentication => (400, "MissingAuthenticationTokenException"),
        Reason::AccessKeyNotFound => (400, "UnrecognizedClientException"),
        Reason::AccessKeyInactive => (400, "UnrecognizedClientException"),
        Reason::SignatureMismatch => (400, "InvalidSignatureException"),
        Reason::SignatureMalformed => (400, "IncompleteSignatureException"),
        Reason::SignatureIncomplete => (400, "IncompleteSignatureException"),
        Reason::ClockSkewed => (400, "InvalidSignatureException"),
        Reason::TimestampMalformed => (400, "IncompleteSignatureException"),
        Reason::RequestExpired => (400, "InvalidSignatureException"),
        Reason::NonceReused => (400, "InvalidSignatureException"),
        Reason::SessionTokenMissing => (400, "UnrecognizedClientException"),
        Reason::SessionTokenInvalid => (400, "UnrecognizedClientException"),
        Reason::SessionTokenExpired => (400, "ExpiredTokenException"),
        Reason::SessionTokenMismatch => (400, "UnrecognizedClientException"),
        Reason::RegionMismatch => (400, "InvalidSignatureException"),
        Reason::AccessDenied => (400, "AccessDeniedException"),
        Reason::ParameterMissing => (400, "ValidationException"),
        Reason::ParameterInvalid => (400, "ValidationException"),
        Reason::BodyMalformed => (400, "SerializationException"),
        Reason::BodyTooLarge => (413, "RequestEntityTooLargeException"),
        Reason::BodyTruncated => (400, "SerializationException"),
        Reason::LengthRequired => (411, "ValidationException"),
        Reason::MethodNotAllowed => (405, "ValidationException"),
        Reason::ActionNotFound => (400, "UnknownOperationException"),
        Reason::ApiVersionNotFound => (400, "UnknownOperationException"),
        Reason::NotImplemented => (400, "UnsupportedOperationException"),
        Reason::DigestMalformed => (400, "ValidationException"),
        Reason::DigestMismatch => (400, "ValidationException"),
        Reason::ChecksumMismatch => (400, "ValidationException"),
        Reason::ContentHashMismatch => (400, "InvalidSignatureException"),
        Reason::Internal => (500, "KMSInternalException"),
        Reason::Unavailable => (503, "DependencyTimeoutException"),
        Reason::Corrupt => (500, "KMSInternalException"),
        Reason::StorageFull => (503, "DependencyTimeoutException"),
        Reason::Throttled => (400, "ThrottlingException"),
        Reason::Contended => (503, "DependencyTimeoutException"),
        Reason::AccountNotFound => (400, "NotFoundException"),
        Reason::PolicyMalformed => (400, "MalformedPolicyDocumentException"),
        Reason::PolicyTooLong => (400, "LimitExceededException"),
        Reason::KeyNotFound => (400, "NotFoundException"),
        Reason::KeyVersionNotFound => (400, "NotFoundException"),
        Reason::KeyVersionRetired => (400, "KMSInvalidStateException"),
        Reason::KeyVersionInUse => (400, "KMSInvalidStateException"),
        Reason::KeyRewrapRunning => (400, "KMSInvalidStateException"),
        Reason::KeyRewrapNotFound => (400, "NotFoundException"),
        Reason::AliasNotFound => (400, "NotFoundException"),
        Reason::AliasExists => (400, "AlreadyExistsException"),
        Reason::AliasNotAllowed => (400, "InvalidArnException"),
        Reason::KeyDisabled => (400, "DisabledException"),
        Reason::KeyPendingDeletion => (400, "KMSInvalidStateException"),
        Reason::KeyPendingImport => (400, "KMSInvalidStateException"),
        Reason::KeyStateInvalid => (400, "KMSInvalidStateException"),
        Reason::KeyDeletionProtected => (400, "KMSInvalidStateException"),
        Reason::KeySpecUnsupported => (400, "UnsupportedOperationException"),
        Reason::KeyUsageInvalid => (400, "InvalidKeyUsageException"),
        Reason::OriginUnsupported => (400, "UnsupportedOperationException"),
        Reason::ProtectionLevelUnsupported => (400, "UnsupportedOperationException"),
        Reason::CiphertextInvalid => (400, "InvalidCiphertextException"),
        Reason::CiphertextKeyDiffers => (400, "IncorrectKeyException"),
        Reason::TooManyKeys => (400, "LimitExceededException"),
        Reason::TooManyAliases => (400, "LimitExceededException"),
        Reason::TooManyVersions => (400, "LimitExceededException"),
        Reason::TooManyTags => (400, "LimitExceededException"),
        Reason::TooManyGrants => (400, "LimitExceededException"),
        Reason::KeyMaterialInvalid => (400, "InvalidCiphertextException"),
        Reason::KeyMaterialDiffers => (400, "IncorrectKeyMaterialException"),
        Reason::ImportTokenInvalid => (400, "InvalidImportTokenException"),
        Reason::ImportTokenExpired => (400, "ExpiredImportTokenException"),
        Reason::SignatureInvalid => (400, "KMSInvalidSignatureException"),
        Reason::MacInvalid => (400, "KMSInvalidMacException"),
        Reason::GrantNotFound => (400, "NotFoundException"),
        Reason::DryRun => (400, "DryRunOperationException"),
        // What is about identities, secrets, buckets and objects cannot come of this service.
        Reason::UserNotFound
        | Reason::UserExists
        | Reason::UserHasAccessKeys
        | Reason::UserHasPolicies
        | Reason::AccessKeyMissing
        | Reason::PolicyNotFound
        | Reason::PolicyExists
        | Reason::PolicyNotAttached
        | Reason::PolicyAttached
        | Reason::PolicyInUse
        | Reason::PolicySystem
        | Reason::RoleNotFound
        | Reason::RoleExists
        | Reason::RoleHasPolicies
        | Reason::RootCannotAssumeRole
        | Reason::TooManyUsers
        | Reason::TooManyRoles
        | Reason::TooManyPolicies
        | Reason::TooManyAccessKeys
        | Reason::TooManyAttachments
        | Reason::OidcProviderNotFound
        | Reason::OidcProviderExists
        | Reason::OidcProviderFull
        | Reason::TooManyOidcProviders
        | Reason::IdentityTokenInvalid
        | Reason::IdentityTokenExpired
        | Reason::IdentityProviderUnreachable
        | Reason::SamlProviderNotFound
        | Reason::SamlProviderExists
        | Reason::TooManySamlProviders
        | Reason::AssertionInvalid
        | Reason::AssertionExpired
        | Reason::AccountAliasExists
        | Reason::UserHasGroups
        | Reason::LoginProfileNotFound
        | Reason::LoginProfileExists
        | Reason::UserHasLoginProfile
        | Reason::PasswordWeak
        | Reason::PasswordWrong
        | Reason::PasswordExpired
        | Reason::SignInFailed
        | Reason::MfaDeviceNotFound
        | Reason::MfaDeviceExists
        | Reason::MfaDeviceInUse
        | Reason::MfaNotBound
        | Reason::MfaBound
        | Reason::UserHasMfaDevice
        | Reason::MfaCodeWrong
        | Reason::TooManyMfaDevices
        | Reason::PasskeyNotFound
        | Reason::PasskeyExists
        | Reason::PasskeyInvalid
        | Reason::TooManyPasskeys
        | Reason::UserHasPasskeys
        | Reason::GroupNotFound
        | Reason::GroupExists
        | Reason::GroupHasUsers
        | Reason::GroupHasPolicies
        | Reason::UserInGroup
        | Reason::UserNotInGroup
        | Reason::PolicyVersionNotFound
        | Reason::PolicyVersionInUse
        | Reason::PolicyHasVersions
        | Reason::TooManyGroups
        | Reason::TooManyMemberships
        | Reason::TooManyPolicyVersions
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
        | Reason::AclInvalid => (400, "ValidationException"),
    }
}

#[cfg(test)]
mod tests {
    use super::{code, status};
    use types::Reason;

    #[test]
    fn every_reason_has_a_status_and_an_exception() {
        for reason in Reason::ALL {
            assert!((400..600).contains(&status(*reason)), "{reason:?}");
            assert!(code(*reason).ends_with("Exception"), "{reason:?}");
        }
    }
}
