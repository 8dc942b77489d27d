use crate::records::StoredSecret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::Key;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::Store;
use types::{
    AccessKeyId, AccountId, Failure, OidcProviderId, OidcProviderName, Reason, Result, RoleId, RoleName,
    SamlProviderId, SamlProviderName, Secret, SessionName, Timestamp, UserId, UserName,
};

/// The longest token we make is about 12,500 characters: a session policy of 2,048 characters of four bytes each and the
/// rest, in base64.
const TOKEN_CHARS: usize = 16 * 1024;
/// What the tokens of sessions of roles, and of users who signed in, start with: the version of their format
/// (docs/formats/identity.md).
const ROLE: u8 = 1;
/// What the tokens of an access key's sessions start with.
const KEY: u8 = 2;

/// What a session token holds. The token is all there is of a session: nothing is stored for it. It is sealed under a key
/// of the deployment and bound to its access key id, so it can be neither read nor changed nor used with another key.
///
/// Written as JSON in the order of these fields; see docs/formats/identity.md.
#[derive(Serialize, Deserialize)]
pub(crate) struct SessionClaims {
    pub(crate) account: AccountId,
    #[serde(flatten)]
    pub(crate) of: SessionOf,
    pub(crate) secret: StoredSecret,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
    #[serde(default)]
    pub(crate) mfa: bool,
    /// When the second factor was shown, if not when the session was given out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mfa_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_identity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) federated: Option<Federated>,
}

/// Which identity provider's word a session rests on, and whom it spoke of. The session ends with the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Federated {
    /// The provider's account.
    pub(crate) account: AccountId,
    /// Which of the account's.
    #[serde(flatten)]
    pub(crate) provider: Provider,
    /// Of whom it spoke.
    pub(crate) subject: String,
}

/// An identity provider, by its name and its id: another of the same name is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Provider {
    /// One of OpenID Connect.
    Oidc {
        /// Its name.
        oidc_provider: OidcProviderName,
        /// Its id.
        id: OidcProviderId,
    },
    /// One of SAML.
    Saml {
        /// Its name.
        saml_provider: SamlProviderName,
        /// Its id.
        id: SamlProviderId,
    },
}

impl Federated {
    /// The provider as policies name it.
    pub(crate) fn arn(&self) -> String {
        match &self.provider {
            Provider::Oidc { oidc_provider, .. } => format!("acs:ram::{}:oidc-provider/{oidc_provider}", self.account),
            Provider::Saml { saml_provider, .. } => format!("acs:ram::{}:saml-provider/{saml_provider}", self.account),
        }
    }
}

/// Whose session it is.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum SessionOf {
    /// That of someone who assumed a role.
    Role {
        /// The role's id.
        role: RoleId,
        /// Its name.
        role_name: RoleName,
        /// The session's name.
        session: SessionName,
    },
    /// That of a user who signed in.
    User {
        /// The user's id.
        user: UserId,
        /// The user's name then.
        user_name: UserName,
        /// When what it rests on was settled: the password, or where the account's users sign in.
        #[serde(default)]
        since: Timestamp,
        /// Whether it signed in at the account's own identity provider.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        elsewhere: bool,
    },
}

impl SessionOf {
    /// When what a user's session rests on was settled.
    pub(crate) const fn since(&self) -> Option<Timestamp> {
        match self {
            Self::Role { .. } => None,
            Self::User { since, .. } => Some(*since),
        }
    }
}

/// What the token of a session of an access key holds. Such a session is who its access key is, and ends with it at the
/// latest. Written as JSON in the order of these fields.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeyClaims {
    pub(crate) account: AccountId,
    pub(crate) access_key: AccessKeyId,
    pub(crate) secret: StoredSecret,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
}

/// What an opened token holds.
pub(crate) enum Claims {
    /// It is the session of a role, or of a user who signed in.
    Session(Box<SessionClaims>),
    /// It is an access key's session.
    Key(KeyClaims),
}

impl Claims {
    const fn expires(&self) -> Timestamp {
        match self {
            Self::Session(claims) => claims.expires,
            Self::Key(claims) => claims.expires,
        }
    }
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

    /// The token for a role's session used with `access_key`.
    pub(crate) fn seal(&self, access_key: &AccessKeyId, claims: &SessionClaims) -> Result<String> {
        self.sealed(ROLE, access_key, claims)
    }

    /// The token for an access key's session used with the temporary `access_key`.
    pub(crate) fn seal_for_key(&self, access_key: &AccessKeyId, claims: &KeyClaims) -> Result<String> {
        self.sealed(KEY, access_key, claims)
    }

    fn sealed(&self, version: u8, access_key: &AccessKeyId, claims: &impl Serialize) -> Result<String> {
        // The claims hold the secret: their text is wiped like it.
        let plain = Secret::new(serde_json::to_vec(claims).map_err(Failure::internal)?);
        let mut token = vec![version];
        let context = access_key.as_str().as_bytes();
        token.extend_from_slice(&crypto::seal(&self.key, self.store.rng().as_ref(), context, plain.expose()));
        let token = URL_SAFE_NO_PAD.encode(token);
        // A token that could never be opened again is not given out.
        if token.len() > TOKEN_CHARS {
            return Err(Failure::invalid("Policy", "short enough for the session's token, which it is a part of"));
        }
        Ok(token)
    }

    /// Opens a token that came with `access_key` at `now`. A token of another access key does not open; which of the two
    /// it was cannot be told, and need not be.
    pub(crate) fn open(&self, access_key: &AccessKeyId, token: &str, now: Timestamp) -> Result<Claims> {
        let claims = self.claims(access_key, token).ok_or_else(|| Failure::of(Reason::SessionTokenInvalid))?;
        if now >= claims.expires() {
            return Err(Reason::SessionTokenExpired.into());
        }
        Ok(claims)
    }

    fn claims(&self, access_key: &AccessKeyId, token: &str) -> Option<Claims> {
        if token.len() > TOKEN_CHARS {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (version, sealed) = bytes.split_first()?;
        let plain = crypto::open_secret(&self.key, access_key.as_str().as_bytes(), sealed).ok()?;
        match *version {
            ROLE => serde_json::from_slice(plain.expose()).ok().map(|claims| Claims::Session(Box::new(claims))),
            KEY => serde_json::from_slice(plain.expose()).ok().map(Claims::Key),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Claims, KeyClaims, SessionClaims, SessionOf, TokenSeal};
    use crate::records::StoredSecret;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use std::sync::Arc;
    use std::time::Duration;
    use store::{MemoryMeta, Store};
    use types::{AccessKeyId, AccountId, Reason, RoleId, SystemRng, Timestamp};

    const NOW: Timestamp = Timestamp::from_secs(1_795_305_600);

    async fn store() -> Store {
        let meta = Arc::new(MemoryMeta::default());
        Store::open(meta, testkit::unsealed(), "global".parse().unwrap(), Arc::new(SystemRng)).await.unwrap()
    }

    fn claims() -> SessionClaims {
        SessionClaims {
            account: AccountId::random(&SystemRng),
            of: SessionOf::Role {
                role: RoleId::random(&SystemRng),
                role_name: "reader".parse().unwrap(),
                session: "alice".parse().unwrap(),
            },
            secret: StoredSecret::new("the session's secret".to_owned()),
            issued: NOW,
            expires: NOW.plus(Duration::from_secs(900)),
            policy: None,
            mfa: true,
            mfa_at: None,
            source_identity: Some("alice".to_owned()),
            federated: None,
        }
    }

    fn of_session(claims: Claims) -> SessionClaims {
        match claims {
            Claims::Session(claims) => *claims,
            Claims::Key(_) => panic!("a session"),
        }
    }

    fn refusal(seal: &TokenSeal, key: &AccessKeyId, token: &str, now: Timestamp) -> Option<Reason> {
        seal.open(key, token, now).err().map(|failure| failure.reason())
    }

    #[tokio::test]
    async fn a_token_says_what_was_put_in_until_it_ends() {
        let seal = TokenSeal::new(store().await).await.unwrap();
        let (key, claims) = (AccessKeyId::random_temporary(&SystemRng), claims());
        let token = seal.seal(&key, &claims).unwrap();
        let opened = of_session(seal.open(&key, &token, claims.expires.minus(Duration::from_millis(1))).unwrap());
        assert_eq!((opened.account, opened.expires), (claims.account, claims.expires));
        assert!(matches!(opened.of, SessionOf::Role { session, .. } if session.as_str() == "alice"));
        assert_eq!(opened.secret.expose(), b"the session's secret");
        assert!(opened.mfa);
        assert_eq!(opened.source_identity.as_deref(), Some("alice"));
        let expires = claims.expires;
        assert_eq!(refusal(&seal, &key, &token, expires), Some(Reason::SessionTokenExpired));
    }

    #[test]
    fn the_claims_are_written_as_documented() {
        let documented = include_str!("../../../docs/formats/identity.md");
        let claims: Vec<&str> = documented.split("```json\n").skip(1).filter_map(|rest| rest.lines().next()).collect();
        let [role, federated, user, key, vouched] = claims.as_slice() else { panic!("five kinds of claims") };
        for (json, mfa, policy) in
            [(role, false, Some("{}")), (federated, false, None), (user, true, None), (vouched, false, None)]
        {
            let read: SessionClaims = serde_json::from_str(json).unwrap();
            assert_eq!((read.mfa, read.policy.as_deref()), (mfa, policy));
            assert_eq!(read.secret.expose(), b"s3cr3t");
            assert_eq!(serde_json::to_string(&read).unwrap(), *json);
            let name = match read.of {
                SessionOf::Role { role_name, .. } => role_name.to_string(),
                SessionOf::User { user_name, .. } => user_name.to_string(),
            };
            assert_eq!(name, if mfa { "alice" } else { "reader" });
        }
        let read: KeyClaims = serde_json::from_str(key).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), *key);
    }

    #[tokio::test]
    async fn a_token_of_one_kind_is_not_read_as_the_other() {
        let seal = TokenSeal::new(store().await).await.unwrap();
        let (temporary, key) = (AccessKeyId::random_temporary(&SystemRng), AccessKeyId::random(&SystemRng));
        let secret = StoredSecret::new("s".to_owned());
        let (account, expires) = (AccountId::random(&SystemRng), NOW.plus(Duration::from_secs(900)));
        let claims = KeyClaims { account, access_key: key.clone(), secret, issued: NOW, expires };
        let token = seal.seal_for_key(&temporary, &claims).unwrap();
        let Claims::Key(opened) = seal.open(&temporary, &token, NOW).unwrap() else { panic!("an access key's") };
        assert_eq!((opened.access_key, opened.expires), (key, expires));
        assert_eq!(refusal(&seal, &temporary, &token, expires), Some(Reason::SessionTokenExpired));
        for version in [0, 1, 3] {
            let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
            bytes[0] = version;
            let token = URL_SAFE_NO_PAD.encode(bytes);
            assert_eq!(refusal(&seal, &temporary, &token, NOW), Some(Reason::SessionTokenInvalid));
        }
    }

    #[tokio::test]
    async fn a_token_opens_with_its_own_access_key_and_in_its_own_deployment_only() {
        let seal = TokenSeal::new(store().await).await.unwrap();
        let key = AccessKeyId::random_temporary(&SystemRng);
        let token = seal.seal(&key, &claims()).unwrap();
        let other = AccessKeyId::random_temporary(&SystemRng);
        assert_eq!(refusal(&seal, &other, &token, NOW), Some(Reason::SessionTokenInvalid));
        let elsewhere = TokenSeal::new(store().await).await.unwrap();
        assert_eq!(refusal(&elsewhere, &key, &token, NOW), Some(Reason::SessionTokenInvalid));
    }

    #[tokio::test]
    async fn every_token_that_is_made_opens() {
        let seal = TokenSeal::new(store().await).await.unwrap();
        let key = AccessKeyId::random_temporary(&SystemRng);
        let with = |policy: String| SessionClaims { policy: Some(policy), ..claims() };
        for letter in ["\"", "\n", "字", "😀"] {
            let claims = with(letter.repeat(types::limits::SESSION_POLICY_CHARS));
            let token = seal.seal(&key, &claims).unwrap();
            assert_eq!(of_session(seal.open(&key, &token, NOW).unwrap()).policy, claims.policy);
        }
        let longer = seal.seal(&key, &with("a".repeat(super::TOKEN_CHARS)));
        assert_eq!(longer.err().unwrap().reason(), Reason::ParameterInvalid);
    }

    #[tokio::test]
    async fn no_byte_of_a_token_can_be_changed_or_left_out() {
        let seal = TokenSeal::new(store().await).await.unwrap();
        let key = AccessKeyId::random_temporary(&SystemRng);
        let bytes = URL_SAFE_NO_PAD.decode(seal.seal(&key, &claims()).unwrap()).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let token = URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(refusal(&seal, &key, &token, NOW), Some(Reason::SessionTokenInvalid), "byte {at}");
            let cut = URL_SAFE_NO_PAD.encode(&bytes[..at]);
            assert_eq!(refusal(&seal, &key, &cut, NOW), Some(Reason::SessionTokenInvalid), "cut at {at}");
        }
        let long = "A".repeat(super::TOKEN_CHARS + 1);
        for wrong in ["", "!", "AQ", long.as_str()] {
            assert_eq!(refusal(&seal, &key, wrong, NOW), Some(Reason::SessionTokenInvalid));
        }
    }
}
