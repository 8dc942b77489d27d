//! How people get in: login profiles, passwords, MFA devices, settings of the account (alibaba-wire §6.3, §6.4).

use super::{named, refuse};
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::row::{Row, row};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use iam::{LoginProfile, MfaDevice, Password, PasswordPolicy, SecurityPreference};
use serde_json::{Value, json};
use types::{Failure, Result, Secret};
use wire::Params;

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ram, "CreateLoginProfile", Full, ["ram:CreateLoginProfile"], create_login_profile),
    row!(Ram, "GetLoginProfile", Full, ["ram:GetLoginProfile"], get_login_profile),
    row!(Ram, "UpdateLoginProfile", Full, ["ram:UpdateLoginProfile"], update_login_profile),
    row!(Ram, "DeleteLoginProfile", Full, ["ram:DeleteLoginProfile"], delete_login_profile),
    row!(Ram, "ChangePassword", Full, ["ram:ChangePassword"], change_password),
    row!(Ram, "CreateVirtualMFADevice", Full, ["ram:CreateVirtualMFADevice"], create_device),
    row!(Ram, "ListVirtualMFADevices", Full, ["ram:ListVirtualMFADevices"], list_devices),
    row!(Ram, "DeleteVirtualMFADevice", Full, ["ram:DeleteVirtualMFADevice"], delete_device),
    row!(Ram, "BindMFADevice", Full, ["ram:BindMFADevice"], bind_device),
    row!(Ram, "UnbindMFADevice", Full, ["ram:UnbindMFADevice"], unbind_device),
    row!(Ram, "GetUserMFAInfo", Full, ["ram:GetUserMFAInfo"], get_user_mfa),
    row!(Ram, "SetPasswordPolicy", Full, ["ram:SetPasswordPolicy"], set_password_policy),
    row!(Ram, "GetPasswordPolicy", Full, ["ram:GetPasswordPolicy"], get_password_policy),
    row!(Ram, "SetSecurityPreference", Partial, ["ram:SetSecurityPreference"], set_preference),
    row!(Ram, "GetSecurityPreference", Full, ["ram:GetSecurityPreference"], get_preference),
    row!(Ram, "SetAccountAlias", Full, ["ram:SetAccountAlias"], set_alias),
    row!(Ram, "GetAccountAlias", Full, ["ram:GetAccountAlias"], get_alias),
    row!(Ram, "ClearAccountAlias", Full, ["ram:ClearAccountAlias"], clear_alias),
];

pub(in crate::rpc) fn password(params: &Params, name: &'static str) -> Result<Password> {
    Ok(Password::new(params.required(name)?.to_owned()))
}

pub(crate) fn profile(c: &Context<'_>, profile: &LoginProfile) -> Value {
    let (member, name) = c.shown_user(&profile.user);
    json!({
        (member): name,
        "PasswordResetRequired": profile.reset_required,
        "MFABindRequired": profile.mfa_required,
        "CreateDate": profile.created.iso_seconds(),
    })
}

pub(crate) async fn create_login_profile(c: &Context<'_>) -> Result<Answer> {
    let op = iam::CreateLoginProfile {
        user: c.user()?,
        password: password(c.params, "Password")?,
        reset_required: c.params.boolean("PasswordResetRequired")?.unwrap_or(false),
        mfa_required: c.params.boolean("MFABindRequired")?.unwrap_or(false),
    };
    Ok(answer! { "LoginProfile": profile(c, &c.iam(op).await?) })
}

pub(crate) async fn get_login_profile(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::GetLoginProfile { user: c.user()? }).await?;
    Ok(answer! { "LoginProfile": profile(c, &found) })
}

/// The profile with what the call changes of it.
pub(crate) async fn changed_profile(c: &Context<'_>) -> Result<LoginProfile> {
    let op = iam::UpdateLoginProfile {
        user: c.user()?,
        password: c.params.optional("Password").map(|text| Password::new(text.to_owned())),
        reset_required: c.params.boolean("PasswordResetRequired")?,
        mfa_required: c.params.boolean("MFABindRequired")?,
    };
    c.iam(op).await
}

async fn update_login_profile(c: &Context<'_>) -> Result<Answer> {
    changed_profile(c).await?;
    Ok(answer! {})
}

pub(crate) async fn delete_login_profile(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteLoginProfile { user: c.user()? }).await?;
    Ok(answer! {})
}

pub(crate) async fn change_password(c: &Context<'_>) -> Result<Answer> {
    let op = iam::ChangePassword { old: password(c.params, "OldPassword")?, new: password(c.params, "NewPassword")? };
    c.iam(op).await?.into_result()?;
    Ok(answer! {})
}

pub(crate) async fn create_device(c: &Context<'_>) -> Result<Answer> {
    let made = c.iam(iam::CreateMfaDevice { name: named(c.params, "VirtualMFADeviceName")? }).await?;
    Ok(answer! { "VirtualMFADevice": {
        "SerialNumber": made.serial.to_string(),
        "Base32StringSeed": made.seed.expose(),
        "QRCodePNG": STANDARD.encode(made.image.expose()),
    } })
}

pub(in crate::rpc) fn device(c: &Context<'_>, device: &MfaDevice) -> Value {
    match &device.bound {
        Some((user, since)) => {
            let (member, name) = c.shown_user(&user.name);
            json!({
                "SerialNumber": device.serial.to_string(),
                "ActivateDate": since.iso_seconds(),
                "User": {
                    "UserId": user.id.as_str(),
                    (member): name,
                    "DisplayName": user.display_name,
                },
            })
        }
        None => json!({ "SerialNumber": device.serial.to_string() }),
    }
}

pub(crate) async fn list_devices(c: &Context<'_>) -> Result<Answer> {
    // The older interface gives all of them at once.
    let page = iam::PageRequest { marker: None, max_items: Some(iam::quotas::DEVICES_MOST) };
    let found = c.iam(iam::ListMfaDevices { page }).await?;
    let devices: Vec<Value> = found.items.iter().map(|found| device(c, found)).collect();
    Ok(answer! { "VirtualMFADevices": {"VirtualMFADevice": devices} })
}

pub(crate) async fn delete_device(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteMfaDevice { serial: named(c.params, "SerialNumber")? }).await?;
    Ok(answer! {})
}

fn codes(params: &Params) -> Result<[Secret<String>; 2]> {
    let code = |name| Ok::<_, Failure>(Secret::new(params.required(name)?.to_owned()));
    Ok([code("AuthenticationCode1")?, code("AuthenticationCode2")?])
}

pub(crate) async fn bind_device(c: &Context<'_>) -> Result<Answer> {
    let (user, serial) = (c.user()?, named(c.params, "SerialNumber")?);
    c.iam(iam::BindMfaDevice { user, serial, codes: codes(c.params)? }).await?;
    Ok(answer! {})
}

pub(crate) async fn unbind_device(c: &Context<'_>) -> Result<Answer> {
    let serial = c.iam(iam::UnbindMfaDevice { user: c.user()? }).await?;
    Ok(answer! { "MFADevice": {"SerialNumber": serial.to_string()} })
}

pub(crate) async fn get_user_mfa(c: &Context<'_>) -> Result<Answer> {
    let serial = c.iam(iam::GetUserMfa { user: c.user()? }).await?;
    Ok(answer! { "MFADevice": {"SerialNumber": serial.to_string(), "Type": "VMFA"} })
}

/// What is not given is what it is by default.
fn read_policy(params: &Params) -> Result<PasswordPolicy> {
    let default = PasswordPolicy::default();
    let flag = |name, default: bool| Ok::<_, Failure>(params.boolean(name)?.unwrap_or(default));
    let number = |name, default: u32| Ok::<_, Failure>(params.parsed(name)?.unwrap_or(default));
    // The newer interface calls it by another name.
    let hard_expiry = if params.contains("HardExpire") { "HardExpire" } else { "HardExpiry" };
    Ok(PasswordPolicy {
        min_length: number("MinimumPasswordLength", default.min_length)?,
        lowercase: flag("RequireLowercaseCharacters", default.lowercase)?,
        uppercase: flag("RequireUppercaseCharacters", default.uppercase)?,
        numbers: flag("RequireNumbers", default.numbers)?,
        symbols: flag("RequireSymbols", default.symbols)?,
        distinct: number("MinimumPasswordDifferentCharacter", default.distinct)?,
        without_name: flag("PasswordNotContainUserName", default.without_name)?,
        hard_expiry: flag(hard_expiry, default.hard_expiry)?,
        max_age_days: number("MaxPasswordAge", default.max_age_days)?,
        reuse: number("PasswordReusePrevention", default.reuse)?,
        max_tries: number("MaxLoginAttemps", default.max_tries)?,
        initial_age_days: number("InitialPasswordAge", default.initial_age_days)?,
    })
}

fn policy(policy: &PasswordPolicy) -> Answer {
    answer! { "PasswordPolicy": {
        "MinimumPasswordLength": policy.min_length,
        "RequireLowercaseCharacters": policy.lowercase,
        "RequireUppercaseCharacters": policy.uppercase,
        "RequireNumbers": policy.numbers,
        "RequireSymbols": policy.symbols,
        "MinimumPasswordDifferentCharacter": policy.distinct,
        "PasswordNotContainUserName": policy.without_name,
        "HardExpiry": policy.hard_expiry,
        "MaxPasswordAge": policy.max_age_days,
        "PasswordReusePrevention": policy.reuse,
        "MaxLoginAttemps": policy.max_tries,
        "InitialPasswordAge": policy.initial_age_days,
    } }
}

pub(crate) async fn set_password_policy(c: &Context<'_>) -> Result<Answer> {
    let set = c.iam(iam::SetPasswordPolicy { policy: read_policy(c.params)? }).await?;
    Ok(policy(&set))
}

pub(crate) async fn get_password_policy(c: &Context<'_>) -> Result<Answer> {
    Ok(policy(&c.iam(iam::GetPasswordPolicy).await?))
}

/// A flag for something that there is not: it may be switched off.
pub(crate) fn never(params: &Params, name: &'static str) -> Result<()> {
    match params.boolean(name)? {
        Some(true) => refuse(params, &[name]),
        Some(false) | None => Ok(()),
    }
}

fn preference(set: &SecurityPreference) -> Answer {
    answer! { "SecurityPreference": {
        "LoginProfilePreference": {
            "EnableSaveMFATicket": false,
            "AllowUserToChangePassword": set.change_password,
            "AllowUserToLoginWithPasskey": set.passkeys,
            "LoginSessionDuration": set.session_hours,
            "LoginNetworkMasks": set.networks.join(";"),
        },
        "AccessKeyPreference": {"AllowUserToManageAccessKeys": set.manage_access_keys},
        "PublicKeyPreference": {"AllowUserToManagePublicKeys": false},
        "MFAPreference": {"AllowUserToManageMFADevices": set.manage_mfa},
    } }
}

pub(crate) async fn set_preference(c: &Context<'_>) -> Result<Answer> {
    never(c.params, "EnableSaveMFATicket")?;
    never(c.params, "AllowUserToManagePublicKeys")?;
    let masks = |text: &str| text.split(';').filter(|mask| !mask.is_empty()).map(str::to_owned).collect();
    let op = iam::SetSecurityPreference {
        change_password: c.params.boolean("AllowUserToChangePassword")?,
        manage_access_keys: c.params.boolean("AllowUserToManageAccessKeys")?,
        manage_mfa: c.params.boolean("AllowUserToManageMFADevices")?,
        passkeys: c.params.boolean("AllowUserToLoginWithPasskey")?,
        session_hours: c.params.parsed("LoginSessionDuration")?,
        networks: c.params.get("LoginNetworkMasks").map(masks),
    };
    Ok(preference(&c.iam(op).await?))
}

pub(crate) async fn get_preference(c: &Context<'_>) -> Result<Answer> {
    Ok(preference(&c.iam(iam::GetSecurityPreference).await?))
}

async fn set_alias(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::SetAccountAlias { alias: named(c.params, "AccountAlias")? }).await?;
    Ok(answer! {})
}

async fn get_alias(c: &Context<'_>) -> Result<Answer> {
    let alias = c.iam(iam::GetAccountAlias).await?;
    Ok(answer! { "AccountAlias": alias.unwrap_or_default() })
}

async fn clear_alias(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::ClearAccountAlias).await?;
    Ok(answer! {})
}
