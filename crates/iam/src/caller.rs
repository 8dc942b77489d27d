use crate::diagnosis::DiagnosisSeal;
use crate::directory::Credential;
use crate::policy::Document;
use crate::rights::Rights;
use crate::token::Federated;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use types::{AccessKeyId, AccountId, Call, Dialect, Principal, Reason, Result, Service, Timestamp};

/// What a session token says, opened and checked.
#[derive(Debug)]
pub struct Session {
    /// The policy that narrows the session, compiled.
    pub policy: Option<Arc<Document>>,
    /// When it was given out.
    pub issued: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// Whether its owner had shown a second factor.
    pub mfa: bool,
    /// When that was.
    pub mfa_since: Option<Timestamp>,
    /// Whether it is that of a user who signed in, not one of a role or an access key.
    pub(crate) signed_in: bool,
    /// Who stands behind the session, as set when the role was assumed.
    pub source_identity: Option<String>,
    /// The identity provider whose word it rests on.
    pub(crate) federated: Option<Federated>,
}

/// A value a client may use once, and until when its use must be remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce {
    /// The value.
    pub value: String,
    /// The time the request carries, which its signature covers.
    pub signed_at: Timestamp,
}

/// Who is calling, and with what. Starts out as nobody; only [`Gate::authenticate`](crate::Gate::authenticate) makes
/// somebody of it.
#[derive(Clone)]
pub struct Caller {
    call: Call,
    principal: Principal,
    access_key: Option<AccessKeyId>,
    session: Option<Arc<Session>>,
    rights: Arc<Rights>,
    nonce: Option<Nonce>,
    claimed: Option<AccountId>,
    via: Option<Service>,
    recorded: Arc<AtomicBool>,
    trial: bool,
    diagnoses: Option<Arc<DiagnosisSeal>>,
}

impl Caller {
    /// Nobody, making a call.
    pub fn anonymous(call: Call) -> Self {
        Self {
            call,
            principal: Principal::Anonymous,
            access_key: None,
            session: None,
            rights: Arc::default(),
            nonce: None,
            claimed: None,
            via: None,
            recorded: Arc::default(),
            trial: false,
            diagnoses: None,
        }
    }

    /// Part of Bailee itself.
    pub fn service(call: Call, name: &str) -> Self {
        let mut caller = Self::anonymous(call);
        caller.principal = Principal::Service { name: name.to_owned() };
        caller
    }

    /// The same caller asking `service` for something on another operation's behalf. Its events are written in the
    /// house's own words, since no client spelled the request.
    #[must_use]
    pub fn via(&self, service: Service, dialect: Dialect, operation: &'static str) -> Self {
        let mut inner = self.clone();
        inner.via = Some(service);
        inner.call.dialect = dialect;
        inner.call.operation = operation;
        inner.nonce = None;
        // The inner operation's record does not stand in for the outer one's.
        inner.recorded = Arc::default();
        inner
    }

    /// The same caller asking whether an operation would be done: the gate has it done in full, then drops its transaction
    /// and answers [`Reason::DryRun`](types::Reason::DryRun) instead.
    #[must_use]
    pub fn on_trial(&self) -> Self {
        Self { trial: true, ..self.clone() }
    }

    /// The same caller wanting it done.
    #[must_use]
    pub fn in_earnest(&self) -> Self {
        Self { trial: false, ..self.clone() }
    }

    /// Whether it only asks.
    pub(crate) fn is_on_trial(&self) -> bool {
        self.trial
    }

    /// Names the operation, once it is known.
    pub fn set_operation(&mut self, operation: &'static str) {
        self.call.operation = operation;
    }

    /// The request.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// Refuses anyone but Bailee itself.
    pub fn house_only(&self) -> Result<()> {
        match self.principal() {
            Principal::Service { .. } => Ok(()),
            _ => Err(Reason::AccessDenied.into()),
        }
    }

    /// Who.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The caller's account, if it has one.
    pub fn account(&self) -> Option<AccountId> {
        self.principal.account()
    }

    /// The access key that signed; before authentication, the one that is claimed to have.
    pub fn access_key(&self) -> Option<&AccessKeyId> {
        self.access_key.as_ref()
    }

    /// The session, for temporary credentials.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_deref()
    }

    /// The nonce to use up, if the request had one.
    pub fn nonce(&self) -> Option<&Nonce> {
        self.nonce.as_ref()
    }

    /// The account whose key was named, whether or not the signature held.
    pub fn claimed(&self) -> Option<AccountId> {
        self.claimed
    }

    /// The service that asks on the caller's behalf, if one does.
    pub fn asking_service(&self) -> Option<Service> {
        self.via
    }

    /// Whether an event of this call is in the log.
    pub fn recorded(&self) -> bool {
        self.recorded.load(Ordering::Acquire)
    }

    pub(crate) fn set_recorded(&self) {
        self.recorded.store(true, Ordering::Release);
    }

    pub(crate) fn claim(&mut self, access_key: AccessKeyId) {
        self.access_key = Some(access_key);
    }

    pub(crate) fn claim_account(&mut self, account: AccountId) {
        self.claimed = Some(account);
    }

    pub(crate) fn become_principal(&mut self, credential: Credential, nonce: Option<Nonce>) {
        self.principal = credential.principal;
        self.session = credential.session;
        self.rights = credential.rights;
        self.nonce = nonce;
    }

    /// Lets refusals say in a sealed message why.
    pub(crate) fn diagnose_with(&mut self, seal: Arc<DiagnosisSeal>) {
        self.diagnoses = Some(seal);
    }

    /// What seals such messages.
    pub(crate) fn diagnoses(&self) -> Option<&DiagnosisSeal> {
        self.diagnoses.as_deref()
    }

    pub(crate) fn rights(&self) -> &Rights {
        &self.rights
    }
}
