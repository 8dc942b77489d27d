use crate::caller::Session;
use crate::diagnosis::DiagnosisSeal;
use crate::groups::MEMBERSHIPS_MOST;
use crate::inline_policies::INLINE_MOST;
use crate::key_networks::networks_of;
use crate::last_used::Uses;
use crate::oidc::OIDC_PROVIDERS;
use crate::operators::OPERATORS;
use crate::people::records::LOGIN_PROFILES;
use crate::policy::{Document, Kind, Labelled, SystemPolicy};
use crate::records::{
    ACCESS_KEYS, ATTACHMENTS, GENERATIONS, Holder, INLINE_POLICIES, KEY_OWNERS, KeyHolder, KeyNetworks, MEMBERSHIPS,
    POLICIES, PolicyRef, ROLES, USERS, pair, second,
};
use crate::rights::Rights;
use crate::saml::records::SAML_PROVIDERS;
use crate::saml::user_sso::user_sso;
use crate::token::{Claims, Federated, KeyClaims, Provider, SessionClaims, SessionOf, TokenSeal};
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Range, Store, View};
use types::{AccessKeyId, AccountId, Failure, Principal, Reason, Result, Secret, Timestamp, UserName};

/// Opened credentials and compiled policies kept in memory. Each is a few KiB.
const CACHED: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();
/// The most policies attached to one holder: the sum of the limits for system and custom ones, with room.
const ATTACHED: usize = 64;

/// The policies of a user or role, compiled, with the names they have in explanations.
pub(crate) type Policies = Vec<Labelled>;

/// Whose access key it is and what that one may do, as of one moment.
pub(crate) struct Credential {
    pub(crate) principal: Principal,
    pub(crate) secret: Arc<Secret<Vec<u8>>>,
    pub(crate) rights: Arc<Rights>,
    pub(crate) session: Option<Arc<Session>>,
    /// From where it may be used, if that is said.
    pub(crate) networks: Option<Arc<KeyNetworks>>,
}

/// What is cached of an access key or a role, good as long as its account's generation stands.
#[derive(Clone)]
struct Cached {
    account: AccountId,
    generation: u64,
    principal: Principal,
    secret: Arc<Secret<Vec<u8>>>,
    rights: Arc<Rights>,
    /// When the password was set, of a user who signs in: its sessions end with another.
    since: Option<Timestamp>,
    networks: Option<Arc<KeyNetworks>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum CacheKey {
    AccessKey(AccessKeyId),
    Role(AccountId, Holder),
    Person(AccountId, UserName),
    /// One who signed in at the account's own provider.
    PersonElsewhere(AccountId, UserName),
}

/// Looks identities up for authentication. Every answer is of the present state: what is cached is checked against the
/// account's generation, read in the same snapshot.
pub(crate) struct Directory {
    store: Store,
    tokens: Arc<TokenSeal>,
    diagnoses: Arc<DiagnosisSeal>,
    uses: Uses,
    cache: Mutex<LruCache<CacheKey, Cached>>,
}

impl Directory {
    pub(crate) async fn new(store: Store) -> Result<Self> {
        let tokens = TokenSeal::new(store.clone()).await?;
        let diagnoses = DiagnosisSeal::new(store.clone()).await?;
        Ok(Self { store, tokens, diagnoses, uses: Uses::default(), cache: Mutex::new(LruCache::new(CACHED)) })
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn tokens(&self) -> &TokenSeal {
        &self.tokens
    }

    /// What seals why calls were refused.
    pub(crate) fn diagnoses(&self) -> &Arc<DiagnosisSeal> {
        &self.diagnoses
    }

    /// When access keys were last used.
    pub(crate) fn uses(&self) -> &Uses {
        &self.uses
    }

    /// The account an access key id names, if there is such a key: for the record of a call that fails later.
    pub(crate) async fn owner(&self, access_key: &AccessKeyId) -> Result<Option<AccountId>> {
        let suffix = access_key.as_str().as_bytes();
        let view = self.store.view().await?;
        Ok(view.get(KEY_OWNERS, AccountId::PLATFORM, suffix).await?.map(|record| record.account))
    }

    /// The credential of an access key, with its session token if it is temporary.
    pub(crate) async fn credential(
        &self,
        access_key: &AccessKeyId,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<Credential> {
        let view = self.store.view().await?;
        match (access_key.is_temporary(), token) {
            (true, Some(token)) => match self.tokens.open(access_key, token, now)? {
                Claims::Session(claims) => self.temporary(&view, *claims).await,
                Claims::Key(claims) => self.temporary_of_key(&view, claims).await,
            },
            (true, None) => Err(Reason::SessionTokenMissing.into()),
            (false, Some(_)) => Err(Reason::SessionTokenMismatch.into()),
            (false, None) => self.lasting(&view, access_key).await,
        }
    }

    async fn lasting(&self, view: &View, access_key: &AccessKeyId) -> Result<Credential> {
        let key = CacheKey::AccessKey(access_key.clone());
        let found = match self.fresh(view, &key).await? {
            Some(cached) => cached,
            None => self.remember(key, self.load_access_key(view, access_key).await?),
        };
        let Cached { principal, secret, rights, networks, .. } = found;
        Ok(Credential { principal, secret, rights, session: None, networks })
    }

    async fn temporary(&self, view: &View, claims: SessionClaims) -> Result<Credential> {
        let (key, principal) = described(&claims);
        let found = match self.fresh(view, &key).await? {
            Some(cached) => cached,
            None => {
                let loaded = match &key {
                    CacheKey::Person(account, name) => self.load_person(view, *account, name).await?,
                    CacheKey::PersonElsewhere(account, name) => self.load_elsewhere(view, *account, name).await?,
                    _ => self.load_role(view, &principal).await?,
                };
                self.remember(key, loaded)
            }
        };
        if !same_identity(&found.principal, &principal) || found.since != claims.of.since() {
            return Err(Reason::SessionTokenInvalid.into());
        }
        if let Some(federated) = &claims.federated
            && !is_there(view, federated).await?
        {
            return Err(Reason::SessionTokenInvalid.into());
        }
        let secret = Arc::new(Secret::new(claims.secret.expose().to_vec()));
        Ok(Credential {
            principal,
            secret,
            rights: found.rights,
            session: Some(Arc::new(session(&claims)?)),
            networks: None,
        })
    }

    /// A session of an access key is who the key is, with what that one may do by now.
    async fn temporary_of_key(&self, view: &View, claims: KeyClaims) -> Result<Credential> {
        let found = self.lasting(view, &claims.access_key).await.map_err(|failure| match failure.reason() {
            // Sessions end with their key. That it is the key is nobody's business who has the session alone.
            Reason::AccessKeyNotFound | Reason::AccessKeyInactive => Failure::of(Reason::SessionTokenInvalid),
            _ => failure,
        })?;
        if found.principal.account() != Some(claims.account) {
            return Err(Reason::SessionTokenInvalid.into());
        }
        let session = Session {
            policy: None,
            issued: claims.issued,
            expires: claims.expires,
            mfa: false,
            mfa_since: None,
            signed_in: false,
            source_identity: None,
            federated: None,
        };
        let secret = Arc::new(Secret::new(claims.secret.expose().to_vec()));
        // Rules about networks are for lasting keys (RAM: not for temporary ones).
        Ok(Credential { secret, session: Some(Arc::new(session)), networks: None, ..found })
    }

    async fn fresh(&self, view: &View, key: &CacheKey) -> Result<Option<Cached>> {
        let cached = self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        let Some(cached) = cached else { return Ok(None) };
        let now = generation(view, cached.account).await?;
        Ok((now == cached.generation).then_some(cached))
    }

    fn remember(&self, key: CacheKey, found: Cached) -> Cached {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).put(key, found.clone());
        found
    }

    async fn load_access_key(&self, view: &View, access_key: &AccessKeyId) -> Result<Cached> {
        let missing = || Failure::of(Reason::AccessKeyNotFound).with("AccessKeyId", access_key.as_str());
        let suffix = access_key.as_str().as_bytes();
        let account = view.get(KEY_OWNERS, AccountId::PLATFORM, suffix).await?.ok_or_else(missing)?.account;
        let generation = generation(view, account).await?;
        let record = view.get(ACCESS_KEYS, account, suffix).await?.ok_or_else(missing)?;
        if !record.active {
            return Err(Failure::of(Reason::AccessKeyInactive).with("AccessKeyId", access_key.as_str()));
        }
        let (principal, rights) = match &record.holder {
            KeyHolder::Root => (Principal::Root { account }, Rights::of_root(view, account).await?),
            KeyHolder::Operator(name) => {
                let operator = view.get(OPERATORS, account, name.as_str().as_bytes()).await?.ok_or_else(missing)?;
                if !operator.active {
                    return Err(Failure::of(Reason::AccessKeyInactive).with("AccessKeyId", access_key.as_str()));
                }
                (Principal::Operator { name: operator.name, duties: operator.duties }, Rights::default())
            }
            KeyHolder::User(name) => {
                let user = view.get(USERS, account, name.as_str().as_bytes()).await?.ok_or_else(missing)?;
                let rights = Rights::of_user(view, account, &user).await?;
                (Principal::User { account, id: user.id, name: user.name }, rights)
            }
        };
        let secret = Arc::new(Secret::new(record.secret.expose().to_vec()));
        let rights = Arc::new(rights);
        let networks = networks_of(view, account, access_key).await?.map(Arc::new);
        Ok(Cached { account, generation, principal, secret, rights, since: None, networks })
    }

    async fn load_role(&self, view: &View, claimed: &Principal) -> Result<Cached> {
        let ended = || Failure::of(Reason::SessionTokenInvalid);
        let Principal::RoleSession { account, role_name, session, .. } = claimed else { return Err(ended()) };
        let (account, session) = (*account, session.clone());
        let generation = generation(view, account).await?;
        let role = view.get(ROLES, account, role_name.as_str().as_bytes()).await?.ok_or_else(ended)?;
        let rights = Arc::new(Rights::of_role(view, account, &role).await?);
        let principal = Principal::RoleSession { account, role: role.id, role_name: role.name, session };
        let secret = Arc::new(Secret::new(Vec::new()));
        Ok(Cached { account, generation, principal, secret, rights, since: None, networks: None })
    }

    /// A user who signed in at the account's own provider. Such sessions end when that is switched off, or on again.
    async fn load_elsewhere(&self, view: &View, account: AccountId, name: &UserName) -> Result<Cached> {
        let ended = || Failure::of(Reason::SessionTokenInvalid);
        let generation = generation(view, account).await?;
        let settings = user_sso(view, account).await?;
        let user = view.get(USERS, account, name.as_str().as_bytes()).await?;
        let user = user.filter(|_| settings.enabled).ok_or_else(ended)?;
        let rights = Arc::new(Rights::of_user(view, account, &user).await?);
        let principal = Principal::User { account, id: user.id, name: user.name };
        let (secret, since) = (Arc::new(Secret::new(Vec::new())), Some(settings.changed));
        Ok(Cached { account, generation, principal, secret, rights, since, networks: None })
    }

    /// A user who signed in. Such sessions end when the user may sign in no more, has another password, or the
    /// account's users sign in elsewhere.
    async fn load_person(&self, view: &View, account: AccountId, name: &UserName) -> Result<Cached> {
        let ended = || Failure::of(Reason::SessionTokenInvalid);
        let generation = generation(view, account).await?;
        let user = view.get(USERS, account, name.as_str().as_bytes()).await?.ok_or_else(ended)?;
        let profile = view.get(LOGIN_PROFILES, account, name.as_str().as_bytes()).await?.ok_or_else(ended)?;
        let since = Some(profile.changed.max(user_sso(view, account).await?.changed));
        let rights = Arc::new(Rights::of_user(view, account, &user).await?);
        let principal = Principal::User { account, id: user.id, name: user.name };
        let secret = Arc::new(Secret::new(Vec::new()));
        Ok(Cached { account, generation, principal, secret, rights, since, networks: None })
    }
}

/// Whose session it says it is.
fn described(claims: &SessionClaims) -> (CacheKey, Principal) {
    let account = claims.account;
    match &claims.of {
        SessionOf::Role { role, role_name, session } => (
            CacheKey::Role(account, Holder::Role(role_name.clone())),
            Principal::RoleSession {
                account,
                role: role.clone(),
                role_name: role_name.clone(),
                session: session.clone(),
            },
        ),
        SessionOf::User { user, user_name, elsewhere, .. } => (
            match elsewhere {
                true => CacheKey::PersonElsewhere(account, user_name.clone()),
                false => CacheKey::Person(account, user_name.clone()),
            },
            Principal::User { account, id: user.clone(), name: user_name.clone() },
        ),
    }
}

/// Whether the one there is now is the one a session was given to. What has the same name and was made later is another:
/// sessions end with theirs.
fn same_identity(now: &Principal, then: &Principal) -> bool {
    match (now, then) {
        (Principal::RoleSession { role: now, .. }, Principal::RoleSession { role: then, .. }) => now == then,
        (Principal::User { id: now, .. }, Principal::User { id: then, .. }) => now == then,
        _ => false,
    }
}

/// Whether the identity provider that a session rests on is still there. One of the same name that was made later is
/// another.
async fn is_there(view: &View, federated: &Federated) -> Result<bool> {
    let account = federated.account;
    Ok(match &federated.provider {
        Provider::Oidc { oidc_provider, id } => {
            let now = view.shared(OIDC_PROVIDERS, account, oidc_provider.as_str().as_bytes()).await?;
            now.is_some_and(|provider| provider.id == *id)
        }
        Provider::Saml { saml_provider, id } => {
            let now = view.shared(SAML_PROVIDERS, account, saml_provider.as_str().as_bytes()).await?;
            now.is_some_and(|provider| provider.id == *id)
        }
    })
}

async fn generation(view: &View, account: AccountId) -> Result<u64> {
    Ok(view.shared(GENERATIONS, account, b"").await?.unwrap_or_default().generation)
}

/// The policies attached to a user and to the groups it is in, compiled.
pub(crate) async fn policies_of_user(view: &View, account: AccountId, name: &UserName) -> Result<Policies> {
    let mut policies = policies_of(view, account, &Holder::User(name.clone())).await?;
    let joined = Range::prefix(&pair(name.as_str(), ""), MEMBERSHIPS_MOST);
    for key in view.keys(MEMBERSHIPS, account, &joined).await? {
        let group = second(&key).and_then(|group| group.parse().ok());
        let group = group.ok_or_else(|| Failure::corrupt("a membership"))?;
        policies.extend(policies_of(view, account, &Holder::Group(group)).await?);
    }
    Ok(policies)
}

/// The policies attached to a holder, and those that it alone has, compiled.
pub(crate) async fn policies_of(view: &View, account: AccountId, holder: &Holder) -> Result<Policies> {
    let prefix = pair(&holder.place(), "");
    let attached = view.keys(ATTACHMENTS, account, &Range::prefix(&prefix, ATTACHED)).await?;
    let mut policies = Policies::with_capacity(attached.len());
    for key in &attached {
        let place = second(key).and_then(PolicyRef::from_place);
        let policy = place.ok_or_else(|| Failure::corrupt("an attachment"))?;
        policies.push(Labelled::new(policy.name(), document(view, account, &policy).await?));
    }
    for (key, record) in view.scan(INLINE_POLICIES, account, &Range::prefix(&prefix, INLINE_MOST)).await? {
        let name = second(&key).unwrap_or_default();
        let document = Document::parse(&record.document, Kind::Identity);
        let document = document.map_err(|e| Failure::corrupt(format!("the policy {name}")).caused_by(e))?;
        policies.push(Labelled::new(name, Arc::new(document)));
    }
    Ok(policies)
}

pub(crate) async fn document(view: &View, account: AccountId, policy: &PolicyRef) -> Result<Arc<Document>> {
    let name = policy.name();
    let lost = || Failure::corrupt(format!("the policy {name}"));
    let parsed = match policy {
        PolicyRef::System(_) => SystemPolicy::find(name).ok_or_else(lost)?.document(),
        PolicyRef::Custom(_) => {
            let record = view.get(POLICIES, account, name.as_bytes()).await?.ok_or_else(lost)?;
            Document::parse(&record.document, Kind::Identity)
        }
    };
    parsed.map(Arc::new).map_err(|e| lost().caused_by(e))
}

fn session(claims: &SessionClaims) -> Result<Session> {
    let parse = |text: &String| Document::parse(text, Kind::Session).map(Arc::new);
    let policy = claims.policy.as_ref().map(parse).transpose();
    Ok(Session {
        policy: policy.map_err(|_| Failure::of(Reason::SessionTokenInvalid))?,
        issued: claims.issued,
        expires: claims.expires,
        mfa: claims.mfa,
        mfa_since: claims.mfa.then(|| claims.mfa_at.unwrap_or(claims.issued)),
        signed_in: matches!(claims.of, SessionOf::User { .. }),
        source_identity: claims.source_identity.clone(),
        federated: claims.federated.clone(),
    })
}
