use crate::records::StoredSecret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::Key;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::Store;
use types::{AccessKeyId, AccountId, Failure, Reason, Result, RoleId, RoleName, SessionName, Timestamp};

/// The longest token we make is about 4 KiB: a session policy of 2,048 characters and the rest, in base64.
const TOKEN_CHARS: usize = 8 * 1024;

/// What a session token holds. The token is all there is of a session: nothing is stored for it. It is sealed under a key
/// of the deployment and bound to its access key id, so it can be neither read nor changed nor used with another key.
#[derive(Serialize, Deserialize)]
pub(crate) struct SessionClaims {
    pub(crate) account: AccountId,
    pub(crate) role: RoleId,
    pub(crate) role_name: RoleName,
    pub(crate) session: SessionName,
    pub(crate) secret: StoredSecret,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
    #[serde(default)]
    pub(crate) mfa: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_identity: Option<String>,
}

/// Makes and opens session tokens.
pub(crate) struct TokenSeal {
    key: Key,
    store: Store,
}

impl TokenSeal {
    pub(crate) async fn new(store: Store) -> Result<Arc<Self>> {
        let platform = store.keyring().account(AccountId::PLATFORM).await?;
        Ok(Arc::new(Self { key: platform.derive("session tokens", b""), store }))
    }

    /// The token for a session used with `access_key`.
    pub(crate) fn seal(&self, access_key: &AccessKeyId, claims: &SessionClaims) -> Result<String> {
        let plain = serde_json::to_vec(claims).map_err(Failure::internal)?;
        let sealed = crypto::seal(&self.key, self.store.rng().as_ref(), access_key.as_str().as_bytes(), &plain);
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens a token that came with `access_key` at `now`. A token of another access key does not open; which of the two
    /// it was cannot be told, and need not be.
    pub(crate) fn open(&self, access_key: &AccessKeyId, token: &str, now: Timestamp) -> Result<SessionClaims> {
        if token.len() > TOKEN_CHARS {
            return Err(Reason::SessionTokenInvalid.into());
        }
        let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| Failure::of(Reason::SessionTokenInvalid))?;
        let plain = crypto::open_secret(&self.key, access_key.as_str().as_bytes(), &sealed)
            .map_err(|_| Failure::of(Reason::SessionTokenInvalid))?;
        let claims: SessionClaims =
            serde_json::from_slice(plain.expose()).map_err(|_| Failure::of(Reason::SessionTokenInvalid))?;
        if now >= claims.expires {
            return Err(Reason::SessionTokenExpired.into());
        }
        Ok(claims)
    }
}
