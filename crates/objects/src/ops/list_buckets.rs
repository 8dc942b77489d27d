use crate::actions::LIST_BUCKETS;
use crate::bucket::BucketInfo;
use crate::objects::Objects;
use crate::tables::BUCKETS;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Range, Store, Txn, View};
use types::{AccountId, Action, BucketName, Failure, Reason, Result, limits};

/// Lists the buckets of the caller's account, by name.
#[derive(Clone, Debug)]
pub struct ListBuckets {
    /// Only those whose name starts so.
    pub prefix: String,
    /// Only those whose name comes after this.
    pub after: Option<String>,
    /// At most so many; never more than [`limits::PAGE`].
    pub max: usize,
}

impl Default for ListBuckets {
    fn default() -> Self {
        Self { prefix: String::new(), after: None, max: limits::PAGE }
    }
}

/// Some of the buckets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketPage {
    /// Whose they are.
    pub owner: AccountId,
    /// The buckets.
    pub buckets: Vec<BucketInfo>,
    /// Where to go on, if there are more.
    pub next: Option<String>,
}

impl Operation for ListBuckets {
    type Output = BucketPage;

    fn action(&self) -> Action {
        LIST_BUCKETS
    }

    fn audit(&self, audit: &mut Audit) {
        audit.optional("prefix", Some(self.prefix.as_str()).filter(|p| !p.is_empty()));
        audit.optional("marker", self.after.as_deref());
    }
}

#[async_trait]
impl Run<ListBuckets> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, _: &ListBuckets, caller: &Caller, _: &View) -> Result<Target> {
        self.account_target(LIST_BUCKETS, caller)
    }

    async fn run(&self, permit: &Permit<ListBuckets>, op: &ListBuckets, txn: &mut Txn) -> Result<BucketPage> {
        let owner = permit.target().owner.ok_or_else(|| Failure::of(Reason::MissingAuthentication))?;
        let max = op.max.min(limits::PAGE);
        let mut range = Range::prefix(op.prefix.as_bytes(), max + 1);
        if let Some(after) = &op.after {
            // The least name above this one.
            let next = [after.as_bytes(), &[0]].concat();
            range.start = range.start.max(next);
        }
        let mut found = txn.view().scan(BUCKETS, owner, &range).await?;
        let more = found.len() > max;
        found.truncate(max);
        let mut buckets = Vec::with_capacity(found.len());
        for (suffix, record) in found {
            let name = String::from_utf8(suffix).ok().and_then(|n| n.parse::<BucketName>().ok());
            let name = name.ok_or_else(|| Failure::corrupt("a bucket's name"))?;
            buckets.push(BucketInfo::new(name, owner, record));
        }
        let next = buckets.last().filter(|_| more).map(|b| b.name.to_string());
        Ok(BucketPage { owner, buckets, next })
    }
}
