//! How people get in: passwords and the rules for them, second factors, signing in.

mod alias;
mod challenges;
mod change_password;
mod devices;
mod factors;
mod guesses;
mod hashing;
mod passkey_sign_in;
mod passkeys;
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
    BindMfaDevice, CreateMfaDevice, DEVICES_MOST, DeleteMfaDevice, DisableMfa, GetUserMfa, ListMfaDevices, MfaArn,
    MfaDevice, NewMfaDevice, UnbindMfaDevice,
};
pub(crate) use devices::{has_device, move_device};
pub(crate) use guesses::{Guesses, Named};
pub use hashing::Password;
pub use passkey_sign_in::{BeginPasskeySignIn, PasskeyRequest, SignInWithPasskey};
pub use passkeys::{
    BeginPasskeyRegistration, DeletePasskey, ListPasskeys, PASSKEYS_MOST, Passkey, PasskeyOptions, RegisterPasskey,
    UpdatePasskey,
};
pub(crate) use passkeys::{has_factor, has_passkeys, move_passkeys};
pub use password_policy::{GetPasswordPolicy, SetPasswordPolicy};
pub use preference::{GetSecurityPreference, SetSecurityPreference};
pub(crate) use preference::{lets_manage_keys, preference_of};
pub use profiles::{CreateLoginProfile, DeleteLoginProfile, GetLoginProfile, LoginProfile, UpdateLoginProfile};
pub(crate) use profiles::{has_profile, move_profile};
pub use records::{PasswordPolicy, SecurityPreference};
pub use sign_in::{SignIn, SignedIn};
pub(crate) use sign_in::{account_of, forget_sign_in, move_sign_in, note_sign_in};
pub use tried::Tried;
