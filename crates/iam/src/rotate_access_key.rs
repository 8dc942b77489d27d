use crate::access_keys::forget_key;
use crate::accounts::NewAccessKey;
use crate::caller::Caller;
use crate::iam::{Iam, identity, touch, write};
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use crate::records::{KEY_NETWORKS, KeyHolder, USER_KEYS, pair, second};
use crate::users::{find_user, user_path};
use async_trait::async_trait;
use store::{Range, Store, Txn, View};
use types::{AccessKeyId, AccountId, Action, Failure, Principal, Reason, Result, UserName};

/// More access keys than any user has.
const KEYS_SEEN: usize = 16;

/// Makes a new access key for a user and deletes all others but one. Only Bailee itself asks for it, for a secret whose
/// maker was allowed to do both by hand.
pub struct RotateAccessKey {
    /// In which account.
    pub account: AccountId,
    /// Whose.
    pub user: UserName,
    /// The key that keeps working.
    pub keep: AccessKeyId,
}

impl Operation for RotateAccessKey {
    type Output = NewAccessKey;

    fn action(&self) -> Action {
        write("RotateAccessKey")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("UserName", self.user.as_str());
        audit.parameter("UserAccessKeyId", self.keep.as_str());
        audit.resource("ACS::RAM::AccessKey", self.keep.as_str());
    }

    fn outcome(&self, output: &NewAccessKey, audit: &mut Audit) {
        audit.answer("AccessKeyId", output.id.as_str());
        audit.resource("ACS::RAM::AccessKey", output.id.as_str());
    }
}

/// The user's keys, of which the one that is to stay must be one.
async fn others(txn: &Txn, op: &RotateAccessKey, holder: &KeyHolder) -> Result<Vec<String>> {
    let owned = Range::prefix(&pair(holder.place(), ""), KEYS_SEEN);
    let lost = || Failure::corrupt("an access key");
    let keys = txn.view().keys(USER_KEYS, op.account, &owned).await?;
    let ids: Result<Vec<String>> = keys.iter().map(|key| second(key).map(str::to_owned).ok_or_else(lost)).collect();
    let (kept, others): (Vec<_>, Vec<_>) = ids?.into_iter().partition(|id| id == op.keep.as_str());
    if kept.is_empty() {
        let text = format!("The access key in the secret's value is none of the user {}.", op.user);
        return Err(Failure::new(Reason::AccessKeyMissing, text));
    }
    Ok(others)
}

#[async_trait]
impl Run<RotateAccessKey> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &RotateAccessKey, caller: &Caller, _: &View) -> Result<Target> {
        match caller.principal() {
            Principal::Service { .. } => Ok(Target::one(op.action(), identity(op.account, user_path(&op.user)))),
            _ => Err(Reason::AccessDenied.into()),
        }
    }

    async fn run(&self, _: &Permit<RotateAccessKey>, op: &RotateAccessKey, txn: &mut Txn) -> Result<NewAccessKey> {
        touch(txn, op.account).await?;
        find_user(txn, op.account, &op.user).await?;
        let holder = KeyHolder::User(op.user.clone());
        for id in others(txn, op, &holder).await? {
            forget_key(txn, op.account, &holder, &id);
        }
        let made = self.add_access_key(txn, op.account, holder).await?;
        // From where it may be used is as for the one that it is to replace.
        if let Some(rule) = txn.get(KEY_NETWORKS, op.account, op.keep.as_str().as_bytes()).await? {
            txn.put(KEY_NETWORKS, op.account, made.id.as_str().as_bytes(), &rule).await?;
        }
        Ok(made)
    }
}
