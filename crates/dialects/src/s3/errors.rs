//! How this dialect spells every reason (Amazon S3 API Reference, Error Responses), and what the verifier's own errors
//! are in our words.

use types::Reason;

/// The status and the code of a reason.
pub(super) const fn spelled(reason: Reason) -> (u16, &'static str) {
    match reason {
        Reason::MissingAuthentication
        | Reason::SignatureIncomplete
        | Reason::RequestExpired
        | Reason::TimestampMalformed
        | Reason::NonceReused
        | Reason::AccessDenied => (403, "AccessDenied"),
        Reason::AccessKeyNotFound | Reason::AccessKeyInactive | Reason::SessionTokenMissing => {
            (403, "InvalidAccessKeyId")
        }
        Reason::SignatureMismatch => (403, "SignatureDoesNotMatch"),
        Reason::SignatureMalformed | Reason::RegionMismatch => (400, "AuthorizationHeaderMalformed"),
        Reason::ClockSkewed => (403, "RequestTimeTooSkewed"),
        Reason::SessionTokenInvalid | Reason::SessionTokenMismatch => (400, "InvalidToken"),
        Reason::SessionTokenExpired => (400, "ExpiredToken"),
        Reason::ParameterMissing => (400, "InvalidRequest"),
        Reason::ParameterInvalid | Reason::CopySourceInvalid | Reason::EncryptionInvalid | Reason::AclInvalid => {
            (400, "InvalidArgument")
        }
        Reason::BodyMalformed => (400, "MalformedXML"),
        Reason::BodyTooLarge => (400, "MaxMessageLengthExceeded"),
        Reason::BodyTruncated => (400, "IncompleteBody"),
        Reason::LengthRequired => (411, "MissingContentLength"),
        Reason::MethodNotAllowed => (405, "MethodNotAllowed"),
        Reason::ActionNotFound | Reason::ApiVersionNotFound | Reason::NotImplemented => (501, "NotImplemented"),
        Reason::DigestMalformed => (400, "InvalidDigest"),
        Reason::DigestMismatch | Reason::ChecksumMismatch => (400, "BadDigest"),
        Reason::ContentHashMismatch => (400, "XAmzContentSHA256Mismatch"),
        Reason::Internal | Reason::Corrupt => (500, "InternalError"),
        Reason::Unavailable => (503, "ServiceUnavailable"),
        Reason::StorageFull => (507, "InsufficientStorage"),
        Reason::Throttled | Reason::Contended => (503, "SlowDown"),
        Reason::AccountNotFound
        | Reason::UserNotFound
        | Reason::AccessKeyMissing
        | Reason::PolicyNotFound
        | Reason::PolicyNotAttached
        | Reason::GroupNotFound
        | Reason::UserNotInGroup
        | Reason::LoginProfileNotFound
        | Reason::MfaDeviceNotFound
        | Reason::MfaNotBound
        | Reason::PasskeyNotFound
        | Reason::PolicyVersionNotFound
        | Reason::RoleNotFound => (404, "NoSuchEntity"),
        Reason::UserExists
        | Reason::GroupExists
        | Reason::UserInGroup
        | Reason::AccountAliasExists
        | Reason::LoginProfileExists
        | Reason::MfaDeviceExists
        | Reason::MfaBound
        | Reason::PasskeyExists
        | Reason::PolicyExists
        | Reason::PolicyAttached
        | Reason::RoleExists => (409, "EntityAlreadyExists"),
        Reason::UserHasAccessKeys
        | Reason::UserHasGroups
        | Reason::UserHasLoginProfile
        | Reason::MfaDeviceInUse
        | Reason::UserHasMfaDevice
        | Reason::UserHasPasskeys
        | Reason::GroupHasUsers
        | Reason::GroupHasPolicies
        | Reason::PolicyVersionInUse
        | Reason::PolicyHasVersions
        | Reason::UserHasPolicies
        | Reason::PolicyInUse
        | Reason::RoleHasPolicies => (409, "DeleteConflict"),
        Reason::PolicyMalformed | Reason::PolicyTooLong => (400, "MalformedPolicy"),
        Reason::PolicySystem | Reason::RootCannotAssumeRole => (403, "AccessDenied"),
        Reason::PasskeyInvalid => (400, "InvalidInput"),
        Reason::PasswordWeak | Reason::PasswordWrong => (400, "PasswordPolicyViolation"),
        Reason::PasswordExpired | Reason::SignInFailed | Reason::MfaCodeWrong => (403, "AccessDenied"),
        Reason::TooManyUsers
        | Reason::TooManyGroups
        | Reason::TooManyMemberships
        | Reason::TooManyMfaDevices
        | Reason::TooManyPasskeys
        | Reason::TooManyPolicyVersions
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
        | Reason::DryRun => (409, "LimitExceeded"),
        Reason::KeyNotFound | Reason::KeyVersionNotFound | Reason::KeyRewrapNotFound | Reason::AliasNotFound => {
            (400, "KMS.NotFoundException")
        }
        Reason::AliasExists => (400, "KMS.AlreadyExistsException"),
        Reason::AliasNotAllowed => (400, "KMS.InvalidAliasNameException"),
        Reason::KeyDisabled => (400, "KMS.DisabledException"),
        Reason::KeyPendingDeletion
        | Reason::KeyPendingImport
        | Reason::KeyStateInvalid
        | Reason::KeyVersionRetired
        | Reason::KeyVersionInUse
        | Reason::KeyRewrapRunning
        | Reason::KeyDeletionProtected => (400, "KMS.KMSInvalidStateException"),
        Reason::KeySpecUnsupported
        | Reason::KeyUsageInvalid
        | Reason::OriginUnsupported
        | Reason::ProtectionLevelUnsupported => (400, "KMS.InvalidKeyUsageException"),
        Reason::CiphertextInvalid => (400, "KMS.InvalidCiphertextException"),
        Reason::CiphertextKeyDiffers => (400, "KMS.IncorrectKeyException"),
        // What is about secrets cannot come of this service.
        Reason::SecretNotFound
        | Reason::SecretExists
        | Reason::SecretPendingDeletion
        | Reason::SecretNotPendingDeletion
        | Reason::SecretVersionNotFound
        | Reason::SecretVersionExists
        | Reason::SecretKindUnfit
        | Reason::SecretRotating
        | Reason::TooManySecrets => (400, "InvalidRequest"),
        Reason::BucketNotFound => (404, "NoSuchBucket"),
        Reason::BucketExists => (409, "BucketAlreadyExists"),
        Reason::BucketOwned => (409, "BucketAlreadyOwnedByYou"),
        Reason::BucketNotEmpty => (409, "BucketNotEmpty"),
        Reason::BucketNameInvalid => (400, "InvalidBucketName"),
        Reason::TooManyBuckets => (400, "TooManyBuckets"),
        Reason::BucketPolicyNotFound => (404, "NoSuchBucketPolicy"),
        Reason::TooManyTags => (400, "BadRequest"),
        Reason::TagInvalid => (400, "InvalidTag"),
        Reason::TagsNotFound => (404, "NoSuchTagSet"),
        Reason::ObjectRetained => (403, "AccessDenied"),
        Reason::ObjectLockMissing => (400, "InvalidRequest"),
        Reason::ObjectLockNotFound => (404, "ObjectLockConfigurationNotFoundError"),
        Reason::RetentionNotFound => (404, "NoSuchObjectLockConfiguration"),
        Reason::RetentionInvalid => (400, "InvalidRetentionPeriod"),
        Reason::BucketStateInvalid => (409, "InvalidBucketState"),
        // A bucket's own retention policy is no affair of this service, but it keeps what is in the bucket.
        Reason::BucketRetentionNotFound => (404, "NoSuchConfiguration"),
        Reason::BucketRetentionLocked => (403, "AccessDenied"),
        Reason::LifecycleNotFound => (404, "NoSuchLifecycleConfiguration"),
        Reason::BucketEncryptionNotFound => (404, "ServerSideEncryptionConfigurationNotFoundError"),
        Reason::CorsNotFound => (404, "NoSuchCORSConfiguration"),
        Reason::CorsForbidden => (403, "AccessForbidden"),
        Reason::FormMalformed => (400, "MalformedPOSTRequest"),
        Reason::FormTooLarge => (400, "MaxPostPreDataLengthExceeded"),
        Reason::FormPolicyInvalid => (400, "InvalidPolicyDocument"),
        Reason::ObjectTooSmall => (400, "EntityTooSmall"),
        Reason::PublicAccessBlockNotFound => (404, "NoSuchPublicAccessBlockConfiguration"),
        Reason::OwnershipNotFound => (404, "OwnershipControlsNotFoundError"),
        Reason::AclsOff => (400, "AccessControlListNotSupported"),
        Reason::AclsOpen => (400, "InvalidBucketAclWithObjectOwnership"),
        Reason::ObjectNotFound => (404, "NoSuchKey"),
        Reason::ObjectNameInvalid => (400, "KeyTooLongError"),
        Reason::ObjectTooLarge => (400, "EntityTooLarge"),
        Reason::ObjectExists | Reason::PreconditionFailed => (412, "PreconditionFailed"),
        Reason::VersionNotFound => (404, "NoSuchVersion"),
        Reason::MetadataTooLarge => (400, "MetadataTooLarge"),
        Reason::UploadNotFound => (404, "NoSuchUpload"),
        Reason::PartInvalid => (400, "InvalidPart"),
        Reason::PartOrderInvalid => (400, "InvalidPartOrder"),
        Reason::PartTooSmall => (400, "EntityTooSmall"),
        Reason::NotModified => (304, "NotModified"),
        Reason::RangeInvalid => (416, "InvalidRange"),
    }
}

/// The code of a reason, for events.
pub(super) fn code(reason: Reason) -> &'static str {
    spelled(reason).1
}

/// What an error of the verifier or decoder means. Its codes are Amazon's, so the table is open: what is not known is
/// judged by its status.
pub(super) fn understood(code: &str, status: u16) -> Reason {
    match code {
        "AccessDenied" => Reason::AccessDenied,
        "InvalidAccessKeyId" => Reason::AccessKeyNotFound,
        "SignatureDoesNotMatch" => Reason::SignatureMismatch,
        "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError" => Reason::SignatureMalformed,
        "RequestTimeTooSkewed" => Reason::ClockSkewed,
        "NotImplemented" => Reason::NotImplemented,
        "MethodNotAllowed" => Reason::MethodNotAllowed,
        "InvalidBucketName" => Reason::BucketNameInvalid,
        "KeyTooLongError" => Reason::ObjectNameInvalid,
        "MalformedXML" | "MissingRequestBodyError" | "MalformedPOSTRequest" => Reason::BodyMalformed,
        "MaxMessageLengthExceeded" => Reason::BodyTooLarge,
        "IncompleteBody" => Reason::BodyTruncated,
        "MissingContentLength" => Reason::LengthRequired,
        _ if status >= 500 => Reason::Internal,
        _ => Reason::ParameterInvalid,
    }
}

#[cfg(test)]
mod tests {
    use super::{spelled, understood};
    use types::Reason;

    #[test]
    fn every_reason_has_a_status_and_a_code() {
        for reason in Reason::ALL {
            let (status, code) = spelled(*reason);
            assert!(status == 304 || (400..600).contains(&status), "{reason:?}");
            assert!(!code.is_empty());
        }
    }

    #[test]
    fn the_verifiers_errors_keep_their_code() {
        for known in ["AccessDenied", "SignatureDoesNotMatch", "NotImplemented", "MalformedXML", "IncompleteBody"] {
            assert_eq!(spelled(understood(known, 400)).1, known);
        }
        assert_eq!(understood("Whatever", 503), Reason::Internal);
        assert_eq!(understood("Whatever", 400), Reason::ParameterInvalid);
    }
}
