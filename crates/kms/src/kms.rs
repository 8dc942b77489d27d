use crate::ciphertext::VersionPlace;
use crate::encryption_context::EncryptionContext;
use crate::held::Held;
use crate::key_kind::{KeySpec, KeyUsage, Origin, Protection};
use crate::key_record::{Creator, KeyInfo, KeyRecord};
use crate::key_ref::{KeyName, KeyRef};
use crate::key_state::{Deed, KeyState};
use crate::limits;
use crate::material::Material;
use crate::open_versions::{OpenVersion, OpenVersions};
use crate::ops::Drawn;
use crate::quotas::Quotas;
use crate::tables::{ALIASES, DUE, Due, KEYS, POLICIES, RETIRED, USED, Used, VERSIONS, due_until, version_suffix};
use crate::token::Hsm;
use crate::version_record::{Body, KeyVersionRecord, Rotated};
use crypto::Key;
use iam::policy::{Context, Document, Kind, Labelled, PolicyCache};
use iam::{Caller, Operation, Permit, Target};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Store, Table, Txn, View};
use tokio::sync::Notify;
use types::{AccountId, Action, Failure, KeyId, Principal, Reason, Resource, Result, Service, Timestamp};

/// The kind of resource that events call a key.
pub(crate) const KEY_KIND: &str = "ACS::KMS::Key";
/// The kind of resource that events call an alias.
pub(crate) const ALIAS_KIND: &str = "ACS::KMS::Alias";

/// The keys of one region.
///
/// What it can do are the operations of this crate, and only the gate can have them done.
pub struct Kms {
    pub(crate) store: Store,
    pub(crate) open: OpenVersions,
    policies: PolicyCache,
    /// The token that keys can be in.
    pub(crate) hsm: Option<Arc<Hsm>>,
    pub(crate) quotas: Quotas,
    pub(crate) rewrap_asked: Notify,
}

/// A key's own place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyPlace {
    pub(crate) account: AccountId,
    pub(crate) id: KeyId,
}

/// What the maker of a key decides.
pub(crate) struct Draft<'m> {
    pub(crate) spec: KeySpec,
    pub(crate) usage: KeyUsage,
    /// What guards its material.
    pub(crate) protection: Protection,
    /// The first version's material; nothing if the tenant is to bring it.
    pub(crate) drawn: &'m Drawn,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) description: String,
    pub(crate) creator: Creator,
    pub(crate) deletion_protection: bool,
    pub(crate) created: Timestamp,
}

impl Kms {
    /// The keys in this store.
    pub fn new(store: Store) -> Self {
        let (open, policies) = (OpenVersions::new(), PolicyCache::default());
        Self { store, open, policies, hsm: None, quotas: Quotas::default(), rewrap_asked: Notify::new() }
    }

    /// The same keys, of which accounts may have so many.
    #[must_use]
    pub fn with_quotas(self, quotas: Quotas) -> Self {
        Self { quotas, ..self }
    }

    /// The keys whose waiting time is over: for each, [`DestroyKey`](crate::DestroyKey) is due. At most `limit`; what is
    /// left comes with the next call.
    pub async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<(AccountId, KeyId)>> {
        self.due_in(DUE, now, limit).await
    }

    /// The keys whose time has come in one of the tables that are kept by time.
    pub(crate) async fn due_in(
        &self,
        table: Table<Due>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(AccountId, KeyId)>> {
        let found = self.store.view().await?.scan(table, AccountId::PLATFORM, &due_until(now, limit)).await?;
        Ok(found.into_iter().map(|(_, Due { account, key })| (account, key)).collect())
    }

    /// Wipes the open versions of a key from memory: after its destruction was committed, since a call that began before
    /// may have opened one again meanwhile.
    pub fn forget(&self, account: AccountId, key: &KeyId) {
        self.open.forget(account, key);
    }

    /// A resource of this region.
    pub(crate) fn resource(&self, account: AccountId, path: impl Into<String>) -> Resource {
        Resource::regional(Service::Kms, self.store.region(), account, path)
    }

    /// The key as policies name it.
    pub(crate) fn key_resource(&self, account: AccountId, id: &KeyId) -> Resource {
        self.resource(account, format!("key/{id}"))
    }

    /// The key with its name in policies.
    pub(crate) fn info(&self, account: AccountId, record: KeyRecord) -> KeyInfo {
        KeyInfo { arn: self.key_resource(account, &record.id).to_string(), record }
    }

    /// The account that a reference means: its own, or the caller's.
    pub(crate) fn account_of(&self, key: &KeyRef, caller: &Caller) -> Result<AccountId> {
        match key.place() {
            None => home(caller),
            Some((region, account)) if region == self.store.region() => Ok(*account),
            Some(_) => Err(Failure::invalid("KeyId", format!("a key of this region, {}", self.store.region()))),
        }
    }

    /// The target of an operation on a key that takes aliases too. One whose alias stands for nothing has that alias as
    /// its target, so that whoever may not use it does not learn that it stands for nothing.
    pub(crate) async fn named_target(
        &self,
        action: Action,
        key: &KeyRef,
        caller: &Caller,
        view: &View,
    ) -> Result<Target> {
        self.bound_target(action, key, &EncryptionContext::default(), caller, view).await
    }

    /// The same, of an operation that is bound to an encryption context.
    pub(crate) async fn bound_target(
        &self,
        action: Action,
        key: &KeyRef,
        context: &EncryptionContext,
        caller: &Caller,
        view: &View,
    ) -> Result<Target> {
        let account = self.account_of(key, caller)?;
        let id = match key.name() {
            KeyName::Id(id) => id.clone(),
            KeyName::Alias(alias) => match view.get(ALIASES, account, alias.as_str().as_bytes()).await? {
                Some(record) => record.key,
                None => return Ok(Target::one(action, self.resource(account, alias.as_str()))),
            },
        };
        self.use_target(action, KeyPlace { account, id }, context, caller, view).await
    }

    /// The target of using a key with an encryption context.
    pub(crate) async fn use_target(
        &self,
        action: Action,
        place: KeyPlace,
        context: &EncryptionContext,
        caller: &Caller,
        view: &View,
    ) -> Result<Target> {
        let (mut target, record) = self.look_up(action, place.account, &place.id, view).await?;
        context.add_to(&mut target.context);
        if record.is_some_and(|record| record.grants > 0) {
            target.open = self.granted(&place, action, context, caller, view).await?;
        }
        Ok(target)
    }

    /// The target of an operation on a key that takes no alias (`Unsupported.Alias`).
    pub(crate) async fn id_target(&self, action: Action, key: &KeyRef, caller: &Caller, view: &View) -> Result<Target> {
        let (account, id) = self.only_id(key, caller)?;
        self.key_target(action, account, id, view).await
    }

    /// The key a reference names by id.
    pub(crate) fn only_id<'k>(&self, key: &'k KeyRef, caller: &Caller) -> Result<(AccountId, &'k KeyId)> {
        let account = self.account_of(key, caller)?;
        match key.name() {
            KeyName::Id(id) => Ok((account, id)),
            KeyName::Alias(_) => Err(Reason::AliasNotAllowed.into()),
        }
    }

    /// The target of an operation on this key, there or not.
    pub(crate) async fn key_target(
        &self,
        action: Action,
        account: AccountId,
        id: &KeyId,
        view: &View,
    ) -> Result<Target> {
        Ok(self.look_up(action, account, id, view).await?.0)
    }

    async fn look_up(
        &self,
        action: Action,
        account: AccountId,
        id: &KeyId,
        view: &View,
    ) -> Result<(Target, Option<KeyRecord>)> {
        let mut target = Target::one(action, self.key_resource(account, id));
        let record = view.get(KEYS, account, id.as_str().as_bytes()).await?;
        if let Some(record) = &record {
            add_tags(&mut target.context, &record.tags);
            if let Some(hash) = record.policy {
                let document = self.policy(view, account, id, hash).await?;
                target.policy = Some(Labelled::new(id.as_str(), document));
            }
        }
        Ok((target, record))
    }

    /// The policy of a key, compiled. The cache is by the hash that this very view says is the policy's.
    async fn policy(&self, view: &View, account: AccountId, id: &KeyId, hash: [u8; 32]) -> Result<Arc<Document>> {
        if let Some(known) = self.policies.get(&hash) {
            return Ok(known);
        }
        let stored = view.get(POLICIES, account, id.as_str().as_bytes()).await?;
        let stored = stored.filter(|policy| crypto::sha256(policy.text.as_bytes()) == hash);
        let text = stored.ok_or_else(|| Failure::corrupt(format!("the policy of key {id}")))?.text;
        let document = Arc::new(Document::parse(&text, Kind::Key)?);
        self.policies.put(hash, document.clone());
        Ok(document)
    }

    /// The key's record, which must be there.
    pub(crate) async fn key(&self, txn: &mut Txn, place: &KeyPlace) -> Result<KeyRecord> {
        let found = txn.get(KEYS, place.account, place.id.as_str().as_bytes()).await?;
        found.ok_or_else(|| {
            // Destroyed, perhaps by another node: what is still open here has no use any more.
            self.open.forget(place.account, &place.id);
            Failure::of(Reason::KeyNotFound)
        })
    }

    /// The key's record, if its state allows this and the caller is one who may change it.
    pub(crate) async fn key_to_change<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        txn: &mut Txn,
        deed: Deed,
    ) -> Result<(KeyPlace, KeyRecord)> {
        let place = chosen(permit)?;
        let record = self.key(txn, &place).await?;
        check_manager(permit.caller(), &record)?;
        record.state.allow(deed)?;
        Ok((place, record))
    }

    /// The key's record, if it can encrypt and decrypt now.
    pub(crate) async fn key_to_use<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        txn: &mut Txn,
    ) -> Result<(KeyPlace, KeyRecord)> {
        let (place, record) = self.key_for(permit, txn, KeyUsage::EncryptDecrypt).await?;
        if !record.spec.is_symmetric() {
            return Err(Reason::KeyUsageInvalid.into());
        }
        Ok((place, record))
    }

    /// The key's record, if it can be used now, and for this.
    pub(crate) async fn key_for<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        txn: &mut Txn,
        usage: KeyUsage,
    ) -> Result<(KeyPlace, KeyRecord)> {
        let place = chosen(permit)?;
        let record = self.key(txn, &place).await?;
        record.state.allow(Deed::Use)?;
        if record.usage != usage {
            return Err(Reason::KeyUsageInvalid.into());
        }
        Ok((place, record))
    }

    pub(crate) async fn put_key(&self, txn: &mut Txn, place: &KeyPlace, record: &KeyRecord) -> Result<()> {
        txn.put(KEYS, place.account, place.id.as_str().as_bytes(), record).await
    }

    /// Makes a key and its first version. A key whose material is to be brought has the version's id already: the same
    /// material always belongs to the same version.
    pub(crate) async fn make_key(&self, txn: &mut Txn, account: AccountId, draft: Draft<'_>) -> Result<KeyRecord> {
        let rng = self.store.rng().as_ref();
        let id = draft.drawn.key().cloned().unwrap_or_else(|| KeyId::random(rng));
        let version = draft.drawn.version().cloned().unwrap_or_else(|| KeyId::random(rng));
        let own = draft.drawn.material().is_some();
        let record = KeyRecord {
            id,
            spec: draft.spec,
            usage: draft.usage,
            origin: if own { Origin::Own } else { Origin::External },
            protection: draft.protection,
            state: if own { KeyState::Enabled } else { KeyState::PendingImport },
            delete_at: None,
            description: draft.description,
            creator: draft.creator,
            created: draft.created,
            deletion_protection: draft.deletion_protection,
            primary: version.clone(),
            tags: draft.tags,
            protection_text: String::new(),
            rotation: None,
            rotated: None,
            versions: 1,
            external: None,
            policy: None,
            grants: 0,
            retired: 0,
        };
        let place = KeyPlace { account, id: record.id.clone() };
        if let Some(material) = draft.drawn.material() {
            self.save_drawn(txn, draft.drawn).await?;
            self.make_version(txn, &place, version, draft.created, material, None).await?;
        }
        self.put_key(txn, &place, &record).await?;
        Ok(record)
    }

    /// Material in the token lives on with the version that is made of it now.
    pub(crate) async fn save_drawn(&self, txn: &mut Txn, drawn: &Drawn) -> Result<()> {
        match drawn.spare() {
            Some(spare) => self.save_object(txn, spare).await,
            None => Ok(()),
        }
    }

    /// Keeps the material of a version. What is not just 32 bytes is sealed under a key that takes its place in the chain.
    pub(crate) async fn make_version(
        &self,
        txn: &mut Txn,
        place: &KeyPlace,
        id: KeyId,
        created: Timestamp,
        material: &Material,
        rotated: Option<Rotated>,
    ) -> Result<()> {
        let rng = self.store.rng().as_ref();
        let context = self.version_place(place, &id).wrap_context();
        let (key, body) = match material {
            Material::Aes256(key) => (key.duplicate(), None),
            Material::Held(held) => (held.own.duplicate(), None),
            other => {
                let key = Key::random(rng);
                let sealed = crypto::seal(&key, rng, body_context(&context).as_bytes(), other.expose());
                (key, Some(Body { sealed }))
            }
        };
        let parent = self.wrapping_key(place.account).await?;
        let wrapped = txn.wrap(&parent, context.as_bytes(), &key).await?;
        self.add_version_owner(txn, place, &id).await?;
        let suffix = version_suffix(&place.id, &id);
        let token = if let Material::Held(held) = material { Some(held.record()) } else { None };
        let record = KeyVersionRecord { id, key: place.id.clone(), created, wrapped, body, token, rotated };
        txn.put(VERSIONS, place.account, &suffix, &record).await
    }

    /// The account's key for wrapping key versions.
    pub(crate) async fn wrapping_key(&self, account: AccountId) -> Result<Key> {
        Ok(self.store.keyring().account(account).await?.derive("kms", b""))
    }

    /// The place of a version of a key.
    pub(crate) fn version_place<'a>(&'a self, key: &'a KeyPlace, version: &'a KeyId) -> VersionPlace<'a> {
        VersionPlace { region: self.store.region(), account: key.account, key: &key.id, version }
    }

    /// The material of a version of a key whose record was read in the same snapshot and allows its use.
    pub(crate) async fn material(
        &self,
        view: &View,
        place: &KeyPlace,
        record: &KeyRecord,
        version: &KeyId,
    ) -> Result<Arc<Material>> {
        if let Some(open) = self.open.get(place.account, version)
            && open.key == place.id
            && open.retired == record.retired
        {
            return Ok(open.material);
        }
        // What is open was opened before a version was retired, or by one that began before: perhaps it is that version.
        self.open.forget_older(place.account, &place.id, record.retired);
        let suffix = version_suffix(&place.id, version);
        let Some(stored) = view.get(VERSIONS, place.account, &suffix).await? else {
            let retired = view.get(RETIRED, place.account, &suffix).await?.is_some();
            return Err(if retired { Reason::KeyVersionRetired } else { Reason::KeyVersionNotFound }.into());
        };
        let context = self.version_place(place, version).wrap_context();
        let parent = self.wrapping_key(place.account).await?;
        let key =
            self.store.keyring().unwrap(&parent, context.as_bytes(), &stored.wrapped, &format!("key {}", place.id))?;
        let damaged = || Failure::corrupt(format!("key {}", place.id));
        let material = match (stored.token, &stored.body) {
            (Some(token), _) => Material::Held(Box::new(Held::read(token, key, record.spec))),
            (None, None) => Material::Aes256(key),
            (None, Some(body)) => {
                let opened = crypto::open_secret(&key, body_context(&context).as_bytes(), &body.sealed);
                let opened = opened.map_err(|error| damaged().caused_by(error))?;
                Material::read(record.spec, opened).map_err(|error| damaged().caused_by(error))?
            }
        };
        let open = OpenVersion { key: place.id.clone(), retired: record.retired, material: Arc::new(material) };
        self.open.put(place.account, version, open.clone());
        Ok(open.material)
    }

    /// How much of its quotas the account uses.
    pub(crate) async fn used(&self, txn: &mut Txn, account: AccountId) -> Result<Used> {
        Ok(txn.get(USED, account, b"").await?.unwrap_or_default())
    }

    /// The same outside of a transaction: it may be another by the time of one.
    pub(crate) async fn used_now(&self, account: AccountId) -> Result<Used> {
        Ok(self.store.view().await?.get(USED, account, b"").await?.unwrap_or_default())
    }

    /// Sets that.
    pub(crate) async fn set_used(&self, txn: &mut Txn, account: AccountId, used: Used) -> Result<()> {
        txn.put(USED, account, b"", &used).await
    }
}

/// The caller's own account.
pub(crate) fn home(caller: &Caller) -> Result<AccountId> {
    caller.account().ok_or_else(|| Reason::MissingAuthentication.into())
}

/// The key that the gate allowed. What a caller named by alias is the key the alias stood for when that was decided, so
/// that an alias moved meanwhile does not lead to a key nobody asked the policies about.
pub(crate) fn chosen<Op: Operation>(permit: &Permit<Op>) -> Result<KeyPlace> {
    let resource = permit.target().needs.first().map(|need| &need.resource);
    let resource = resource.ok_or_else(|| Failure::internal("an operation on no key"))?;
    let id = resource.path.strip_prefix("key/").ok_or(Reason::AliasNotFound)?;
    Ok(KeyPlace { account: resource.account, id: id.parse().map_err(Failure::internal)? })
}

/// Refuses callers who want to change a key that one of our services keeps for itself.
pub(crate) fn check_manager(caller: &Caller, key: &KeyRecord) -> Result<()> {
    match key.service() {
        Some(service) if !matches!(caller.principal(), Principal::Service { .. }) => {
            let text = format!("The key belongs to the service {service}, and only that can change it.");
            Err(Failure::new(Reason::AccessDenied, text))
        }
        _ => Ok(()),
    }
}

/// What the material of a version is sealed with, where it is not the wrapped key itself.
fn body_context(wrap_context: &str) -> String {
    format!("material of {wrap_context}")
}

pub(crate) fn add_tags(context: &mut Context, tags: &BTreeMap<String, String>) {
    for (name, value) in tags {
        context.add(iam::policy::Key::new(format!("kms:tag/{name}")), value.as_str());
        context.add(iam::policy::Key::new(format!("acs:ResourceTag/{name}")), value.as_str());
    }
}

/// Tells conditions of the tags that a request brings along. More than a key may have are refused before they are written.
pub(crate) fn add_request_tags(context: &mut Context, tags: &BTreeMap<String, String>) {
    for (name, value) in tags.iter().take(limits::TAGS) {
        context.add(iam::policy::Key::new(format!("acs:RequestTag/{name}")), value.as_str());
    }
}
