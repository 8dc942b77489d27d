//! Signing in with a passkey: Bailee's own.

use super::signed_in;
use crate::rpc::context::{Answer, Context, answer};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use types::{Result, Secret};
use wire::Params;

/// What a browser answered: `AuthenticationResponseJSON` (WebAuthn §5.1), as `PublicKeyCredential.toJSON` gives it.
pub(super) fn answered(params: &Params, name: &'static str) -> Option<Secret<Vec<u8>>> {
    params.optional(name).map(|text| Secret::new(text.as_bytes().to_vec()))
}

/// Gives `PublicKeyCredentialRequestOptionsJSON` (§5.1): what `PublicKeyCredential.parseRequestOptionsFromJSON` takes. With
/// `SecondFactor=true` the passkey is to be shown beside a password.
pub(super) async fn begin(c: &Context<'_>) -> Result<Answer> {
    let second_factor = c.params.boolean("SecondFactor")?.unwrap_or(false);
    let made = c.iam(iam::BeginPasskeySignIn { second_factor }).await?;
    Ok(answer! { "PublicKey": {
        "challenge": URL_SAFE_NO_PAD.encode(&made.challenge),
        "timeout": u64::try_from(made.lasts.as_millis()).unwrap_or(u64::MAX),
        "rpId": made.party,
        "allowCredentials": [],
        "userVerification": if made.verified { "required" } else { "discouraged" },
    } })
}

pub(super) async fn sign_in(c: &Context<'_>) -> Result<Answer> {
    let answer = Secret::new(c.params.required("Credential")?.as_bytes().to_vec());
    Ok(signed_in(&c.iam(iam::SignInWithPasskey { answer }).await?.into_result()?))
}
