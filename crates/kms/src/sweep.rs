use crate::kms::Kms;
use crate::ops::{DestroyKey, Drawn, ExpireKeyMaterial, RotateKey};
use crate::tables::{EXPIRIES, ROTATIONS};
use iam::{Caller, Gate};
use types::Result;

/// Keys that one sweep destroys at most; the next goes on.
const SWEEP: usize = 1_000;

impl Kms {
    /// Destroys the keys whose waiting time is over by the time of `caller`'s call, who is Bailee itself. Returns how many
    /// it destroyed. One that fails is logged and left for the next sweep, and doesn't keep the others.
    pub async fn destroy_due(&self, gate: &Gate, caller: &Caller) -> Result<usize> {
        let mut destroyed = 0;
        for (account, key) in self.due(caller.call().time, SWEEP).await? {
            let op = DestroyKey { account, key: key.clone() };
            match gate.perform(caller, self, op).await {
                Ok(_) => {
                    self.forget(account, &key);
                    destroyed += 1;
                }
                Err(failure) => {
                    tracing::error!(%account, %key, failure = &failure as &dyn std::error::Error, "key not destroyed");
                }
            }
        }
        Ok(destroyed)
    }

    /// Gives the keys whose time has come a new version. Returns how many got one; as above otherwise.
    pub async fn rotate_due(&self, gate: &Gate, caller: &Caller) -> Result<usize> {
        let mut rotated = 0;
        for (account, key) in self.due_in(ROTATIONS, caller.call().time, SWEEP).await? {
            match gate.perform(caller, self, RotateKey { account, key: key.clone(), drawn: Drawn::default() }).await {
                Ok(made) => rotated += usize::from(made.is_some()),
                Err(failure) => {
                    tracing::error!(%account, %key, failure = &failure as &dyn std::error::Error, "key not rotated");
                }
            }
        }
        Ok(rotated)
    }

    /// Forgets the imported material whose time is over. Returns how much; as above otherwise.
    pub async fn expire_due(&self, gate: &Gate, caller: &Caller) -> Result<usize> {
        let mut expired = 0;
        for (account, key) in self.due_in(EXPIRIES, caller.call().time, SWEEP).await? {
            match gate.perform(caller, self, ExpireKeyMaterial { account, key: key.clone() }).await {
                Ok(()) => {
                    self.forget(account, &key);
                    expired += 1;
                }
                Err(failure) => {
                    tracing::error!(%account, %key, failure = &failure as &dyn std::error::Error, "material not expired");
                }
            }
        }
        Ok(expired)
    }
}
