use crate::action;
use crate::kms::KEY_KIND;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use serde::{Deserialize, Serialize};
use store::{Moved, Range, Record, Space, Store, Table, Txn, View};
use types::{AccountId, Action, Failure, RegionId, Resource, Result, Service};

/// The epochs that a store has left and that have not been recorded as ended, by number; under the platform's account.
const LEFT: Table<LeftRecord> = Table::new(Space::System, b'e', "an epoch that is ending");
/// The regions of the deployment, by name; in the store of its identities, under the platform's account.
const REGIONS: Table<RegionRecord> = Table::new(Space::System, b'r', "a region of the deployment");
/// More than there can be.
const SCAN: usize = 1_000;

/// An epoch that a store has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct LeftRecord {
    /// The epoch it went into.
    to: u32,
}

impl Record for LeftRecord {}

/// A region of the deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct RegionRecord {}

impl Record for RegionRecord {}

/// What a change of the seal means for one store.
pub struct Keeper {
    store: Store,
}

/// Moves the store into the newest erasure epoch: from its commit on nothing is wrapped in an earlier one.
///
/// Only Bailee itself asks for this and the other two.
#[derive(Clone, Copy, Debug)]
pub struct BeginEpoch;

/// Records that an epoch has ended: its key is destroyed, and what was erased in it is gone from every copy.
#[derive(Clone, Copy, Debug)]
pub struct EndEpoch {
    /// Which.
    pub epoch: u32,
}

/// Wraps the region key under the newest root key.
#[derive(Clone, Copy, Debug)]
pub struct RotateRoot;

impl Keeper {
    /// The keeper of a store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The epochs that this store has left, whose key the seal has destroyed since: for each [`EndEpoch`] is due.
    pub async fn ended(&self) -> Result<Vec<u32>> {
        let left = self.store.view().await?.keys(LEFT, AccountId::PLATFORM, &Range::prefix(b"", SCAN)).await?;
        let number = |suffix: &Vec<u8>| suffix.as_slice().try_into().map(u32::from_be_bytes);
        let left: Vec<u32> =
            left.iter().map(number).collect::<Result<_, _>>().map_err(|_| Failure::corrupt("an epoch"))?;
        let unsealed = self.store.keyring().unsealed();
        Ok(left.into_iter().filter(|epoch| !unsealed.holds(*epoch)).collect())
    }

    /// Notes the regions of the deployment, in the store of its identities. What they hold must never be forgotten when
    /// keys at the root are destroyed.
    pub async fn note_regions(&self, regions: &[RegionId]) -> Result<()> {
        loop {
            let mut txn = self.store.begin().await?;
            for region in regions {
                let suffix = region.as_str().as_bytes();
                if txn.get(REGIONS, AccountId::PLATFORM, suffix).await?.is_none() {
                    txn.put(REGIONS, AccountId::PLATFORM, suffix, &RegionRecord {}).await?;
                }
            }
            if !txn.writes() {
                return Ok(());
            }
            if let store::Committed::Done(_) = txn.commit(store::Durability::Synced).await? {
                return Ok(());
            }
        }
    }

    /// The regions that were ever noted.
    pub async fn regions(&self) -> Result<Vec<String>> {
        let found = self.store.view().await?.keys(REGIONS, AccountId::PLATFORM, &Range::prefix(b"", SCAN)).await?;
        let name = |suffix: Vec<u8>| String::from_utf8(suffix).map_err(|_| Failure::corrupt("a region's name"));
        found.into_iter().map(name).collect()
    }

    fn target(&self, action: Action, caller: &Caller) -> Result<Target> {
        caller.house_only()?;
        let resource = Resource::regional(Service::Kms, self.store.region(), AccountId::PLATFORM, "seal");
        Ok(Target::one(action, resource))
    }
}

/// Wraps the region key under the newest root key in the newest epoch, and notes the one that is left by that, if any.
async fn enter_newest(txn: &mut Txn) -> Result<Moved> {
    let moved = txn.wrap_region_key().await?;
    if moved.from != moved.to {
        let left = LeftRecord { to: moved.to };
        txn.put(LEFT, AccountId::PLATFORM, &moved.from.to_be_bytes(), &left).await?;
    }
    Ok(moved)
}

impl Operation for BeginEpoch {
    type Output = Moved;

    fn action(&self) -> Action {
        action::BEGIN_ERASURE_EPOCH
    }

    fn audit(&self, _: &mut Audit) {}

    fn outcome(&self, output: &Moved, audit: &mut Audit) {
        audit.answer("Epoch", output.to);
        audit.answer("EndingEpoch", output.from);
    }
}

impl Operation for EndEpoch {
    type Output = ();

    fn action(&self) -> Action {
        action::END_ERASURE_EPOCH
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("Epoch", self.epoch);
    }
}

impl Operation for RotateRoot {
    type Output = ();

    fn action(&self) -> Action {
        action::ROTATE_ROOT_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        audit.resource(KEY_KIND, "root");
    }
}

#[async_trait]
impl Run<BeginEpoch> for Keeper {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &BeginEpoch, caller: &Caller, _: &View) -> Result<Target> {
        self.target(op.action(), caller)
    }

    /// Commit point: this transaction. Before it the store is in the old epoch, and the new one's key has no use here; after
    /// it the new one's key is needed.
    async fn run(&self, _: &Permit<BeginEpoch>, _: &BeginEpoch, txn: &mut Txn) -> Result<Moved> {
        enter_newest(txn).await
    }
}

#[async_trait]
impl Run<EndEpoch> for Keeper {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &EndEpoch, caller: &Caller, _: &View) -> Result<Target> {
        self.target(op.action(), caller)
    }

    async fn run(&self, _: &Permit<EndEpoch>, op: &EndEpoch, txn: &mut Txn) -> Result<()> {
        let suffix = op.epoch.to_be_bytes();
        let left = txn.get(LEFT, AccountId::PLATFORM, &suffix).await?;
        if left.is_none() || self.store.keyring().unsealed().holds(op.epoch) {
            return Err(Failure::invalid("Epoch", "one that the store has left and whose key is destroyed"));
        }
        txn.delete(LEFT, AccountId::PLATFORM, &suffix);
        Ok(())
    }
}

#[async_trait]
impl Run<RotateRoot> for Keeper {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &RotateRoot, caller: &Caller, _: &View) -> Result<Target> {
        self.target(op.action(), caller)
    }

    /// Commit point: this transaction. The seal holds both root keys until every store is past it.
    async fn run(&self, _: &Permit<RotateRoot>, _: &RotateRoot, txn: &mut Txn) -> Result<()> {
        // The newest epoch may be new to this store; then it is in that, too.
        enter_newest(txn).await.map(drop)
    }
}
