use crate::records::NONCES;
use std::time::Duration;
use store::{Durability, Range, Store};
use types::{AccountId, Result, Timestamp, limits};

/// Nonces forgotten in one transaction.
const BATCH: usize = 1_000;
/// How long a nonce is remembered: a request may be dated 15 minutes ahead and is refused for its age 15 minutes after
/// its date. The last five minutes are for a clock of ours that is set back a little.
const REMEMBERED: Duration = Duration::from_secs(2 * limits::CLOCK_SKEW_SECS + 5 * 60);

/// Forgets the nonces in a store that no request can bring again, and says how many those were.
///
/// This is housekeeping below the gate: the records are the gate's own and hold nothing of a tenant's. Commit point:
/// each batch. A crash leaves the rest for the next time.
pub async fn sweep_nonces(store: &Store, now: Timestamp) -> Result<usize> {
    let oldest = now.minus(REMEMBERED).secs().div_euclid(60).cast_unsigned();
    let range = Range { start: Vec::new(), end: Some(oldest.to_be_bytes().to_vec()), limit: BATCH, reverse: false };
    let mut swept = 0;
    loop {
        let mut txn = store.begin().await?;
        let old = txn.view().keys(NONCES, AccountId::PLATFORM, &range).await?;
        if old.is_empty() {
            return Ok(swept);
        }
        for key in &old {
            txn.delete(NONCES, AccountId::PLATFORM, key);
        }
        swept += old.len();
        txn.commit(Durability::Logged).await?;
    }
}
