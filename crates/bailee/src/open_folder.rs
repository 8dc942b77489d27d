//! A data folder that is open, for tests that stop in the middle of something and look at what is on disk.

use crate::config::{Config, Settings};
use crate::deployment::Deployment;
use bytes::Bytes;
use dialects::Region;
use futures::TryStreamExt;
use iam::{Caller, Claim, CreateAccount, Operation, Run};
use objects::{Body, Encryption, Get, Put};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use types::{AccessKeyId, BucketName, ObjectKey};

/// A folder that is open, and one who calls.
pub(crate) struct Open {
    pub(crate) deployment: Deployment,
    pub(crate) caller: Caller,
    pub(crate) folder: TempDir,
}

pub(crate) fn settings(folder: &Path) -> Settings {
    Config::at(folder).settle().unwrap()
}

pub(crate) fn bucket() -> BucketName {
    "bucket".parse().unwrap()
}

pub(crate) fn key(name: &str) -> ObjectKey {
    name.parse().unwrap()
}

/// Larger than what is kept beside the metadata.
pub(crate) fn large() -> Bytes {
    Bytes::from((0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect::<Vec<u8>>())
}

pub(crate) fn copied(from: &Path) -> TempDir {
    let to = TempDir::new().unwrap();
    copy(from, to.path());
    to
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (entry, to) = (entry.unwrap(), to.to_owned());
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target)
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

impl Open {
    pub(crate) async fn new(folder: TempDir, root: Option<&AccessKeyId>) -> (Self, AccessKeyId) {
        let deployment = Deployment::open(&settings(folder.path())).await.unwrap();
        let domains = &deployment.domains;
        let root = match root {
            Some(root) => root.clone(),
            None => {
                let op = CreateAccount { name: "ann".to_owned() };
                let made = domains.gate.perform(&deployment.service("test", "CreateAccount"), &domains.iam, op).await;
                made.unwrap().root.id
            }
        };
        let call = deployment.service("test", "Test").call().clone();
        let mut caller = Caller::anonymous(call);
        let claim = Claim { access_key: root.clone(), token: None, nonce: None };
        domains.gate.authenticate(&mut caller, claim, |_| Ok(())).await.unwrap();
        (Self { deployment, caller, folder }, root)
    }

    /// Opens what is on disk now, for this caller: what a crash at this moment would leave, or a copy that somebody keeps.
    pub(crate) async fn crashed(&self, root: &AccessKeyId) -> Self {
        Self::new(copied(self.folder.path()), Some(root)).await.0
    }

    pub(crate) fn region(&self) -> &Arc<Region> {
        &self.deployment.domains.regions[0]
    }

    pub(crate) async fn perform<Op: Operation, D: Run<Op> + ?Sized>(
        &self,
        domain: &D,
        op: Op,
    ) -> types::Result<Op::Output> {
        self.deployment.domains.gate.perform(&self.caller, domain, op).await
    }

    pub(crate) async fn put(&self, name: &str, content: impl Into<Bytes>, encryption: Option<Encryption>) {
        let mut put = Put::new(bucket(), key(name), Body::bytes(content));
        put.draft.encryption = encryption;
        self.perform(&*self.region().objects, put).await.unwrap();
    }

    pub(crate) async fn get(&self, name: &str) -> types::Result<Vec<u8>> {
        let got = self.perform(&*self.region().objects, Get::new(bucket(), key(name))).await?;
        let chunks: Vec<Bytes> = got.content.into_stream().try_collect().await?;
        Ok(chunks.concat())
    }
}
