use super::assume::{present, refused, unfit};
use super::records::{USER_SSO_METADATA, UserSsoRecord};
use super::user_sso::user_sso;
use crate::caller::Caller;
use crate::iam::Iam;
use crate::operation::{Audit, Need, Operation, Run, Target};
use crate::people::Named;
use crate::people::{SignedIn, account_of, note_sign_in, preference_of};
use crate::permit::Permit;
use crate::records::{GENERATIONS, USERS};
use crate::sessions::{Behind, Claims, NewSession};
use crate::token::SessionOf;
use async_trait::async_trait;
use federation::saml::{Assertion, Expected, Metadata, verify};
use std::time::Duration;
use store::{Store, Txn, View};
use types::{AccountId, Action, Failure, Reason, Resource, Result, Secret, Service, UserName};

/// How responses that sign users in say what they say.
#[derive(Clone, Copy)]
pub struct UserSsoWords {
    /// The audiences that an account's sign-in is.
    pub audiences: fn(AccountId) -> Vec<String>,
    /// The places that we are.
    pub recipients: &'static [&'static str],
    /// The domain of an account's users.
    pub domain: fn(AccountId) -> String,
}

/// Signs a person in by the word of the account's own identity provider: gives a session of the user whom it names.
///
/// Whatever is wrong before the provider's signature is found right looks the same, so that nobody learns which accounts
/// there are, or which have such a provider.
pub struct SignInWithSaml {
    /// The account's id or alias.
    pub account: String,
    /// The SAML response.
    pub response: Secret<Vec<u8>>,
    /// How the response says what it says.
    pub words: UserSsoWords,
}

impl Operation for SignInWithSaml {
    type Output = SignedIn;

    fn action(&self) -> Action {
        Action::write(Service::Sts, "SignInWithSAML")
    }

    /// Nothing of the response, and nothing of what was typed.
    fn audit(&self, _: &mut Audit) {}

    fn outcome(&self, output: &SignedIn, audit: &mut Audit) {
        audit.answer("UserName", output.user.name.as_str());
        audit.answer("UserId", output.user.id.as_str());
        audit.answer("AccessKeyId", output.access_key.as_str());
        audit.answer("Expiration", output.expires.iso_seconds());
        audit.resource("ACS::RAM::User", output.user.name.as_str());
    }
}

#[async_trait]
impl Run<SignInWithSaml> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    /// Nobody needs a policy to sign in. The event goes to the account that was named, if there is one.
    async fn target(&self, op: &SignInWithSaml, caller: &Caller, view: &View) -> Result<Target> {
        let account = account_of(view, &op.account).await?;
        if self.vouched(op, account, view).await.is_err() {
            let named = account.map_or_else(|| Named::unknown(&op.account), Named::Account);
            self.token_guesses().admit(caller.call().source_ip, named, self.gate().clock().elapsed())?;
        }
        let resource = Resource::global(Service::Ram, account.unwrap_or(AccountId::PLATFORM), "user/*");
        let needs = vec![Need { action: op.action(), resource }];
        Ok(Target { needs, owner: account, open: true, ..Target::default() })
    }

    async fn run(&self, permit: &Permit<SignInWithSaml>, op: &SignInWithSaml, txn: &mut Txn) -> Result<SignedIn> {
        let named = account_of(txn.view(), &op.account).await?;
        let (account, name, assertion) = self.vouched(op, named, txn.view()).await?;
        // What is read holds until the commit, or the try starts again: each change moves this on.
        txn.get(GENERATIONS, account, b"").await?;
        let preference = preference_of(txn.view(), account).await?;
        let user = txn.get(USERS, account, name.as_str().as_bytes()).await?;
        let user = user.filter(|_| preference.admits(permit.caller().call().source_ip));
        let user = user.ok_or_else(|| Failure::of(Reason::SignInFailed))?;
        present(txn, account, &assertion).await?;
        note_sign_in(txn, account, &user.name, self.now()).await?;
        let issued = self.now();
        let since = user_sso(txn.view(), account).await?.changed;
        let longest = issued.plus(Duration::from_secs(3_600 * u64::from(preference.session_hours)));
        let expires = assertion.session_ends.map_or(longest, |ends| ends.min(longest));
        let of = SessionOf::User { user: user.id.clone(), user_name: user.name.clone(), since, elsewhere: true };
        let behind = Behind::default();
        let claims = Claims { of, issued, expires, policy: None, behind };
        let NewSession { access_key, secret, token, expires } = self.seal_session(account, claims)?;
        let (mfa, must_change_password, must_bind_mfa) = (false, false, false);
        Ok(SignedIn { account, user, access_key, secret, token, expires, mfa, must_change_password, must_bind_mfa })
    }
}

impl Iam {
    /// Whom the account's provider names. An account that is not there, or has none, refuses as one that has would.
    async fn vouched(
        &self,
        op: &SignInWithSaml,
        account: Option<AccountId>,
        view: &View,
    ) -> Result<(AccountId, UserName, Assertion)> {
        let own = account.unwrap_or(AccountId::PLATFORM);
        let UserSsoRecord { enabled, with_domain, .. } = user_sso(view, own).await?;
        let document = if enabled { view.get(USER_SSO_METADATA, own, b"").await? } else { None };
        let corrupt = |cause| Failure::corrupt("the metadata for user sign-in").caused_by(cause);
        let metadata = match document {
            Some(record) => Metadata::parse(&record.document).map_err(corrupt)?,
            None => Metadata::unknown(),
        };
        let audiences = (op.words.audiences)(own);
        let (recipients, audiences) = self.saml_places().for_users(own, op.words.recipients, audiences);
        let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
        let audiences: Vec<&str> = audiences.iter().map(String::as_str).collect();
        let expected = Expected {
            metadata: &metadata,
            audiences: &audiences,
            recipients: &recipients,
            in_response_to: None,
            now: self.now(),
        };
        let assertion = verify(op.response.expose(), &expected).map_err(refused)?;
        let name = user_of(&assertion.subject.name, with_domain.then(|| (op.words.domain)(own)).as_deref());
        Ok((own, name.ok_or_else(|| unfit("its NameID is not the name of a user in the form that is set"))?, assertion))
    }
}

/// The user of a name, which must end in this domain, or in none.
fn user_of(name: &str, domain: Option<&str>) -> Option<UserName> {
    match domain {
        Some(domain) => name.strip_suffix(domain)?.strip_suffix('@')?.parse().ok(),
        None => name.parse().ok(),
    }
}
