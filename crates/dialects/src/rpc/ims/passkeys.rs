//! Passkeys of users. Registering them is of Bailee's own: the vendor's console does that in private.

use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::ram::named;
use crate::rpc::row::{Row, row};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use iam::{Passkey, PasskeyOptions};
use serde_json::{Value, json};
use types::{Failure, Principal, Result, UserName};

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ims, "ListPasskeys", Full, ["ram:ListPasskeys"], list),
    row!(Ims, "UpdatePasskey", Full, ["ram:UpdatePasskey"], update),
    row!(Ims, "DeletePasskey", Full, ["ram:DeletePasskey"], delete),
    // Bailee's own.
    row!(Ims, "BeginPasskeyRegistration", Full, ["ram:BeginPasskeyRegistration"], begin),
    row!(Ims, "RegisterPasskey", Full, ["ram:RegisterPasskey"], register),
];

/// The user a call is about: the caller, if it names none.
fn whose(c: &Context<'_>) -> Result<UserName> {
    match (c.whose()?, c.caller.principal()) {
        (Some(user), _) => Ok(user),
        (None, Principal::User { name, .. }) => Ok(name.clone()),
        (None, _) => Err(Failure::missing("UserPrincipalName")),
    }
}

fn shown(passkey: &Passkey) -> Value {
    let mut shown = json!({
        "PasskeyId": passkey.id.as_str(),
        "PasskeyName": passkey.name,
        "CreateDate": passkey.created.iso_seconds(),
        "BackedUp": passkey.backed_up,
    });
    if let (Some(members), Some(used)) = (shown.as_object_mut(), passkey.used) {
        members.insert("LastUseDate".to_owned(), used.iso_seconds().into());
    }
    shown
}

/// `PublicKeyCredentialCreationOptionsJSON` (WebAuthn §5.1): what `PublicKeyCredential.parseCreationOptionsFromJSON` takes.
fn options(c: &Context<'_>, options: &PasskeyOptions) -> Value {
    let (_, name) = c.shown_user(&options.user);
    let algorithms: Vec<Value> =
        iam::PASSKEY_ALGORITHMS.iter().map(|alg| json!({"type": "public-key", "alg": alg})).collect();
    let present: Vec<Value> =
        options.present.iter().map(|id| json!({"type": "public-key", "id": URL_SAFE_NO_PAD.encode(id)})).collect();
    json!({
        "rp": { "id": options.party, "name": options.party_name },
        "user": { "id": URL_SAFE_NO_PAD.encode(&options.handle), "name": name, "displayName": options.display_name },
        "challenge": URL_SAFE_NO_PAD.encode(&options.challenge),
        "pubKeyCredParams": algorithms,
        "timeout": u64::try_from(options.lasts.as_millis()).unwrap_or(u64::MAX),
        "excludeCredentials": present,
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
        },
        "attestation": "none",
    })
}

async fn begin(c: &Context<'_>) -> Result<Answer> {
    let made = c.iam(iam::BeginPasskeyRegistration { user: whose(c)? }).await?;
    Ok(answer! { "PublicKey": options(c, &made) })
}

/// `Credential` is `RegistrationResponseJSON` (WebAuthn §5.1): what `PublicKeyCredential.toJSON` gives.
async fn register(c: &Context<'_>) -> Result<Answer> {
    let op = iam::RegisterPasskey {
        user: whose(c)?,
        name: c.params.required("PasskeyName")?.to_owned(),
        answer: c.params.required("Credential")?.as_bytes().to_vec(),
    };
    Ok(answer! { "Passkey": shown(&c.iam(op).await?) })
}

async fn list(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListPasskeys { user: whose(c)? }).await?;
    Ok(answer! { "Passkeys": found.iter().map(shown).collect::<Vec<_>>() })
}

async fn update(c: &Context<'_>) -> Result<Answer> {
    let name = c.params.required("PasskeyName")?.to_owned();
    c.iam(iam::UpdatePasskey { user: whose(c)?, id: named(c.params, "PasskeyId")?, name }).await?;
    Ok(answer! {})
}

async fn delete(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeletePasskey { user: whose(c)?, id: named(c.params, "PasskeyId")? }).await?;
    Ok(answer! {})
}
