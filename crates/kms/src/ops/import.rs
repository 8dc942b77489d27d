use crate::key_kind::Origin;
use crate::key_record::{External, KeyRecord};
use crate::key_ref::KeyRef;
use crate::key_state::{Deed, KeyState};
use crate::kms::{KEY_KIND, KeyPlace, Kms, chosen};
use crate::material::Material;
use crate::tables::{Due, EXPIRIES, due_suffix};
use crate::{action, limits};
use async_trait::async_trait;
use crypto::pair::{EncryptionScheme, KeyPair, PairKind, TransportKey, Wrapping};
use crypto::{Key, hmac_sha256};
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::time::Duration;
use store::{Store, Txn, View};
use types::{AccountId, Action, Failure, KeyId, Reason, Result, Secret, Timestamp};

/// How long a token is good for.
const TOKEN_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Gives a public key to wrap material with, and the token that goes with it. Each call gives a new pair.
#[derive(Clone, Debug)]
pub struct GetParametersForImport {
    /// For which key; no alias.
    pub key: KeyRef,
    /// What kind of public key.
    pub transport: PairKind,
    /// How the material will be wrapped.
    pub wrapping: Wrapping,
}

/// What an import needs.
pub struct ImportParameters {
    /// The key.
    pub key: KeyId,
    /// To be given back with the material.
    pub token: Vec<u8>,
    /// SubjectPublicKeyInfo in DER.
    pub public: Vec<u8>,
    /// Until when both are good.
    pub expires: Timestamp,
}

/// Brings a key's material.
#[derive(Clone)]
pub struct ImportKeyMaterial {
    /// Of which key; no alias.
    pub key: KeyRef,
    /// The token that came with the public key.
    pub token: Vec<u8>,
    /// The material, wrapped.
    pub wrapped: Vec<u8>,
    /// When it is to be forgotten, if ever.
    pub expires: Option<Timestamp>,
}

/// Takes brought material away. No error if there is none.
#[derive(Clone, Debug)]
pub struct DeleteKeyMaterial {
    /// Of which key; no alias.
    pub key: KeyRef,
}

/// Takes brought material away because its time is over. Only Bailee itself asks for it.
#[derive(Clone, Debug)]
pub struct ExpireKeyMaterial {
    /// Whose.
    pub account: AccountId,
    /// Of which key.
    pub key: KeyId,
}

/// A token's content: which private key opens what was wrapped, how, and until when. Sealed for one key under the
/// account's key, so that nothing has to be kept here while the tenant is wrapping.
struct Token {
    expires: Timestamp,
    transport: PairKind,
    wrapping: Wrapping,
    pkcs8: Secret<Vec<u8>>,
}

const TRANSPORTS: [PairKind; 4] = [PairKind::Rsa2048, PairKind::Rsa3072, PairKind::Rsa4096, PairKind::EcSm2];
const WRAPPINGS: [Wrapping; 6] = [
    Wrapping::Direct(EncryptionScheme::RsaPkcs1),
    Wrapping::Direct(EncryptionScheme::RsaOaepSha1),
    Wrapping::Direct(EncryptionScheme::RsaOaepSha256),
    Wrapping::Direct(EncryptionScheme::Sm2),
    Wrapping::Hybrid(EncryptionScheme::RsaOaepSha1),
    Wrapping::Hybrid(EncryptionScheme::RsaOaepSha256),
];

fn invalid_token() -> Failure {
    Reason::ImportTokenInvalid.into()
}

impl Token {
    /// `time (8) || place in TRANSPORTS (1) || place in WRAPPINGS (1) || PKCS#8`
    fn encode(&self) -> Result<Secret<Vec<u8>>> {
        let place = |found: Option<usize>| {
            found.and_then(|place| u8::try_from(place).ok()).ok_or_else(|| {
                Failure::invalid("WrappingAlgorithm", "one that wraps key material with this kind of public key")
            })
        };
        let mut out = Secret::new(Vec::with_capacity(10 + self.pkcs8.expose().len()));
        let bytes = out.expose_mut();
        bytes.extend_from_slice(&self.expires.millis().to_be_bytes());
        bytes.push(place(TRANSPORTS.iter().position(|kind| *kind == self.transport))?);
        bytes.push(place(WRAPPINGS.iter().position(|kind| *kind == self.wrapping))?);
        bytes.extend_from_slice(self.pkcs8.expose());
        Ok(out)
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (time, rest) = bytes.split_first_chunk()?;
        let ([transport, wrapping], pkcs8) = rest.split_first_chunk()?;
        Some(Self {
            expires: Timestamp::from_millis(i64::from_be_bytes(*time)),
            transport: *TRANSPORTS.get(usize::from(*transport))?,
            wrapping: *WRAPPINGS.get(usize::from(*wrapping))?,
            pkcs8: Secret::new(pkcs8.to_vec()),
        })
    }
}

/// Refuses what does not go together: an SM2 key wraps by SM2 only, and an RSA key by RSA only.
fn check_wrapping(transport: PairKind, wrapping: Wrapping) -> Result<()> {
    let sm2 = wrapping == Wrapping::Direct(EncryptionScheme::Sm2);
    if sm2 == (transport == PairKind::EcSm2) {
        return Ok(());
    }
    Err(Failure::invalid("WrappingAlgorithm", "one of the wrapping key's spec"))
}

impl Kms {
    /// What tokens and fingerprints of a key are bound to.
    fn import_context(&self, place: &KeyPlace) -> Vec<u8> {
        format!("import of key {} of account {} in {}", place.id, place.account, self.store.region()).into_bytes()
    }

    async fn import_key(&self, account: AccountId) -> Result<Key> {
        Ok(self.wrapping_key(account).await?.derive("import", b""))
    }

    async fn open_token(&self, place: &KeyPlace, token: &[u8], now: Timestamp) -> Result<Token> {
        let key = self.import_key(place.account).await?;
        let opened = crypto::open_secret(&key, &self.import_context(place), token);
        let opened = opened.map_err(|error| invalid_token().caused_by(error))?;
        let token = Token::decode(opened.expose()).ok_or_else(invalid_token)?;
        if token.expires <= now { Err(Reason::ImportTokenExpired.into()) } else { Ok(token) }
    }

    /// Tells the same material of the same key again.
    async fn fingerprint(&self, place: &KeyPlace, material: &Material) -> Result<[u8; 32]> {
        let key = self.import_key(place.account).await?.derive("fingerprint", &self.import_context(place));
        Ok(hmac_sha256(key.expose(), &[material.expose()]))
    }

    /// Sets when a key's material is to be forgotten; the caller puts the record.
    async fn set_expiry(
        &self,
        txn: &mut Txn,
        place: &KeyPlace,
        record: &mut KeyRecord,
        expires: Option<Timestamp>,
    ) -> Result<()> {
        let Some(external) = &mut record.external else { return Ok(()) };
        if let Some(old) = external.expires.take() {
            txn.delete(EXPIRIES, AccountId::PLATFORM, &due_suffix(old, place.account, &place.id));
        }
        if let Some(at) = expires {
            let due = Due { account: place.account, key: place.id.clone() };
            txn.put(EXPIRIES, AccountId::PLATFORM, &due_suffix(at, place.account, &place.id), &due).await?;
            external.expires = Some(at);
        }
        Ok(())
    }

    /// Takes the material away. A key that waits for its deletion goes on waiting (KMS, table of key states). Whose version
    /// it was stays known, so that what it encrypted is refused for the key's state and not as an unknown key's.
    async fn forget_material(
        &self,
        txn: &mut Txn,
        place: &KeyPlace,
        mut record: KeyRecord,
        now: Timestamp,
    ) -> Result<()> {
        self.remove_material(txn, place, now).await?;
        self.set_expiry(txn, place, &mut record, None).await?;
        if let Some(external) = &mut record.external {
            external.present = false;
        }
        if record.state != KeyState::PendingDeletion {
            record.state = KeyState::PendingImport;
        }
        self.put_key(txn, place, &record).await?;
        self.forget(place.account, &place.id);
        Ok(())
    }
}

/// Only keys whose material is brought can have it brought or taken away.
fn check_external(record: &KeyRecord) -> Result<()> {
    if record.origin == Origin::External { Ok(()) } else { Err(Reason::OriginUnsupported.into()) }
}

impl Operation for GetParametersForImport {
    type Output = ImportParameters;

    fn action(&self) -> Action {
        action::GET_PARAMETERS_FOR_IMPORT
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("WrappingKeySpec", format!("{:?}", self.transport));
        audit.parameter("WrappingAlgorithm", format!("{:?}", self.wrapping));
    }
}

#[async_trait]
impl Run<GetParametersForImport> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetParametersForImport, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<GetParametersForImport>,
        op: &GetParametersForImport,
        txn: &mut Txn,
    ) -> Result<ImportParameters> {
        check_wrapping(op.transport, op.wrapping)?;
        let place = chosen(permit)?;
        let record = self.key(txn, &place).await?;
        record.state.allow(Deed::Look)?;
        check_external(&record)?;
        let (rng, transport) = (self.store.rng().clone(), op.transport);
        let made = tokio::task::spawn_blocking(move || KeyPair::generate(transport, rng.as_ref())).await;
        let pair = made.map_err(Failure::internal)?.map_err(Failure::internal)?;
        let expires = permit.caller().call().time.plus(TOKEN_LIFE);
        let pkcs8 = Secret::new(pair.expose_pkcs8().to_vec());
        let token = Token { expires, transport, wrapping: op.wrapping, pkcs8 }.encode()?;
        let key = self.import_key(place.account).await?;
        let token = crypto::seal(&key, self.store.rng().as_ref(), &self.import_context(&place), token.expose());
        Ok(ImportParameters { key: place.id, token, public: pair.public().der().to_vec(), expires })
    }
}

impl Operation for ImportKeyMaterial {
    type Output = ();

    fn action(&self) -> Action {
        action::IMPORT_KEY_MATERIAL
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.optional("KeyMaterialExpire", self.expires.map(Timestamp::iso_seconds));
    }
}

#[async_trait]
impl Run<ImportKeyMaterial> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ImportKeyMaterial, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<ImportKeyMaterial>, op: &ImportKeyMaterial, txn: &mut Txn) -> Result<()> {
        let now = permit.caller().call().time;
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Import).await?;
        check_external(&record)?;
        if op.expires.is_some_and(|at| at <= now) {
            return Err(Failure::invalid("KeyMaterialExpireUnix", "a time to come, or 0 for never"));
        }
        let token = self.open_token(&place, &op.token, now).await?;
        let material = unwrap(&token, &op.wrapped, &record)?;
        let fingerprint = self.fingerprint(&place, &material).await?;
        if record.external.as_ref().is_some_and(|known| known.fingerprint != fingerprint) {
            let text = "The key had other material before, and what that encrypted needs the same again.";
            return Err(Failure::new(Reason::KeyMaterialDiffers, text));
        }
        let version = record.primary.clone();
        if !record.external.as_ref().is_some_and(|known| known.present) {
            self.make_version(txn, &place, version, now, &material, None).await?;
        }
        let expires = record.external.as_ref().and_then(|known| known.expires);
        record.external = Some(External { fingerprint, expires, present: true });
        self.set_expiry(txn, &place, &mut record, op.expires).await?;
        if record.state == KeyState::PendingImport {
            record.state = KeyState::Enabled;
        }
        self.put_key(txn, &place, &record).await
    }
}

fn unwrap(token: &Token, wrapped: &[u8], record: &KeyRecord) -> Result<Material> {
    let invalid = || Failure::new(Reason::KeyMaterialInvalid, "The key material cannot be unwrapped with this token.");
    if wrapped.len() > limits::WRAPPED_BYTES {
        return Err(invalid());
    }
    let pkcs8 = Secret::new(token.pkcs8.expose().clone());
    let pair = KeyPair::from_pkcs8(token.transport, pkcs8).map_err(|error| invalid_token().caused_by(error))?;
    let bytes = TransportKey::new(pair).unwrap(token.transport, token.wrapping, wrapped);
    Material::read(record.spec, bytes.map_err(|error| invalid().caused_by(error))?)
}

impl Operation for DeleteKeyMaterial {
    type Output = ();

    fn action(&self) -> Action {
        action::DELETE_KEY_MATERIAL
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
    }
}

#[async_trait]
impl Run<DeleteKeyMaterial> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DeleteKeyMaterial, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<DeleteKeyMaterial>, _: &DeleteKeyMaterial, txn: &mut Txn) -> Result<()> {
        let (place, record) = self.key_to_change(permit, txn, Deed::Look).await?;
        check_external(&record)?;
        self.forget_material(txn, &place, record, permit.caller().call().time).await
    }
}

impl Operation for ExpireKeyMaterial {
    type Output = ();

    fn action(&self) -> Action {
        action::EXPIRE_KEY_MATERIAL
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("KeyId", self.key.as_str());
        audit.resource(KEY_KIND, self.key.as_str());
    }
}

#[async_trait]
impl Run<ExpireKeyMaterial> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ExpireKeyMaterial, caller: &Caller, view: &View) -> Result<Target> {
        caller.house_only()?;
        self.key_target(op.action(), op.account, &op.key, view).await
    }

    async fn run(&self, permit: &Permit<ExpireKeyMaterial>, _: &ExpireKeyMaterial, txn: &mut Txn) -> Result<()> {
        let place = chosen(permit)?;
        let record = self.key(txn, &place).await?;
        let expires = record.external.as_ref().and_then(|external| external.expires);
        let now = permit.caller().call().time;
        if expires.is_none_or(|at| at > now) {
            return Ok(());
        }
        self.forget_material(txn, &place, record, now).await
    }
}
