//! How reasons are spelled here. The vendor's own names are kept, odd ones too: in KMS what is not found is `Forbidden`
//! with status 404 (alibaba-wire §5.8, §6.5, §2.8).

use types::Reason;

/// The code of a reason in KMS, where it differs from the other services in some.
pub(super) fn kms_code(reason: Reason) -> &'static str {
    match reason {
        Reason::AccessKeyInactive => "Forbidden.AccessKey",
        Reason::AccessDenied => "Forbidden.NoPermission",
        Reason::Internal => "InternalFailure",
        Reason::Unavailable => "ServiceUnavailableTemporary",
        Reason::Corrupt => "InternalFailure",
        Reason::StorageFull => "ServiceUnavailableTemporary",
        Reason::Throttled => "Rejected.Throttling",
        Reason::Contended => "ServiceUnavailableTemporary",
        Reason::PolicyTooLong => "InvalidParameter",
        other => spelling(other).1,
    }
}

/// The code of a reason in RAM, STS and ActionTrail.
pub(super) fn ram_code(reason: Reason) -> &'static str {
    spelling(reason).1
}

/// The HTTP status of a reason.
pub(super) fn status(reason: Reason) -> u16 {
    spelling(reason).0
}

#[rustfmt::skip]
const fn spelling(reason: Reason) -> (u16, &'static str) {
    match reason {
        Reason::MissingAuthentication => (400, "MissingAccessKeyId"),
        Reason::AccessKeyNotFound => (404, "InvalidAccessKeyId.NotFound"),
        Reason::AccessKeyInactive => (400, "InvalidAccessKeyId.Inactive"),
        Reason::SignatureMismatch => (400, "SignatureDoesNotMatch"),
        Reason::SignatureMalformed => (400, "IncompleteSignature"),
        Reason::SignatureIncomplete => (400, "IncompleteSignature"),
        Reason::ClockSkewed => (400, "InvalidTimeStamp.Expired"),
        Reason::TimestampMalformed => (400, "InvalidTimeStamp.Format"),
        Reason::RequestExpired => (400, "InvalidTimeStamp.Expired"),
        Reason::NonceReused => (400, "SignatureNonceUsed"),
        Reason::SessionTokenMissing => (400, "MissingSecurityToken"),
        Reason::SessionTokenInvalid => (400, "InvalidSecurityToken.Malformed"),
        Reason::SessionTokenExpired => (400, "InvalidSecurityToken.Expired"),
        Reason::SessionTokenMismatch => (400, "InvalidSecurityToken.MismatchWithAccessKey"),
        Reason::RegionMismatch => (400, "InvalidRegionId.NotFound"),
        Reason::AccessDenied => (403, "NoPermission"),
        Reason::ParameterMissing => (400, "MissingParameter"),
        Reason::ParameterInvalid => (400, "InvalidParameter"),
        Reason::BodyMalformed => (400, "ParseRequestParameterException"),
        Reason::BodyTooLarge => (413, "RequestEntityTooLarge"),
        Reason::BodyTruncated => (400, "IncompleteBody"),
        Reason::LengthRequired => (411, "MissingContentLength"),
        Reason::MethodNotAllowed => (403, "UnsupportedHTTPMethod"),
        Reason::ActionNotFound => (404, "InvalidAction.NotFound"),
        Reason::ApiVersionNotFound => (400, "InvalidVersion"),
        Reason::NotImplemented => (400, "UnsupportedOperation"),
        Reason::DigestMalformed => (400, "InvalidDigest"),
        Reason::DigestMismatch => (400, "BadDigest"),
        Reason::ChecksumMismatch => (400, "BadDigest"),
        Reason::ContentHashMismatch => (400, "SignatureDoesNotMatch.ContentHash"),
        Reason::Internal => (500, "InternalError"),
        Reason::Unavailable => (503, "ServiceUnavailable"),
        Reason::Corrupt => (500, "InternalError"),
        Reason::StorageFull => (503, "ServiceUnavailable"),
        Reason::Throttled => (429, "Throttling"),
        Reason::Contended => (503, "ServiceUnavailable"),
        Reason::AccountNotFound => (404, "EntityNotExist.Account"),
        Reason::AccountAliasExists => (409, "EntityAlreadyExists.AccountAlias"),
        Reason::UserNotFound => (404, "EntityNotExist.User"),
        Reason::UserExists => (409, "EntityAlreadyExists.User"),
        Reason::UserHasAccessKeys => (409, "DeleteConflict.User.AccessKey"),
        Reason::UserHasPolicies => (409, "DeleteConflict.User.Policy"),
        Reason::UserHasGroups => (409, "DeleteConflict.User.Group"),
        Reason::LoginProfileNotFound => (404, "EntityNotExist.User.LoginProfile"),
        Reason::LoginProfileExists => (409, "EntityAlreadyExists.User.LoginProfile"),
        Reason::UserHasLoginProfile => (409, "DeleteConflict.User.LoginProfile"),
        Reason::PasswordWeak => (400, "InvalidParameter.Password.TooWeak"),
        Reason::PasswordWrong => (400, "InvalidParameter.OldPassword"),
        Reason::PasswordExpired => (403, "AuthenticationFail.PasswordExpired"),
        Reason::SignInFailed => (403, "AuthenticationFail"),
        Reason::MfaDeviceNotFound => (404, "EntityNotExist.VirtualMFADevice"),
        Reason::MfaDeviceExists => (409, "EntityAlreadyExists.VirtualMFADevice"),
        Reason::MfaDeviceInUse => (409, "DeleteConflict.VirtualMFADevice.User"),
        Reason::MfaNotBound => (404, "EntityNotExist.User.MFADevice"),
        Reason::MfaBound => (409, "EntityAlreadyExists.User.MFADevice"),
        Reason::UserHasMfaDevice => (409, "DeleteConflict.User.MFADevice"),
        Reason::MfaCodeWrong => (403, "CheckAuthenticationCodeFail"),
        Reason::TooManyMfaDevices => (409, "LimitExceeded.VirtualMFADevice"),
        Reason::PasskeyNotFound => (404, "EntityNotExist.Passkey"),
        Reason::PasskeyExists => (409, "EntityAlreadyExists.Passkey"),
        Reason::PasskeyInvalid => (400, "InvalidParameter.Credential"),
        Reason::TooManyPasskeys => (409, "LimitExceeded.User.Passkey"),
        Reason::UserHasPasskeys => (409, "DeleteConflict.User.Passkey"),
        Reason::GroupNotFound => (404, "EntityNotExist.Group"),
        Reason::GroupExists => (409, "EntityAlreadyExists.Group"),
        Reason::GroupHasUsers => (409, "DeleteConflict.Group.User"),
        Reason::GroupHasPolicies => (409, "DeleteConflict.Group.Policy"),
        Reason::UserInGroup => (409, "EntityAlreadyExists.User.Group"),
        Reason::UserNotInGroup => (404, "EntityNotExist.User.Group"),
        Reason::AccessKeyMissing => (404, "EntityNotExist.User.AccessKey"),
        Reason::PolicyNotFound => (404, "EntityNotExist.Policy"),
        Reason::PolicyExists => (409, "EntityAlreadyExists.Policy"),
        Reason::PolicyMalformed => (400, "MalformedPolicyDocument"),
        Reason::PolicyTooLong => (400, "InvalidParameter.PolicyDocument.Length"),
        Reason::PolicyNotAttached => (404, "EntityNotExist.User.Policy"),
        Reason::PolicyAttached => (409, "EntityAlreadyExists.User.Policy"),
        Reason::PolicyInUse => (409, "DeleteConflict.Policy.User"),
        Reason::PolicySystem => (403, "NoPermission.SystemPolicy"),
        Reason::PolicyVersionNotFound => (404, "EntityNotExist.Policy.Version"),
        Reason::PolicyVersionInUse => (409, "DeleteConflict.Policy.Version"),
        Reason::PolicyHasVersions => (409, "DeleteConflict.Policy.Version"),
        Reason::RoleNotFound => (404, "EntityNotExist.Role"),
        Reason::RoleExists => (409, "EntityAlreadyExists.Role"),
        Reason::RoleHasPolicies => (409, "DeleteConflict.Role.Policy"),
        Reason::RootCannotAssumeRole => (403, "NoPermission"),
        Reason::TooManyUsers => (409, "LimitExceeded.User"),
        Reason::TooManyGroups => (409, "LimitExceeded.Group"),
        Reason::TooManyMemberships => (409, "LimitExceeded.User.Group"),
        Reason::TooManyRoles => (409, "LimitExceeded.Role"),
        Reason::TooManyPolicies => (409, "LimitExceeded.Policy"),
        Reason::TooManyPolicyVersions => (409, "LimitExceeded.Policy.Version"),
        Reason::TooManyAccessKeys => (409, "LimitExceeded.User.AccessKey"),
        Reason::TooManyAttachments => (409, "LimitExceeded.User.Policy"),
        Reason::OidcProviderNotFound => (404, "EntityNotExist.OIDCProvider"),
        Reason::OidcProviderExists => (409, "EntityAlreadyExists.OIDCProvider"),
        Reason::OidcProviderFull => (409, "LimitExceeded.OIDCProvider.Entries"),
        Reason::TooManyOidcProviders => (409, "LimitExceeded.OIDCProvider"),
        Reason::IdentityTokenInvalid => (401, "AuthenticationFail.OIDCToken.Invalid"),
        Reason::IdentityTokenExpired => (401, "AuthenticationFail.OIDCToken.Expired"),
        Reason::IdentityProviderUnreachable => (503, "ServiceUnavailable.OIDCProvider"),
        Reason::SamlProviderNotFound => (404, "EntityNotExist.SAMLProvider"),
        Reason::SamlProviderExists => (409, "EntityAlreadyExists.SAMLProvider"),
        Reason::TooManySamlProviders => (409, "LimitExceeded.SAMLProvider"),
        Reason::AssertionInvalid => (401, "AuthenticationFail.SAMLAssertion.Invalid"),
        Reason::AssertionExpired => (401, "AuthenticationFail.SAMLAssertion.Expired"),
        Reason::KeyNotFound => (404, "Forbidden.KeyNotFound"),
        Reason::KeyVersionNotFound => (404, "Forbidden.KeyVersionNotFound"),
        Reason::KeyVersionRetired => (409, "Rejected.KeyVersionRetired"),
        Reason::KeyVersionInUse => (409, "Rejected.KeyVersionInUse"),
        Reason::KeyRewrapRunning => (409, "Rejected.KeyRewrapRunning"),
        Reason::KeyRewrapNotFound => (404, "Forbidden.KeyRewrapNotFound"),
        Reason::AliasNotFound => (404, "Forbidden.AliasNotFound"),
        Reason::AliasExists => (400, "AliasAlreadyExists"),
        Reason::AliasNotAllowed => (400, "Unsupported.Alias"),
        Reason::KeyDisabled => (409, "Rejected.Disabled"),
        Reason::KeyPendingDeletion => (409, "Rejected.PendingDeletion"),
        Reason::KeyPendingImport => (409, "Rejected.PendingImport"),
        Reason::KeyStateInvalid => (409, "Rejected.StateModifiedFailed"),
        Reason::KeyDeletionProtected => (409, "Rejected.DeletionProtected"),
        Reason::KeySpecUnsupported => (400, "Unsupported.KeySpec"),
        Reason::KeyUsageInvalid => (400, "Unsupported.KeyUsage"),
        Reason::OriginUnsupported => (400, "Unsupported.Origin"),
        Reason::ProtectionLevelUnsupported => (400, "Unsupported.ProtectionLevel"),
        Reason::CiphertextInvalid => (400, "InvalidParameter"),
        Reason::CiphertextKeyDiffers => (400, "InvalidParameter"),
        Reason::TooManyKeys => (400, "Rejected.LimitExceeded"),
        Reason::TooManyAliases => (400, "Rejected.LimitExceeded"),
        Reason::TooManyVersions => (400, "Rejected.LimitExceeded"),
        Reason::TooManyTags => (400, "Rejected.LimitExceeded"),
        Reason::TooManyGrants => (400, "Rejected.LimitExceeded"),
        Reason::KeyMaterialInvalid => (400, "InvalidKeyMaterial"),
        Reason::KeyMaterialDiffers => (400, "InvalidKeyMaterial"),
        Reason::ImportTokenInvalid => (400, "InvalidImportToken"),
        Reason::ImportTokenExpired => (400, "ExpiredImportToken"),
        Reason::SignatureInvalid => (400, "InvalidParameter"),
        Reason::MacInvalid => (400, "InvalidParameter"),
        Reason::GrantNotFound => (404, "Forbidden.ResourceNotFound"),
        Reason::DryRun => (400, "DryRunOperationError"),
        Reason::SecretNotFound => (404, "Forbidden.ResourceNotFound"),
        Reason::SecretExists => (409, "Rejected.ResourceExist"),
        Reason::SecretPendingDeletion => (409, "Rejected.ResourceInDeleteWindow"),
        Reason::SecretNotPendingDeletion => (409, "Rejected.StateModifiedFailed"),
        Reason::SecretVersionNotFound => (404, "Forbidden.ResourceNotFound"),
        Reason::SecretVersionExists => (409, "Rejected.ResourceExist"),
        Reason::SecretKindUnfit => (400, "InvalidParameter"),
        Reason::SecretRotating => (409, "Rejected.StateModifiedFailed"),
        Reason::TooManySecrets => (400, "Rejected.LimitExceeded"),
        // What is about buckets and objects cannot come of these services.
        Reason::BucketNotFound
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
        | Reason::AclInvalid => (400, "InvalidParameter"),
    }
}

#[cfg(test)]
mod tests {
    use super::{kms_code, ram_code, status};
    use types::Reason;

    #[test]
    fn every_reason_has_a_status_and_codes() {
        for reason in Reason::ALL {
            assert!((400..600).contains(&status(*reason)), "{reason:?}");
            assert!(!kms_code(*reason).is_empty() && !ram_code(*reason).is_empty());
        }
        // A key's policy and a secret's are refused alike.
        assert_eq!(kms_code(Reason::PolicyTooLong), kms_code(Reason::ParameterInvalid));
    }
}
