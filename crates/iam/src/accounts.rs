use crate::caller::Caller;
use crate::iam::{Iam, identity, read, touch, write};
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use crate::records::{
    ACCESS_KEYS, ACCOUNTS, AccessKeyRecord, AccountRecord, AttachmentRecord, KEY_OWNERS, KeyHolder, KeyOwnerRecord,
    StoredSecret, USER_KEYS, pair,
};
use async_trait::async_trait;
use store::{Range, Store, Txn, View};
use types::{AccessKeyId, AccountId, Action, Failure, Result, Rng, Secret};

/// Accounts in one deployment that a listing shows at most.
const LISTED: usize = 10_000;
/// Letters of an access key secret: 62^30 is more than 2^178.
pub(crate) const SECRET_LETTERS: usize = 30;

/// Make an account.
pub(crate) const CREATE_ACCOUNT: Action = write("CreateAccount");
/// See which accounts there are.
pub(crate) const LIST_ACCOUNTS: Action = read("ListAccounts");

/// An access key as it is handed out: the one time its secret is shown.
pub struct NewAccessKey {
    /// The id.
    pub id: AccessKeyId,
    /// The secret.
    pub secret: Secret<String>,
}

/// Makes an account with its root access key. Only Bailee itself and its operators ask for it.
pub struct CreateAccount {
    /// What operators will call it.
    pub name: String,
}

/// What [`CreateAccount`] made.
pub struct NewAccount {
    /// The account.
    pub account: AccountRecord,
    /// Its root access key.
    pub root: NewAccessKey,
}

/// Lists the accounts of the deployment.
pub struct ListAccounts;

impl Operation for CreateAccount {
    type Output = NewAccount;

    fn action(&self) -> Action {
        CREATE_ACCOUNT
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("AccountName", self.name.as_str());
    }

    fn outcome(&self, output: &NewAccount, audit: &mut Audit) {
        audit.answer("AccountId", output.account.id.to_string());
        audit.answer("AccessKeyId", output.root.id.as_str());
        audit.resource("ACS::RAM::Account", output.account.id.to_string());
    }
}

impl Operation for ListAccounts {
    type Output = Vec<AccountRecord>;

    fn action(&self) -> Action {
        LIST_ACCOUNTS
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Run<CreateAccount> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &CreateAccount, _: &Caller, _: &View) -> Result<Target> {
        if op.name.is_empty() || op.name.len() > 128 || op.name.chars().any(char::is_control) {
            return Err(Failure::invalid("AccountName", "1 to 128 characters, none of them a control character"));
        }
        Ok(Target::one(op.action(), identity(AccountId::PLATFORM, "account")))
    }

    async fn run(&self, _: &Permit<CreateAccount>, op: &CreateAccount, txn: &mut Txn) -> Result<NewAccount> {
        let id = AccountId::random(self.identity_store().rng().as_ref());
        let account = AccountRecord { id, name: op.name.clone(), created: self.now() };
        // The id is random; reading its place first makes the commit conflict, and draw again, should it be taken.
        if txn.get(ACCOUNTS, AccountId::PLATFORM, &id.get().to_be_bytes()).await?.is_some() {
            return Err(Failure::internal("an account id was drawn twice"));
        }
        txn.put(ACCOUNTS, AccountId::PLATFORM, &id.get().to_be_bytes(), &account).await?;
        touch(txn, id).await?;
        let root = self.add_access_key(txn, id, KeyHolder::Root).await?;
        Ok(NewAccount { account, root })
    }
}

#[async_trait]
impl Run<ListAccounts> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &ListAccounts, _: &Caller, _: &View) -> Result<Target> {
        Ok(Target::one(op.action(), identity(AccountId::PLATFORM, "account")))
    }

    async fn run(&self, _: &Permit<ListAccounts>, _: &ListAccounts, txn: &mut Txn) -> Result<Vec<AccountRecord>> {
        let found = txn.view().scan(ACCOUNTS, AccountId::PLATFORM, &Range::prefix(b"", LISTED)).await?;
        Ok(found.into_iter().map(|(_, account)| account).collect())
    }
}

impl Iam {
    /// Makes an access key for `holder` and enters it everywhere it is looked up. The caller moves the generation on.
    pub(crate) async fn add_access_key(
        &self,
        txn: &mut Txn,
        account: AccountId,
        holder: KeyHolder,
    ) -> Result<NewAccessKey> {
        let rng: &dyn Rng = self.identity_store().rng().as_ref();
        let id = AccessKeyId::random(rng);
        let secret = AccessKeyId::letters(rng, SECRET_LETTERS);
        let stored = StoredSecret::new(secret.clone());
        let record = AccessKeyRecord { id: id.clone(), holder, secret: stored, active: true, created: self.now() };
        let suffix = id.as_str().as_bytes();
        txn.put(KEY_OWNERS, AccountId::PLATFORM, suffix, &KeyOwnerRecord { account }).await?;
        txn.put(ACCESS_KEYS, account, suffix, &record).await?;
        let owned = pair(record.holder.place(), id.as_str());
        txn.put(USER_KEYS, account, &owned, &AttachmentRecord { attached: record.created }).await?;
        Ok(NewAccessKey { id, secret: Secret::new(secret) })
    }
}
