use super::records::{PasswordPolicy, TRIES, TriesRecord};
use std::time::Duration;
use store::Txn;
use types::{AccountId, Result, Timestamp, UserName};

/// For how long nobody gets in after too many wrong tries, and for how long a wrong try counts.
const LOCKED: Duration = Duration::from_secs(3_600);

impl TriesRecord {
    /// Whether nobody gets in now.
    pub(super) fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    /// One more wrong try.
    fn fail(&mut self, policy: &PasswordPolicy, now: Timestamp) {
        let stale = self.last.plus(LOCKED) <= now || self.locked_until.is_some();
        self.failed = if stale { 1 } else { self.failed.saturating_add(1) };
        self.last = now;
        let full = policy.max_tries > 0 && self.failed >= policy.max_tries;
        self.locked_until = full.then(|| now.plus(LOCKED));
    }
}

/// The wrong tries of a user. Whoever reads them here and counts one more conflicts with everyone who does the same, so that
/// none is lost.
pub(super) async fn tries(txn: &mut Txn, account: AccountId, user: &UserName) -> Result<TriesRecord> {
    Ok(txn.get(TRIES, account, user.as_str().as_bytes()).await?.unwrap_or_default())
}

/// Counts a wrong try.
pub(super) async fn count_wrong(
    txn: &mut Txn,
    account: AccountId,
    user: &UserName,
    policy: &PasswordPolicy,
    now: Timestamp,
) -> Result<()> {
    let mut known = tries(txn, account, user).await?;
    known.fail(policy, now);
    txn.put(TRIES, account, user.as_str().as_bytes(), &known).await
}

/// Forgets them.
pub(super) fn forget(txn: &mut Txn, account: AccountId, user: &UserName) {
    txn.delete(TRIES, account, user.as_str().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::{LOCKED, PasswordPolicy, TriesRecord};
    use std::time::Duration;
    use types::Timestamp;

    #[test]
    fn so_many_in_a_row_lock_for_an_hour() {
        let (policy, mut tries) =
            (PasswordPolicy { max_tries: 2, ..PasswordPolicy::default() }, TriesRecord::default());
        let start = Timestamp::from_secs(1_795_305_600);
        tries.fail(&policy, start);
        assert!(!tries.is_locked(start));
        tries.fail(&policy, start);
        assert!(tries.is_locked(start) && tries.is_locked(start.plus(LOCKED - Duration::from_millis(1))));
        let after = start.plus(LOCKED);
        assert!(!tries.is_locked(after));
        // The count starts again, also after a while in which nobody tried.
        tries.fail(&policy, after);
        assert!(!tries.is_locked(after));
        tries.fail(&policy, after.plus(LOCKED));
        assert!(!tries.is_locked(after.plus(LOCKED)));
    }

    #[test]
    fn a_limit_of_none_never_locks() {
        let (policy, mut tries) =
            (PasswordPolicy { max_tries: 0, ..PasswordPolicy::default() }, TriesRecord::default());
        (0..100).for_each(|_| tries.fail(&policy, Timestamp::default()));
        assert!(!tries.is_locked(Timestamp::default()));
    }
}
