use crate::accounts::SECRET_LETTERS;
use crate::caller::Caller;
use crate::iam::{Iam, own_account};
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use crate::records::StoredSecret;
use crate::token::KeyClaims;
use async_trait::async_trait;
use std::ops::RangeInclusive;
use std::time::Duration;
use store::{Store, Txn, View};
use types::{AccessKeyId, Action, Failure, Reason, Result, Rng, Secret, Service, Timestamp};

/// How long such a session may be asked for, in seconds.
const SESSION_SECS: RangeInclusive<u32> = 900..=129_600;
/// How long it is if not said.
const SESSION_SECS_DEFAULT: u32 = 43_200;

/// Makes a temporary access key of the caller's own: who has it is the caller, with what the caller may do, until it ends.
/// It ends before its time if the access key that asked for it is deleted or switched off.
///
/// Everyone who has signed with a lasting access key may ask: it gives nothing that its holder has not got.
pub struct GetSessionToken {
    /// How long it is to last, in seconds: 900 to 129,600. Twelve hours if not said.
    pub duration_secs: Option<u32>,
}

/// A temporary access key, the one time its secret is shown.
pub struct SessionToken {
    /// The temporary access key.
    pub access_key: AccessKeyId,
    /// Its secret.
    pub secret: Secret<String>,
    /// The token that has to come with it.
    pub token: Secret<String>,
    /// When it ends.
    pub expires: Timestamp,
}

impl Operation for GetSessionToken {
    type Output = SessionToken;

    fn action(&self) -> Action {
        Action::read(Service::Sts, "GetSessionToken")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.optional("DurationSeconds", self.duration_secs);
    }

    fn outcome(&self, output: &SessionToken, audit: &mut Audit) {
        audit.answer("AccessKeyId", output.access_key.as_str());
        audit.answer("Expiration", output.expires.iso_seconds());
    }
}

#[async_trait]
impl Run<GetSessionToken> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &GetSessionToken, caller: &Caller, _: &View) -> Result<Target> {
        let owner = Some(own_account(caller)?);
        if op.duration_secs.is_some_and(|secs| !SESSION_SECS.contains(&secs)) {
            return Err(Failure::invalid("DurationSeconds", "900 to 129600"));
        }
        // Sessions of sessions would have no end.
        if caller.session().is_some() {
            let text = "A session token is given to lasting access keys only, not to temporary ones.";
            return Err(Failure::new(Reason::AccessDenied, text));
        }
        Ok(Target { owner, ..Target::default() })
    }

    async fn run(&self, permit: &Permit<GetSessionToken>, op: &GetSessionToken, _: &mut Txn) -> Result<SessionToken> {
        let caller = permit.caller();
        let missing = || Failure::of(Reason::MissingAuthentication);
        let rng: &dyn Rng = self.identity_store().rng().as_ref();
        let access_key = AccessKeyId::random_temporary(rng);
        let secret = AccessKeyId::letters(rng, SECRET_LETTERS);
        let lasts = Duration::from_secs(u64::from(op.duration_secs.unwrap_or(SESSION_SECS_DEFAULT)));
        let issued = self.now();
        let claims = KeyClaims {
            account: own_account(caller)?,
            access_key: caller.access_key().cloned().ok_or_else(missing)?,
            secret: StoredSecret::new(secret.clone()),
            issued,
            expires: issued.plus(lasts),
        };
        let token = Secret::new(self.gate().directory().tokens().seal_for_key(&access_key, &claims)?);
        Ok(SessionToken { access_key, secret: Secret::new(secret), token, expires: claims.expires })
    }
}
