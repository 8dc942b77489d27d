use super::records::{DUE, RECYCLED_KEYS, RECYCLED_USERS, Thing, read_due};
use crate::caller::Caller;
use crate::iam::{Iam, identity, touch, write};
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use async_trait::async_trait;
use store::{Range, Store, Txn, View};
use types::{AccountId, Action, Failure, Result};

/// How many are forgotten in one round.
const BATCH: usize = 1_000;

/// Forgets something whose month is over. Only Bailee itself asks for it.
struct RemoveRecycled {
    account: AccountId,
    thing: Thing,
    /// Where it says that its time has come.
    due: Vec<u8>,
}

/// Forgets what has been in the bin for a month, and says how much that was. One that cannot be forgotten does not keep the
/// others; all are tried again in the next round.
pub async fn remove_recycled(iam: &Iam, caller: &Caller) -> Result<usize> {
    let now = caller.call().time.secs().cast_unsigned().saturating_add(1);
    let range = Range { start: Vec::new(), end: Some(now.to_be_bytes().to_vec()), limit: BATCH, reverse: false };
    let mut removed = 0;
    for due in iam.identity_store().view().await?.keys(DUE, AccountId::PLATFORM, &range).await? {
        let (account, thing) = read_due(&due).ok_or_else(|| Failure::corrupt("the end of something deleted"))?;
        match iam.gate().perform(caller, iam, RemoveRecycled { account, thing, due }).await {
            Ok(()) => removed += 1,
            Err(failure) => tracing::error!(
                %account, failure = &failure as &dyn std::error::Error, "what was deleted is not forgotten"
            ),
        }
    }
    Ok(removed)
}

impl Operation for RemoveRecycled {
    type Output = ();

    fn action(&self) -> Action {
        write("RemoveFromRecycleBin")
    }

    fn audit(&self, audit: &mut Audit) {
        match &self.thing {
            Thing::User(id) => {
                audit.parameter("UserId", id.as_str());
                audit.resource("ACS::RAM::User", id.as_str());
            }
            Thing::Key(id) => {
                audit.parameter("UserAccessKeyId", id.as_str());
                audit.resource("ACS::RAM::AccessKey", id.as_str());
            }
        }
    }
}

#[async_trait]
impl Run<RemoveRecycled> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &RemoveRecycled, _: &Caller, _: &View) -> Result<Target> {
        Ok(Target::one(op.action(), identity(op.account, super::IN_BIN)))
    }

    /// Commit point: with its event. A crash before leaves it for the next round.
    async fn run(&self, _: &Permit<RemoveRecycled>, op: &RemoveRecycled, txn: &mut Txn) -> Result<()> {
        touch(txn, op.account).await?;
        // Somebody may have taken it out since, and put another in under the same id.
        if txn.get(DUE, AccountId::PLATFORM, &op.due).await?.is_none() {
            return Ok(());
        }
        match &op.thing {
            Thing::User(id) => txn.delete(RECYCLED_USERS, op.account, id.as_bytes()),
            Thing::Key(id) => txn.delete(RECYCLED_KEYS, op.account, id.as_bytes()),
        }
        txn.delete(DUE, AccountId::PLATFORM, &op.due);
        Ok(())
    }
}
