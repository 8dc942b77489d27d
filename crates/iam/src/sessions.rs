use crate::accounts::SECRET_LETTERS;
use crate::caller::Caller;
use crate::decide::decide;
use crate::iam::{Iam, own_account};
use crate::operation::{Audit, Need, Operation, Run, Target};
use crate::permit::Permit;
use crate::policy::{Context, Document, Key, Kind, Labelled, keys};
use crate::records::{ACCOUNTS, ROLES, RoleRecord, StoredSecret};
use crate::roles::{no_such_role, role_path};
use crate::things::facts_of;
use crate::token::{Federated, SessionClaims, SessionOf};
use async_trait::async_trait;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use store::{Store, Txn, View};
use types::{
    AccessKeyId, AccountId, Action, Failure, NameError, Principal, Reason, Resource, Result, Rng, RoleName, Secret,
    Service, SessionName, Timestamp,
};

/// How long any session may be asked for, in seconds; the role's own limit comes on top.
const SESSION_SECS: RangeInclusive<u32> = 900..=43_200;
/// How long a session is if not said.
const SESSION_SECS_DEFAULT: u32 = 3_600;
/// Characters of an external id.
const EXTERNAL_ID_CHARS: RangeInclusive<usize> = 2..=1_224;
/// Who will stand behind the session.
const SOURCE_IDENTITY: Key = Key::known("sts:SourceIdentity");

/// A role of any account: `acs:ram::<account>:role/<name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleArn {
    /// The account.
    pub account: AccountId,
    /// The role.
    pub name: RoleName,
}

impl FromStr for RoleArn {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let parts = text.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(":role/"));
        let read = parts.and_then(|(account, name)| Some((account.parse().ok()?, name.parse().ok()?)));
        let (account, name) = read.ok_or(NameError::new("role ARN", "acs:ram::<account>:role/<name>"))?;
        Ok(Self { account, name })
    }
}

impl std::fmt::Display for RoleArn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "acs:ram::{}:role/{}", self.account, self.name)
    }
}

/// Takes on a role for a while. The caller's policies and the role's trust policy must both allow it.
///
/// What is said of a role that does not exist: a caller of the role's own account whose policies allow the action on it
/// gets `RoleNotFound`. Everybody else gets `AccessDenied`, as for a role that does not trust them, so nobody learns
/// which roles, or which accounts, others have.
pub struct AssumeRole {
    /// Which.
    pub role: RoleArn,
    /// What the session is called in policies and events.
    pub session: SessionName,
    /// How long it is to last, in seconds: 900 to the role's longest. An hour if not said.
    pub duration_secs: Option<u32>,
    /// What of the role's rights the session keeps: a session policy.
    pub policy: Option<String>,
    /// A word the role's owner and the caller agreed on. It is kept out of the event.
    pub external_id: Option<String>,
    /// Who stands behind the session. Sessions made from this one keep it.
    pub source_identity: Option<SessionName>,
}

/// A session, the one time its secret is shown.
pub struct AssumedRole {
    /// The temporary access key.
    pub access_key: AccessKeyId,
    /// Its secret.
    pub secret: Secret<String>,
    /// The token that has to come with it.
    pub token: Secret<String>,
    /// When it ends.
    pub expires: Timestamp,
    /// `acs:ram::<account>:role/<role>/<session>`.
    pub arn: String,
    /// `<role id>:<session>`.
    pub id: String,
    /// Who stands behind it.
    pub source_identity: Option<String>,
}

/// What a session is to be.
pub(crate) struct Claims {
    pub(crate) of: SessionOf,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
    pub(crate) policy: Option<String>,
    pub(crate) behind: Behind,
}

/// A temporary access key with its token.
pub(crate) struct NewSession {
    pub(crate) access_key: AccessKeyId,
    pub(crate) secret: Secret<String>,
    pub(crate) token: Secret<String>,
    pub(crate) expires: Timestamp,
}

/// What is wrong with what was asked of a session.
pub(crate) fn check_request(duration_secs: Option<u32>, policy: Option<&str>) -> Result<()> {
    if duration_secs.is_some_and(|secs| !SESSION_SECS.contains(&secs)) {
        return Err(Failure::invalid("DurationSeconds", "900 to 43200, and no more than the role allows"));
    }
    policy.map(|text| Document::parse(text, Kind::Session)).transpose()?;
    Ok(())
}

/// A session of a role, as it was asked for.
pub(crate) struct Asked<'a> {
    pub(crate) role: &'a RoleArn,
    pub(crate) session: &'a SessionName,
    pub(crate) duration_secs: Option<u32>,
    pub(crate) policy: Option<&'a str>,
    /// When it ends at the latest, if somebody besides the role says so.
    pub(crate) ends: Option<Timestamp>,
}

impl AssumeRole {
    fn check(&self, caller: &Caller) -> Result<()> {
        check_request(self.duration_secs, self.policy.as_deref())?;
        let outside =
            |id: &String| !EXTERNAL_ID_CHARS.contains(&id.chars().count()) || id.chars().any(char::is_control);
        if self.external_id.as_ref().is_some_and(outside) {
            return Err(Failure::invalid("ExternalId", "2 to 1224 characters, none of them a control character"));
        }
        // Who stands behind a session is settled when the first role is assumed; nobody can shed it on the way.
        let settled = caller.session().and_then(|session| session.source_identity.as_deref());
        match (&self.source_identity, settled) {
            (Some(new), Some(old)) if new.as_str() != old => {
                Err(Failure::invalid("SourceIdentity", "the one that the calling session has"))
            }
            _ => Ok(()),
        }
    }

    fn source_identity(&self, caller: &Caller) -> Option<String> {
        let settled = caller.session().and_then(|session| session.source_identity.clone());
        settled.or_else(|| self.source_identity.as_ref().map(ToString::to_string))
    }

    fn context(&self, caller: &Caller) -> Context {
        let mut context = Context::new();
        context.add(keys::ROLE_SESSION_NAME, self.session.as_str());
        if let Some(id) = &self.external_id {
            context.add(keys::EXTERNAL_ID, id.as_str());
        }
        if let Some(identity) = self.source_identity(caller) {
            context.add(SOURCE_IDENTITY, identity);
        }
        context
    }
}

impl Operation for AssumeRole {
    type Output = AssumedRole;

    fn action(&self) -> Action {
        Action::read(Service::Sts, "AssumeRole")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("RoleArn", self.role.to_string());
        audit.parameter("RoleSessionName", self.session.as_str());
        audit.optional("DurationSeconds", self.duration_secs);
        audit.optional("Policy", self.policy.as_deref());
        audit.optional("SourceIdentity", self.source_identity.as_ref().map(SessionName::as_str));
        audit.resource("ACS::RAM::Role", self.role.name.as_str());
    }

    fn outcome(&self, output: &AssumedRole, audit: &mut Audit) {
        audit.answer("AccessKeyId", output.access_key.as_str());
        audit.answer("Expiration", output.expires.iso_seconds());
        audit.answer("AssumedRoleId", output.id.as_str());
    }
}

#[async_trait]
impl Run<AssumeRole> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &AssumeRole, caller: &Caller, view: &View) -> Result<Target> {
        let own = own_account(caller)?;
        if matches!(caller.principal(), Principal::Root { .. }) {
            return Err(Reason::RootCannotAssumeRole.into());
        }
        op.check(caller)?;
        let RoleArn { account, name } = &op.role;
        let role = view.get(ROLES, *account, name.as_str().as_bytes()).await?;
        // What another account's role is tagged with is not for the caller's policies to find out.
        let facts = match *account == own {
            true => facts_of(view, *account, &role_path(name)).await?,
            false => Context::new(),
        };
        // An account that does not exist gets no trail.
        let exists = view.get(ACCOUNTS, AccountId::PLATFORM, &account.get().to_be_bytes()).await?.is_some();
        let resource = Resource::global(Service::Ram, *account, role_path(name));
        Ok(Target {
            needs: vec![Need { action: op.action(), resource }],
            owner: exists.then_some(*account),
            // Without a role there is no trust policy to ask: the caller's own policies decide whether it may know.
            both: role.is_some() || *account != own,
            policy: role.map(|role| trust(&role)).transpose()?,
            context: op.context(caller),
            things: vec![facts],
            // Whoever writes its trust policy may ask what it is tagged with, whoever wants to assume it.
            own_facts: facts_of(view, *account, &role_path(name)).await?,
            control: None,
            open: false,
            restricted: false,
        })
    }

    async fn run(&self, permit: &Permit<AssumeRole>, op: &AssumeRole, txn: &mut Txn) -> Result<AssumedRole> {
        // What was decided holds for the role as it was then. By now it may trust others, or be another of the same
        // name; nothing is written that a conflict could show in. So the role that the session is given for is asked
        // once more, as this transaction sees it.
        let target = self.target(op, permit.caller(), txn.view()).await?;
        decide(permit.caller(), &target)?;
        let RoleArn { account, name } = &op.role;
        let role = txn.get(ROLES, *account, name.as_str().as_bytes()).await?.ok_or_else(|| no_such_role(name))?;
        let asked = Asked {
            role: &op.role,
            session: &op.session,
            duration_secs: op.duration_secs,
            policy: op.policy.as_deref(),
            ends: None,
        };
        let session = permit.caller().session();
        let behind = Behind {
            mfa: session.is_some_and(|session| session.mfa),
            // Assuming a role shows no second factor anew.
            mfa_at: session.and_then(|session| session.mfa_since),
            source_identity: op.source_identity(permit.caller()),
            // Whoever came from an identity provider still does.
            federated: session.and_then(|session| session.federated.clone()),
        };
        self.role_session(&asked, role, behind)
    }
}

/// Who is behind a session.
#[derive(Default)]
pub(crate) struct Behind {
    pub(crate) mfa: bool,
    /// When the second factor was shown, if not for this session.
    pub(crate) mfa_at: Option<Timestamp>,
    pub(crate) source_identity: Option<String>,
    pub(crate) federated: Option<Federated>,
}

/// How long a session of the role is to last.
fn session_length(role: &RoleRecord, asked_secs: Option<u32>) -> Result<Duration> {
    let secs = asked_secs.unwrap_or(SESSION_SECS_DEFAULT);
    if !(*SESSION_SECS.start()..=role.max_session_secs).contains(&secs) {
        let rule = format_args!("900 to {}, which the role allows", role.max_session_secs).to_string();
        return Err(Failure::invalid("DurationSeconds", rule));
    }
    Ok(Duration::from_secs(u64::from(secs)))
}

impl Iam {
    /// A session of a role, for those who were allowed to assume it. It is its token: nothing is stored.
    pub(crate) fn role_session(&self, asked: &Asked<'_>, role: RoleRecord, behind: Behind) -> Result<AssumedRole> {
        let issued = self.now();
        let longest = issued.plus(session_length(&role, asked.duration_secs)?);
        let expires = asked.ends.map_or(longest, |ends| ends.min(longest));
        let (arn, id) = (format!("{}/{}", asked.role, asked.session), format!("{}:{}", role.id, asked.session));
        let of = SessionOf::Role { role: role.id, role_name: role.name, session: asked.session.clone() };
        let source_identity = behind.source_identity.clone();
        let claims = Claims { of, issued, expires, policy: asked.policy.map(str::to_owned), behind };
        let NewSession { access_key, secret, token, expires } = self.seal_session(asked.role.account, claims)?;
        Ok(AssumedRole { access_key, secret, token, expires, arn, id, source_identity })
    }

    /// A temporary access key with its token.
    pub(crate) fn seal_session(&self, account: AccountId, claims: Claims) -> Result<NewSession> {
        let rng: &dyn Rng = self.identity_store().rng().as_ref();
        let access_key = AccessKeyId::random_temporary(rng);
        let secret = Secret::new(AccessKeyId::letters(rng, SECRET_LETTERS));
        let Claims { of, issued, expires, policy, behind } = claims;
        let Behind { mfa, mfa_at, source_identity, federated } = behind;
        let stored = StoredSecret::new(secret.expose().clone());
        let claims = SessionClaims {
            account,
            of,
            secret: stored,
            issued,
            expires,
            policy,
            mfa,
            mfa_at,
            source_identity,
            federated,
        };
        let token = Secret::new(self.gate().directory().tokens().seal(&access_key, &claims)?);
        Ok(NewSession { access_key, secret, token, expires })
    }
}

pub(crate) fn trust(role: &RoleRecord) -> Result<Labelled> {
    let document = Document::parse(&role.trust, Kind::Trust);
    let document = document.map_err(|e| Failure::corrupt(format!("the role {}", role.name)).caused_by(e))?;
    Ok(Labelled::new(role.name.as_str(), Arc::new(document)))
}
