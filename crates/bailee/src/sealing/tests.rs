//! A data folder with something of everything, whose seal is changed: stopped after each step, it opens and reads.

use super::{Sealing, Step};
use crate::deployment::Deployment;
use crate::open_folder::{Open, bucket, copied, key, large, settings};
use kms::secrets::{
    CreateSecret, DataType, DeleteSecret, GetSecretValue, NewSecret, NewValue, SecretKind, SecretRef, VersionChoice,
};
use kms::{CreateKey, Decrypt, Encrypt, EncryptionContext, ErasureReceipt, KeyRef};
use objects::{
    AbortUpload, Body, CompleteUpload, CreateBucket, Delete, Encryption, InitiateUpload, PartList, UploadPart,
};
use std::collections::BTreeMap;
use std::time::Duration;
use tempfile::TempDir;
use types::{AccessKeyId, AccountId, Secret, UploadId};

const SECRET: &str = "a secret value";

/// What was put into the folder, to be asked for again.
struct Content {
    root: AccessKeyId,
    ciphertext: Vec<u8>,
    upload: UploadId,
}

impl Open {
    async fn copy(&self, content: &Content) -> Self {
        self.crashed(&content.root).await
    }

    fn sealing(&self) -> Sealing {
        self.deployment.sealing(Duration::ZERO)
    }

    async fn fill(&self, root: AccessKeyId) -> Content {
        let region = self.region();
        self.perform(&*region.objects, CreateBucket::new(bucket())).await.unwrap();
        self.put("small", "small", None).await;
        self.put("large", large(), None).await;
        self.put("under-kms", "under a key", Some(Encryption::Kms { key: None })).await;
        let made = self.perform(&*region.kms, CreateKey::default()).await.unwrap();
        let encrypt = Encrypt {
            key: KeyRef::id(made.record.id),
            plaintext: Secret::new(b"plain".to_vec()),
            context: EncryptionContext::default(),
        };
        let ciphertext = self.perform(&*region.kms, encrypt).await.unwrap().ciphertext.bytes().to_vec();
        let secret = NewSecret {
            name: "db".parse().unwrap(),
            kind: SecretKind::Generic,
            version: "v1".parse().unwrap(),
            description: String::new(),
            config: String::new(),
            key: None,
            automatic: false,
            interval: None,
            tags: BTreeMap::new(),
            policy: None,
        };
        let value = NewValue { data: Secret::new(SECRET.into()), data_type: DataType::Text };
        self.perform(&*region.secrets, CreateSecret::new(secret, value)).await.unwrap();
        let begun = self.perform(&*region.objects, InitiateUpload::new(bucket(), key("parts"))).await.unwrap();
        let part = UploadPart::new(bucket(), key("parts"), begun.upload.clone(), 1, Body::bytes("a part"));
        self.perform(&*region.objects, part).await.unwrap();
        Content { root, ciphertext, upload: begun.upload }
    }

    /// Erases some of it, so that the shards that the rest is in have seen an erasure.
    async fn erase(&self) {
        let region = self.region();
        self.put("erased", "erased", None).await;
        self.put("overwritten", "one", None).await;
        self.put("overwritten", "two", None).await;
        self.perform(&*region.objects, Delete::new(bucket(), key("erased"))).await.unwrap();
        let begun = self.perform(&*region.objects, InitiateUpload::new(bucket(), key("given-up"))).await.unwrap();
        let abort = AbortUpload { bucket: bucket(), key: key("given-up"), upload: begun.upload };
        self.perform(&*region.objects, abort).await.unwrap();
    }

    /// All that lives is read, and new things can be made.
    async fn check(&self, content: &Content, round: usize) {
        let region = self.region();
        assert_eq!(self.get("small").await.unwrap(), b"small");
        assert_eq!(self.get("large").await.unwrap(), large());
        assert_eq!(self.get("under-kms").await.unwrap(), b"under a key");
        assert_eq!(self.get("overwritten").await.unwrap(), b"two");
        assert!(self.get("erased").await.is_err());
        let ciphertext = kms::Ciphertext::from_bytes(content.ciphertext.clone()).unwrap();
        let decrypt = Decrypt { ciphertext, context: EncryptionContext::default(), account: None, key: None };
        assert_eq!(self.perform(&*region.kms, decrypt).await.unwrap().plaintext.expose(), b"plain");
        let secret: SecretRef = "db".parse().unwrap();
        let op = GetSecretValue::new(secret, VersionChoice::Current);
        let (_, value) = self.perform(&*region.secrets, op).await.unwrap();
        assert_eq!(value.data.expose(), SECRET.as_bytes());
        let name = format!("new-{round}");
        self.put(&name, name.clone(), None).await;
        assert_eq!(self.get(&name).await.unwrap(), name.as_bytes());
        let part = UploadPart::new(bucket(), key("parts"), content.upload.clone(), 2, Body::bytes("more"));
        self.perform(&*region.objects, part).await.unwrap();
    }

    async fn complete(&self, content: &Content) {
        let mut op = CompleteUpload::new(bucket(), key("parts"), content.upload.clone(), PartList::All);
        op.least = 1;
        self.perform(&*self.region().objects, op).await.unwrap();
        assert_eq!(self.get("parts").await.unwrap(), b"a partmore");
    }

    fn account(&self) -> AccountId {
        self.caller.account().unwrap()
    }

    /// The events of one name in an account's trail.
    async fn events(&self, account: AccountId, name: &str) -> Vec<serde_json::Value> {
        let now = self.deployment.domains.clock.now();
        let hour = Duration::from_secs(3600);
        let query = trail::Query::new(Some(now.minus(hour)), Some(now.plus(hour)), now).unwrap();
        let view = self.region().store.view().await.unwrap();
        let events = trail::lookup(&[view], account, &query).await.unwrap().events;
        events.into_iter().filter(|event| event["eventName"] == name).collect()
    }

    fn epochs(&self) -> Vec<u32> {
        self.deployment.seal_status().epochs.iter().map(|(number, _)| *number).collect()
    }
}

/// A folder with content.
async fn filled() -> (Open, Content) {
    let (open, root) = Open::new(TempDir::new().unwrap(), None).await;
    let content = open.fill(root).await;
    open.erase().await;
    (open, content)
}

/// Begins on a copy, which `begin` makes the first durable change of; after each step opens what a crash would leave there,
/// reads, finishes, reads. Only for those numbers of steps that leave `rest` when divided by `by`: the tests share the work.
async fn stopped_after_every_step(begin: impl Fn(&Deployment), (rest, by): (usize, usize)) -> Vec<Step> {
    let (open, content) = filled().await;
    begin(&open.deployment);
    let sealing = open.sealing();
    let mut steps = Vec::new();
    while steps.last() != Some(&Step::Nothing) {
        if steps.len() % by == rest {
            let crashed = open.copy(&content).await;
            crashed.check(&content, 1).await;
            crashed.sealing().resume().await.unwrap();
            crashed.check(&content, 2).await;
            assert_eq!(crashed.epochs().len(), 1);
            assert!(!crashed.deployment.seal_status().rotating);
            assert_eq!(crashed.sealing().step().await.unwrap(), Step::Nothing);
        }
        steps.push(sealing.step().await.unwrap());
    }
    let again = open.copy(&content).await;
    again.check(&content, 3).await;
    again.complete(&content).await;
    steps
}

async fn ending_an_epoch(share: (usize, usize)) {
    let steps = stopped_after_every_step(|deployment| deployment.begin_epoch().unwrap(), share).await;
    let expected = [
        Step::EpochEntered,
        Step::EpochEntered,
        Step::Rewrapped,
        Step::EpochEnded,
        Step::Recorded,
        Step::Recorded,
        Step::ErasuresFinished,
        Step::Nothing,
    ];
    assert_eq!(steps, expected);
}

#[tokio::test]
async fn ending_an_epoch_survives_a_crash_after_every_even_step() {
    ending_an_epoch((0, 2)).await;
}

#[tokio::test]
async fn ending_an_epoch_survives_a_crash_after_every_odd_step() {
    ending_an_epoch((1, 2)).await;
}

#[tokio::test]
async fn a_new_root_key_survives_a_crash_at_every_step() {
    let steps = stopped_after_every_step(|deployment| deployment.begin_root().unwrap(), (0, 1)).await;
    assert_eq!(steps, [Step::RootRotated, Step::RootRotated, Step::RootEnded, Step::Nothing]);
}

/// As when an operator asks for one, the server stops, and the other is asked for.
#[tokio::test]
async fn both_at_once_are_finished() {
    let (open, content) = filled().await;
    open.deployment.begin_epoch().unwrap();
    open.deployment.begin_root().unwrap();
    open.sealing().resume().await.unwrap();
    assert_eq!(open.epochs(), [2]);
    open.copy(&content).await.check(&content, 1).await;
}

/// The seal is kept apart, as one outside the data folder is. A copy of the folder from before opens with the seal it had;
/// with the seal of afterwards it opens not at all.
#[tokio::test]
async fn an_old_copy_does_not_open_with_the_new_seal() {
    let (open, content) = filled().await;
    let (old, older) = (open.copy(&content).await, copied(open.folder.path()));
    open.perform(&*open.region().objects, Delete::new(bucket(), key("large"))).await.unwrap();
    open.sealing().end_epoch().await.unwrap();
    assert_eq!(open.epochs(), [2]);
    assert_eq!(open.get("small").await.unwrap(), b"small");
    assert_eq!(old.get("large").await.unwrap(), large());
    std::fs::copy(open.folder.path().join("seal.json"), older.path().join("seal.json")).unwrap();
    assert!(Deployment::open(&settings(older.path())).await.is_err());
}

#[tokio::test]
async fn a_region_that_is_not_open_stops_it() {
    let (open, _) = filled().await;
    let keeper = kms::seal::Keeper::new(open.deployment.domains.identity.clone());
    keeper.note_regions(&["elsewhere-1".parse().unwrap()]).await.unwrap();
    for failed in [open.sealing().end_epoch().await, open.sealing().rotate().await] {
        assert!(failed.unwrap_err().to_string().contains("elsewhere-1"));
    }
    assert_eq!(open.epochs(), [1]);
    // Nor does one that was begun before go on.
    open.deployment.begin_epoch().unwrap();
    assert!(open.sealing().resume().await.is_err());
    assert_eq!(open.epochs(), [1, 2]);
}

/// One that was taken out of the configuration before anybody noted which there are.
#[tokio::test]
async fn a_region_that_only_has_a_folder_stops_it() {
    let (open, content) = filled().await;
    let folder = copied(open.folder.path());
    std::fs::create_dir_all(folder.path().join("regions/forgotten-1/meta")).unwrap();
    let (open, _) = Open::new(folder, Some(&content.root)).await;
    assert!(open.sealing().end_epoch().await.unwrap_err().to_string().contains("forgotten-1"));
}

#[tokio::test]
async fn what_an_epoch_held_is_gone_when_it_ends_and_said_so() {
    let (open, _) = filled().await;
    let delete = DeleteSecret { secret: "db".parse().unwrap(), days: None };
    open.perform(&*open.region().secrets, delete).await.unwrap();
    open.sealing().resume().await.unwrap();
    let owner = open.account();
    assert!(open.events(owner, "FinishErasure").await.is_empty(), "the epoch is not over");
    open.sealing().end_epoch().await.unwrap();
    assert_eq!(open.events(AccountId::PLATFORM, "BeginErasureEpoch").await.len(), 1);
    let ended = open.events(AccountId::PLATFORM, "EndErasureEpoch").await;
    assert_eq!(ended[0]["requestParameters"]["Epoch"], 1);
    let finished = open.events(owner, "FinishErasure").await;
    assert_eq!(finished.len(), 2, "of the secret, and of what was erased when the folder was filled");
    assert!(finished.iter().all(|event| event["requestParameters"]["Epoch"] == 1));
    let of = |kind: &str| finished.iter().find(|event| event["referencedResources"][kind].is_array()).unwrap();
    let secret = of("ACS::KMS::Secret");
    assert_eq!(secret["responseElements"]["SecretVersionIds"], serde_json::json!(["v1"]));
    assert_eq!(secret["referencedResources"]["ACS::KMS::Secret"], serde_json::json!(["db"]));
    assert_eq!(of("ACS::OSS::Bucket")["referencedResources"]["ACS::OSS::Bucket"], serde_json::json!(["bucket"]));
    open.sealing().end_epoch().await.unwrap();
    assert_eq!(open.events(owner, "FinishErasure").await.len(), 2, "said once");
}

/// A receipt for the newest event that destroyed keys, or that did not, from what is published.
async fn receipt(open: &Open, destroyed: bool) -> types::Result<ErasureReceipt> {
    for publisher in &open.deployment.publishers {
        publisher.publish_all().await?;
    }
    let (region, owner) = (open.region(), open.account());
    let events = open.events(owner, "Test").await;
    let event =
        events.iter().find(|event| event["responseElements"]["destroyedKeys"].is_object() == destroyed).unwrap();
    let folder = trail::Folder::of(&region.trail, owner);
    let time = types::Timestamp::parse_iso(event["eventTime"].as_str().unwrap());
    let id = event["eventId"].as_str().unwrap();
    Ok(ErasureReceipt::of(&region.store, &folder, owner, id, time).await?.unwrap())
}

#[tokio::test]
async fn a_receipt_shows_what_was_erased_and_when_that_became_final() {
    let (open, _) = filled().await;
    let log = trail::Log::open(&open.region().store, open.account()).await.unwrap();
    assert_eq!(receipt(&open, false).await.unwrap_err().reason(), types::Reason::ParameterInvalid);
    open.perform(&*open.region().objects, Delete::new(bucket(), key("small"))).await.unwrap();
    let unfinished = receipt(&open, true).await.unwrap();
    let shown = unfinished.verify(log.vkey()).unwrap();
    assert_eq!((shown.keys, shown.epoch, shown.finished.clone()), (1, 1, None));
    assert_eq!(shown.event.referenced_resources["ACS::OSS::Object"], ["bucket/small"]);
    open.sealing().end_epoch().await.unwrap();
    let finished = receipt(&open, true).await.unwrap();
    let shown_then = finished.verify(log.vkey()).unwrap();
    assert!(shown_then.finished.is_some());
    assert_eq!((shown_then.root, shown_then.event), (shown.root, shown.event));
    let text = serde_json::to_string(&finished).unwrap();
    assert_eq!(ErasureReceipt::parse(text.as_bytes()).unwrap(), finished);
    // The end of another epoch, or of something else, does not make it final.
    open.perform(&*open.region().objects, Delete::new(bucket(), key("large"))).await.unwrap();
    let later = serde_json::to_value(receipt(&open, true).await.unwrap()).unwrap();
    let forged = serde_json::json!({ "erasure": later["erasure"], "finality": serde_json::to_value(&finished).unwrap()["finality"] });
    assert!(ErasureReceipt::parse(forged.to_string().as_bytes()).unwrap().verify(log.vkey()).is_err());
}
