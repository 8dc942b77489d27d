/// Why a call was refused or failed. Closed on purpose: each dialect spells every reason in a table without a wildcard, so
/// that a new one stops the build until it has a code and a status everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    // Who are you?
    /// The request is not signed, and this needs to be.
    MissingAuthentication,
    /// The access key id does not exist.
    AccessKeyNotFound,
    /// The access key is switched off.
    AccessKeyInactive,
    /// The signature does not match what the request says. Check the secret and how the request was signed.
    SignatureMismatch,
    /// The signature or what belongs to it is missing or cannot be read.
    SignatureMalformed,
    /// A header that must be signed is not among the signed ones.
    SignatureIncomplete,
    /// The request's time is more than 15 minutes from the server's.
    ClockSkewed,
    /// The request's time cannot be read.
    TimestampMalformed,
    /// The signed URL is past its time.
    RequestExpired,
    /// A request with this nonce was already made.
    NonceReused,
    /// A temporary access key needs its security token.
    SessionTokenMissing,
    /// The security token is not one of ours, or is damaged.
    SessionTokenInvalid,
    /// The security token is past its time.
    SessionTokenExpired,
    /// The security token does not belong to this access key.
    SessionTokenMismatch,
    /// The request was signed for another region.
    RegionMismatch,
    // May you?
    /// You are not allowed to do this.
    AccessDenied,
    // Is it a request?
    /// A required parameter is missing.
    ParameterMissing,
    /// A parameter is invalid.
    ParameterInvalid,
    /// The request body cannot be read.
    BodyMalformed,
    /// The request body is larger than allowed.
    BodyTooLarge,
    /// The request body ended before its announced length.
    BodyTruncated,
    /// The request must say how long its body is.
    LengthRequired,
    /// This method is not allowed here.
    MethodNotAllowed,
    /// There is no such action.
    ActionNotFound,
    /// There is no such interface version.
    ApiVersionNotFound,
    /// This is not supported.
    NotImplemented,
    /// The Content-MD5 is not a base64 MD5.
    DigestMalformed,
    /// The Content-MD5 is not that of the body received.
    DigestMismatch,
    /// A checksum is not that of the body received.
    ChecksumMismatch,
    /// The signed hash of the body is not that of the body received.
    ContentHashMismatch,
    // Can it be done now?
    /// Something went wrong on our side.
    Internal,
    /// The server cannot do this right now; try again.
    Unavailable,
    /// Stored data is damaged; nothing of it was returned.
    Corrupt,
    /// The disk is full: nothing was written. Reads go on.
    StorageFull,
    /// Too many requests; try again later.
    Throttled,
    /// Others changed the same thing at the same time; try again.
    Contended,
    // Identities.
    /// The account does not exist.
    AccountNotFound,
    /// The account alias is taken.
    AccountAliasExists,
    /// The user does not exist.
    UserNotFound,
    /// A user of this name already exists.
    UserExists,
    /// The user still has access keys; delete them first.
    UserHasAccessKeys,
    /// The user still has policies attached; detach them first.
    UserHasPolicies,
    /// The user is still in groups; take it out of them first.
    UserHasGroups,
    /// The user has no login profile.
    LoginProfileNotFound,
    /// The user has a login profile already.
    LoginProfileExists,
    /// The user still has a login profile; delete it first.
    UserHasLoginProfile,
    /// The password is not one that the account's password policy allows.
    PasswordWeak,
    /// The old password is not the right one, or there were too many tries.
    PasswordWrong,
    /// The password is past its time; whoever looks after the user has to set another.
    PasswordExpired,
    /// The account, the user, the password or the code is wrong, or there were too many tries.
    SignInFailed,
    /// The MFA device does not exist.
    MfaDeviceNotFound,
    /// An MFA device of this name already exists.
    MfaDeviceExists,
    /// The MFA device is bound to a user; unbind it first.
    MfaDeviceInUse,
    /// The user has no MFA device.
    MfaNotBound,
    /// The user has an MFA device already, or the device is bound to a user.
    MfaBound,
    /// The user still has an MFA device; unbind it first.
    UserHasMfaDevice,
    /// The two codes are not consecutive codes of the device, or were used before.
    MfaCodeWrong,
    /// The account has as many MFA devices as allowed.
    TooManyMfaDevices,
    /// The passkey does not exist.
    PasskeyNotFound,
    /// The passkey is registered already.
    PasskeyExists,
    /// What the authenticator answered does not register a passkey.
    PasskeyInvalid,
    /// The user has as many passkeys as allowed.
    TooManyPasskeys,
    /// The user still has passkeys; delete them first.
    UserHasPasskeys,
    /// The group does not exist.
    GroupNotFound,
    /// A group of this name already exists.
    GroupExists,
    /// There are still users in the group; take them out first.
    GroupHasUsers,
    /// The group still has policies attached; detach them first.
    GroupHasPolicies,
    /// The user is already in the group.
    UserInGroup,
    /// The user is not in the group.
    UserNotInGroup,
    /// The user has no such access key.
    AccessKeyMissing,
    /// The policy does not exist.
    PolicyNotFound,
    /// A policy of this name already exists.
    PolicyExists,
    /// The policy document is not valid.
    PolicyMalformed,
    /// The policy document is longer than allowed.
    PolicyTooLong,
    /// The policy is not attached there.
    PolicyNotAttached,
    /// The policy is already attached there.
    PolicyAttached,
    /// The policy is still attached to users or roles; detach it first.
    PolicyInUse,
    /// A system policy cannot be changed or deleted.
    PolicySystem,
    /// The policy has no such version.
    PolicyVersionNotFound,
    /// The default version cannot be deleted; make another one the default first.
    PolicyVersionInUse,
    /// The policy still has other versions; delete them first.
    PolicyHasVersions,
    /// The role does not exist.
    RoleNotFound,
    /// A role of this name already exists.
    RoleExists,
    /// The role still has policies attached; detach them first.
    RoleHasPolicies,
    /// The account's root key cannot assume a role; use a user or another role.
    RootCannotAssumeRole,
    /// The account has as many users as allowed.
    TooManyUsers,
    /// The account has as many groups as allowed.
    TooManyGroups,
    /// The user is in as many groups as allowed.
    TooManyMemberships,
    /// The account has as many roles as allowed.
    TooManyRoles,
    /// The account has as many policies as allowed.
    TooManyPolicies,
    /// The policy has as many versions as allowed.
    TooManyPolicyVersions,
    /// The user has as many access keys as allowed.
    TooManyAccessKeys,
    /// As many policies are attached there as allowed.
    TooManyAttachments,
    /// The OIDC identity provider does not exist.
    OidcProviderNotFound,
    /// An OIDC identity provider of this name or for this issuer already exists.
    OidcProviderExists,
    /// The OIDC identity provider has as many client ids or fingerprints as allowed.
    OidcProviderFull,
    /// The account has as many OIDC identity providers as allowed.
    TooManyOidcProviders,
    /// The identity token is not one that this identity provider and role take.
    IdentityTokenInvalid,
    /// The identity token is past its time.
    IdentityTokenExpired,
    /// The identity provider cannot be asked for its keys right now; try again.
    IdentityProviderUnreachable,
    /// The SAML identity provider does not exist.
    SamlProviderNotFound,
    /// A SAML identity provider of this name already exists.
    SamlProviderExists,
    /// The account has as many SAML identity providers as allowed.
    TooManySamlProviders,
    /// The SAML response is not one that this identity provider and role take.
    AssertionInvalid,
    /// The SAML response is past its time.
    AssertionExpired,
    // Keys.
    /// The key does not exist.
    KeyNotFound,
    /// The key version does not exist.
    KeyVersionNotFound,
    /// The key version was retired: its material is destroyed, and what it encrypted cannot be decrypted any more.
    KeyVersionRetired,
    /// Something is or may be under the key version; have the key rewrapped first.
    KeyVersionInUse,
    /// The key is being rewrapped; wait until that has ended.
    KeyRewrapRunning,
    /// The key was never rewrapped.
    KeyRewrapNotFound,
    /// The alias does not exist.
    AliasNotFound,
    /// An alias of this name already exists.
    AliasExists,
    /// An alias cannot be used here; give the key's id.
    AliasNotAllowed,
    /// The key is disabled.
    KeyDisabled,
    /// The key is waiting for its deletion.
    KeyPendingDeletion,
    /// The key has no material yet.
    KeyPendingImport,
    /// The key's state does not allow this.
    KeyStateInvalid,
    /// The key is protected against deletion; switch that off first.
    KeyDeletionProtected,
    /// This kind of key is not supported.
    KeySpecUnsupported,
    /// The key was not made for this use.
    KeyUsageInvalid,
    /// This origin of key material is not supported.
    OriginUnsupported,
    /// This protection level is not supported.
    ProtectionLevelUnsupported,
    /// The ciphertext is not one of ours, is damaged, or belongs to another encryption context.
    CiphertextInvalid,
    /// The ciphertext was not made by the key that was named.
    CiphertextKeyDiffers,
    /// The account has as many keys as allowed.
    TooManyKeys,
    /// The account has as many aliases as allowed.
    TooManyAliases,
    /// The key or the account has as many key versions as allowed.
    TooManyVersions,
    /// The resource has as many tags as allowed.
    TooManyTags,
    /// A tag's name or value is not allowed.
    TagInvalid,
    /// The bucket has no tags.
    TagsNotFound,
    /// The object is locked, or its bucket retains it.
    ObjectRetained,
    /// An object is to be locked in a bucket whose objects cannot be.
    ObjectLockMissing,
    /// The bucket has no object lock.
    ObjectLockNotFound,
    /// The object has no retention, or no legal hold.
    RetentionNotFound,
    /// How long objects are to be retained is out of range, or would be shortened.
    RetentionInvalid,
    /// One setting of the bucket excludes another.
    BucketStateInvalid,
    /// The bucket has no retention policy of this name, or none any more.
    BucketRetentionNotFound,
    /// The bucket's retention policy is locked for good.
    BucketRetentionLocked,
    /// The bucket has no lifecycle rules.
    LifecycleNotFound,
    /// The key has as many grants as allowed.
    TooManyGrants,
    /// The key material is not valid for this key.
    KeyMaterialInvalid,
    /// The key material is not the one the key had before.
    KeyMaterialDiffers,
    /// The import token is not one of this key's, or is damaged.
    ImportTokenInvalid,
    /// The import token is past its time.
    ImportTokenExpired,
    /// The signature is not one of this digest by this key.
    SignatureInvalid,
    /// The message authentication code is not the one of this message.
    MacInvalid,
    /// The grant does not exist.
    GrantNotFound,
    /// The request would have been done; nothing was, since it was a dry run.
    DryRun,
    // Secrets.
    /// The secret does not exist.
    SecretNotFound,
    /// A secret of this name already exists.
    SecretExists,
    /// The secret is waiting for its deletion.
    SecretPendingDeletion,
    /// The secret is not waiting for its deletion.
    SecretNotPendingDeletion,
    /// The secret has no such version.
    SecretVersionNotFound,
    /// The secret has a version of this id already, with another value.
    SecretVersionExists,
    /// This kind of secret does not allow this.
    SecretKindUnfit,
    /// The secret is being rotated already.
    SecretRotating,
    /// The account has as many secrets as allowed.
    TooManySecrets,
    // Objects.
    /// The bucket does not exist.
    BucketNotFound,
    /// The bucket name is taken.
    BucketExists,
    /// You already own a bucket of this name.
    BucketOwned,
    /// The bucket is not empty.
    BucketNotEmpty,
    /// The bucket name is not valid.
    BucketNameInvalid,
    /// The account has as many buckets as allowed.
    TooManyBuckets,
    /// The bucket has no policy.
    BucketPolicyNotFound,
    /// The bucket has no default encryption set.
    BucketEncryptionNotFound,
    /// The bucket has no rules for cross-origin requests.
    CorsNotFound,
    /// No rule of the bucket lets this cross-origin request in.
    CorsForbidden,
    /// The form cannot be read.
    FormMalformed,
    /// The fields of the form before its file are larger, or more, than allowed.
    FormTooLarge,
    /// The policy of the form cannot be read.
    FormPolicyInvalid,
    /// The object is smaller than the policy of the form allows.
    ObjectTooSmall,
    /// Nothing is set about public access.
    PublicAccessBlockNotFound,
    /// Nothing is set about who owns the objects of the bucket.
    OwnershipNotFound,
    /// The bucket does not allow access control lists.
    AclsOff,
    /// The access control list of the bucket lets everybody in.
    AclsOpen,
    /// The object does not exist.
    ObjectNotFound,
    /// The object key is not valid.
    ObjectNameInvalid,
    /// The object is larger than allowed.
    ObjectTooLarge,
    /// The object already exists and may not be overwritten.
    ObjectExists,
    /// The version does not exist.
    VersionNotFound,
    /// The user metadata is larger than allowed.
    MetadataTooLarge,
    /// The copy source is not valid.
    CopySourceInvalid,
    /// The multipart upload does not exist.
    UploadNotFound,
    /// A listed part was not uploaded, or its ETag is another.
    PartInvalid,
    /// The parts are not listed in ascending order.
    PartOrderInvalid,
    /// A part other than the last is smaller than allowed.
    PartTooSmall,
    /// A condition of the request does not hold.
    PreconditionFailed,
    /// The object was not changed.
    NotModified,
    /// The range lies outside the object.
    RangeInvalid,
    /// The encryption asked for is not valid.
    EncryptionInvalid,
    /// The access control list is not valid.
    AclInvalid,
}

impl Reason {
    /// Every reason, for tests that walk a dialect's table.
    pub const ALL: &'static [Self] = &[
        Self::MissingAuthentication,
        Self::AccessKeyNotFound,
        Self::AccessKeyInactive,
        Self::SignatureMismatch,
        Self::SignatureMalformed,
        Self::SignatureIncomplete,
        Self::ClockSkewed,
        Self::TimestampMalformed,
        Self::RequestExpired,
        Self::NonceReused,
        Self::SessionTokenMissing,
        Self::SessionTokenInvalid,
        Self::SessionTokenExpired,
        Self::SessionTokenMismatch,
        Self::RegionMismatch,
        Self::AccessDenied,
        Self::ParameterMissing,
        Self::ParameterInvalid,
        Self::BodyMalformed,
        Self::BodyTooLarge,
        Self::BodyTruncated,
        Self::LengthRequired,
        Self::MethodNotAllowed,
        Self::ActionNotFound,
        Self::ApiVersionNotFound,
        Self::NotImplemented,
        Self::DigestMalformed,
        Self::DigestMismatch,
        Self::ChecksumMismatch,
        Self::ContentHashMismatch,
        Self::Internal,
        Self::Unavailable,
        Self::Corrupt,
        Self::StorageFull,
        Self::Throttled,
        Self::Contended,
        Self::AccountNotFound,
        Self::AccountAliasExists,
        Self::UserNotFound,
        Self::UserExists,
        Self::UserHasAccessKeys,
        Self::UserHasPolicies,
        Self::UserHasGroups,
        Self::LoginProfileNotFound,
        Self::LoginProfileExists,
        Self::UserHasLoginProfile,
        Self::PasswordWeak,
        Self::PasswordWrong,
        Self::PasswordExpired,
        Self::SignInFailed,
        Self::MfaDeviceNotFound,
        Self::MfaDeviceExists,
        Self::MfaDeviceInUse,
        Self::MfaNotBound,
        Self::MfaBound,
        Self::UserHasMfaDevice,
        Self::MfaCodeWrong,
        Self::TooManyMfaDevices,
        Self::PasskeyNotFound,
        Self::PasskeyExists,
        Self::PasskeyInvalid,
        Self::TooManyPasskeys,
        Self::UserHasPasskeys,
        Self::GroupNotFound,
        Self::GroupExists,
        Self::GroupHasUsers,
        Self::GroupHasPolicies,
        Self::UserInGroup,
        Self::UserNotInGroup,
        Self::AccessKeyMissing,
        Self::PolicyNotFound,
        Self::PolicyExists,
        Self::PolicyMalformed,
        Self::PolicyTooLong,
        Self::PolicyNotAttached,
        Self::PolicyAttached,
        Self::PolicyInUse,
        Self::PolicySystem,
        Self::PolicyVersionNotFound,
        Self::PolicyVersionInUse,
        Self::PolicyHasVersions,
        Self::RoleNotFound,
        Self::RoleExists,
        Self::RoleHasPolicies,
        Self::RootCannotAssumeRole,
        Self::TooManyUsers,
        Self::TooManyGroups,
        Self::TooManyMemberships,
        Self::TooManyRoles,
        Self::TooManyPolicies,
        Self::TooManyPolicyVersions,
        Self::TooManyAccessKeys,
        Self::TooManyAttachments,
        Self::OidcProviderNotFound,
        Self::OidcProviderExists,
        Self::OidcProviderFull,
        Self::TooManyOidcProviders,
        Self::IdentityTokenInvalid,
        Self::IdentityTokenExpired,
        Self::IdentityProviderUnreachable,
        Self::SamlProviderNotFound,
        Self::SamlProviderExists,
        Self::TooManySamlProviders,
        Self::AssertionInvalid,
        Self::AssertionExpired,
        Self::KeyNotFound,
        Self::KeyVersionNotFound,
        Self::KeyVersionRetired,
        Self::KeyVersionInUse,
        Self::KeyRewrapRunning,
        Self::KeyRewrapNotFound,
        Self::AliasNotFound,
        Self::AliasExists,
        Self::AliasNotAllowed,
        Self::KeyDisabled,
        Self::KeyPendingDeletion,
        Self::KeyPendingImport,
        Self::KeyStateInvalid,
        Self::KeyDeletionProtected,
        Self::KeySpecUnsupported,
        Self::KeyUsageInvalid,
        Self::OriginUnsupported,
        Self::ProtectionLevelUnsupported,
        Self::CiphertextInvalid,
        Self::CiphertextKeyDiffers,
        Self::TooManyKeys,
        Self::TooManyAliases,
        Self::TooManyVersions,
        Self::TooManyTags,
        Self::TagInvalid,
        Self::TagsNotFound,
        Self::ObjectRetained,
        Self::ObjectLockMissing,
        Self::ObjectLockNotFound,
        Self::RetentionNotFound,
        Self::RetentionInvalid,
        Self::BucketStateInvalid,
        Self::BucketRetentionNotFound,
        Self::BucketRetentionLocked,
        Self::LifecycleNotFound,
        Self::TooManyGrants,
        Self::KeyMaterialInvalid,
        Self::KeyMaterialDiffers,
        Self::ImportTokenInvalid,
        Self::ImportTokenExpired,
        Self::SignatureInvalid,
        Self::MacInvalid,
        Self::GrantNotFound,
        Self::DryRun,
        Self::SecretNotFound,
        Self::SecretExists,
        Self::SecretPendingDeletion,
        Self::SecretNotPendingDeletion,
        Self::SecretVersionNotFound,
        Self::SecretVersionExists,
        Self::SecretKindUnfit,
        Self::SecretRotating,
        Self::TooManySecrets,
        Self::BucketNotFound,
        Self::BucketExists,
        Self::BucketOwned,
        Self::BucketNotEmpty,
        Self::BucketNameInvalid,
        Self::TooManyBuckets,
        Self::BucketPolicyNotFound,
        Self::BucketEncryptionNotFound,
        Self::CorsNotFound,
        Self::CorsForbidden,
        Self::FormMalformed,
        Self::FormTooLarge,
        Self::FormPolicyInvalid,
        Self::ObjectTooSmall,
        Self::PublicAccessBlockNotFound,
        Self::OwnershipNotFound,
        Self::AclsOff,
        Self::AclsOpen,
        Self::ObjectNotFound,
        Self::ObjectNameInvalid,
        Self::ObjectTooLarge,
        Self::ObjectExists,
        Self::VersionNotFound,
        Self::MetadataTooLarge,
        Self::CopySourceInvalid,
        Self::UploadNotFound,
        Self::PartInvalid,
        Self::PartOrderInvalid,
        Self::PartTooSmall,
        Self::PreconditionFailed,
        Self::NotModified,
        Self::RangeInvalid,
        Self::EncryptionInvalid,
        Self::AclInvalid,
    ];

    /// The text for the caller where nothing more can be said.
    pub const fn text(self) -> &'static str {
        match self {
            Self::MissingAuthentication => "The request is not signed, and this needs to be.",
            Self::AccessKeyNotFound => "The access key id does not exist.",
            Self::AccessKeyInactive => "The access key is switched off.",
            Self::SignatureMismatch => {
                "The signature does not match what the request says. Check the secret and how the request was signed."
            }
            Self::SignatureMalformed => "The signature or what belongs to it is missing or cannot be read.",
            Self::SignatureIncomplete => "A header that must be signed is not among the signed ones.",
            Self::ClockSkewed => "The request's time is more than 15 minutes from the server's.",
            Self::TimestampMalformed => "The request's time cannot be read.",
            Self::RequestExpired => "The signed URL is past its time.",
            Self::NonceReused => "A request with this nonce was already made.",
            Self::SessionTokenMissing => "A temporary access key needs its security token.",
            Self::SessionTokenInvalid => "The security token is not one of ours, or is damaged.",
            Self::SessionTokenExpired => "The security token is past its time.",
            Self::SessionTokenMismatch => "The security token does not belong to this access key.",
            Self::RegionMismatch => "The request was signed for another region.",
            Self::AccessDenied => "You are not allowed to do this.",
            Self::ParameterMissing => "A required parameter is missing.",
            Self::ParameterInvalid => "A parameter is invalid.",
            Self::BodyMalformed => "The request body cannot be read.",
            Self::BodyTooLarge => "The request body is larger than allowed.",
            Self::BodyTruncated => "The request body ended before its announced length.",
            Self::LengthRequired => "The request must say how long its body is.",
            Self::MethodNotAllowed => "This method is not allowed here.",
            Self::ActionNotFound => "There is no such action.",
            Self::ApiVersionNotFound => "There is no such interface version.",
            Self::NotImplemented => "This is not supported.",
            Self::DigestMalformed => "The Content-MD5 is not a base64 MD5.",
            Self::DigestMismatch => "The Content-MD5 is not that of the body received.",
            Self::ChecksumMismatch => "A checksum is not that of the body received.",
            Self::ContentHashMismatch => "The signed hash of the body is not that of the body received.",
            Self::Internal => "Something went wrong on our side.",
            Self::Unavailable => "The server cannot do this right now; try again.",
            Self::Corrupt => "Stored data is damaged; nothing of it was returned.",
            Self::StorageFull => "The disk is full: nothing was written. Reads go on.",
            Self::Throttled => "Too many requests; try again later.",
            Self::Contended => "Others changed the same thing at the same time; try again.",
            Self::AccountNotFound => "The account does not exist.",
            Self::AccountAliasExists => "The account alias is taken.",
            Self::UserNotFound => "The user does not exist.",
            Self::UserExists => "A user of this name already exists.",
            Self::UserHasAccessKeys => "The user still has access keys; delete them first.",
            Self::UserHasPolicies => "The user still has policies attached; detach them first.",
            Self::UserHasGroups => "The user is still in groups; take it out of them first.",
            Self::LoginProfileNotFound => "The user has no login profile.",
            Self::LoginProfileExists => "The user has a login profile already.",
            Self::UserHasLoginProfile => "The user still has a login profile; delete it first.",
            Self::PasswordWeak => "The password is not one that the account's password policy allows.",
            Self::PasswordWrong => "The old password is not the right one, or there were too many tries.",
            Self::PasswordExpired => "The password is past its time; whoever looks after the user has to set another.",
            Self::SignInFailed => {
                "The account, the user, the password or the code is wrong, or there were too many tries."
            }
            Self::MfaDeviceNotFound => "The MFA device does not exist.",
            Self::MfaDeviceExists => "An MFA device of this name already exists.",
            Self::MfaDeviceInUse => "The MFA device is bound to a user; unbind it first.",
            Self::MfaNotBound => "The user has no MFA device.",
            Self::MfaBound => "The user has an MFA device already, or the device is bound to a user.",
            Self::UserHasMfaDevice => "The user still has an MFA device; unbind it first.",
            Self::MfaCodeWrong => "The two codes are not consecutive codes of the device, or were used before.",
            Self::TooManyMfaDevices => "The account has as many MFA devices as allowed.",
            Self::PasskeyNotFound => "The passkey does not exist.",
            Self::PasskeyExists => "The passkey is registered already.",
            Self::PasskeyInvalid => "What the authenticator answered does not register a passkey.",
            Self::TooManyPasskeys => "The user has as many passkeys as allowed.",
            Self::UserHasPasskeys => "The user still has passkeys; delete them first.",
            Self::GroupNotFound => "The group does not exist.",
            Self::GroupExists => "A group of this name already exists.",
            Self::GroupHasUsers => "There are still users in the group; take them out first.",
            Self::GroupHasPolicies => "The group still has policies attached; detach them first.",
            Self::UserInGroup => "The user is already in the group.",
            Self::UserNotInGroup => "The user is not in the group.",
            Self::AccessKeyMissing => "The user has no such access key.",
            Self::PolicyNotFound => "The policy does not exist.",
            Self::PolicyExists => "A policy of this name already exists.",
            Self::PolicyMalformed => "The policy document is not valid.",
            Self::PolicyTooLong => "The policy document is longer than allowed.",
            Self::PolicyNotAttached => "The policy is not attached there.",
            Self::PolicyAttached => "The policy is already attached there.",
            Self::PolicyInUse => "The policy is still attached to users or roles; detach it first.",
            Self::PolicySystem => "A system policy cannot be changed or deleted.",
            Self::PolicyVersionNotFound => "The policy has no such version.",
            Self::PolicyVersionInUse => "The default version cannot be deleted; make another one the default first.",
            Self::PolicyHasVersions => "The policy still has other versions; delete them first.",
            Self::RoleNotFound => "The role does not exist.",
            Self::RoleExists => "A role of this name already exists.",
            Self::RoleHasPolicies => "The role still has policies attached; detach them first.",
            Self::RootCannotAssumeRole => "The account's root key cannot assume a role; use a user or another role.",
            Self::TooManyUsers => "The account has as many users as allowed.",
            Self::TooManyGroups => "The account has as many groups as allowed.",
            Self::TooManyMemberships => "The user is in as many groups as allowed.",
            Self::TooManyRoles => "The account has as many roles as allowed.",
            Self::TooManyPolicies => "The account has as many policies as allowed.",
            Self::TooManyPolicyVersions => "The policy has as many versions as allowed.",
            Self::TooManyAccessKeys => "The user has as many access keys as allowed.",
            Self::TooManyAttachments => "As many policies are attached there as allowed.",
            Self::OidcProviderNotFound => "The OIDC identity provider does not exist.",
            Self::OidcProviderExists => "An OIDC identity provider of this name or for this issuer already exists.",
            Self::OidcProviderFull => "The OIDC identity provider has as many client ids or fingerprints as allowed.",
            Self::TooManyOidcProviders => "The account has as many OIDC identity providers as allowed.",
            Self::IdentityTokenInvalid => "The identity token is not one that this identity provider and role take.",
            Self::IdentityTokenExpired => "The identity token is past its time.",
            Self::IdentityProviderUnreachable => {
                "The identity provider cannot be asked for its keys right now; try again."
            }
            Self::SamlProviderNotFound => "The SAML identity provider does not exist.",
            Self::SamlProviderExists => "A SAML identity provider of this name already exists.",
            Self::TooManySamlProviders => "The account has as many SAML identity providers as allowed.",
            Self::AssertionInvalid => "The SAML response is not one that this identity provider and role take.",
            Self::AssertionExpired => "The SAML response is past its time.",
            Self::KeyNotFound => "The key does not exist.",
            Self::KeyVersionNotFound => "The key version does not exist.",
            Self::KeyVersionRetired => {
                "The key version was retired: its material is destroyed, and what it encrypted cannot be decrypted any more."
            }
            Self::KeyVersionInUse => "Something is or may be under the key version; have the key rewrapped first.",
            Self::KeyRewrapRunning => "The key is being rewrapped; wait until that has ended.",
            Self::KeyRewrapNotFound => "The key was never rewrapped.",
            Self::AliasNotFound => "The alias does not exist.",
            Self::AliasExists => "An alias of this name already exists.",
            Self::AliasNotAllowed => "An alias cannot be used here; give the key's id.",
            Self::KeyDisabled => "The key is disabled.",
            Self::KeyPendingDeletion => "The key is waiting for its deletion.",
            Self::KeyPendingImport => "The key has no material yet.",
            Self::KeyStateInvalid => "The key's state does not allow this.",
            Self::KeyDeletionProtected => "The key is protected against deletion; switch that off first.",
            Self::KeySpecUnsupported => "This kind of key is not supported.",
            Self::KeyUsageInvalid => "The key was not made for this use.",
            Self::OriginUnsupported => "This origin of key material is not supported.",
            Self::ProtectionLevelUnsupported => "This protection level is not supported.",
            Self::CiphertextInvalid => {
                "The ciphertext is not one of ours, is damaged, or belongs to another encryption context."
            }
            Self::CiphertextKeyDiffers => "The ciphertext was not made by the key that was named.",
            Self::TooManyKeys => "The account has as many keys as allowed.",
            Self::TooManyAliases => "The account has as many aliases as allowed.",
            Self::TooManyVersions => "The key or the account has as many key versions as allowed.",
            Self::TooManyTags => "The resource has as many tags as allowed.",
            Self::TagInvalid => "A tag's name or value is not allowed.",
            Self::TagsNotFound => "The bucket has no tags.",
            Self::ObjectRetained => "The object is retained: it cannot be deleted, replaced or freed yet.",
            Self::ObjectLockMissing => "Objects of this bucket cannot be locked: object lock is not enabled.",
            Self::ObjectLockNotFound => "Object lock is not enabled for the bucket.",
            Self::RetentionNotFound => "The object has no such lock.",
            Self::RetentionInvalid => "The retention period is not valid.",
            Self::BucketStateInvalid => "The bucket's other settings do not allow this.",
            Self::BucketRetentionNotFound => "The bucket has no retention policy.",
            Self::BucketRetentionLocked => "The bucket's retention policy is locked.",
            Self::LifecycleNotFound => "The bucket has no lifecycle rules.",
            Self::TooManyGrants => "The key has as many grants as allowed.",
            Self::KeyMaterialInvalid => "The key material is not valid for this key.",
            Self::KeyMaterialDiffers => "The key material is not the one the key had before.",
            Self::ImportTokenInvalid => "The import token is not one of this key's, or is damaged.",
            Self::ImportTokenExpired => "The import token is past its time.",
            Self::SignatureInvalid => "The signature is not one of this digest by this key.",
            Self::MacInvalid => "The message authentication code is not the one of this message.",
            Self::GrantNotFound => "The grant does not exist.",
            Self::DryRun => "The request would have been done; nothing was, since it was a dry run.",
            Self::SecretNotFound => "The secret does not exist.",
            Self::SecretExists => "A secret of this name already exists.",
            Self::SecretPendingDeletion => "The secret is waiting for its deletion.",
            Self::SecretNotPendingDeletion => "The secret is not waiting for its deletion.",
            Self::SecretVersionNotFound => "The secret has no such version.",
            Self::SecretVersionExists => "The secret has a version of this id already, with another value.",
            Self::SecretKindUnfit => "This kind of secret does not allow this.",
            Self::SecretRotating => "The secret is being rotated already.",
            Self::TooManySecrets => "The account has as many secrets as allowed.",
            Self::BucketNotFound => "The bucket does not exist.",
            Self::BucketExists => "The bucket name is taken.",
            Self::BucketOwned => "You already own a bucket of this name.",
            Self::BucketNotEmpty => "The bucket is not empty.",
            Self::BucketNameInvalid => "The bucket name is not valid.",
            Self::TooManyBuckets => "The account has as many buckets as allowed.",
            Self::BucketPolicyNotFound => "The bucket has no policy.",
            Self::BucketEncryptionNotFound => "The bucket has no default encryption set.",
            Self::CorsNotFound => "The bucket has no rules for cross-origin requests.",
            Self::CorsForbidden => "No rule of the bucket lets this cross-origin request in.",
            Self::FormMalformed => "The form cannot be read.",
            Self::FormTooLarge => "The fields of the form before its file are larger, or more, than allowed.",
            Self::FormPolicyInvalid => "The policy of the form cannot be read.",
            Self::ObjectTooSmall => "The object is smaller than the policy of the form allows.",
            Self::PublicAccessBlockNotFound => "Nothing is set about public access.",
            Self::OwnershipNotFound => "Nothing is set about who owns the objects of the bucket.",
            Self::AclsOff => "The bucket does not allow access control lists.",
            Self::AclsOpen => "The access control list of the bucket lets everybody in; make it private first.",
            Self::ObjectNotFound => "The object does not exist.",
            Self::ObjectNameInvalid => "The object key is not valid.",
            Self::ObjectTooLarge => "The object is larger than allowed.",
            Self::ObjectExists => "The object already exists and may not be overwritten.",
            Self::VersionNotFound => "The version does not exist.",
            Self::MetadataTooLarge => "The user metadata is larger than allowed.",
            Self::CopySourceInvalid => "The copy source is not valid.",
            Self::UploadNotFound => "The multipart upload does not exist.",
            Self::PartInvalid => "A listed part was not uploaded, or its ETag is another.",
            Self::PartOrderInvalid => "The parts are not listed in ascending order.",
            Self::PartTooSmall => "A part other than the last is smaller than allowed.",
            Self::PreconditionFailed => "A condition of the request does not hold.",
            Self::NotModified => "The object was not changed.",
            Self::RangeInvalid => "The range lies outside the object.",
            Self::EncryptionInvalid => "The encryption asked for is not valid.",
            Self::AclInvalid => "The access control list is not valid.",
        }
    }

    /// Whether the fault is ours, so that it belongs in the log as an error.
    pub const fn is_fault(self) -> bool {
        matches!(self, Self::Internal | Self::Unavailable | Self::Corrupt | Self::StorageFull)
    }
}
