//! The seal of the deployment, for operators who look after it. What protects the root key never leaves the machine by this way:
//! it is told how the seal is, and asked for changes that need no secret.

use crate::caller::Caller;
use crate::iam::{Iam, identity, read, write};
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use async_trait::async_trait;
use store::{Store, Txn, View};
use types::{AccountId, Action, Failure, Reason, Result, Timestamp};

pub(crate) const GET_SEAL: Action = read("GetSeal");
pub(crate) const ROTATE_ROOT_KEY: Action = write("RotateRootKey");
pub(crate) const END_ERASURE_EPOCH: Action = write("EndErasureEpoch");

/// What can be asked of a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealWork {
    /// Another root key.
    RotateRoot,
    /// The end of the erasure epoch.
    EndEpoch,
}

/// How the seal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealState {
    /// What kind it is.
    pub kind: String,
    /// Since when the root key is the one it is, if that was written down.
    pub root_since: Option<Timestamp>,
    /// Whether another is taking its place.
    pub rotating: bool,
    /// The erasure epochs whose keys there are, the newest last, and since when.
    pub epochs: Vec<(u32, Option<Timestamp>)>,
}

/// Whoever keeps the seal.
#[async_trait]
pub trait Seals: Send + Sync {
    /// How it is.
    fn state(&self) -> Result<SealState>;

    /// Refuses what could not be begun now.
    async fn check(&self, work: SealWork) -> Result<()>;

    /// Has it begun. It takes long; how far it is, the state shows.
    fn begin(&self, work: SealWork);
}

/// Shows how the seal is.
pub struct GetSeal;

/// Has the seal changed. What is asked for is recorded before it is begun: after a crash in between, nothing has happened, and the
/// state says so. Each step of the change is recorded besides.
pub struct ChangeSeal {
    /// How.
    pub work: SealWork,
}

impl Iam {
    fn seals(&self) -> Result<&dyn Seals> {
        let text = "The seal of this server is not looked after by operators; use `bailee seal` on the machine.";
        self.seal_keeper().ok_or_else(|| Failure::new(Reason::NotImplemented, text))
    }
}

/// It is the deployment's own.
fn target(action: Action) -> Target {
    Target::one(action, identity(AccountId::PLATFORM, "seal"))
}

impl Operation for GetSeal {
    type Output = SealState;

    fn action(&self) -> Action {
        GET_SEAL
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Run<GetSeal> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &GetSeal, _: &Caller, _: &View) -> Result<Target> {
        Ok(target(op.action()))
    }

    async fn run(&self, _: &Permit<GetSeal>, _: &GetSeal, _: &mut Txn) -> Result<SealState> {
        self.seals()?.state()
    }
}

impl Operation for ChangeSeal {
    type Output = ();

    fn action(&self) -> Action {
        match self.work {
            SealWork::RotateRoot => ROTATE_ROOT_KEY,
            SealWork::EndEpoch => END_ERASURE_EPOCH,
        }
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Run<ChangeSeal> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &ChangeSeal, _: &Caller, _: &View) -> Result<Target> {
        Ok(target(op.action()))
    }

    async fn prepare(&self, _: &Permit<ChangeSeal>, op: &mut ChangeSeal) -> Result<()> {
        self.seals()?.check(op.work).await
    }

    async fn run(&self, _: &Permit<ChangeSeal>, _: &ChangeSeal, _: &mut Txn) -> Result<()> {
        Ok(())
    }

    fn committed(&self, op: &ChangeSeal) {
        if let Ok(seals) = self.seals() {
            seals.begin(op.work);
        }
    }
}
