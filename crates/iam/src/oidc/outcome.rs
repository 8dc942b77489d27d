use super::provider::OidcProviderArn;
use crate::operation::Audit;
use crate::sessions::AssumedRole;
use federation::oidc::Claims;
use types::{Failure, Reason, Result, Timestamp};

/// A session that rests on an identity provider's word.
pub struct FederatedRole {
    /// The session.
    pub assumed: AssumedRole,
    /// The provider.
    pub provider: OidcProviderArn,
    /// Who issued the token.
    pub issuer: String,
    /// Whom the token is about.
    pub subject: String,
    /// For which of the provider's client ids it is.
    pub audiences: Vec<String>,
    /// When it was issued.
    pub token_issued: Timestamp,
    /// When it ends.
    pub token_expires: Timestamp,
}

/// What came of it. Refusals look alike to the caller, who may be anybody; the account whose role was asked for finds in the
/// event why, and, where the token was its issuer's, whom it was about.
pub struct Federation {
    result: Result<FederatedRole>,
    why: Option<String>,
    /// What a token says that was verified.
    proven: Option<(String, String)>,
}

impl Federation {
    pub(super) const fn done(made: FederatedRole) -> Self {
        Self { result: Ok(made), why: None, proven: None }
    }

    /// The token is not taken.
    pub(super) fn refused(reason: Reason, why: impl Into<String>) -> Self {
        Self { result: Err(reason.into()), why: Some(why.into()), proven: None }
    }

    /// The token is its issuer's, and the role does not trust it, or is not there.
    pub(super) fn denied(claims: Claims, why: &str) -> Self {
        let failure = Failure::new(Reason::AccessDenied, "The role does not exist, or does not trust this identity.");
        let failure = failure.with("AuthAction", "sts:AssumeRole").with("NoPermissionType", "ImplicitDeny");
        Self { result: Err(failure), why: Some(why.to_owned()), proven: Some((claims.issuer, claims.subject)) }
    }

    pub(super) const fn refusal(&self) -> Option<&Failure> {
        match &self.result {
            Ok(_) => None,
            Err(failure) => Some(failure),
        }
    }

    pub(super) fn audit(&self, audit: &mut Audit) {
        if let Some(why) = &self.why {
            audit.answer("Refusal", why.as_str());
        }
        let made = self.result.as_ref().ok();
        let proven = self.proven.as_ref().map(|(issuer, subject)| (issuer, subject));
        if let Some((issuer, subject)) = made.map(|made| (&made.issuer, &made.subject)).or(proven) {
            audit.answer("Issuer", issuer.as_str());
            audit.answer("Subject", subject.as_str());
        }
        if let Some(made) = made {
            audit.answer("OIDCProviderArn", made.provider.to_string());
            audit.answer("AccessKeyId", made.assumed.access_key.as_str());
            audit.answer("Expiration", made.assumed.expires.iso_seconds());
            audit.answer("AssumedRoleId", made.assumed.id.as_str());
        }
    }

    /// The session, or why there is none.
    pub fn into_result(self) -> Result<FederatedRole> {
        self.result
    }
}
