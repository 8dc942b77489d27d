use crate::encryption_context::EncryptionContext;
use crate::grant_record::{GrantConstraint, GrantRecord, GrantedAction};
use crate::key_ref::KeyRef;
use crate::key_state::Deed;
use crate::kms::{KeyPlace, Kms, chosen};
use crate::tables::{GRANTS, version_suffix};
use crate::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Range, Store, Txn, View};
use types::{Action, Failure, KeyId, Principal, Reason, Result};

/// Gives one principal leave to use a key, beside all policies.
#[derive(Clone, Debug)]
pub struct CreateGrant {
    /// Which key; no alias.
    pub key: KeyRef,
    /// Who may.
    pub grantee: String,
    /// Who may end it.
    pub retiring: Option<String>,
    /// What.
    pub actions: Vec<GrantedAction>,
    /// With which encryption contexts.
    pub constraint: GrantConstraint,
    /// A name, by which asking twice gives one grant.
    pub name: String,
}

/// Says which grants a key has.
#[derive(Clone, Debug)]
pub struct ListGrants {
    /// Which key; no alias.
    pub key: KeyRef,
}

/// Takes a grant back. An error if there is none.
#[derive(Clone, Debug)]
pub struct RevokeGrant {
    /// Of which key; no alias.
    pub key: KeyRef,
    /// Which.
    pub grant: KeyId,
}

/// Gives a grant up, as the one it allows to or the one who may end it.
#[derive(Clone, Debug)]
pub struct RetireGrant {
    /// Of which key; no alias.
    pub key: KeyRef,
    /// Which.
    pub grant: KeyId,
}

impl GrantedAction {
    /// Whether it is leave for an action. To encrypt is one thing for a grant, whether with a pair or not.
    fn is(self, action: &Action) -> bool {
        let own = match self {
            Self::Encrypt => return [action::ENCRYPT, action::ASYMMETRIC_ENCRYPT].contains(action),
            Self::Decrypt => return [action::DECRYPT, action::ASYMMETRIC_DECRYPT].contains(action),
            Self::GenerateDataKey => action::GENERATE_DATA_KEY,
            Self::GenerateDataKeyWithoutPlaintext => action::GENERATE_DATA_KEY_WITHOUT_PLAINTEXT,
            Self::GenerateDataKeyPair => action::GENERATE_DATA_KEY_PAIR,
            Self::GenerateDataKeyPairWithoutPlaintext => action::GENERATE_DATA_KEY_PAIR_WITHOUT_PLAINTEXT,
            Self::ReEncryptFrom => action::RE_ENCRYPT_FROM,
            Self::ReEncryptTo => action::RE_ENCRYPT_TO,
            Self::Sign => action::ASYMMETRIC_SIGN,
            Self::Verify => action::ASYMMETRIC_VERIFY,
            Self::GetPublicKey => action::GET_PUBLIC_KEY,
            Self::GenerateMac => action::GENERATE_MAC,
            Self::VerifyMac => action::VERIFY_MAC,
            Self::DescribeKey => action::DESCRIBE_KEY,
            Self::CreateGrant => action::CREATE_GRANT,
            Self::RetireGrant => action::RETIRE_GRANT,
        };
        own == *action
    }
}

impl GrantConstraint {
    fn holds(&self, context: &EncryptionContext) -> bool {
        let has =
            |(name, value): (&String, &String)| context.iter().any(|pair| pair == (name.as_str(), value.as_str()));
        let equal = |wanted: &std::collections::BTreeMap<String, String>| {
            wanted.iter().all(has) && context.iter().count() == wanted.len()
        };
        self.subset.iter().all(has) && self.equals.as_ref().is_none_or(equal)
    }
}

/// Refuses a principal of another account: a grant would do nothing for them.
fn check_own(place: &KeyPlace, parameter: &'static str, named: Option<&str>) -> Result<()> {
    let own = format!("acs:ram::{}:", place.account);
    match named {
        Some(named) if !named.starts_with(&own) => Err(Failure::invalid(parameter, "one of the key's own account")),
        _ => Ok(()),
    }
}

/// Whether a caller is the one that a grant names. A role session is its role, too.
fn is(caller: &Caller, named: &str) -> bool {
    let role = match caller.principal() {
        Principal::RoleSession { account, role_name, .. } => Some(format!("acs:ram::{account}:role/{role_name}")),
        _ => None,
    };
    caller.principal().arn().is_some_and(|arn| arn == named) || role.is_some_and(|arn| arn == named)
}

impl Kms {
    async fn grants(&self, view: &View, place: &KeyPlace) -> Result<Vec<GrantRecord>> {
        let range = Range::prefix(place.id.as_str().as_bytes(), limits::GRANTS + 1);
        let found = view.scan(GRANTS, place.account, &range).await?;
        Ok(found.into_iter().map(|(_, grant)| grant).collect())
    }

    /// Whether a grant lets the caller do this with a key that has grants. Only callers of the key's own account: others
    /// need that account's word and their own, and a grant is neither.
    pub(crate) async fn granted(
        &self,
        place: &KeyPlace,
        action: Action,
        context: &EncryptionContext,
        caller: &Caller,
        view: &View,
    ) -> Result<bool> {
        if caller.account() != Some(place.account) {
            return Ok(false);
        }
        let allows = |grant: &GrantRecord| {
            is(caller, &grant.grantee)
                && grant.actions.iter().any(|granted| granted.is(&action))
                && grant.constraint.holds(context)
        };
        Ok(self.grants(view, place).await?.iter().any(allows))
    }

    async fn end_grant<Op: Operation>(&self, permit: &Permit<Op>, txn: &mut Txn, grant: &KeyId) -> Result<()> {
        let place = chosen(permit)?;
        let mut record = self.key(txn, &place).await?;
        let suffix = version_suffix(&place.id, grant);
        if txn.get(GRANTS, place.account, &suffix).await?.is_none() {
            return Err(Reason::GrantNotFound.into());
        }
        txn.delete(GRANTS, place.account, &suffix);
        record.grants = record.grants.saturating_sub(1);
        self.put_key(txn, &place, &record).await
    }
}

impl Operation for CreateGrant {
    type Output = GrantRecord;

    fn action(&self) -> Action {
        action::CREATE_GRANT
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("GranteePrincipal", self.grantee.as_str());
        audit.parameter("Operations", format!("{:?}", self.actions));
    }

    fn outcome(&self, output: &GrantRecord, audit: &mut Audit) {
        audit.answer("GrantId", output.id.as_str());
    }
}

#[async_trait]
impl Run<CreateGrant> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &CreateGrant, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<CreateGrant>, op: &CreateGrant, txn: &mut Txn) -> Result<GrantRecord> {
        if op.actions.is_empty() || op.grantee.is_empty() || op.grantee.len() > limits::REFERENCE_BYTES {
            return Err(Failure::invalid("GranteePrincipal", "the ARN of a principal, with at least one operation"));
        }
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Use).await?;
        check_own(&place, "GranteePrincipal", Some(&op.grantee))?;
        check_own(&place, "RetiringPrincipal", op.retiring.as_deref())?;
        let grants = self.grants(txn.view(), &place).await?;
        if let Some(known) = grants.iter().find(|grant| !op.name.is_empty() && grant.name == op.name) {
            return Ok(known.clone());
        }
        if record.grants as usize >= limits::GRANTS {
            return Err(Reason::TooManyGrants.into());
        }
        let grant = GrantRecord {
            id: KeyId::random(self.store.rng().as_ref()),
            key: place.id.clone(),
            grantee: op.grantee.clone(),
            retiring: op.retiring.clone(),
            actions: op.actions.clone(),
            constraint: op.constraint.clone(),
            name: op.name.clone(),
            created: permit.caller().call().time,
            issuer: permit.caller().principal().arn().unwrap_or_default(),
        };
        txn.put(GRANTS, place.account, &version_suffix(&place.id, &grant.id), &grant).await?;
        record.grants += 1;
        self.put_key(txn, &place, &record).await?;
        Ok(grant)
    }
}

impl Operation for ListGrants {
    type Output = Vec<GrantRecord>;

    fn action(&self) -> Action {
        action::LIST_GRANTS
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
    }
}

#[async_trait]
impl Run<ListGrants> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListGrants, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<ListGrants>, _: &ListGrants, txn: &mut Txn) -> Result<Vec<GrantRecord>> {
        let place = chosen(permit)?;
        self.key(txn, &place).await?;
        self.grants(txn.view(), &place).await
    }
}

impl Operation for RevokeGrant {
    type Output = ();

    fn action(&self) -> Action {
        action::REVOKE_GRANT
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("GrantId", self.grant.as_str());
    }
}

#[async_trait]
impl Run<RevokeGrant> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &RevokeGrant, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<RevokeGrant>, op: &RevokeGrant, txn: &mut Txn) -> Result<()> {
        self.end_grant(permit, txn, &op.grant).await
    }
}

impl Operation for RetireGrant {
    type Output = ();

    fn action(&self) -> Action {
        action::RETIRE_GRANT
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("GrantId", self.grant.as_str());
    }
}

#[async_trait]
impl Run<RetireGrant> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    /// Open to the one who may end it, and to the one it allows to, if it says so.
    async fn target(&self, op: &RetireGrant, caller: &Caller, view: &View) -> Result<Target> {
        let (account, id) = self.only_id(&op.key, caller)?;
        let mut target = self.key_target(op.action(), account, id, view).await?;
        if caller.account() == Some(account) {
            let found = view.get(GRANTS, account, &version_suffix(id, &op.grant)).await?;
            target.open = found.is_some_and(|grant| {
                grant.retiring.as_deref().is_some_and(|named| is(caller, named))
                    || is(caller, &grant.grantee) && grant.actions.contains(&GrantedAction::RetireGrant)
            });
        }
        Ok(target)
    }

    async fn run(&self, permit: &Permit<RetireGrant>, op: &RetireGrant, txn: &mut Txn) -> Result<()> {
        self.end_grant(permit, txn, &op.grant).await
    }
}
