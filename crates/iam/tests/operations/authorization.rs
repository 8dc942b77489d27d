use crate::world::{EVERYTHING, ORIGIN, World, administrator, asked, codes, custom, group, role, trust, user};
use iam::{
    AddUserToGroup, AttachPolicy, Bearer, BeginPasskeyRegistration, BindMfaDevice, Caller, ChangePassword,
    ClearAccountAlias, CreateAccessKey, CreateGroup, CreateLoginProfile, CreateMfaDevice, CreatePolicy,
    CreatePolicyVersion, CreateRole, CreateSamlProvider, CreateUser, DeleteAccessKey, DeleteBoundary, DeleteGroup,
    DeleteInlinePolicy, DeleteLoginProfile, DeleteMfaDevice, DeletePasskey, DeletePolicy, DeletePolicyVersion,
    DeleteRecycledKey, DeleteRecycledUser, DeleteRole, DeleteSamlProvider, DeleteUser, DetachPolicy, DisableMfa,
    FindUsers, GetAccessKeyLastUsed, GetAccountAlias, GetAccountKeyNetworks, GetAccountMfa, GetAccountSummary,
    GetDefaultDomain, GetGroup, GetInlinePolicy, GetKeyNetworks, GetLoginProfile, GetPasswordPolicy, GetPolicy,
    GetPolicyVersion, GetRecycledKey, GetRecycledUser, GetRole, GetSamlProvider, GetSecurityPreference, GetUser,
    GetUserMfa, GetUserSso, Holder, Iam, KeyNetworks, ListAccessKeys, ListAttachedPolicies, ListEntitiesForPolicy,
    ListGroups, ListGroupsForUser, ListIdentityTags, ListInlinePolicies, ListMfaDevices, ListPasskeys, ListPolicies,
    ListPolicyVersions, ListRecycledKeys, ListRecycledUsers, ListRoles, ListSamlProviders, ListUsers,
    ListUsersForGroup, NewMfaDevice, Operation, PageRequest, Password, PasswordPolicy, PrepareCredentialReport,
    PutBoundary, PutInlinePolicy, RecycleAccessKey, RecycleUser, RecycledBy, RegisterPasskey, RemoveUserFromGroup,
    ReportCredentials, ReportPurpose, RestoreAccessKey, RestoreUser, Run, SetAccountAlias, SetAccountKeyNetworks,
    SetDefaultPolicyVersion, SetKeyNetworks, SetPasswordPolicy, SetSecurityPreference, SetUserSso, SimulatePolicies,
    TagIdentities, Tagged, TaggedKind, Tags, UnbindMfaDevice, UntagIdentities, UpdateAccessKey, UpdateGroup,
    UpdateLoginProfile, UpdatePasskey, UpdatePolicyDescription, UpdateRole, UpdateSamlProvider, UpdateUser,
    UserProfile,
};
use testkit::{Authenticator, SeededRng};
use types::{AccessKeyId, Action, PasskeyId, Reason, Resource, Result, Service, UserId};

const NOTHING: &str = r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

/// Every operation on identities with the resources it needs. Only what needs no permission is missing:
/// GetCallerIdentity and GetSessionToken. AssumeRole has a table of its own.
const ROWS: &[(&str, &[&str])] = &[
    ("ram:CreateUser", &["user/new"]),
    ("ram:GetUser", &["user/idle"]),
    ("ram:UpdateUser", &["user/idle"]),
    ("ram:ListUsers", &["user/*"]),
    ("ram:DeleteUser", &["user/idle"]),
    ("ram:CreateAccessKey", &["user/idle"]),
    ("ram:ListAccessKeys", &["user/keyed"]),
    ("ram:UpdateAccessKey", &["user/keyed"]),
    ("ram:DeleteAccessKey", &["user/keyed"]),
    ("ram:GetAccessKeyLastUsed", &["user/keyed"]),
    ("ram:CreatePolicy", &["policy/new"]),
    ("ram:GetPolicy", &["policy/idle"]),
    ("ram:ListPolicies", &["policy/*"]),
    ("ram:DeletePolicy", &["policy/idle"]),
    ("ram:AttachPolicyToUser", &["user/keyed", "policy/AdministratorAccess"]),
    ("ram:DetachPolicyFromUser", &["user/held", "policy/held"]),
    ("ram:ListPoliciesForUser", &["user/held"]),
    ("ram:CreateGroup", &["group/new"]),
    ("ram:GetGroup", &["group/idle"]),
    ("ram:UpdateGroup", &["group/idle", "group/renamed"]),
    ("ram:ListGroups", &["group/*"]),
    ("ram:DeleteGroup", &["group/idle"]),
    ("ram:AddUserToGroup", &["user/idle", "group/idle"]),
    ("ram:RemoveUserFromGroup", &["user/held", "group/held"]),
    ("ram:ListGroupsForUser", &["user/held"]),
    ("ram:ListUsersForGroup", &["group/held"]),
    ("ram:AttachPolicyToGroup", &["group/idle", "policy/AdministratorAccess"]),
    ("ram:DetachPolicyFromGroup", &["group/held", "policy/held"]),
    ("ram:ListPoliciesForGroup", &["group/held"]),
    ("ram:ListEntitiesForPolicy", &["policy/held"]),
    ("ram:UpdatePolicyDescription", &["policy/idle"]),
    ("ram:CreatePolicyVersion", &["policy/idle"]),
    ("ram:GetPolicyVersion", &["policy/idle"]),
    ("ram:ListPolicyVersions", &["policy/idle"]),
    ("ram:SetDefaultPolicyVersion", &["policy/held"]),
    ("ram:DeletePolicyVersion", &["policy/held"]),
    ("ram:CreateRole", &["role/new"]),
    ("ram:GetRole", &["role/idle"]),
    ("ram:UpdateRole", &["role/idle"]),
    ("ram:ListRoles", &["role/*"]),
    ("ram:DeleteRole", &["role/idle"]),
    ("ram:CreateSAMLProvider", &["saml-provider/new"]),
    ("ram:GetSAMLProvider", &["saml-provider/idle"]),
    ("ram:ListSAMLProviders", &["saml-provider/*"]),
    ("ram:UpdateSAMLProvider", &["saml-provider/idle"]),
    ("ram:DeleteSAMLProvider", &["saml-provider/idle"]),
    ("ram:GetUserSsoSettings", &["*"]),
    ("ram:SetUserSsoSettings", &["*"]),
    ("ram:AttachPolicyToRole", &["role/idle", "policy/AdministratorAccess"]),
    ("ram:DetachPolicyFromRole", &["role/held", "policy/held"]),
    ("ram:ListPoliciesForRole", &["role/held"]),
    ("ram:PutUserPolicy", &["user/held"]),
    ("ram:GetUserPolicy", &["user/held"]),
    ("ram:ListUserPolicies", &["user/held"]),
    ("ram:DeleteUserPolicy", &["user/held"]),
    ("ram:PutGroupPolicy", &["group/held"]),
    ("ram:GetGroupPolicy", &["group/held"]),
    ("ram:ListGroupPolicies", &["group/held"]),
    ("ram:DeleteGroupPolicy", &["group/held"]),
    ("ram:PutRolePolicy", &["role/held"]),
    ("ram:GetRolePolicy", &["role/held"]),
    ("ram:ListRolePolicies", &["role/held"]),
    ("ram:DeleteRolePolicy", &["role/held"]),
    ("ram:TagResources", &["user/idle", "role/idle", "policy/idle"]),
    ("ram:UntagResources", &["user/idle", "role/idle"]),
    ("ram:ListTagResources", &["user/*"]),
    ("ram:PutUserPermissionsBoundary", &["user/idle"]),
    ("ram:DeleteUserPermissionsBoundary", &["user/held"]),
    ("ram:PutRolePermissionsBoundary", &["role/idle"]),
    ("ram:DeleteRolePermissionsBoundary", &["role/held"]),
    ("ram:SimulatePrincipalPolicy", &["user/held"]),
    ("ram:SimulateCustomPolicy", &["policy/*"]),
    ("ram:CreateLoginProfile", &["user/idle"]),
    ("ram:GetLoginProfile", &["user/held"]),
    ("ram:UpdateLoginProfile", &["user/held"]),
    ("ram:DeleteLoginProfile", &["user/held"]),
    ("ram:ChangePassword", &["user/caller"]),
    ("ram:CreateVirtualMFADevice", &["mfa/new"]),
    ("ram:ListVirtualMFADevices", &["mfa/*"]),
    ("ram:DeleteVirtualMFADevice", &["mfa/idle"]),
    ("ram:BindMFADevice", &["user/idle", "mfa/idle"]),
    ("ram:UnbindMFADevice", &["user/held"]),
    ("ram:GetUserMFAInfo", &["user/held"]),
    ("ram:DisableVirtualMFA", &["user/held"]),
    ("ram:ListUserBasicInfos", &["user/*"]),
    ("ram:ListUsersInRecycleBin", &["user/*"]),
    ("ram:GetUserInRecycleBin", &["user/*"]),
    ("ram:RestoreUserFromRecycleBin", &["user/*"]),
    ("ram:DeleteUserInRecycleBin", &["user/*"]),
    ("ram:ListAccessKeysInRecycleBin", &["user/*"]),
    ("ram:GetAccessKeyInfoInRecycleBin", &["user/*"]),
    ("ram:RestoreAccessKeyFromRecycleBin", &["user/*"]),
    ("ram:DeleteAccessKeyInRecycleBin", &["user/*"]),
    ("ram:BeginPasskeyRegistration", &["user/idle"]),
    ("ram:RegisterPasskey", &["user/idle"]),
    ("ram:ListPasskeys", &["user/held"]),
    ("ram:UpdatePasskey", &["user/held"]),
    ("ram:DeletePasskey", &["user/held"]),
    ("ram:SetPasswordPolicy", &["*"]),
    ("ram:GetPasswordPolicy", &["*"]),
    ("ram:SetSecurityPreference", &["*"]),
    ("ram:GetSecurityPreference", &["*"]),
    ("ram:GetDefaultDomain", &["*"]),
    ("ram:GetAccountSummary", &["*"]),
    ("ram:GetAccountMFAInfo", &["*"]),
    ("ram:GenerateCredentialReport", &["*"]),
    ("ram:GetCredentialReport", &["*"]),
    ("ram:GetAccountSecurityPracticeReport", &["*"]),
    ("ram:SetAccessKeyPolicy", &["user/keyed"]),
    ("ram:GetAccessKeyPolicy", &["user/keyed"]),
    ("ram:SetAccessKeyPolicyForAccount", &["*"]),
    ("ram:GetAccessKeyPolicyForAccount", &["*"]),
    ("ram:SetAccountAlias", &["*"]),
    ("ram:GetAccountAlias", &["*"]),
    ("ram:ClearAccountAlias", &["*"]),
];

/// What is on the stage that rows are told of.
struct Staged {
    key: AccessKeyId,
    device: NewMfaDevice,
    passkey: PasskeyId,
    /// A user in the bin, and an access key in it of one who is not.
    recycled: UserId,
    recycled_key: (UserId, AccessKeyId),
    /// What an authenticator answered, for another passkey.
    answer: Vec<u8>,
}

/// What may be done to oneself is asked for like all else: the account does not leave it to its users.
fn left_to_nobody() -> SetSecurityPreference {
    SetSecurityPreference {
        change_password: Some(false),
        manage_access_keys: Some(false),
        manage_mfa: Some(false),
        ..SetSecurityPreference::default()
    }
}

fn login_profile(user: &str) -> CreateLoginProfile {
    let (user, password) = (user.parse().unwrap(), Password::new("correct horse".to_owned()));
    CreateLoginProfile { user, password, reset_required: false, mfa_required: false }
}

async fn stage() -> (World, Staged) {
    let world = World::new().await;
    for name in ["idle", "keyed", "held"] {
        world.user(name).await;
    }
    let key = world.key("keyed").await.id;
    for name in ["idle", "held"] {
        world.policy(name, EVERYTHING).await;
        world.role(name, &trust(world.tenant.account, "root")).await;
    }
    for name in ["idle", "held"] {
        world.group(name).await;
    }
    let (held, version) = (|| "held".parse().unwrap(), EVERYTHING.to_owned());
    world.make(AddUserToGroup { user: "held".parse().unwrap(), group: "held".parse().unwrap() }).await;
    world
        .make(CreatePolicyVersion { original: None, name: held(), document: version, default: false, rotate: false })
        .await;
    for holder in [user("held"), group("held"), role("held")] {
        world.make(AttachPolicy { holder: holder.clone(), policy: custom("held") }).await;
        world.make(put(holder)).await;
    }
    world.make(saml_provider("idle")).await;
    for bearer in [Bearer::User("held".parse().unwrap()), Bearer::Role("held".parse().unwrap())] {
        world.make(PutBoundary { bearer, policy: administrator() }).await;
    }
    world.make(left_to_nobody()).await;
    world.make(login_profile("held")).await;
    let bound = world.make(CreateMfaDevice { name: "held".parse().unwrap() }).await;
    let codes = codes(&world, bound.seed.expose());
    world.make(BindMfaDevice { user: "held".parse().unwrap(), serial: bound.serial, codes }).await;
    let device = world.make(CreateMfaDevice { name: "idle".parse().unwrap() }).await;
    let passkey = world.make(registration("held", answer(&world, "held", 1).await)).await.id;
    let answer = answer(&world, "idle", 2).await;
    let recycled = world.user("gone").await.id;
    world.make(RecycleUser { name: "gone".parse().unwrap() }).await;
    let recycled_key = (world.make(GetUser { name: "idle".parse().unwrap() }).await.id, world.key("idle").await.id);
    let delete = DeleteAccessKey { user: Some("idle".parse().unwrap()), access_key: recycled_key.1.clone() };
    world.make(RecycleAccessKey { delete }).await;
    (world, Staged { key, device, passkey, recycled, recycled_key, answer })
}

/// What a new authenticator answers where a user is to get a passkey.
async fn answer(world: &World, user: &str, seed: u64) -> Vec<u8> {
    let begun = world.make(BeginPasskeyRegistration { user: user.parse().unwrap() }).await;
    let mut by = Authenticator::new(-8, ORIGIN, &SeededRng::new(seed)).unwrap();
    by.register(&asked(&begun)).unwrap().into_bytes()
}

fn registration(user: &str, answer: Vec<u8>) -> RegisterPasskey {
    RegisterPasskey { user: user.parse().unwrap(), name: "phone".to_owned(), answer }
}

fn put(holder: Holder) -> PutInlinePolicy {
    PutInlinePolicy { holder, name: "own".parse().unwrap(), document: EVERYTHING.to_owned(), original: None }
}

/// Whom an operation on a policy of one holder is about.
fn held(action: &str) -> Holder {
    match action {
        _ if action.contains("User") => user("held"),
        _ if action.contains("Group") => group("held"),
        _ => role("held"),
    }
}

async fn run<Op: Operation>(world: &World, caller: &Caller, op: Op) -> Result<()>
where
    Iam: Run<Op>,
{
    world.deployment.gate().perform(caller, &world.deployment.iam, op).await.map(|_| ())
}

async fn perform(world: &World, staged: &Staged, action: &str, caller: &Caller) -> Result<()> {
    let page = PageRequest::default();
    let (profile, description) = (UserProfile::default(), String::new());
    let trust = trust(world.tenant.account, "root");
    let access_key = staged.key.clone();
    fn name<T: std::str::FromStr<Err = types::NameError>>(text: &str) -> T {
        text.parse().unwrap()
    }
    match action {
        "ram:CreateUser" => {
            run(world, caller, CreateUser { name: name("new"), profile, tags: Default::default(), boundary: None })
                .await
        }
        "ram:GetUser" => run(world, caller, GetUser { name: name("idle") }).await,
        "ram:UpdateUser" => run(world, caller, UpdateUser { name: name("idle"), new_name: None, profile }).await,
        "ram:ListUsers" => run(world, caller, ListUsers { page }).await,
        "ram:DeleteUser" => run(world, caller, DeleteUser { name: name("idle") }).await,
        "ram:CreateAccessKey" => run(world, caller, CreateAccessKey { user: Some(name("idle")) }).await,
        "ram:ListAccessKeys" => run(world, caller, ListAccessKeys { user: Some(name("keyed")) }).await,
        "ram:UpdateAccessKey" => {
            run(world, caller, UpdateAccessKey { user: Some(name("keyed")), access_key, active: false }).await
        }
        "ram:DeleteAccessKey" => run(world, caller, DeleteAccessKey { user: Some(name("keyed")), access_key }).await,
        "ram:CreatePolicy" => {
            let (document, tags) = (EVERYTHING.to_owned(), Tags::default());
            let op = CreatePolicy { original: None, name: name("new"), document, description, tags };
            run(world, caller, op).await
        }
        "ram:GetPolicy" => run(world, caller, GetPolicy { policy: custom("idle") }).await,
        "ram:ListPolicies" => run(world, caller, ListPolicies { system: None, page }).await,
        "ram:DeletePolicy" => run(world, caller, DeletePolicy { policy: custom("idle"), cascading: false }).await,
        "ram:AttachPolicyToUser" => {
            run(world, caller, AttachPolicy { holder: user("keyed"), policy: administrator() }).await
        }
        "ram:DetachPolicyFromUser" => {
            run(world, caller, DetachPolicy { holder: user("held"), policy: custom("held") }).await
        }
        "ram:ListPoliciesForUser" => run(world, caller, ListAttachedPolicies { holder: user("held") }).await,
        "ram:CreateGroup" => run(world, caller, CreateGroup { name: name("new"), comments: String::new() }).await,
        "ram:GetGroup" => run(world, caller, GetGroup { name: name("idle") }).await,
        "ram:UpdateGroup" => {
            let op = UpdateGroup { name: name("idle"), new_name: Some(name("renamed")), comments: None };
            run(world, caller, op).await
        }
        "ram:ListGroups" => run(world, caller, ListGroups { page }).await,
        "ram:DeleteGroup" => run(world, caller, DeleteGroup { name: name("idle") }).await,
        "ram:AddUserToGroup" => run(world, caller, AddUserToGroup { user: name("idle"), group: name("idle") }).await,
        "ram:RemoveUserFromGroup" => {
            run(world, caller, RemoveUserFromGroup { user: name("held"), group: name("held") }).await
        }
        "ram:ListGroupsForUser" => run(world, caller, ListGroupsForUser { user: name("held") }).await,
        "ram:ListUsersForGroup" => run(world, caller, ListUsersForGroup { group: name("held"), page }).await,
        "ram:AttachPolicyToGroup" => {
            run(world, caller, AttachPolicy { holder: group("idle"), policy: administrator() }).await
        }
        "ram:DetachPolicyFromGroup" => {
            run(world, caller, DetachPolicy { holder: group("held"), policy: custom("held") }).await
        }
        "ram:ListPoliciesForGroup" => run(world, caller, ListAttachedPolicies { holder: group("held") }).await,
        "ram:ListEntitiesForPolicy" => run(world, caller, ListEntitiesForPolicy { policy: custom("held") }).await,
        "ram:CreateRole" => {
            let (original, tags, boundary) = (None, Tags::default(), None);
            let (name, max_session_secs) = (name("new"), None);
            let op = CreateRole { original, name, trust, description, max_session_secs, tags, boundary };
            run(world, caller, op).await
        }
        "ram:GetRole" => run(world, caller, GetRole { name: name("idle") }).await,
        "ram:UpdateRole" => {
            let op = UpdateRole {
                original: None,
                name: name("idle"),
                trust: None,
                description: None,
                max_session_secs: None,
            };
            run(world, caller, op).await
        }
        "ram:ListRoles" => run(world, caller, ListRoles { page }).await,
        "ram:DeleteRole" => run(world, caller, DeleteRole { name: name("idle") }).await,
        "ram:AttachPolicyToRole" => {
            run(world, caller, AttachPolicy { holder: role("idle"), policy: administrator() }).await
        }
        "ram:DetachPolicyFromRole" => {
            run(world, caller, DetachPolicy { holder: role("held"), policy: custom("held") }).await
        }
        "ram:ListPoliciesForRole" => run(world, caller, ListAttachedPolicies { holder: role("held") }).await,
        saml if saml.contains("SAML") || saml.contains("Sso") => perform_on_providers(world, saml, caller).await,
        other => perform_on_policies(world, staged, other, caller).await,
    }
}

async fn perform_on_providers(world: &World, action: &str, caller: &Caller) -> Result<()> {
    let (idle, page) = ("idle".parse().unwrap(), PageRequest::default());
    match action {
        "ram:GetUserSsoSettings" => run(world, caller, GetUserSso).await,
        "ram:SetUserSsoSettings" => run(world, caller, SetUserSso::default()).await,
        "ram:CreateSAMLProvider" => run(world, caller, saml_provider("new")).await,
        "ram:GetSAMLProvider" => run(world, caller, GetSamlProvider { name: idle }).await,
        "ram:ListSAMLProviders" => run(world, caller, ListSamlProviders { page }).await,
        "ram:UpdateSAMLProvider" => {
            run(world, caller, UpdateSamlProvider { name: idle, description: None, metadata: None }).await
        }
        "ram:DeleteSAMLProvider" => run(world, caller, DeleteSamlProvider { name: idle }).await,
        other => panic!("{other} cannot be performed"),
    }
}

fn saml_provider(name: &str) -> CreateSamlProvider {
    let (name, metadata) = (name.parse().unwrap(), testkit::SamlIdp::new(true).metadata());
    CreateSamlProvider { name, description: String::new(), metadata }
}

async fn perform_on_policies(world: &World, staged: &Staged, action: &str, caller: &Caller) -> Result<()> {
    fn name<T: std::str::FromStr<Err = types::NameError>>(text: &str) -> T {
        text.parse().unwrap()
    }
    let description = String::new();
    match action {
        "ram:UpdatePolicyDescription" => {
            run(world, caller, UpdatePolicyDescription { name: name("idle"), description }).await
        }
        "ram:CreatePolicyVersion" => {
            let document = EVERYTHING.to_owned();
            let op = CreatePolicyVersion { original: None, name: name("idle"), document, default: true, rotate: false };
            run(world, caller, op).await
        }
        "ram:GetPolicyVersion" => {
            run(world, caller, GetPolicyVersion { policy: custom("idle"), version: "v1".to_owned() }).await
        }
        "ram:ListPolicyVersions" => run(world, caller, ListPolicyVersions { policy: custom("idle") }).await,
        "ram:SetDefaultPolicyVersion" => {
            run(world, caller, SetDefaultPolicyVersion { name: name("held"), version: "v2".to_owned() }).await
        }
        "ram:DeletePolicyVersion" => {
            run(world, caller, DeletePolicyVersion { name: name("held"), version: "v2".to_owned() }).await
        }
        "ram:PutUserPolicy" | "ram:PutGroupPolicy" | "ram:PutRolePolicy" => {
            run(world, caller, PutInlinePolicy { document: NOTHING.to_owned(), ..put(held(action)) }).await
        }
        "ram:GetUserPolicy" | "ram:GetGroupPolicy" | "ram:GetRolePolicy" => {
            run(world, caller, GetInlinePolicy { holder: held(action), name: name("own") }).await
        }
        "ram:ListUserPolicies" | "ram:ListGroupPolicies" | "ram:ListRolePolicies" => {
            run(world, caller, ListInlinePolicies { holder: held(action) }).await
        }
        "ram:DeleteUserPolicy" | "ram:DeleteGroupPolicy" | "ram:DeleteRolePolicy" => {
            run(world, caller, DeleteInlinePolicy { holder: held(action), name: name("own") }).await
        }
        "ram:SimulatePrincipalPolicy" | "ram:SimulateCustomPolicy" => {
            let holder = action.contains("Principal").then(|| user("held"));
            let resource = Resource::global(Service::Ram, world.tenant.account, "user/held");
            let questions = vec![(Action::read(Service::Ram, "GetUser"), resource)];
            let documents = vec![EVERYTHING.to_owned()];
            run(world, caller, SimulatePolicies { holder, documents, boundary: None, questions, facts: Vec::new() })
                .await
        }
        other => perform_people(world, staged, other, caller).await,
    }
}

async fn perform_people(world: &World, staged: &Staged, action: &str, caller: &Caller) -> Result<()> {
    let (idle, held) = (|| "idle".parse().unwrap(), || "held".parse().unwrap());
    let password = || Password::new("battery staple".to_owned());
    match action {
        "ram:GetAccessKeyLastUsed" => {
            let (user, access_key) = (Some("keyed".parse().unwrap()), staged.key.clone());
            run(world, caller, GetAccessKeyLastUsed { user, access_key }).await
        }
        "ram:CreateLoginProfile" => run(world, caller, login_profile("idle")).await,
        "ram:GetLoginProfile" => run(world, caller, GetLoginProfile { user: held() }).await,
        "ram:UpdateLoginProfile" => {
            let password = Some(password());
            let op = UpdateLoginProfile { user: held(), password, reset_required: None, mfa_required: None };
            run(world, caller, op).await
        }
        "ram:DeleteLoginProfile" => run(world, caller, DeleteLoginProfile { user: held() }).await,
        "ram:ChangePassword" => {
            let old = Password::new("correct horse".to_owned());
            run(world, caller, ChangePassword { old, new: password() }).await
        }
        "ram:CreateVirtualMFADevice" => run(world, caller, CreateMfaDevice { name: "new".parse().unwrap() }).await,
        "ram:ListVirtualMFADevices" => run(world, caller, ListMfaDevices { page: PageRequest::default() }).await,
        "ram:DeleteVirtualMFADevice" => {
            run(world, caller, DeleteMfaDevice { serial: staged.device.serial.clone() }).await
        }
        "ram:BindMFADevice" => {
            let (serial, codes) = (staged.device.serial.clone(), codes(world, staged.device.seed.expose()));
            run(world, caller, BindMfaDevice { user: idle(), serial, codes }).await
        }
        "ram:UnbindMFADevice" => run(world, caller, UnbindMfaDevice { user: held() }).await,
        "ram:GetUserMFAInfo" => run(world, caller, GetUserMfa { user: held() }).await,
        "ram:DisableVirtualMFA" => run(world, caller, DisableMfa { user: held() }).await,
        bin if bin.contains("RecycleBin") => perform_in_bin(world, staged, bin, caller).await,
        "ram:BeginPasskeyRegistration" => run(world, caller, BeginPasskeyRegistration { user: idle() }).await,
        "ram:RegisterPasskey" => run(world, caller, registration("idle", staged.answer.clone())).await,
        "ram:ListPasskeys" => run(world, caller, ListPasskeys { user: held() }).await,
        "ram:UpdatePasskey" => {
            let (id, name) = (staged.passkey.clone(), "other".to_owned());
            run(world, caller, UpdatePasskey { user: held(), id, name }).await
        }
        "ram:DeletePasskey" => run(world, caller, DeletePasskey { user: held(), id: staged.passkey.clone() }).await,
        "ram:ListUserBasicInfos" => {
            let page = PageRequest::default();
            run(world, caller, FindUsers { wanted: Vec::new(), names_only: true, page }).await
        }
        "ram:SetPasswordPolicy" => run(world, caller, SetPasswordPolicy { policy: PasswordPolicy::default() }).await,
        "ram:GetPasswordPolicy" => run(world, caller, GetPasswordPolicy).await,
        "ram:SetSecurityPreference" => run(world, caller, left_to_nobody()).await,
        "ram:GetSecurityPreference" => run(world, caller, GetSecurityPreference).await,
        "ram:SetAccountAlias" => run(world, caller, SetAccountAlias { alias: "chosen".parse().unwrap() }).await,
        "ram:GetAccountAlias" => run(world, caller, GetAccountAlias).await,
        "ram:ClearAccountAlias" => run(world, caller, ClearAccountAlias).await,
        _ => perform_upkeep(world, staged, action, caller).await,
    }
}

/// What was deleted.
async fn perform_in_bin(world: &World, staged: &Staged, action: &str, caller: &Caller) -> Result<()> {
    let (id, page) = (staged.recycled.clone(), PageRequest::default());
    let (user, access_key) = (Some(staged.recycled_key.0.clone()), staged.recycled_key.1.clone());
    match action {
        "ram:ListUsersInRecycleBin" => run(world, caller, ListRecycledUsers { name: None, page }).await,
        "ram:GetUserInRecycleBin" => run(world, caller, GetRecycledUser { by: RecycledBy::Id(id) }).await,
        "ram:RestoreUserFromRecycleBin" => run(world, caller, RestoreUser { id }).await,
        "ram:DeleteUserInRecycleBin" => run(world, caller, DeleteRecycledUser { id }).await,
        "ram:ListAccessKeysInRecycleBin" => run(world, caller, ListRecycledKeys { user }).await,
        "ram:GetAccessKeyInfoInRecycleBin" => run(world, caller, GetRecycledKey { access_key }).await,
        "ram:RestoreAccessKeyFromRecycleBin" => run(world, caller, RestoreAccessKey { user, access_key }).await,
        "ram:DeleteAccessKeyInRecycleBin" => run(world, caller, DeleteRecycledKey { user, access_key }).await,
        other => panic!("{other} cannot be performed"),
    }
}

/// How well the account is kept.
async fn perform_upkeep(world: &World, staged: &Staged, action: &str, caller: &Caller) -> Result<()> {
    let (user, access_key) = (Some("keyed".parse().unwrap()), staged.key.clone());
    let rule = Some(KeyNetworks { active: false, networks: vec!["192.0.2.1".to_owned()] });
    match action {
        "ram:GetDefaultDomain" => run(world, caller, GetDefaultDomain).await,
        "ram:GetAccountSummary" => run(world, caller, GetAccountSummary).await,
        "ram:GetAccountMFAInfo" => run(world, caller, GetAccountMfa).await,
        "ram:GenerateCredentialReport" => run(world, caller, PrepareCredentialReport).await,
        "ram:GetCredentialReport" => {
            run(world, caller, ReportCredentials { purpose: ReportPurpose::Credentials }).await
        }
        "ram:GetAccountSecurityPracticeReport" => {
            run(world, caller, ReportCredentials { purpose: ReportPurpose::Practice }).await
        }
        "ram:SetAccessKeyPolicy" => run(world, caller, SetKeyNetworks { user, access_key, rule }).await,
        "ram:GetAccessKeyPolicy" => run(world, caller, GetKeyNetworks { user, access_key }).await,
        "ram:SetAccessKeyPolicyForAccount" => run(world, caller, SetAccountKeyNetworks { rule }).await,
        "ram:GetAccessKeyPolicyForAccount" => run(world, caller, GetAccountKeyNetworks).await,
        _ => perform_marks(world, action, caller).await,
    }
}

/// Tags and ceilings.
async fn perform_marks(world: &World, action: &str, caller: &Caller) -> Result<()> {
    let idle = || [Tagged::User("idle".parse().unwrap()), Tagged::Role("idle".parse().unwrap())].to_vec();
    let bearer = |name: &str| match action.contains("User") {
        true => Bearer::User(name.parse().unwrap()),
        false => Bearer::Role(name.parse().unwrap()),
    };
    match action {
        "ram:TagResources" => {
            let mut of = idle();
            of.push(Tagged::Policy("idle".parse().unwrap()));
            let tags = Tags::new("Tags", [("team".to_owned(), "red".to_owned())]).unwrap();
            run(world, caller, TagIdentities { of, tags }).await
        }
        "ram:UntagResources" => run(world, caller, UntagIdentities { of: idle(), names: None }).await,
        "ram:ListTagResources" => {
            let page = PageRequest::default();
            let op = ListIdentityTags { kind: TaggedKind::User, of: Vec::new(), wanted: Vec::new(), page };
            run(world, caller, op).await
        }
        "ram:PutUserPermissionsBoundary" | "ram:PutRolePermissionsBoundary" => {
            run(world, caller, PutBoundary { bearer: bearer("idle"), policy: administrator() }).await
        }
        "ram:DeleteUserPermissionsBoundary" | "ram:DeleteRolePermissionsBoundary" => {
            run(world, caller, DeleteBoundary { bearer: bearer("held") }).await
        }
        other => panic!("no such row: {other}"),
    }
}

/// All that is kept of the tenant's identities.
async fn state(world: &World) -> Vec<String> {
    let mut lines = Vec::new();
    let page = PageRequest::default;
    for user in world.make(ListUsers { page: page() }).await.items {
        let keys = world.make(ListAccessKeys { user: Some(user.name.clone()) }).await;
        let policies = world.make(ListAttachedPolicies { holder: iam::Holder::User(user.name.clone()) }).await;
        lines.push(format!("{user:?} {keys:?} {policies:?}"));
    }
    for group in world.make(ListGroups { page: page() }).await.items {
        let policies = world.make(ListAttachedPolicies { holder: iam::Holder::Group(group.name.clone()) }).await;
        let users = world.make(ListUsersForGroup { group: group.name.clone(), page: page() }).await;
        lines.push(format!("{group:?} {policies:?} {users:?}"));
    }
    for role in world.make(ListRoles { page: page() }).await.items {
        let policies = world.make(ListAttachedPolicies { holder: iam::Holder::Role(role.name.clone()) }).await;
        lines.push(format!("{role:?} {policies:?}"));
    }
    for provider in world.make(ListSamlProviders { page: page() }).await.items {
        lines.push(format!("{provider:?}"));
    }
    for holder in [user("held"), group("held"), role("held")] {
        let names = world.make(ListInlinePolicies { holder: holder.clone() }).await;
        for name in names {
            let op = GetInlinePolicy { holder: holder.clone(), name: name.parse().unwrap() };
            lines.push(format!("{holder:?} {name} {:?}", world.make(op).await));
        }
    }
    for device in world.make(ListMfaDevices { page: page() }).await.items {
        lines.push(format!("{device:?}"));
    }
    lines.push(format!("{:?}", world.make(ListPasskeys { user: "held".parse().unwrap() }).await));
    let bin = world.make(ListRecycledUsers { name: None, page: page() }).await.items;
    let user = world.make(GetUser { name: "idle".parse().unwrap() }).await.id;
    lines.push(format!("{bin:?} {:?}", world.make(ListRecycledKeys { user: Some(user) }).await));
    let profile = world.make(GetLoginProfile { user: "held".parse().unwrap() }).await;
    let (alias, preference) = (world.make(GetAccountAlias).await, world.make(GetSecurityPreference).await);
    lines.push(format!("{profile:?} {alias:?} {preference:?} {:?}", world.make(GetPasswordPolicy).await));
    let policies = world.make(ListPolicies { system: Some(false), page: page() }).await.items;
    for policy in &policies {
        let versions = world.make(ListPolicyVersions { policy: policy.policy.clone() }).await;
        lines.push(format!("{policy:?} {versions:?}"));
    }
    lines
}

#[tokio::test]
async fn nobody_the_powerless_and_other_tenants_reach_nothing() {
    let (world, staged) = stage().await;
    let powerless = world.caller(&world.user_with_key("powerless").await).await;
    let other = world.deployment.tenant("second").await.unwrap();
    let stranger = world.deployment.caller(&other.root).await.unwrap();
    let before = state(&world).await;
    for (action, _) in ROWS {
        let reason = |result: Result<()>| result.err().map(|failure| failure.reason());
        let nobody = world.deployment.anonymous();
        assert_eq!(
            reason(perform(&world, &staged, action, &nobody).await),
            Some(Reason::MissingAuthentication),
            "{action}"
        );
        assert_eq!(reason(perform(&world, &staged, action, &powerless).await), Some(Reason::AccessDenied), "{action}");
        // Another tenant's root asks the same of its own account, which has none of these things.
        let _ = perform(&world, &staged, action, &stranger).await;
    }
    assert_eq!(state(&world).await, before);
    let events = world.events(world.tenant.account).await;
    assert!(events.iter().all(|event| event.user_identity.account_id == world.tenant.account.to_string()));
}

/// Each operation needs its action on each of its resources, and no more. In parts, so that they run side by side.
async fn needs_its_action_on_each_of_its_resources(part: usize) {
    for (action, paths) in ROWS.iter().skip(part).step_by(PARTS) {
        for left_out in 0..=paths.len() {
            let (world, staged) = stage().await;
            let caller = world.user_with_key("caller").await;
            world.make(login_profile("caller")).await;
            let given: Vec<&str> =
                paths.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, path)| *path).collect();
            if !given.is_empty() {
                world.allow("caller", action, &given).await;
            }
            let before = world.events(world.tenant.account).await.len();
            let result = perform(&world, &staged, action, &world.caller(&caller).await).await;
            let complete = left_out == paths.len();
            assert_eq!(
                result.as_ref().err().map(types::Failure::reason),
                (!complete).then_some(Reason::AccessDenied),
                "{action}"
            );
            let events = world.events(world.tenant.account).await;
            assert_eq!(events.len(), before + 1, "{action}");
            assert_eq!(format!("ram:{}", events[before].event_name), *action);
            assert_eq!(events[before].failed(), !complete);
        }
    }
}

const PARTS: usize = 4;

#[tokio::test]
async fn a_first_part_of_the_operations_needs_what_it_says_and_no_more() {
    needs_its_action_on_each_of_its_resources(0).await;
}

#[tokio::test]
async fn a_second_part_of_the_operations_needs_what_it_says_and_no_more() {
    needs_its_action_on_each_of_its_resources(1).await;
}

#[tokio::test]
async fn a_third_part_of_the_operations_needs_what_it_says_and_no_more() {
    needs_its_action_on_each_of_its_resources(2).await;
}

#[tokio::test]
async fn a_last_part_of_the_operations_needs_what_it_says_and_no_more() {
    needs_its_action_on_each_of_its_resources(3).await;
}
