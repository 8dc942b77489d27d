//! Login profiles and MFA devices.

use super::with;
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::ram::people::{
    bind_device, change_password, create_device, delete_device, delete_login_profile, unbind_device,
};
use crate::rpc::ram::shape::page;
use crate::rpc::ram::{page_request, people};
use crate::rpc::row::{Row, row};
use serde_json::Value;
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
    row!(Ims, "DisableVirtualMFA", Full, ["ram:DisableVirtualMFA"], disable_mfa),
    row!(Ims, "DeleteVirtualMFADevice", Full, ["ram:DeleteVirtualMFADevice"], delete_device),
    row!(Ims, "BindMFADevice", Full, ["ram:BindMFADevice"], bind_device),
    row!(Ims, "UnbindMFADevice", Full, ["ram:UnbindMFADevice"], unbind_device),
    row!(Ims, "GetUserMFAInfo", Full, ["ram:GetUserMFAInfo"], get_user_mfa),
];

fn active_only(params: &Params) -> Result<()> {
    match params.optional("Status") {
        None | Some("Active") => Ok(()),
        Some(_) => Err(Failure::invalid("Status", "Active; a profile that is not to be used is deleted")),
    }
}

/// A profile that is there is active.
fn active(mut answer: Answer) -> Answer {
    if let Some(Value::Object(profile)) = answer.get_mut("LoginProfile") {
        profile.insert("Status".to_owned(), "Active".into());
    }
    answer
}

async fn create_login_profile(c: &Context<'_>) -> Result<Answer> {
    active_only(c.params)?;
    Ok(active(people::create_login_profile(c).await?))
}

async fn get_login_profile(c: &Context<'_>) -> Result<Answer> {
    Ok(active(people::get_login_profile(c).await?))
}

async fn update_login_profile(c: &Context<'_>) -> Result<Answer> {
    active_only(c.params)?;
    let changed = people::changed_profile(c).await?;
    Ok(active(answer! { "LoginProfile": people::profile(c, &changed) }))
}

async fn list_devices(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListMfaDevices { page: page_request(c.params)? }).await?;
    Ok(page(&found, "VirtualMFADevices", "VirtualMFADevice", |found| people::device(c, found)))
}

async fn disable_mfa(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DisableMfa { user: c.user()? }).await?;
    Ok(answer! {})
}

async fn get_user_mfa(c: &Context<'_>) -> Result<Answer> {
    Ok(with(people::get_user_mfa(c).await?, "IsMFAEnable", true))
}
