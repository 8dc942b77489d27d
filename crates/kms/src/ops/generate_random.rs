use crate::kms::{Kms, home};
use crate::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Failure, Result, Secret};

/// Gives random bytes. They are kept nowhere.
#[derive(Clone, Copy, Debug)]
pub struct GenerateRandom {
    /// How many, 1 to [`limits::DATA_KEY_BYTES`].
    pub bytes: u32,
}

impl Operation for GenerateRandom {
    type Output = Secret<Vec<u8>>;

    fn action(&self) -> Action {
        action::GENERATE_RANDOM
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("NumberOfBytes", self.bytes);
    }
}

#[async_trait]
impl Run<GenerateRandom> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GenerateRandom, caller: &Caller, _: &View) -> Result<Target> {
        Ok(Target::one(op.action(), self.resource(home(caller)?, "*")))
    }

    async fn run(&self, _: &Permit<GenerateRandom>, op: &GenerateRandom, _: &mut Txn) -> Result<Secret<Vec<u8>>> {
        if !(1..=limits::DATA_KEY_BYTES).contains(&op.bytes) {
            return Err(Failure::invalid("NumberOfBytes", format!("1 to {}", limits::DATA_KEY_BYTES)));
        }
        let mut random = Secret::new(vec![0; op.bytes as usize]);
        self.store.rng().fill(random.expose_mut());
        Ok(random)
    }
}
