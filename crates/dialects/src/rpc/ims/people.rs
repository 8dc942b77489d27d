//! Login profiles and MFA devices.

use super::{principal, user_of};
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::ram::named;
use crate::rpc::ram::people::{change_password, codes, create_device, delete_device, password};
use crate::rpc::row::{Row, row};
use iam::{LoginProfile, MfaDevice, Password};
use serde_json::{Value, json};
use types::{Failure, Result};
use wire::Params;

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ims, "CreateLoginProfile", Partial, ["ram:CreateLoginProfile"], create_login_profile),
    row!(Ims, "GetLoginProfile", Partial, ["ram:GetLoginProfile"], get_login_profile),
    row!(Ims, "UpdateLoginProfile", Partial, ["ram:UpdateLoginProfile"], update_login_profile),
    row!(Ims, "DeleteLoginProfile", Full, ["ram:DeleteLoginProfile"], delete_login_profile),
    row!(Ims, "ChangePassword", Full, ["ram:ChangePassword"], change_password),
    row!(Ims, "CreateVirtualMFADevice", Full, ["ram:CreateVirtualMFADevice"], create_device),
    row!(Ims, "ListVirtualMFADevices", Full, ["ram:ListVirtualMFADevices"], list_devices),
    row!(Ims, "DeleteVirtualMFADevice", Full, ["ram:DeleteVirtualMFADevice"], delete_device),
    row!(Ims, "BindMFADevice", Full, ["ram:BindMFADevice"], bind_device),
    row!(Ims, "UnbindMFADevice", Full, ["ram:UnbindMFADevice"], unbind_device),
    row!(Ims, "GetUserMFAInfo", Full, ["ram:GetUserMFAInfo"], get_user_mfa),
];

/// A profile that is there is active.
fn profile(c: &Context<'_>, profile: &LoginProfile) -> Value {
    json!({
        "UserPrincipalName": principal(c, &profile.user),
        "Status": "Active",
        "PasswordResetRequired": profile.reset_required,
        "MFABindRequired": profile.mfa_required,
        "CreateDate": profile.created.iso_seconds(),
    })
}

fn active_only(params: &Params) -> Result<()> {
    match params.optional("Status") {
        None | Some("Active") => Ok(()),
        Some(_) => Err(Failure::invalid("Status", "Active; a profile that is not to be used is deleted")),
    }
}

async fn create_login_profile(c: &Context<'_>) -> Result<Answer> {
    active_only(c.params)?;
    let op = iam::CreateLoginProfile {
        user: user_of(c)?,
        password: password(c.params, "Password")?,
        reset_required: c.params.boolean("PasswordResetRequired")?.unwrap_or(false),
        mfa_required: c.params.boolean("MFABindRequired")?.unwrap_or(false),
    };
    Ok(answer! { "LoginProfile": profile(c, &c.iam(op).await?) })
}

async fn get_login_profile(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::GetLoginProfile { user: user_of(c)? }).await?;
    Ok(answer! { "LoginProfile": profile(c, &found) })
}

async fn update_login_profile(c: &Context<'_>) -> Result<Answer> {
    active_only(c.params)?;
    let op = iam::UpdateLoginProfile {
        user: user_of(c)?,
        password: c.params.optional("Password").map(|text| Password::new(text.to_owned())),
        reset_required: c.params.boolean("PasswordResetRequired")?,
        mfa_required: c.params.boolean("MFABindRequired")?,
    };
    Ok(answer! { "LoginProfile": profile(c, &c.iam(op).await?) })
}

async fn delete_login_profile(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteLoginProfile { user: user_of(c)? }).await?;
    Ok(answer! {})
}

fn device(c: &Context<'_>, device: &MfaDevice) -> Value {
    match &device.bound {
        Some((user, since)) => json!({
            "SerialNumber": device.serial.to_string(),
            "ActivateDate": since.iso_seconds(),
            "User": {
                "UserId": user.id.as_str(),
                "UserPrincipalName": principal(c, &user.name),
                "DisplayName": user.display_name,
            },
        }),
        None => json!({ "SerialNumber": device.serial.to_string() }),
    }
}

async fn list_devices(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListMfaDevices).await?;
    let devices: Vec<Value> = found.iter().map(|found| device(c, found)).collect();
    Ok(answer! { "VirtualMFADevices": {"VirtualMFADevice": devices}, "IsTruncated": false })
}

async fn bind_device(c: &Context<'_>) -> Result<Answer> {
    let (user, serial) = (user_of(c)?, named(c.params, "SerialNumber")?);
    c.iam(iam::BindMfaDevice { user, serial, codes: codes(c.params)? }).await?;
    Ok(answer! {})
}

async fn unbind_device(c: &Context<'_>) -> Result<Answer> {
    let serial = c.iam(iam::UnbindMfaDevice { user: user_of(c)? }).await?;
    Ok(answer! { "MFADevice": {"SerialNumber": serial.to_string()} })
}

async fn get_user_mfa(c: &Context<'_>) -> Result<Answer> {
    let serial = c.iam(iam::GetUserMfa { user: user_of(c)? }).await?;
    Ok(answer! { "IsMFAEnable": true, "MFADevice": {"SerialNumber": serial.to_string(), "Type": "VMFA"} })
}
