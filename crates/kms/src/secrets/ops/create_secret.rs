use crate::key_ref::KeyRef;
use crate::kms::{add_request_tags, home};
use crate::ops::DataKey;
use crate::secrets::rotation::Rotation;
use crate::secrets::secret_record::{OwnKey, SecretInfo, SecretKind, SecretRecord};
use crate::secrets::secret_value::{NewValue, VersionRecord};
use crate::secrets::secrets::{SECRET_KIND, SecretPlace, Secrets};
use crate::secrets::tables::{POLICIES, PolicyRecord, SECRETS, VALUES, value_suffix};
use crate::secrets::value_sealer::ValuePlace;
use crate::secrets::{action, limits, ops};
use async_trait::async_trait;
use iam::policy::{Document, Kind};
use iam::{Audit, Caller, Need, Operation, Permit, Run, Target};
use std::collections::BTreeMap;
use std::time::Duration;
use store::{Store, Txn, View};
use types::{
    AccountId, Action, Failure, Reason, Resource, Result, SecretName, SecretVersionId, Service, Timestamp, UserName,
};

/// Makes a secret with its first version, in the caller's account.
pub struct CreateSecret {
    /// All about it but its value.
    pub secret: NewSecret,
    /// Its first value.
    pub value: NewValue,
    /// The value, sealed, and the key it is sealed under; made on the way.
    pub(crate) sealed: Option<(VersionRecord, Option<OwnKey>)>,
}

/// What the maker of a secret decides.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// Its name.
    pub name: SecretName,
    /// What it is for.
    pub kind: SecretKind,
    /// The id of its first version.
    pub version: SecretVersionId,
    /// What it is for, in the owner's words.
    pub description: String,
    /// The settings that belong to the kind: a JSON object, or empty.
    pub config: String,
    /// The tenant's key to seal values under, besides their own.
    pub key: Option<KeyRef>,
    /// Whether it is rotated by itself.
    pub automatic: bool,
    /// How often.
    pub interval: Option<Duration>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Who may do what with it.
    pub policy: Option<String>,
}

/// Names of secrets that a service keeps begin so.
const RESERVED: &str = "acs/";

impl CreateSecret {
    /// A secret with this first value.
    pub fn new(secret: NewSecret, value: NewValue) -> Self {
        Self { secret, value, sealed: None }
    }
}

impl NewSecret {
    fn check(&self) -> Result<()> {
        if self.kind == SecretKind::Generic && self.name.as_str().starts_with(RESERVED) {
            return Err(Failure::invalid("SecretName", format!("one that does not begin with {RESERVED}")));
        }
        if !self.kind.is_managed() && (self.automatic || self.interval.is_some()) {
            let rule = "false for a generic secret, which is rotated by PutSecretValue";
            return Err(Failure::invalid("EnableAutomaticRotation", rule));
        }
        check_text("Description", &self.description, limits::DESCRIPTION_CHARS)?;
        check_config(&self.config)?;
        ops::secret_tags::check(&self.tags)?;
        if let Some(text) = &self.policy {
            Document::parse(text, Kind::Secret)?;
        }
        rotated_user(self.kind, &self.config).map(|_| ())
    }
}

pub(crate) fn check_text(field: &'static str, text: &str, most: usize) -> Result<()> {
    if text.chars().count() > most {
        return Err(Failure::invalid(field, format!("at most {most} characters")));
    }
    Ok(())
}

/// Settings are a JSON object that is not too long; which members count is the business of whoever rotates.
pub(crate) fn check_config(text: &str) -> Result<()> {
    check_text("ExtendedConfig", text, limits::CONFIG_CHARS)?;
    let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text);
    if text.is_empty() || object.is_ok() {
        return Ok(());
    }
    Err(Failure::invalid("ExtendedConfig", "a JSON object"))
}

/// The user whose access keys a secret holds: of that kind, the settings say who it is.
pub(crate) fn rotated_user(kind: SecretKind, config: &str) -> Result<Option<UserName>> {
    if kind != SecretKind::RamCredentials {
        return Ok(None);
    }
    let rule = || Failure::invalid("ExtendedConfig", "a JSON object whose UserName is the user's name");
    let config: serde_json::Value = serde_json::from_str(config).map_err(|_| rule())?;
    let name = config.get("UserName").and_then(serde_json::Value::as_str).ok_or_else(rule)?;
    name.parse().map(Some).map_err(|_| rule())
}

/// Whoever lets a user's access keys be made and deleted on a schedule must be allowed to make and delete them: a secret
/// is no way round the policies on users.
pub(crate) fn key_needs(account: AccountId, user: &UserName) -> [Need; 2] {
    let need = |action| Need { action, resource: Resource::global(Service::Ram, account, format!("user/{user}")) };
    [need(Action::write(Service::Ram, "CreateAccessKey")), need(Action::write(Service::Ram, "DeleteAccessKey"))]
}

impl Operation for CreateSecret {
    type Output = SecretInfo;

    fn action(&self) -> Action {
        action::CREATE_SECRET
    }

    fn audit(&self, audit: &mut Audit) {
        let NewSecret { name, kind, version, description, config, key, automatic, interval, tags, policy } =
            &self.secret;
        audit.parameter("SecretName", name.as_str());
        audit.parameter("SecretType", format!("{kind:?}"));
        audit.parameter("VersionId", version.as_str());
        audit.parameter("Description", description.as_str());
        audit.parameter("ExtendedConfig", config.as_str());
        audit.optional("EncryptionKeyId", key.as_ref().map(ToString::to_string));
        audit.parameter("EnableAutomaticRotation", *automatic);
        audit.optional("RotationInterval", interval.map(|i| format!("{}s", i.as_secs())));
        audit.optional("Tags", (!tags.is_empty()).then(|| serde_json::json!(tags)));
        audit.optional("Policy", policy.as_deref());
        audit.resource(SECRET_KIND, name.as_str());
    }
}

#[async_trait]
impl Run<CreateSecret> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &CreateSecret, caller: &Caller, _: &View) -> Result<Target> {
        let account = home(caller)?;
        op.secret.check()?;
        let mut target = Target::one(op.action(), self.resource(account, "secret"));
        add_request_tags(&mut target.context, &op.secret.tags);
        if let Some(user) = rotated_user(op.secret.kind, &op.secret.config)? {
            target.needs.extend(key_needs(account, &user));
        }
        Ok(target)
    }

    async fn prepare(&self, permit: &Permit<CreateSecret>, op: &mut CreateSecret) -> Result<()> {
        op.value.check()?;
        let account = home(permit.caller())?;
        let place = ValuePlace { account, secret: &op.secret.name, version: &op.secret.version };
        let under = match &op.secret.key {
            None => None,
            Some(key) => Some(self.chosen_key(permit.caller(), account, key, place).await?),
        };
        let own = under.as_ref().map(|(owner, made)| OwnKey { account: *owner, id: made.key.clone() });
        let created = permit.caller().call().time;
        op.sealed = Some((self.seal_with(place, &op.value, under, created).await?, own));
        Ok(())
    }

    async fn run(&self, permit: &Permit<CreateSecret>, op: &CreateSecret, txn: &mut Txn) -> Result<SecretInfo> {
        let place = SecretPlace { account: home(permit.caller())?, name: op.secret.name.clone() };
        let suffix = place.name.as_str().as_bytes();
        if let Some(there) = txn.get(SECRETS, place.account, suffix).await? {
            there.live()?;
            return Err(Reason::SecretExists.into());
        }
        let mut used = self.used(txn, place.account).await?;
        if used.secrets >= self.kms.quotas.secrets {
            return Err(Reason::TooManySecrets.into());
        }
        used.secrets += 1;
        self.set_used(txn, place.account, used).await?;
        let (version, key) = op.sealed.as_ref().ok_or_else(|| Failure::internal("a secret that was not prepared"))?;
        let record = op.secret.record(permit.caller(), key.clone(), version.created)?;
        let value_place = ValuePlace { account: place.account, secret: &place.name, version: &version.id };
        let held = self.hold_value(txn, value_place, version).await?;
        txn.put(VALUES, place.account, &value_suffix(&place.name, &version.id), &held).await?;
        if let Some(text) = &op.secret.policy {
            txn.put(POLICIES, place.account, suffix, &PolicyRecord { text: text.clone() }).await?;
        }
        self.put_secret(txn, &place, None, &record).await?;
        Ok(self.info(place.account, record))
    }
}

impl Secrets {
    /// A data key under the key that a caller chose for a secret, and whose key that is.
    async fn chosen_key(
        &self,
        caller: &Caller,
        account: AccountId,
        key: &KeyRef,
        place: ValuePlace<'_>,
    ) -> Result<(AccountId, DataKey)> {
        let owner = key.place().map_or(account, |(_, account)| *account);
        Ok((owner, self.tenant_key(caller, key.clone(), place).await?))
    }
}

impl NewSecret {
    fn record(&self, caller: &Caller, key: Option<OwnKey>, created: Timestamp) -> Result<SecretRecord> {
        let mut rotation = Rotation::default();
        rotation.set(self.automatic, self.interval, created)?;
        let mut record = SecretRecord {
            name: self.name.clone(),
            kind: self.kind,
            description: self.description.clone(),
            config: self.config.clone(),
            key,
            creator: caller.principal().arn().unwrap_or_default(),
            created,
            updated: created,
            delete_at: None,
            tags: self.tags.clone(),
            versions: Vec::new(),
            stages: BTreeMap::new(),
            rotation,
        };
        record.add_version(self.version.clone(), created, &[])?;
        Ok(record)
    }
}
