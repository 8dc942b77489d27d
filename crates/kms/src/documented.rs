//! The vectors of `docs/formats/keys.md`, computed and looked up there; and what the page says of them, done with the
//! code that runs in production.

use crate::ciphertext::{Ciphertext, VersionPlace};
use crate::encryption_context::EncryptionContext;
use crate::erasure::{Erased, ErasedRecord, Erasing, FinishedRecord};
use crate::held::Held;
use crate::key_kind::KeySpec;
use crate::key_rewrap::{KeyRewrap, LateRecord, RetiredRecord, RewrapPoint, RewrapStage, RewrapState};
use crate::material::Material;
use crate::seal::{FileSeal, Seal, SealKeys, SealShare, SharesSeal};
use crate::version_record::Rotated;
use crypto::{Key, MacKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Batch, Durability, Keyring, MemoryMeta, Meta, Record, Space, Wrapped, Write};
use types::{AccountId, KeyId, Reason, RegionId, Rng, Secret, SystemRng, Timestamp};

const PAGE: &str = include_str!("../../../docs/formats/keys.md");

/// Gives 40, 41, 42 …
pub(crate) struct Counting;

impl Rng for Counting {
    fn fill(&self, out: &mut [u8]) {
        (0x40..).zip(out).for_each(|(byte, place)| *place = byte);
    }
}

pub(crate) fn key_from(first: u8) -> Key {
    Key::from_bytes(std::array::from_fn(|i| first.wrapping_add(i as u8)))
}

/// The page's example: one key, one version, and the keys above them.
pub(crate) struct Example {
    pub(crate) region: RegionId,
    pub(crate) account: AccountId,
    pub(crate) key: KeyId,
    pub(crate) version: KeyId,
}

const REGION_KEY: u8 = 0x80;
pub(crate) const ACCOUNT_KEY: u8 = 0xa0;
const MATERIAL: u8 = 0xc0;
const TOKEN_KEY: u8 = 0xe0;

impl Example {
    pub(crate) fn new() -> Self {
        Self {
            region: "local-1".parse().unwrap(),
            account: "1234567890123456".parse().unwrap(),
            key: "11111111-2222-4333-8444-555555555555".parse().unwrap(),
            version: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee".parse().unwrap(),
        }
    }

    fn place(&self) -> VersionPlace<'_> {
        VersionPlace { region: &self.region, account: self.account, key: &self.key, version: &self.version }
    }

    fn seal_keys() -> SealKeys {
        SealKeys::new(key_from(0), BTreeMap::from([(1, key_from(0x20))])).unwrap()
    }

    /// As the page describes a wrap.
    pub(crate) fn wrap(parent: &Key, context: impl AsRef<[u8]>, key: &Key) -> Wrapped {
        let wrapping = parent.derive("wrap", key_from(0x20).expose());
        Wrapped { epoch: 1, sealed: crypto::seal(&wrapping, &Counting, context.as_ref(), key.expose()) }
    }

    fn region_wrap(&self) -> Wrapped {
        Self::wrap(&key_from(0), format!("region key of {}", self.region), &key_from(REGION_KEY))
    }

    fn account_wrap(&self) -> Wrapped {
        let context = format!("account key of {} in {}", self.account, self.region);
        Self::wrap(&key_from(REGION_KEY), context, &key_from(ACCOUNT_KEY))
    }

    fn version_wrap(&self) -> Wrapped {
        let parent = key_from(ACCOUNT_KEY).derive("kms", b"");
        Self::wrap(&parent, self.place().wrap_context(), &key_from(MATERIAL))
    }

    fn context() -> EncryptionContext {
        EncryptionContext::from_json(r#"{"purpose":"test","a":"ü"}"#).unwrap()
    }

    fn ciphertext(&self) -> Ciphertext {
        Ciphertext::seal(self.place(), &Material::Aes256(key_from(MATERIAL)), &Counting, &Self::context(), b"hello")
            .unwrap()
    }

    /// As a token with the page's key there would have it.
    fn in_token(&self) -> (Vec<u8>, Ciphertext) {
        let salt = std::array::from_fn(|i| 0x40 + i as u8);
        let held = Held {
            object: self.version.clone(),
            spec: KeySpec::Aes256,
            own: key_from(MATERIAL),
            public: None,
            schemes: Vec::new(),
        };
        let code = MacKind::Sha256.of(key_from(TOKEN_KEY).expose(), &Held::authenticated(&salt));
        let key = held.message_key(&code);
        let sealed = Ciphertext::seal_salted(self.place(), (&salt, &key), &Counting, &Self::context(), b"hello");
        assert_eq!(sealed.salt().unwrap(), &salt);
        assert_eq!(sealed.open_salted(self.place(), &key, &Self::context()).unwrap().expose(), b"hello");
        (code, sealed)
    }

    fn lines(&self) -> Vec<String> {
        let mut canonical = Vec::new();
        Self::context().write_canonical(&mut canonical);
        let file = FileSeal.close(&Self::seal_keys(), &SystemRng).unwrap();
        vec![
            String::from_utf8(file.expose().trim_ascii_end().to_vec()).unwrap(),
            format!("wrapping key    {}", hex::encode(key_from(0).derive("wrap", key_from(0x20).expose()).expose())),
            format!("region key      {}", hex::encode(self.region_wrap().sealed)),
            format!("stored          {}", hex::encode(rmp_serde::to_vec_named(&self.region_wrap()).unwrap())),
            format!("account key     {}", hex::encode(self.account_wrap().sealed)),
            format!("KMS key         {}", hex::encode(key_from(ACCOUNT_KEY).derive("kms", b"").expose())),
            format!("key version     {}", hex::encode(self.version_wrap().sealed)),
            format!("canonical       {}", hex::encode(canonical)),
            format!("ciphertext      {}", self.ciphertext().to_base64()),
            format!("code            {}", hex::encode(self.in_token().0)),
            format!("in a token      {}", self.in_token().1.to_base64()),
        ]
    }
}

#[test]
fn documented() {
    let lines = [Example::new().lines(), erasure_lines()].concat();
    let missing: Vec<_> = lines.into_iter().filter(|line| !PAGE.lines().any(|l| l == line)).collect();
    assert!(missing.is_empty(), "docs/formats/keys.md lacks:\n{}", missing.join("\n"));
}

/// A record as it is kept: its version, then what it says.
pub(crate) fn kept<R: Record>(record: &R) -> String {
    let bytes = [vec![R::VERSION], rmp_serde::to_vec_named(record).unwrap()].concat();
    assert!(R::decode(R::VERSION, &bytes[1..]).is_some());
    hex::encode(bytes)
}

/// The records of erasures.
fn erasure_lines() -> Vec<String> {
    let example = Example::new();
    let (at, key, version) = (Timestamp::from_secs(1_700_000_000), example.key, example.version);
    let what = Erased::Key { key, versions: vec![version.clone()], in_token: vec![version] };
    let objects = Erased::Objects { bucket: "data".to_owned() };
    let values = Erased::Secret { secret: "db".parse().unwrap(), versions: vec!["v1".parse().unwrap()] };
    vec![
        format!("erased key      {}", kept(&ErasedRecord { at, what })),
        format!("erased secret   {}", kept(&ErasedRecord { at, what: values })),
        format!("erased objects  {}", kept(&ErasedRecord { at, what: objects })),
        format!("final           {}", kept(&FinishedRecord { at })),
        format!("erasing         {}", kept(&Erasing { epoch: 1, account: example.account })),
    ]
}

/// The records of a rewrap and of what it makes possible.
fn rewrap_lines() -> Vec<String> {
    let example = Example::new();
    let at = Timestamp::from_secs(1_700_000_000);
    let rewrap = KeyRewrap {
        started: at,
        finished: None,
        state: RewrapState::Running,
        error: None,
        primary: "cccccccc-dddd-4eee-8fff-000000000000".parse().unwrap(),
        from: BTreeSet::from([example.version.clone()]),
        looked_at: 16_384,
        rewrapped: 812,
        at: RewrapPoint { owner: Some(example.account), stage: RewrapStage::Objects, start: vec![1, 2, 3] },
    };
    let retired = RetiredRecord { id: example.version, created: at, rotated: Some(Rotated::Asked), retired: at };
    let late = LateRecord { data_keys: 2 };
    vec![
        format!("rewrap          {}", kept(&rewrap)),
        format!("retired         {}", kept(&retired)),
        format!("late            {}", kept(&late)),
    ]
}

#[test]
fn records_of_a_rewrap_are_as_documented() {
    let missing: Vec<_> = rewrap_lines().into_iter().filter(|line| !PAGE.lines().any(|l| l == line)).collect();
    assert!(missing.is_empty(), "docs/formats/keys.md lacks:\n{}", missing.join("\n"));
}

/// The store's keyring, given the page's wrapped keys, opens the page's key version, and that opens the ciphertext.
#[tokio::test]
async fn the_documented_chain_opens() {
    let example = Example::new();
    let meta = Arc::new(MemoryMeta::default());
    let account_key = [b"account-key/".as_slice(), &example.account.get().to_be_bytes()].concat();
    let put = |key: &[u8], wrapped: &Wrapped| Write::Put {
        space: Space::System,
        key: key.to_vec(),
        value: rmp_serde::to_vec_named(wrapped).unwrap().into(),
    };
    let writes = vec![put(b"region-key", &example.region_wrap()), put(&account_key, &example.account_wrap())];
    meta.commit(Batch { writes, ..Batch::default() }, Durability::Synced).await.unwrap();

    let file = FileSeal.close(&Example::seal_keys(), &SystemRng).unwrap();
    let unsealed = FileSeal.open(&file).unwrap().unsealed().unwrap();
    let keyring = Keyring::open(unsealed, example.region.clone(), meta, Arc::new(SystemRng)).await.unwrap();
    let parent = keyring.account(example.account).await.unwrap().derive("kms", b"");
    let context = example.place().wrap_context();
    let material = keyring.unwrap(&parent, context.as_bytes(), &example.version_wrap(), "the example").unwrap();
    assert_eq!(material.expose(), key_from(MATERIAL).expose());
    // Moved to another key, it is damage.
    let other = VersionPlace { key: &example.version, ..example.place() }.wrap_context();
    let moved = keyring.unwrap(&parent, other.as_bytes(), &example.version_wrap(), "the example");
    assert_eq!(moved.err().map(|failure| failure.reason()), Some(Reason::Corrupt));

    let line = PAGE.lines().find_map(|line| line.strip_prefix("ciphertext      ")).unwrap();
    let ciphertext = Ciphertext::from_base64(line).unwrap();
    let plaintext: Secret<Vec<u8>> =
        ciphertext.open(example.place(), &Material::Aes256(material), &Example::context()).unwrap();
    assert_eq!(plaintext.expose(), b"hello");
}

/// Shares as they are written down, and the file that they open.
#[test]
fn shares_are_as_documented() {
    let texts = SharesSeal::split(2, 3, &Counting).unwrap();
    let shares: Vec<SealShare> = texts.iter().map(|text| SealShare::parse(text.expose()).unwrap()).collect();
    let seal = SharesSeal::join(&shares[1..]).unwrap();
    let file = seal.close(&Example::seal_keys(), &Counting).unwrap();
    let file: serde_json::Value = serde_json::from_slice(file.expose()).unwrap();
    let lines: Vec<String> = texts.iter().map(|text| text.expose().clone()).chain([file.to_string()]).collect();
    let missing: Vec<_> = lines.into_iter().filter(|line| !PAGE.lines().any(|l| l == line)).collect();
    assert!(missing.is_empty(), "docs/formats/keys.md lacks:\n{}", missing.join("\n"));
}
