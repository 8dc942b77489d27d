use crate::actions::LIST_BUCKETS;
use crate::bucket::BucketRecord;
use crate::encryption::{DataKey, Encryption};
use crate::ids::BucketId;
use crate::object::ObjectRecord;
use crate::objects::Objects;
use crate::release::Release;
use crate::rewrap::HoldsKey;
use crate::tables::{BUCKETS, OBJECTS, UPLOADS, VERSIONS};
use crate::version::VersionRecord;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use kms::{KeyName, KeyRef};
use std::collections::{BTreeSet, HashMap};
use store::{Range, Store, Table, Txn, View};
use types::{AccountId, Action, Failure, KeyId, Reason, Result, Timestamp, limits};

/// Records that one call looks at: what takes longer goes on where it left off.
const LOOKED_AT: usize = 20 * limits::PAGE;

/// Counts what the caller's account has under a key, and would lose with it. It has to look at every object, so that it
/// does so in parts.
#[derive(Clone, Debug)]
pub struct CountUnderKey {
    /// Whose key.
    pub account: AccountId,
    /// Which.
    pub key: KeyId,
    /// The aliases that stand for it.
    pub aliases: BTreeSet<String>,
    /// Where an earlier call left off.
    pub after: Option<String>,
}

/// What is under a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnderKey {
    /// Objects, and versions of them, whose data key only this key opens, as far as this call looked.
    pub objects: u64,
    /// Bytes of their content.
    pub bytes: u64,
    /// How many of those are locked, or kept by their bucket's retention policy: what nobody may delete can be lost so.
    pub retained: u64,
    /// Uploads under way whose parts it opens. Counted by the first call.
    pub uploads: u64,
    /// Buckets that put their objects under it where nothing else is said: they could not take any. Found by the first
    /// call.
    pub buckets: Vec<String>,
    /// Where to go on, if there is more.
    pub next: Option<String>,
}

impl Operation for CountUnderKey {
    type Output = UnderKey;

    fn action(&self) -> Action {
        LIST_BUCKETS
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("keyId", self.key.as_str());
        audit.resource("ACS::KMS::Key", self.key.as_str());
    }
}

impl CountUnderKey {
    fn opens(&self, data_key: &DataKey) -> bool {
        data_key.tenant_key().is_some_and(|kept| kept.account == self.account && kept.key == self.key.as_str())
    }

    /// Whether a bucket's setting means this key. One that names no account means a key of the bucket's owner.
    fn is_meant(&self, owner: AccountId, encryption: Option<&Encryption>) -> bool {
        let Some(Encryption::Kms { key: Some(text) }) = encryption else { return false };
        let Ok(named) = text.parse::<KeyRef>() else { return false };
        let account = named.place().map_or(owner, |(_, account)| *account);
        account == self.account
            && match named.name() {
                KeyName::Id(id) => *id == self.key,
                KeyName::Alias(alias) => self.aliases.contains(alias.as_str()),
            }
    }
}

#[async_trait]
impl Run<CountUnderKey> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, _: &CountUnderKey, caller: &Caller, _: &View) -> Result<Target> {
        self.account_target(LIST_BUCKETS, caller)
    }

    async fn run(&self, permit: &Permit<CountUnderKey>, op: &CountUnderKey, txn: &mut Txn) -> Result<UnderKey> {
        let owner = permit.target().owner.ok_or_else(|| Failure::of(Reason::MissingAuthentication))?;
        let mut found = UnderKey::default();
        let buckets = txn.view().scan(BUCKETS, owner, &Range::all(limits::BUCKETS)).await?;
        let (mut versions, start) = match &op.after {
            Some(cursor) => parse_cursor(cursor)?,
            None => {
                once(op, txn.view(), owner, &buckets, &mut found).await?;
                (false, Vec::new())
            }
        };
        let now = self.retention_time.earliest();
        let buckets = buckets.into_iter().map(|(_, bucket)| (bucket.id, bucket)).collect();
        let walk = Walk { op, owner, buckets, now };
        let mut range = Range { start, ..Range::all(limits::PAGE) };
        for _ in 0..LOOKED_AT / limits::PAGE {
            let more = if versions {
                walk.look(txn.view(), VERSIONS, &mut range, &mut found).await?
            } else {
                walk.look(txn.view(), OBJECTS, &mut range, &mut found).await?
            };
            match (more, versions) {
                (true, _) => {}
                (false, false) => (versions, range) = (true, Range::all(limits::PAGE)),
                (false, true) => return Ok(found),
            }
            // A view in memory never waits.
            tokio::task::yield_now().await;
        }
        let table = if versions { BEHIND_OBJECTS } else { "" };
        found.next = Some(format!("{table}{}", hex::encode(&range.start)));
        Ok(found)
    }
}

/// A record that may be that of an object.
trait OfObject: HoldsKey {
    fn object(&self) -> Option<&ObjectRecord>;
}

impl OfObject for ObjectRecord {
    fn object(&self) -> Option<&ObjectRecord> {
        Some(self)
    }
}

impl OfObject for VersionRecord {
    fn object(&self) -> Option<&ObjectRecord> {
        Self::object(self)
    }
}

/// A look at all objects of an account.
struct Walk<'o> {
    op: &'o CountUnderKey,
    owner: AccountId,
    buckets: HashMap<BucketId, BucketRecord>,
    now: Timestamp,
}

impl Walk<'_> {
    /// Looks at a page of a table, and says whether there is more.
    async fn look<R: OfObject>(
        &self,
        view: &View,
        table: Table<R>,
        range: &mut Range,
        found: &mut UnderKey,
    ) -> Result<bool> {
        let page = view.scan(table, self.owner, range).await?;
        let objects = page.iter().filter_map(|(place, record)| Some((place, record.object()?)));
        for (place, object) in objects.filter(|(_, object)| self.op.opens(&object.data_key)) {
            found.objects += 1;
            found.bytes += object.size;
            found.retained += u64::from(self.is_retained(place, object));
        }
        Ok(range.go_on(&page, |(suffix, _)| suffix))
    }

    fn is_retained(&self, place: &[u8], object: &ObjectRecord) -> bool {
        let bucket = place.get(..16).and_then(BucketId::of).and_then(|id| self.buckets.get(&id));
        bucket.is_some_and(|bucket| Release::plain(bucket).check(object, self.now).is_err())
    }
}

/// What there is little of, and what is looked at by the first call alone.
async fn once(
    op: &CountUnderKey,
    view: &View,
    owner: AccountId,
    buckets: &[(Vec<u8>, BucketRecord)],
    found: &mut UnderKey,
) -> Result<()> {
    let meant = buckets.iter().filter(|(_, bucket)| op.is_meant(owner, bucket.encryption.as_ref()));
    found.buckets = meant.map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect();
    let mut range = Range::all(limits::PAGE);
    loop {
        let page = view.scan(UPLOADS, owner, &range).await?;
        found.uploads += page.iter().filter(|(_, upload)| op.opens(&upload.data_key)).count() as u64;
        if !range.go_on(&page, |(suffix, _)| suffix) {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}

/// What a cursor starts with that is behind all objects, among their versions.
const BEHIND_OBJECTS: &str = "v";

fn parse_cursor(text: &str) -> Result<(bool, Vec<u8>)> {
    let (versions, place) = match text.strip_prefix(BEHIND_OBJECTS) {
        Some(place) => (true, place),
        None => (false, text),
    };
    // A bucket's id and a key.
    let bytes = Some(place).filter(|t| t.len() <= 4096).and_then(|t| hex::decode(t).ok());
    bytes.map(|bytes| (versions, bytes)).ok_or_else(|| Failure::invalid("NextToken", "the token of the page before"))
}
