//! The vectors of `docs/formats/secrets.md`, computed and looked up there, and opened again.

use super::secret_record::{OwnKey, SecretKind, SecretRecord};
use super::secret_value::{TenantKey, VersionRecord};
use super::tables::{Due, PolicyRecord, Rotations, Used};
use super::value_sealer::{ValuePlace, digest, sealing_key};
use super::versions::{CURRENT, VersionInfo};
use super::{DataType, Rotation};
use crate::documented::{ACCOUNT_KEY, Counting, Example, kept, key_from};
use std::collections::BTreeMap;
use types::{Secret, SecretName, SecretVersionId, Timestamp};

const PAGE: &str = include_str!("../../../../docs/formats/secrets.md");
const OWN_KEY: u8 = 0x60;
const VALUE: &[u8] = b"hush";

/// The page's example: a secret of the account of the keys' page, with one version.
struct Vectors {
    of: Example,
    secret: SecretName,
    version: SecretVersionId,
}

impl Vectors {
    fn new() -> Self {
        Self { of: Example::new(), secret: "db".parse().unwrap(), version: "v1".parse().unwrap() }
    }

    fn place(&self) -> ValuePlace<'_> {
        ValuePlace { account: self.of.account, secret: &self.secret, version: &self.version }
    }

    /// The value, sealed under its own key, or under a data key as well.
    fn value(&self, data_key: Option<&[u8]>) -> VersionRecord {
        let own = key_from(OWN_KEY);
        let parent = key_from(ACCOUNT_KEY).derive("secrets", b"");
        let data_key = data_key.map(|bytes| Secret::new(bytes.to_vec()));
        let sealing = sealing_key(&own, data_key.as_ref());
        let under = data_key.map(|_| TenantKey {
            account: self.of.account,
            id: self.of.key.clone(),
            ciphertext: vec![1, 2, 3],
        });
        VersionRecord {
            id: self.version.clone(),
            created: at(),
            data_type: DataType::Text,
            key: Example::wrap(&parent, self.place().wrap_context(&self.of.region), &own),
            under,
            digest: digest(&own, DataType::Text, VALUE).to_vec(),
            sealed: crypto::seal(&sealing, &Counting, &self.place().seal_context(&self.of.region), VALUE),
        }
    }

    fn secret(&self) -> SecretRecord {
        SecretRecord {
            name: self.secret.clone(),
            kind: SecretKind::Rds,
            description: "a database".to_owned(),
            config: "{}".to_owned(),
            key: Some(OwnKey { account: self.of.account, id: self.of.key.clone() }),
            creator: "acs:ram::1234567890123456:root".to_owned(),
            created: at(),
            updated: at(),
            delete_at: None,
            tags: BTreeMap::from([("stage".to_owned(), "test".to_owned())]),
            versions: vec![VersionInfo { id: self.version.clone(), created: at() }],
            stages: BTreeMap::from([(CURRENT.parse().unwrap(), self.version.clone())]),
            rotation: Rotation { automatic: true, interval: Some(86_400), next: Some(at()), ..Rotation::default() },
        }
    }

    fn lines(&self) -> Vec<String> {
        let due = Due { account: self.of.account, secret: self.secret.clone() };
        vec![
            format!("secret          {}", kept(&self.secret())),
            format!("value           {}", kept(&self.value(None))),
            format!("under a key     {}", kept(&self.value(Some(&[7; 32])))),
            format!("policy          {}", kept(&PolicyRecord { text: "{}".to_owned() })),
            format!("used            {}", kept(&Used { secrets: 3, rotations: Rotations { since: at(), asked: 2 } })),
            format!("due             {}", kept(&due)),
        ]
    }
}

fn at() -> Timestamp {
    Timestamp::from_secs(1_700_000_000)
}

#[test]
fn documented() {
    let missing: Vec<_> = Vectors::new().lines().into_iter().filter(|l| !PAGE.lines().any(|k| k == l)).collect();
    assert!(missing.is_empty(), "docs/formats/secrets.md lacks:\n{}", missing.join("\n"));
}

#[test]
fn a_value_opens_in_its_own_place_only() {
    let vectors = Vectors::new();
    for data_key in [None, Some([7; 32].as_slice())] {
        let kept = vectors.value(data_key);
        let sealing = sealing_key(&key_from(OWN_KEY), data_key.map(|bytes| Secret::new(bytes.to_vec())).as_ref());
        let context = vectors.place().seal_context(&vectors.of.region);
        assert_eq!(crypto::open_secret(&sealing, &context, &kept.sealed).unwrap().expose(), VALUE);
        let other = "v2".parse().unwrap();
        let elsewhere = ValuePlace { version: &other, ..vectors.place() }.seal_context(&vectors.of.region);
        assert!(crypto::open_secret(&sealing, &elsewhere, &kept.sealed).is_err());
    }
}
