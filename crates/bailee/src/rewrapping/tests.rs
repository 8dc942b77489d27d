//! A data folder with something of everything under a key that was rotated: stopped after each step of the rewrap, it opens,
//! reads, and goes on.

use super::{Rewrapping, Step};
use crate::open_folder::{Open, bucket, key, large};
use kms::secrets::{CreateSecret, DataType, GetSecretValue, NewSecret, NewValue, SecretKind, SecretRef, VersionChoice};
use kms::{
    Ciphertext, CreateKey, CreateKeyVersion, Decrypt, DisableKey, Drawn, EnableKey, Encrypt, EncryptionContext,
    GetKeyRewrap, KeyRef, KeyRewrap, RetireKeyVersion, RewrapState, StartKeyRewrap,
};
use objects::{Body, CompleteUpload, CreateBucket, Encryption, InitiateUpload, PartList, UploadPart};
use std::collections::BTreeMap;
use tempfile::TempDir;
use types::{AccessKeyId, KeyId, Reason, Result, Secret, UploadId};

/// More than one page of them.
const OBJECTS: usize = 70;

/// What was put under the key.
struct Content {
    root: AccessKeyId,
    key: KeyRef,
    first: KeyId,
    upload: UploadId,
    outside: Vec<u8>,
}

fn secret_under(key: &KeyRef) -> CreateSecret {
    let secret = NewSecret {
        name: "db".parse().unwrap(),
        kind: SecretKind::Generic,
        version: "v1".parse().unwrap(),
        description: String::new(),
        config: String::new(),
        key: Some(key.clone()),
        automatic: false,
        interval: None,
        tags: BTreeMap::new(),
        policy: None,
    };
    CreateSecret::new(secret, NewValue { data: Secret::new(b"a secret".to_vec()), data_type: DataType::Text })
}

impl Open {
    fn rewrapping(&self) -> Rewrapping {
        Rewrapping::new(self.deployment.domains.clone(), self.region().clone())
    }

    /// The next step, if a rewrap is under way.
    async fn next(&self) -> Option<Result<Step>> {
        let (job, rewrap) = self.region().kms.running_rewraps(10).await.unwrap().pop()?;
        Some(self.rewrapping().step(&job, &rewrap).await)
    }

    async fn progress(&self, content: &Content) -> KeyRewrap {
        self.perform(&*self.region().kms, GetKeyRewrap { key: content.key.clone() }).await.unwrap().1
    }

    async fn start(&self, content: &Content) {
        self.perform(&*self.region().kms, StartKeyRewrap { key: content.key.clone() }).await.unwrap();
    }

    async fn retire(&self, content: &Content) -> Result<()> {
        let op = RetireKeyVersion { key: content.key.clone(), version: content.first.clone() };
        op.perform(&self.deployment.domains.gate, &self.caller, &self.region().kms).await.map(|_| ())
    }

    async fn fill_under_key(&self, root: AccessKeyId) -> Content {
        let region = self.region();
        let made = self.perform(&*region.kms, CreateKey::default()).await.unwrap().record;
        let key_ref = KeyRef::id(made.id.clone());
        self.perform(&*region.objects, CreateBucket::new(bucket())).await.unwrap();
        let under = || Some(Encryption::Kms { key: Some(made.id.to_string()) });
        for n in 0..OBJECTS {
            self.put(&format!("it-{n}"), format!("content {n}"), under()).await;
        }
        self.put("large", large(), under()).await;
        self.put("other", "other", None).await;
        let mut begin = InitiateUpload::new(bucket(), key("parts"));
        begin.draft.encryption = under();
        let upload = self.perform(&*region.objects, begin).await.unwrap().upload;
        let part = UploadPart::new(bucket(), key("parts"), upload.clone(), 1, Body::bytes("a part"));
        self.perform(&*region.objects, part).await.unwrap();
        self.perform(&*region.secrets, secret_under(&key_ref)).await.unwrap();
        let encrypt = Encrypt {
            key: key_ref.clone(),
            plaintext: Secret::new(b"outside".to_vec()),
            context: EncryptionContext::default(),
        };
        let outside = self.perform(&*region.kms, encrypt).await.unwrap().ciphertext.bytes().to_vec();
        let rotate = CreateKeyVersion { key: key_ref.clone(), pair: false, drawn: Drawn::default() };
        self.perform(&*region.kms, rotate).await.unwrap();
        Content { root, key: key_ref, first: made.primary, upload, outside }
    }

    /// All that was put reads.
    async fn check_under_key(&self, content: &Content) {
        for n in [0, 1, OBJECTS / 2, OBJECTS - 1] {
            assert_eq!(self.get(&format!("it-{n}")).await.unwrap(), format!("content {n}").as_bytes());
        }
        assert_eq!(self.get("large").await.unwrap(), large());
        assert_eq!(self.get("other").await.unwrap(), b"other");
        let secret: SecretRef = "db".parse().unwrap();
        let got = self.perform(&*self.region().secrets, GetSecretValue::new(secret, VersionChoice::Current)).await;
        assert_eq!(got.unwrap().1.data.expose(), b"a secret");
        let part = UploadPart::new(bucket(), key("parts"), content.upload.clone(), 2, Body::bytes("more"));
        self.perform(&*self.region().objects, part).await.unwrap();
    }

    async fn complete_parts(&self, content: &Content) {
        let mut op = CompleteUpload::new(bucket(), key("parts"), content.upload.clone(), PartList::All);
        op.least = 1;
        self.perform(&*self.region().objects, op).await.unwrap();
        assert_eq!(self.get("parts").await.unwrap(), b"a partmore");
    }

    async fn decrypt(&self, content: &Content) -> Result<()> {
        let ciphertext = Ciphertext::from_bytes(content.outside.clone()).unwrap();
        let op = Decrypt { ciphertext, context: EncryptionContext::default(), account: None, key: None };
        self.perform(&*self.region().kms, op).await.map(|_| ())
    }
}

async fn filled() -> (Open, Content) {
    let (open, root) = Open::new(TempDir::new().unwrap(), None).await;
    let content = open.fill_under_key(root).await;
    open.start(&content).await;
    (open, content)
}

fn reason(result: Result<()>) -> Option<Reason> {
    result.err().map(|failure| failure.reason())
}

#[tokio::test]
async fn a_rewrap_survives_a_crash_after_every_step() {
    let (open, content) = filled().await;
    let mut steps = Vec::new();
    loop {
        let crashed = open.crashed(&content.root).await;
        crashed.check_under_key(&content).await;
        let before = crashed.progress(&content).await;
        assert_eq!(before, open.progress(&content).await);
        if before.state == RewrapState::Running {
            assert_eq!(reason(crashed.retire(&content).await), Some(Reason::KeyRewrapRunning));
        }
        crashed.rewrapping().finish().await.unwrap();
        let after = crashed.progress(&content).await;
        assert_eq!((after.state, after.rewrapped), (RewrapState::Done, OBJECTS as u64 + 3));
        crashed.check_under_key(&content).await;
        let Some(step) = open.next().await else { break };
        steps.push(step.unwrap());
    }
    // The upload; the objects, in two pages; the secret; the end.
    assert_eq!(steps, [Step::Rewrapped, Step::Rewrapped, Step::Rewrapped, Step::Rewrapped, Step::Done]);
    assert!(open.decrypt(&content).await.is_ok());
    open.retire(&content).await.unwrap();
    for open in [&open, &open.crashed(&content.root).await] {
        open.check_under_key(&content).await;
        assert_eq!(reason(open.decrypt(&content).await), Some(Reason::KeyVersionRetired));
    }
    open.complete_parts(&content).await;
    // What is gone from here is gone from every copy once its epoch has ended.
    open.deployment.sealing(std::time::Duration::ZERO).end_epoch().await.unwrap();
    open.check_objects().await;
}

impl Open {
    async fn check_objects(&self) {
        assert_eq!(self.get("it-0").await.unwrap(), b"content 0");
        assert_eq!(self.get("large").await.unwrap(), large());
        assert_eq!(self.get("parts").await.unwrap(), b"a partmore");
    }
}

#[tokio::test]
async fn a_key_that_is_off_stops_it_and_says_why() {
    let (open, content) = filled().await;
    assert_eq!(open.next().await.unwrap().unwrap(), Step::Rewrapped);
    let kms = &*open.region().kms;
    open.perform(kms, DisableKey { key: content.key.clone() }).await.unwrap();
    assert_eq!(open.next().await.unwrap().unwrap(), Step::Failed);
    assert!(open.next().await.is_none());
    let failed = open.progress(&content).await;
    assert_eq!((failed.state, failed.rewrapped), (RewrapState::Failed, 1));
    assert_eq!(failed.error.as_deref(), Some(Reason::KeyDisabled.text()));
    open.perform(kms, EnableKey { key: content.key.clone() }).await.unwrap();
    open.check_under_key(&content).await;
    assert_eq!(reason(open.retire(&content).await), Some(Reason::KeyVersionInUse));
    open.start(&content).await;
    open.rewrapping().finish().await.unwrap();
    assert_eq!(open.progress(&content).await.rewrapped, OBJECTS as u64 + 2);
    open.retire(&content).await.unwrap();
    open.check_under_key(&content).await;
}

/// An erasure epoch that ends in the middle moves data keys to other shards; neither undoes what the other did.
#[tokio::test]
async fn an_epoch_may_end_in_the_middle() {
    let (open, content) = filled().await;
    for _ in 0..2 {
        assert_eq!(open.next().await.unwrap().unwrap(), Step::Rewrapped);
    }
    open.put("it-1", "content 1", None).await;
    open.deployment.sealing(std::time::Duration::ZERO).end_epoch().await.unwrap();
    open.check_under_key(&content).await;
    open.rewrapping().finish().await.unwrap();
    open.retire(&content).await.unwrap();
    open.check_under_key(&content).await;
    open.complete_parts(&content).await;
}
