use crate::action;
use crate::alias_record::AliasRecord;
use crate::key_kind::{KeySpec, KeyUsage, Protection};
use crate::key_record::Creator;
use crate::kms::{ALIAS_KIND, Draft, KEY_KIND, Kms};
use crate::material::Material;
use crate::ops::draw::Drawn;
use crate::tables::ALIASES;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::collections::BTreeMap;
use store::{Store, Txn, View};
use types::{AccountId, Action, AliasName, Failure, KeyId, Result, Service};

/// Gives the key that a service of ours uses in an account when its callers name none, making it on first use. The
/// account sees it, with its alias, and cannot change or delete it.
///
/// Only the service itself asks for it, and only when using the key by [`service_alias`] gave `AliasNotFound`.
#[derive(Clone, Copy, Debug)]
pub struct ServiceKey {
    /// In which account.
    pub account: AccountId,
    /// For which service.
    pub service: Service,
}

/// The alias of a service's key: `alias/acs/oss`.
pub fn service_alias(service: Service) -> Result<AliasName> {
    format!("alias/acs/{}", service.code()).parse().map_err(Failure::internal)
}

impl Operation for ServiceKey {
    type Output = KeyId;

    fn action(&self) -> Action {
        action::CREATE_SERVICE_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("Service", self.service.code());
    }

    fn outcome(&self, output: &KeyId, audit: &mut Audit) {
        audit.answer("KeyId", output.as_str());
        audit.resource(KEY_KIND, output.as_str());
        audit.resource(ALIAS_KIND, format!("alias/acs/{}", self.service.code()));
    }
}

#[async_trait]
impl Run<ServiceKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ServiceKey, caller: &Caller, _: &View) -> Result<Target> {
        caller.house_only()?;
        Ok(Target::one(op.action(), self.resource(op.account, "key")))
    }

    async fn run(&self, permit: &Permit<ServiceKey>, op: &ServiceKey, txn: &mut Txn) -> Result<KeyId> {
        let name = service_alias(op.service)?;
        if let Some(alias) = txn.get(ALIASES, op.account, name.as_str().as_bytes()).await? {
            return Ok(alias.key);
        }
        let created = permit.caller().call().time;
        let code = op.service.code();
        let drawn = Drawn::here(Material::generate(KeySpec::default(), self.store.rng().as_ref())?);
        let draft = Draft {
            spec: KeySpec::default(),
            usage: KeyUsage::EncryptDecrypt,
            protection: Protection::Software,
            drawn: &drawn,
            tags: BTreeMap::new(),
            description: format!("The key that {code} uses when no other is named."),
            creator: Creator::Service { service: code.to_owned() },
            deletion_protection: true,
            created,
        };
        let key = self.make_key(txn, op.account, draft).await?;
        let alias = AliasRecord { name, key: key.id.clone(), created };
        txn.put(ALIASES, op.account, alias.name.as_str().as_bytes(), &alias).await?;
        Ok(key.id)
    }
}
