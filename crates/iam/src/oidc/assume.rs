use super::outcome::{FederatedRole, Federation};
use super::provider::{OIDC_PROVIDERS, OidcProviderArn, OidcProviderRecord, ProviderRef};
use crate::caller::Caller;
use crate::control_policy::control_of;
use crate::decide::decide;
use crate::iam::Iam;
use crate::operation::{Audit, Need, Operation, Run, Target};
use crate::people::Named;
use crate::permit::Permit;
use crate::policy::{Context, Key, keys};
use crate::records::{ACCOUNTS, ROLES, RoleRecord};
use crate::roles::role_path;
use crate::sessions::{Asked, Behind, RoleArn, check_request, trust};
use crate::things::facts_of;
use crate::token::{Federated, Provider};
use async_trait::async_trait;
use federation::oidc::{Claims, IdToken, KeySet};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{
    AccountId, Action, Failure, OidcProviderId, Principal, Reason, Resource, Result, Secret, Service, SessionName,
};

/// Takes on a role for a while, on the word of an identity provider that the role's account trusts. Nobody signs such a
/// request: the token is the proof, and the role's trust policy alone decides about whom it speaks of.
///
/// Anybody can ask, so what is refused looks alike: that a provider is missing is said as that a token is wrong, and that a
/// role is missing as that it trusts others.
pub struct AssumeRoleWithOidc {
    /// The provider, of the role's account; that of the token's issuer if it is not given.
    pub provider: Option<OidcProviderArn>,
    /// The role.
    pub role: RoleArn,
    /// What the session is called in policies and events.
    pub session: SessionName,
    /// How long it is to last, in seconds: 900 to the role's longest. An hour if not said.
    pub duration_secs: Option<u32>,
    /// What of the role's rights the session keeps: a session policy.
    pub policy: Option<String>,
    /// The token.
    pub token: WebIdentity,
}

/// An identity token, as it came. Whoever has it can be its subject.
pub struct WebIdentity {
    text: Secret<String>,
    gathered: Option<Gathered>,
}

/// What was found out before the transaction.
enum Gathered {
    /// The token, the keys of its issuer, and the provider they were had for.
    Keys { token: Box<IdToken>, keys: Arc<KeySet>, provider: Box<OidcProviderRecord> },
    /// That it cannot be taken.
    Refused { reason: Reason, why: String },
}

impl WebIdentity {
    /// Takes a token in.
    pub fn new(text: String) -> Self {
        Self { text: Secret::new(text), gathered: None }
    }
}

const NO_PROVIDER: &str = "there is no such provider in the role's account";
const NO_ROLE: &str = "there is no such role";
const NO_TRUST: &str = "the role's trust policy does not allow it";

impl AssumeRoleWithOidc {
    fn refused(reason: Reason, why: impl ToString) -> Gathered {
        Gathered::Refused { reason, why: why.to_string() }
    }

    /// Reads the token and finds its provider. What is said of a token before a provider is looked for depends on the token
    /// alone, and so tells nobody which providers there are.
    async fn gather(&self, iam: &Iam) -> Result<Gathered> {
        let invalid = |why: &dyn ToString| Self::refused(Reason::IdentityTokenInvalid, why.to_string());
        let token = match IdToken::read(self.token.text.expose()) {
            Ok(token) => token,
            Err(refusal) => return Ok(invalid(&refusal)),
        };
        if token.is_expired(iam.now()) {
            return Ok(Self::refused(Reason::IdentityTokenExpired, "the token has expired"));
        }
        let view = iam.identity_store().view().await?;
        let Some(provider) = self.provider_of(&token, &view).await? else { return Ok(invalid(&NO_PROVIDER)) };
        drop(view);
        // The issuer is asked for nothing that could not be taken anyway.
        if let Err(refusal) = token.precheck(&provider.expected(), iam.now()) {
            return Ok(invalid(&refusal));
        }
        let keys = iam.issuers()?.keys(&provider.trusted(self.role.account), token.wanted()).await?;
        Ok(Gathered::Keys { token: Box::new(token), keys, provider: Box::new(provider) })
    }

    /// The provider that was named, or that of the issuer whom the token names.
    async fn provider_of(&self, token: &IdToken, view: &View) -> Result<Option<OidcProviderRecord>> {
        let account = self.role.account;
        let named = match &self.provider {
            Some(arn) if arn.account != account => return Ok(None),
            Some(arn) => ProviderRef::Name(arn.name.clone()),
            None => match token.claimed_issuer().split_once("://") {
                Some((_, bare)) => ProviderRef::Issuer(bare.to_owned()),
                None => return Ok(None),
            },
        };
        let name = named.name(account, view).await?;
        view.get(OIDC_PROVIDERS, account, name.as_str().as_bytes()).await
    }

    fn need(&self) -> Need {
        let resource = Resource::global(Service::Ram, self.role.account, role_path(&self.role.name));
        Need { action: self.action(), resource }
    }

    /// What the role's trust policy is asked about.
    async fn closed(
        &self,
        role: &RoleRecord,
        provider: &OidcProviderRecord,
        claims: &Claims,
        view: &View,
    ) -> Result<Target> {
        let mut context = facts(self.role.account, provider, claims);
        context.add(keys::ROLE_SESSION_NAME, self.session.as_str());
        let (needs, owner) = (vec![self.need()], Some(self.role.account));
        let own_facts = facts_of(view, self.role.account, &role_path(&self.role.name)).await?;
        // Whoever asks is of no account: the ceiling is that of the account whose role it is.
        let control = control_of(view, self.role.account).await?;
        Ok(Target { needs, owner, policy: Some(trust(role)?), own_facts, control, context, ..Target::default() })
    }
}

/// What conditions can ask of a token. Each fact is there twice: for those who write for one provider, and by its issuer, for
/// those who do not (`<issuer>:sub` in the other grammar).
fn facts(account: AccountId, provider: &OidcProviderRecord, claims: &Claims) -> Context {
    let (mut context, bare) = (Context::new(), provider.issuer.bare());
    let arn = OidcProviderArn { account, name: provider.name.clone() };
    context.add(keys::FEDERATED_PROVIDER, arn.to_string());
    context.add(keys::FEDERATED_ISSUER, format!("acs:ram::{account}:oidc-issuer/{bare}"));
    context.add(keys::OIDC_ISSUER, claims.issuer.as_str());
    context.add(keys::OIDC_SUBJECT, claims.subject.as_str());
    context.add(Key::new(format!("oidc:sub/{bare}")), claims.subject.as_str());
    for audience in &claims.audiences {
        context.add(keys::OIDC_AUDIENCE, audience.as_str());
        context.add(Key::new(format!("oidc:aud/{bare}")), audience.as_str());
    }
    context
}

impl Operation for AssumeRoleWithOidc {
    type Output = Federation;

    /// Trust policies know one action for whoever takes a role on.
    fn action(&self) -> Action {
        Action::read(Service::Sts, "AssumeRole")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.optional("OIDCProviderArn", self.provider.as_ref().map(ToString::to_string));
        audit.parameter("RoleArn", self.role.to_string());
        audit.parameter("RoleSessionName", self.session.as_str());
        audit.optional("DurationSeconds", self.duration_secs);
        audit.optional("Policy", self.policy.as_deref());
        audit.resource("ACS::RAM::Role", self.role.name.as_str());
    }

    fn outcome(&self, output: &Federation, audit: &mut Audit) {
        output.audit(audit);
    }

    fn refusal(output: &Federation) -> Option<&Failure> {
        output.refusal()
    }
}

#[async_trait]
impl Run<AssumeRoleWithOidc> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    /// Everybody may show a token; what it proves is found out, and decided by, once it has been looked at. The event goes to
    /// the account whose role is asked for, if there is one.
    async fn target(&self, op: &AssumeRoleWithOidc, caller: &Caller, view: &View) -> Result<Target> {
        if !matches!(caller.principal(), Principal::Anonymous) {
            let text = "This request is not to be signed: the identity token is the proof.";
            return Err(Failure::new(Reason::AccessDenied, text));
        }
        check_request(op.duration_secs, op.policy.as_deref())?;
        let place = op.role.account.get().to_be_bytes();
        let exists = view.get(ACCOUNTS, AccountId::PLATFORM, &place).await?.is_some();
        let owner = exists.then_some(op.role.account);
        let named = Named::Account(op.role.account);
        self.token_guesses().admit(caller.call().source_ip, named, self.gate().clock().elapsed())?;
        Ok(Target { needs: vec![op.need()], owner, open: true, ..Target::default() })
    }

    /// The issuer is asked for its keys here, outside of the transaction.
    async fn prepare(&self, _: &Permit<AssumeRoleWithOidc>, op: &mut AssumeRoleWithOidc) -> Result<()> {
        op.token.gathered = Some(op.gather(self).await?);
        Ok(())
    }

    /// All is looked at as this transaction sees it: the provider may have gone meanwhile, or take other clients' tokens, and
    /// the role may trust others.
    async fn run(
        &self,
        permit: &Permit<AssumeRoleWithOidc>,
        op: &AssumeRoleWithOidc,
        txn: &mut Txn,
    ) -> Result<Federation> {
        let (token, keys, had) = match &op.token.gathered {
            Some(Gathered::Keys { token, keys, provider }) => (token, keys, provider),
            Some(Gathered::Refused { reason, why }) => return Ok(Federation::refused(*reason, why.as_str())),
            None => return Err(Failure::internal("an identity token that was not looked at")),
        };
        let RoleArn { account, name } = &op.role;
        let provider = txn.get(OIDC_PROVIDERS, *account, had.name.as_str().as_bytes()).await?;
        let same = |now: &OidcProviderRecord| now.id == had.id && now.fingerprints == had.fingerprints;
        let Some(provider) = provider.filter(same) else {
            return Ok(Federation::refused(Reason::IdentityTokenInvalid, NO_PROVIDER));
        };
        let claims = match token.verify(keys, &provider.expected(), self.now()) {
            Ok(claims) => claims,
            Err(refusal) => return Ok(Federation::refused(Reason::IdentityTokenInvalid, refusal.to_string())),
        };
        let Some(role) = txn.get(ROLES, *account, name.as_str().as_bytes()).await? else {
            return Ok(Federation::denied(claims, NO_ROLE));
        };
        let closed = op.closed(&role, &provider, &claims, txn.view()).await?;
        if let Err(refusal) = decide(permit.caller(), &closed) {
            return match refusal.reason() {
                Reason::AccessDenied => Ok(Federation::denied(claims, NO_TRUST)),
                _ => Err(refusal),
            };
        }
        self.federated(op, role, provider, claims).map(Federation::done)
    }
}

impl Iam {
    fn federated(
        &self,
        op: &AssumeRoleWithOidc,
        role: RoleRecord,
        provider: OidcProviderRecord,
        claims: Claims,
    ) -> Result<FederatedRole> {
        let account = op.role.account;
        let (name, id): (_, OidcProviderId) = (provider.name, provider.id);
        let provider = Provider::Oidc { oidc_provider: name.clone(), id };
        let federated = Federated { account, provider, subject: claims.subject.clone() };
        let asked = Asked {
            role: &op.role,
            session: &op.session,
            duration_secs: op.duration_secs,
            policy: op.policy.as_deref(),
            ends: None,
        };
        let behind = Behind { federated: Some(federated), ..Behind::default() };
        let assumed = self.role_session(&asked, role, behind)?;
        let Claims { issuer, subject, audiences, party: _, expires, issued, not_before: _ } = claims;
        Ok(FederatedRole {
            assumed,
            provider: OidcProviderArn { account, name },
            issuer,
            subject,
            audiences,
            token_issued: issued,
            token_expires: expires,
        })
    }
}
