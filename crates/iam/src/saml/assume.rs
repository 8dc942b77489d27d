use super::providers::SamlProviderArn;
use super::records::{SAML_METADATA, SAML_PROVIDERS, SamlProviderRecord};
use crate::caller::Caller;
use crate::control_policy::control_of;
use crate::decide::decide;
use crate::iam::Iam;
use crate::operation::{Audit, Need, Operation, Run, Target};
use crate::people::Named;
use crate::permit::Permit;
use crate::policy::{Context, Key, keys};
use crate::records::{ACCOUNTS, GENERATIONS, NONCES, NonceRecord, ROLES, RoleRecord};
use crate::roles::{no_such_role, role_path};
use crate::sessions::{Asked, AssumedRole, Behind, RoleArn, check_request, trust};
use crate::things::facts_of;
use crate::token::{Federated, Provider};
use async_trait::async_trait;
use federation::saml::{Assertion, Expected, Metadata, SamlError, Subject, verify};
use store::{Store, Txn, View};
use types::{AccountId, Action, Failure, Principal, Reason, Resource, Result, Secret, Service, SessionName, Timestamp};

/// What trust policies may ask of an assertion.
const RECIPIENT: Key = Key::known("saml:recipient");
const AUDIENCE: Key = Key::known("saml:aud");
const ISSUER: Key = Key::known("saml:iss");
const SUBJECT: Key = Key::known("saml:sub");
const SUBJECT_TYPE: Key = Key::known("saml:sub_type");

/// How assertions that are meant for one kind of client say what they say.
#[derive(Clone, Copy)]
pub struct SamlWords {
    /// The audiences that we are.
    pub audiences: &'static [&'static str],
    /// The places that we are.
    pub recipients: &'static [&'static str],
    /// The attribute whose values each name a role and a provider, with a comma between.
    pub role: &'static str,
    /// The attribute that names the session.
    pub session_name: &'static str,
    /// The attribute that says how long the session is to last, if the call does not.
    pub session_duration: &'static str,
    /// How a role and a provider are named.
    pub arns: fn(&RoleArn, &SamlProviderArn) -> [String; 2],
}

/// Takes on a role for a while, for whom an identity provider vouches. The call is not signed: the response is all the proof
/// there is, and it counts once.
///
/// The provider must have signed it for us, for now, and for this role; and the role's trust policy must trust the provider. As
/// long as the provider's signature is missing, it cannot be told whether there is such a provider, or such a role.
pub struct AssumeRoleWithSaml {
    /// Who vouches.
    pub provider: SamlProviderArn,
    /// Which role, of the same account.
    pub role: RoleArn,
    /// The SAML response.
    pub response: Secret<Vec<u8>>,
    /// How long the session is to last, in seconds: 900 to the role's longest. As the response says, or an hour, if not said.
    pub duration_secs: Option<u32>,
    /// What of the role's rights the session keeps: a session policy.
    pub policy: Option<String>,
    /// How the response says what it says.
    pub words: SamlWords,
}

/// A session, and whose it is.
pub struct AssumedRoleWithSaml {
    /// The session.
    pub made: AssumedRole,
    /// The provider's entity.
    pub issuer: String,
    /// Where the response was to be delivered.
    pub recipient: String,
    /// For whom it was meant.
    pub audience: String,
    /// For whom the provider vouched.
    pub subject: String,
    /// What kind of name that is: `persistent`, `transient`, or a format's full name.
    pub subject_type: String,
}

/// What a response proved.
struct Proven {
    assertion: Assertion,
    provider: SamlProviderRecord,
    session: SessionName,
    asked_secs: Option<u32>,
}

pub(super) fn refused(cause: SamlError) -> Failure {
    let reason = if cause == SamlError::Expired { Reason::AssertionExpired } else { Reason::AssertionInvalid };
    Failure::new(reason, format!("The SAML response is refused: {cause}.")).caused_by(cause)
}

pub(super) fn unfit(why: impl std::fmt::Display) -> Failure {
    Failure::new(Reason::AssertionInvalid, format!("The SAML response is refused: {why}."))
}

/// The part of a format's name that people know it by.
fn subject_type(subject: &Subject) -> &str {
    match subject.format.as_deref() {
        None => "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent") => "persistent",
        Some("urn:oasis:names:tc:SAML:2.0:nameid-format:transient") => "transient",
        Some(other) => other,
    }
}

impl AssumeRoleWithSaml {
    fn check(&self, caller: &Caller) -> Result<()> {
        if !matches!(caller.principal(), Principal::Anonymous) {
            let text = "A role is assumed with a SAML response by a call that is not signed.";
            return Err(Failure::new(Reason::AccessDenied, text));
        }
        if self.role.account != self.provider.account {
            return Err(Failure::invalid("RoleArn", "a role of the account that the SAML provider is in"));
        }
        check_request(self.duration_secs, self.policy.as_deref())
    }

    fn need(&self) -> Need {
        let resource = Resource::global(Service::Ram, self.role.account, role_path(&self.role.name));
        Need { action: Action::read(Service::Sts, "AssumeRole"), resource }
    }

    /// What is asked of the role's trust policy.
    async fn asks(&self, proven: &Proven, role: &RoleRecord, view: &View) -> Result<Target> {
        let Assertion { issuer, subject, recipient, audience, .. } = &proven.assertion;
        let mut context = Context::new();
        context.add(keys::FEDERATED_PROVIDER, self.provider.to_string());
        context.add(keys::ROLE_SESSION_NAME, proven.session.as_str());
        context.add(RECIPIENT, recipient.as_str());
        context.add(AUDIENCE, audience.as_str());
        context.add(ISSUER, issuer.as_str());
        context.add(SUBJECT, subject.name.as_str());
        context.add(SUBJECT_TYPE, subject_type(subject));
        let (needs, owner) = (vec![self.need()], Some(self.role.account));
        let policy = Some(trust(role)?);
        let own_facts = facts_of(view, self.role.account, &role_path(&self.role.name)).await?;
        // Whoever asks is of no account: the ceiling is that of the account whose role it is.
        let control = control_of(view, self.role.account).await?;
        Ok(Target { needs, owner, policy, own_facts, control, context, both: true, ..Target::default() })
    }

    /// That the provider names this role and itself, and the session once.
    fn read(&self, assertion: Assertion, provider: SamlProviderRecord) -> Result<Proven> {
        let SamlWords { role, session_name, session_duration, arns, .. } = self.words;
        let [own, vouching] = arns(&self.role, &self.provider);
        let names = |value: &str| {
            let named = value.split_once(',').map(|(first, second)| (first.trim(), second.trim()));
            named == Some((own.as_str(), vouching.as_str())) || named == Some((vouching.as_str(), own.as_str()))
        };
        if !assertion.values(role).any(names) {
            return Err(unfit(format_args!("no value of its attribute {role} names the role and the provider")));
        }
        let mut sessions = assertion.values(session_name);
        let session = match (sessions.next().map(str::parse), sessions.next()) {
            (Some(Ok(session)), None) => session,
            (Some(Err(rule)), None) => {
                return Err(unfit(format_args!("the value of its attribute {session_name}: {rule}")));
            }
            _ => return Err(unfit(format_args!("its attribute {session_name} must have one value"))),
        };
        let mut lengths = assertion.values(session_duration);
        let asked_secs = match (lengths.next().map(str::parse), lengths.next()) {
            (None, None) => None,
            (Some(Ok(secs)), None) => Some(secs),
            _ => return Err(unfit(format_args!("its attribute {session_duration} must have one value, in seconds"))),
        };
        drop((sessions, lengths));
        Ok(Proven { assertion, provider, session, asked_secs })
    }
}

impl Operation for AssumeRoleWithSaml {
    type Output = AssumedRoleWithSaml;

    fn action(&self) -> Action {
        Action::write(Service::Sts, "AssumeRoleWithSAML")
    }

    /// Nothing of the response: whoever reads the event must not be able to present it.
    fn audit(&self, audit: &mut Audit) {
        audit.parameter("RoleArn", self.role.to_string());
        audit.parameter("SAMLProviderArn", self.provider.to_string());
        audit.optional("DurationSeconds", self.duration_secs);
        audit.optional("Policy", self.policy.as_deref());
        audit.resource("ACS::RAM::Role", self.role.name.as_str());
        audit.resource("ACS::RAM::SAMLProvider", self.provider.name.as_str());
    }

    fn outcome(&self, output: &AssumedRoleWithSaml, audit: &mut Audit) {
        audit.answer("AccessKeyId", output.made.access_key.as_str());
        audit.answer("Expiration", output.made.expires.iso_seconds());
        audit.answer("AssumedRoleId", output.made.id.as_str());
        audit.answer("Issuer", output.issuer.as_str());
        audit.answer("Subject", output.subject.as_str());
        audit.answer("SubjectType", output.subject_type.as_str());
    }
}

#[async_trait]
impl Run<AssumeRoleWithSaml> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    /// Where nothing is proved, there is nothing to decide: `run` refuses it, and the event goes to the account all the same.
    async fn target(&self, op: &AssumeRoleWithSaml, caller: &Caller, view: &View) -> Result<Target> {
        op.check(caller)?;
        let account = op.role.account;
        let exists = view.get(ACCOUNTS, AccountId::PLATFORM, &account.get().to_be_bytes()).await?.is_some();
        let owner = exists.then_some(account);
        let undecided = Target { needs: vec![op.need()], owner, open: true, ..Target::default() };
        match self.proven(op, view).await {
            Ok(proven) => match view.get(ROLES, account, op.role.name.as_str().as_bytes()).await? {
                Some(role) => op.asks(&proven, &role, view).await,
                None => Ok(undecided),
            },
            Err(_) => {
                // Whoever only tries is held back, so that it does not fill the account's trail.
                let named = Named::Account(op.role.account);
                self.token_guesses().admit(caller.call().source_ip, named, self.gate().clock().elapsed())?;
                Ok(undecided)
            }
        }
    }

    /// Everything is proved and decided again, as this transaction sees it.
    async fn run(
        &self,
        permit: &Permit<AssumeRoleWithSaml>,
        op: &AssumeRoleWithSaml,
        txn: &mut Txn,
    ) -> Result<AssumedRoleWithSaml> {
        let account = op.role.account;
        // What is read below holds until the commit, or the try starts again: each change moves this on.
        txn.get(GENERATIONS, account, b"").await?;
        let proven = self.proven(op, txn.view()).await?;
        let role = txn.get(ROLES, account, op.role.name.as_str().as_bytes()).await?;
        let role = role.ok_or_else(|| no_such_role(&op.role.name))?;
        decide(permit.caller(), &op.asks(&proven, &role, txn.view()).await?)?;
        present(txn, account, &proven.assertion).await?;
        let Proven { assertion, provider, session, asked_secs } = proven;
        let provider = Provider::Saml { saml_provider: provider.name, id: provider.id };
        let federated = Federated { account, provider, subject: assertion.subject.name.clone() };
        let asked = Asked {
            role: &op.role,
            session: &session,
            duration_secs: op.duration_secs.or(asked_secs),
            policy: op.policy.as_deref(),
            ends: assertion.session_ends,
        };
        let behind = Behind { federated: Some(federated), ..Behind::default() };
        let made = self.role_session(&asked, role, behind)?;
        let subject_type = subject_type(&assertion.subject).to_owned();
        let Assertion { issuer, subject, recipient, audience, .. } = assertion;
        Ok(AssumedRoleWithSaml { made, issuer, recipient, audience, subject: subject.name, subject_type })
    }
}

impl Iam {
    /// What the response proves as of now. A provider that is not there refuses what one that is would refuse.
    async fn proven(&self, op: &AssumeRoleWithSaml, view: &View) -> Result<Proven> {
        let (account, suffix) = (op.provider.account, op.provider.name.as_str().as_bytes());
        let provider = view.get(SAML_PROVIDERS, account, suffix).await?;
        let corrupt = |cause| Failure::corrupt("a SAML provider's metadata").caused_by(cause);
        let metadata = match view.get(SAML_METADATA, account, suffix).await? {
            Some(record) => Metadata::parse(&record.document).map_err(corrupt)?,
            None => Metadata::unknown(),
        };
        let SamlWords { audiences, recipients, .. } = op.words;
        let (recipients, audiences) = self.saml_places().for_roles(recipients, audiences);
        // No request is ever made of a provider, so there is none to be answered.
        let expected = Expected {
            metadata: &metadata,
            audiences: &audiences,
            recipients: &recipients,
            in_response_to: None,
            now: self.now(),
        };
        let assertion = verify(op.response.expose(), &expected).map_err(refused)?;
        op.read(assertion, provider.ok_or_else(|| refused(SamlError::SignatureWrong))?)
    }
}

/// Takes the assertion, which counts once: it is remembered until nothing would take it any more, as nonces are.
pub(super) async fn present(txn: &mut Txn, account: AccountId, assertion: &Assertion) -> Result<()> {
    let key = presented_key(account, assertion.expires, &assertion.issuer, &assertion.id);
    if txn.get(NONCES, AccountId::PLATFORM, &key).await?.is_some() {
        return Err(unfit("it was presented before"));
    }
    txn.put(NONCES, AccountId::PLATFORM, &key, &NonceRecord {}).await
}

/// The minute comes first, so that what is over is swept with the nonces.
fn presented_key(account: AccountId, expires: Timestamp, issuer: &str, id: &str) -> Vec<u8> {
    let minute = expires.secs().div_euclid(60).cast_unsigned();
    let mut key = minute.to_be_bytes().to_vec();
    let account = account.get().to_be_bytes();
    let used = [b"saml\0", account.as_slice(), issuer.as_bytes(), b"\0", id.as_bytes()].concat();
    key.extend_from_slice(&crypto::hash::sha256(&used));
    key
}
