use crate::access_keys::{audit_keys, key_of, paths};
use crate::caller::Caller;
use crate::gate::Gate;
use crate::iam::read;
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use crate::people::lets_manage_keys;
use crate::records::{ACCESS_KEYS, KEY_USES, KeyUseRecord};
use async_trait::async_trait;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::{Committed, Durability, Store, Txn, View};
use types::{AccessKeyId, AccountId, Action, Result, Timestamp, UserName};

/// How old what is written of a key's last use may be while it is in use.
const GRAIN: Duration = Duration::from_secs(5 * 60);
/// For how long a key that nobody uses is remembered.
const REMEMBERED: Duration = Duration::from_secs(3_600);

/// Tells when an access key was last used: to the moment by the server that it was used on, to about six minutes by others
/// and after a crash.
pub struct GetAccessKeyLastUsed {
    /// Whose; the caller's own if `None`.
    pub user: Option<UserName>,
    /// Which.
    pub access_key: AccessKeyId,
}

/// The last use of a key, as this server saw it.
struct Use {
    account: AccountId,
    used: Timestamp,
    written: Option<Timestamp>,
}

/// The last uses of access keys. They are noted with each request and written now and then: a write for each request would
/// cost more than all the rest.
#[derive(Default)]
pub(crate) struct Uses {
    seen: Mutex<HashMap<AccessKeyId, Use>>,
}

impl Uses {
    /// Notes that a key was used.
    pub(crate) fn note(&self, access_key: &AccessKeyId, account: AccountId, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get_mut(access_key) {
            Some(known) => known.used = known.used.max(now),
            None => drop(seen.insert(access_key.clone(), Use { account, used: now, written: None })),
        }
    }

    pub(crate) fn last(&self, access_key: &AccessKeyId) -> Option<Timestamp> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(access_key).map(|known| known.used)
    }

    /// What is due to be written. What was written is not due again for a while, and forgotten when it is not used.
    fn due(&self, now: Timestamp) -> Vec<(AccessKeyId, AccountId, Timestamp)> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, known| known.written != Some(known.used) || known.used.plus(REMEMBERED) > now);
        let due = |known: &Use| known.written.is_none_or(|written| written < known.used && written.plus(GRAIN) <= now);
        let all = seen.iter().filter(|(_, known)| due(known));
        all.map(|(id, known)| (id.clone(), known.account, known.used)).collect()
    }

    fn written(&self, access_key: &AccessKeyId, at: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.get_mut(access_key) {
            known.written = Some(at);
        }
    }
}

/// Writes down when access keys were last used, and says of how many.
///
/// This is housekeeping below the gate: it notes what the gate saw and changes nothing else. Commit point: each key. A crash
/// loses what was not written yet: up to five minutes.
pub async fn write_last_used(gate: &Gate) -> Result<usize> {
    let (store, uses) = (gate.directory().store(), gate.directory().uses());
    let (due, mut written) = (uses.due(gate.clock().now()), 0);
    for (access_key, account, used) in &due {
        if write(store, access_key, *account, *used).await? {
            uses.written(access_key, *used);
            written += 1;
        }
    }
    Ok(written)
}

/// Another server may have seen a later use, and the key may be gone: both are read in the same transaction. One that
/// conflicts is not written, and has its turn next time.
async fn write(store: &Store, access_key: &AccessKeyId, account: AccountId, used: Timestamp) -> Result<bool> {
    let (mut txn, place) = (store.begin().await?, access_key.as_str().as_bytes());
    let there = txn.get(ACCESS_KEYS, account, place).await?.is_some();
    let known = txn.get(KEY_USES, account, place).await?;
    if there && known.is_none_or(|known| known.used < used) {
        txn.put(KEY_USES, account, place, &KeyUseRecord { used }).await?;
        return Ok(matches!(txn.commit(Durability::Logged).await?, Committed::Done(_)));
    }
    Ok(true)
}

impl Operation for GetAccessKeyLastUsed {
    type Output = Option<Timestamp>;

    fn action(&self) -> Action {
        read("GetAccessKeyLastUsed")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_keys(audit, self.user.as_ref(), Some(&self.access_key));
    }
}

#[async_trait]
impl Own for GetAccessKeyLastUsed {
    fn paths(&self, caller: &Caller) -> Result<Vec<String>> {
        paths(self.user.as_ref(), caller)
    }

    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        lets_manage_keys(scope, self.user.as_ref(), view).await
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Option<Timestamp>> {
        let record = key_of(self.user.as_ref(), scope, txn, &self.access_key).await?;
        let written = txn.view().get(KEY_USES, scope.account, record.id.as_str().as_bytes()).await?;
        let seen = scope.iam.gate().directory().uses().last(&record.id);
        Ok(seen.max(written.map(|known| known.used)))
    }
}

#[cfg(test)]
mod tests {
    use super::{GRAIN, REMEMBERED, Uses};
    use std::time::Duration;
    use types::{AccessKeyId, SystemRng, Timestamp};

    #[test]
    fn a_key_in_use_is_due_every_few_minutes() {
        let (uses, key) = (Uses::default(), AccessKeyId::random(&SystemRng));
        let (start, account) = (Timestamp::from_secs(1_795_305_600), "1000000000000001".parse().unwrap());
        uses.note(&key, account, start);
        assert_eq!(uses.due(start).len(), 1);
        uses.written(&key, start);
        let later = start.plus(Duration::from_secs(1));
        uses.note(&key, account, later);
        assert_eq!((uses.due(later).len(), uses.last(&key)), (0, Some(later)));
        assert_eq!(uses.due(start.plus(GRAIN)).len(), 1);
        uses.written(&key, later);
        assert_eq!((uses.due(later.plus(GRAIN)).len(), uses.last(&key)), (0, Some(later)));
        uses.due(later.plus(REMEMBERED));
        assert_eq!(uses.last(&key), None);
    }
}
