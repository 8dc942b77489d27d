//! Who there is, what they may do, and the one door that everything goes through.
//!
//! An [`Operation`] is a struct in the domain that owns it; a domain says how to [`Run`] it; the [`Gate`] decides, makes
//! the [`Permit`], runs it, and sees to it that its event is in the log before anything is answered.

mod access_keys;
mod account_report;
mod accounts;
mod attachments;
mod boundaries;
mod bounded;
mod caller;
mod caller_identity;
mod control_policy;
mod decide;
mod decode_diagnosis;
mod diagnosis;
mod directory;
#[cfg(test)]
mod documented;
mod find_users;
mod gate;
mod groups;
mod iam;
mod inline_policies;
mod key_networks;
mod last_used;
mod lookup;
mod nonces;
mod oidc;
mod operation;
mod operators;
mod own;
mod page;
mod people;
mod permit;
mod policies;
pub mod policy;
mod policy_versions;
pub mod quotas;
mod rates;
mod record;
mod recording;
mod records;
mod recycling;
mod rights;
mod roles;
mod rotate_access_key;
mod saml;
mod seals;
mod session_token;
mod sessions;
mod simulation;
mod tagging;
mod tags;
mod things;
mod token;
mod users;

pub use access_keys::{AccessKeyInfo, CreateAccessKey, DeleteAccessKey, ListAccessKeys, UpdateAccessKey};
pub use account_report::{
    AccountSummary, CredentialKey, CredentialReport, CredentialRow, GetAccountMfa, GetAccountSummary, GetDefaultDomain,
    PrepareCredentialReport, ReportCredentials, ReportPurpose,
};
pub use accounts::{CreateAccount, ListAccounts, NewAccessKey, NewAccount};
pub use attachments::{
    AttachPolicy, AttachedPolicy, DetachPolicy, ListAttachedPolicies, ListEntitiesForPolicy, PolicyEntity,
};
pub use boundaries::{Bearer, DeleteBoundary, PutBoundary};
pub use caller::{Caller, Nonce, Session};
pub use caller_identity::GetCallerIdentity;
pub use control_policy::{ClearControlPolicy, GetControlPolicy, SetControlPolicy};
pub use decode_diagnosis::{DecodeDiagnosis, Diagnoses};
pub use diagnosis::Diagnosis;
pub use federation::oidc::{IssuerUrl, KeySet, Wanted};
pub use federation::webauthn::{ALGORITHMS as PASSKEY_ALGORITHMS, RelyingParty};
pub use find_users::FindUsers;
pub use gate::{Claim, DESTROYED, Gate};
pub use groups::{
    AddUserToGroup, CreateGroup, DeleteGroup, GetGroup, Joined, ListGroups, ListGroupsForUser, ListUsersForGroup,
    RemoveUserFromGroup, UpdateGroup,
};
pub use iam::Iam;
pub use inline_policies::{DeleteInlinePolicy, GetInlinePolicy, InlinePolicy, ListInlinePolicies, PutInlinePolicy};
pub use key_networks::{GetAccountKeyNetworks, GetKeyNetworks, SetAccountKeyNetworks, SetKeyNetworks};
pub use last_used::{GetAccessKeyLastUsed, write_last_used};
pub use lookup::{GetEventReceipt, LookupEvents, Trails};
pub use nonces::sweep_nonces;
pub use oidc::{
    AddClientId, AddFingerprint, AssumeRoleWithOidc, CreateOidcProvider, DeleteOidcProvider, FederatedRole, Federation,
    GetOidcProvider, Issuers, ListOidcProviders, OidcProviderArn, OidcProviderRecord, ProviderRef, RemoveClientId,
    RemoveFingerprint, TrustedIssuer, UpdateOidcProvider, WebIdentity,
};
pub use operation::{Audit, Need, Operation, Run, Target};
pub use operators::{
    CreateOperator, CreateOperatorKey, DeleteOperator, DeleteOperatorKey, GetOperator, ListOperators, NewOperator,
    OperatorRecord, ShownOperator, UpdateOperator,
};
pub use page::{Page, PageRequest};
pub use people::{
    BeginPasskeyRegistration, BeginPasskeySignIn, BindMfaDevice, ChangePassword, ClearAccountAlias, CreateLoginProfile,
    CreateMfaDevice, DeleteLoginProfile, DeleteMfaDevice, DeletePasskey, DisableMfa, GetAccountAlias, GetLoginProfile,
    GetPasswordPolicy, GetSecurityPreference, GetUserMfa, ListMfaDevices, ListPasskeys, LoginProfile, MfaArn,
    MfaDevice, NewMfaDevice, PASSKEYS_MOST, Passkey, PasskeyOptions, PasskeyRequest, Password, PasswordPolicy,
    RegisterPasskey, SecurityPreference, SetAccountAlias, SetPasswordPolicy, SetSecurityPreference, SignIn,
    SignInWithPasskey, SignedIn, Tried, UnbindMfaDevice, UpdateLoginProfile, UpdatePasskey,
};
pub use permit::Permit;
pub use policies::{CreatePolicy, DeletePolicy, GetPolicy, ListPolicies, PolicyInfo, UpdatePolicyDescription};
pub use policy_versions::{
    CreatePolicyVersion, DeletePolicyVersion, GetPolicyVersion, ListPolicyVersions, PolicyVersion,
    SetDefaultPolicyVersion,
};
pub use rates::{Limits, Pace, Rates};
pub use record::GLOBAL;
pub use recording::{GetRecordPreference, SetRecordPreference};
pub use records::{
    AccountRecord, ControlPolicyRecord, GroupRecord, Holder, KeyNetworks, PolicyRecord, PolicyRef, RecordPreference,
    RoleRecord, UserRecord,
};
pub use recycling::{
    DeleteRecycledKey, DeleteRecycledUser, GetRecycledKey, GetRecycledUser, ListRecycledKeys, ListRecycledUsers,
    RecycleAccessKey, RecycleUser, RecycledBy, RecycledKey, RecycledUser, RestoreAccessKey, RestoreUser,
    remove_recycled,
};
pub use roles::{CreateRole, DeleteRole, GetRole, ListRoles, UpdateRole};
pub use rotate_access_key::RotateAccessKey;
pub use saml::{
    AssumeRoleWithSaml, AssumedRoleWithSaml, CreateSamlProvider, DeleteSamlProvider, GetSamlProvider, GetUserSso,
    ListSamlProviders, SamlPlaces, SamlProvider, SamlProviderArn, SamlProviderRecord, SamlWords, SetUserSso,
    SignInWithSaml, UpdateSamlProvider, UserSso, UserSsoWords,
};
pub use seals::{ChangeSeal, GetSeal, SealState, SealWork, Seals};
pub use session_token::{GetSessionToken, SessionToken};
pub use sessions::{AssumeRole, AssumedRole, RoleArn};
pub use simulation::SimulatePolicies;
pub use tagging::{ListIdentityTags, TagEntry, TagIdentities, Tagged, TaggedKind, UntagIdentities};
pub use tags::Tags;
pub use users::{CreateUser, DeleteUser, GetUser, ListUsers, UpdateUser, UserProfile};
