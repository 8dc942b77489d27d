//! How people get in: passwords and the rules for them, second factors, signing in.

mod alias;
mod change_password;
mod devices;
mod guesses;
mod hashing;
mod password_policy;
mod preference;
mod profiles;
mod qr;
pub(crate) mod records;
mod sign_in;
mod totp;
mod tried;
mod tries;

pub use alias::{ClearAccountAlias, GetAccountAlias, SetAccountAlias};
pub use change_password::ChangePassword;
pub use devices::{
    BindMfaDevice, CreateMfaDevice, DEVICES_MOST, DeleteMfaDevice, GetUserMfa, ListMfaDevices, MfaArn, MfaDevice,
    NewMfaDevice, UnbindMfaDevice,
};
pub(crate) use devices::{has_device, move_device};
pub(crate) use guesses::{Guesses, Named};
pub use hashing::Password;
pub use password_policy::{GetPasswordPolicy, SetPasswordPolicy};
pub use preference::{GetSecurityPreference, SetSecurityPreference};
pub(crate) use preference::{lets_manage_keys, preference_of};
pub use profiles::{CreateLoginProfile, DeleteLoginProfile, GetLoginProfile, LoginProfile, UpdateLoginProfile};
pub(crate) use profiles::{has_profile, move_profile};
pub use records::{PasswordPolicy, SecurityPreference};
pub(crate) use sign_in::account_of;
pub use sign_in::{SignIn, SignedIn};
pub use tried::Tried;
