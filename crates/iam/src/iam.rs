use crate::caller::Caller;
use crate::gate::Gate;
use crate::oidc::Issuers;
use crate::operators;
use crate::people::Guesses;
use crate::records::{GENERATIONS, GenerationRecord};
use crate::saml::SamlPlaces;
use crate::seals::Seals;
use federation::webauthn::RelyingParty;
use std::sync::Arc;
use store::{Store, Txn};
use tokio::sync::Semaphore;
use types::{AccountId, Action, Failure, Principal, Reason, Resource, Result, Service, Timestamp};

/// Passwords hashed at once: each takes 19 MiB and a core for a moment.
const HASHED_AT_ONCE: usize = 4;

/// The domain of identities: accounts, users, roles, access keys, policies. Its operations run through the gate, like
/// everyone's.
#[derive(Clone)]
pub struct Iam {
    gate: Gate,
    guesses: Arc<Guesses>,
    token_guesses: Arc<Guesses>,
    turns: Arc<Semaphore>,
    issuers: Option<Arc<dyn Issuers>>,
    relying_party: Option<Arc<RelyingParty>>,
    saml_places: Arc<SamlPlaces>,
    seals: Option<Arc<dyn Seals>>,
}

impl Iam {
    /// The domain behind a gate.
    pub fn new(gate: Gate) -> Self {
        Self {
            gate,
            guesses: Arc::new(Guesses::of_passwords()),
            token_guesses: Arc::new(Guesses::of_tokens()),
            turns: Arc::new(Semaphore::new(HASHED_AT_ONCE)),
            issuers: None,
            relying_party: None,
            saml_places: Arc::default(),
            seals: None,
        }
    }

    /// The same domain, with somebody who gets the keys of identity providers.
    #[must_use]
    pub fn with_issuers(self, issuers: Arc<dyn Issuers>) -> Self {
        Self { issuers: Some(issuers), ..self }
    }

    /// The same domain, for which browsers know passkeys.
    #[must_use]
    pub fn with_passkeys(self, party: Option<RelyingParty>) -> Self {
        Self { relying_party: party.map(Arc::new), ..self }
    }

    /// The same domain, at these places as SAML says it.
    #[must_use]
    pub fn with_saml_places(self, places: SamlPlaces) -> Self {
        Self { saml_places: Arc::new(places), ..self }
    }

    /// The same domain, with somebody who keeps the seal.
    #[must_use]
    pub fn with_seals(self, seals: Arc<dyn Seals>) -> Self {
        Self { seals: Some(seals), ..self }
    }

    /// Who keeps the seal.
    pub(crate) fn seal_keeper(&self) -> Option<&dyn Seals> {
        self.seals.as_deref()
    }

    /// Where it is, as SAML says it.
    pub(crate) fn saml_places(&self) -> &SamlPlaces {
        &self.saml_places
    }

    /// The gate.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// What holds guessing back.
    pub(crate) fn guesses(&self) -> &Guesses {
        &self.guesses
    }

    /// What holds those back who try tokens.
    pub(crate) fn token_guesses(&self) -> &Guesses {
        &self.token_guesses
    }

    /// Who gets the keys of identity providers.
    pub(crate) fn issuers(&self) -> Result<&dyn Issuers> {
        let missing =
            || Failure::new(Reason::Unavailable, "This server does not ask identity providers for their keys.");
        self.issuers.as_deref().ok_or_else(missing)
    }

    /// Whom passkeys are for.
    pub(crate) fn relying_party(&self) -> Result<&RelyingParty> {
        let text = "This server takes no passkeys: it was not told for which domain they are (passkeys.rp_id).";
        self.relying_party.as_deref().ok_or_else(|| Failure::new(Reason::NotImplemented, text))
    }

    /// How many passwords may be hashed at once.
    pub(crate) fn turns(&self) -> &Semaphore {
        &self.turns
    }

    /// The store of identities.
    pub(crate) fn identity_store(&self) -> &Store {
        self.gate.directory().store()
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.gate.clock().now()
    }
}

/// The account an operation on identities is about: the caller's own. There is no way to name another.
pub(crate) fn own_account(caller: &Caller) -> Result<AccountId> {
    caller.account().ok_or_else(|| match caller.principal() {
        Principal::Operator { .. } => operators::no_tenant(),
        _ => Failure::of(Reason::MissingAuthentication),
    })
}

/// The account a caller is at home in: its own, and for an operator the platform's.
pub(crate) fn home(caller: &Caller) -> Result<AccountId> {
    match caller.principal() {
        Principal::Operator { .. } => Ok(AccountId::PLATFORM),
        _ => own_account(caller),
    }
}

/// An identity: `user/<name>` and its siblings.
pub(crate) fn identity(account: AccountId, path: impl Into<String>) -> Resource {
    Resource::global(Service::Ram, account, path)
}

/// An action of the identity service that changes something.
pub(crate) const fn write(name: &'static str) -> Action {
    Action::write(Service::Ram, name)
}

/// An action of the identity service that only looks.
pub(crate) const fn read(name: &'static str) -> Action {
    Action::read(Service::Ram, name)
}

/// Moves an account's generation on, so that nothing cached of its identities is used again.
pub(crate) async fn touch(txn: &mut Txn, account: AccountId) -> Result<()> {
    let now = txn.get(GENERATIONS, account, b"").await?.unwrap_or_default();
    txn.put(GENERATIONS, account, b"", &GenerationRecord { generation: now.generation + 1 }).await
}
