/// The facts of a refusal by policy, which Alibaba's dialects show together in an `AccessDeniedDetail`.
pub(crate) const DENIED_FIELDS: &[&str] = &[
    "AuthAction",
    "AuthPrincipalType",
    "AuthPrincipalOwnerId",
    "AuthPrincipalDisplayName",
    "NoPermissionType",
    "PolicyType",
    "EncodedDiagnosticMessage",
];
