use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use crate::policies::{PolicyInfo, audit_policy, check_original, no_such_policy, policy_path};
use crate::policy::{Document, Kind, SystemPolicy};
use crate::records::{POLICIES, POLICY_VERSIONS, PolicyRecord, PolicyRef, PolicyVersionRecord, pair, second};
use async_trait::async_trait;
use store::{Range, Txn, View};
use types::{AccountId, Action, Failure, PolicyName, Reason, Result, Timestamp};

/// Versions of one policy (RAM limits).
pub const VERSIONS_MOST: usize = 5;

/// Adds a version to a policy of the account's own.
pub struct CreatePolicyVersion {
    /// Of which.
    pub name: PolicyName,
    /// The text.
    pub document: String,
    /// The text that this is a translation of, to be shown again.
    pub original: Option<String>,
    /// Whether it counts from now on.
    pub default: bool,
    /// Whether the oldest version that is not the default one goes if there are as many as allowed.
    pub rotate: bool,
}

/// Shows a version of a policy.
pub struct GetPolicyVersion {
    /// Of which.
    pub policy: PolicyRef,
    /// Which, as clients write it: `v1`.
    pub version: String,
}

/// Lists the versions of a policy, with their texts.
pub struct ListPolicyVersions {
    /// Of which.
    pub policy: PolicyRef,
}

/// Makes another version of a policy the one that counts, from the next request on.
pub struct SetDefaultPolicyVersion {
    /// Of which.
    pub name: PolicyName,
    /// Which.
    pub version: String,
}

/// Deletes a version that is not the default one.
pub struct DeletePolicyVersion {
    /// Of which.
    pub name: PolicyName,
    /// Which.
    pub version: String,
}

/// A version of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Its name, `v1`.
    pub version: String,
    /// Whether it is the one that counts.
    pub default: bool,
    /// Its text.
    pub document: String,
    /// The text that this is a translation of, if it is one.
    pub original: Option<String>,
    /// When it was made.
    pub created: Timestamp,
}

/// The number of a version: `v12` is 12.
fn number(version: &str) -> Option<u32> {
    let digits = version.strip_prefix('v').filter(|rest| rest.bytes().all(|b| b.is_ascii_digit()))?;
    digits.parse().ok().filter(|number| format!("v{number}") == version)
}

fn no_such_version(version: &str) -> Failure {
    Failure::of(Reason::PolicyVersionNotFound).with("VersionId", version)
}

/// Where a version other than the default one is. In order of their numbers.
fn place(name: &PolicyName, number: u32) -> Vec<u8> {
    pair(name.as_str(), &format!("{number:010}"))
}

/// The account's own policy of this name. One of the system's cannot be changed.
pub(crate) async fn find_custom(txn: &mut Txn, account: AccountId, name: &PolicyName) -> Result<PolicyRecord> {
    if SystemPolicy::find(name.as_str()).is_some() {
        return Err(Failure::of(Reason::PolicySystem).with("PolicyName", name.as_str()));
    }
    let found = txn.get(POLICIES, account, name.as_str().as_bytes()).await?;
    found.ok_or_else(|| no_such_policy(&PolicyRef::Custom(name.clone())))
}

/// The versions that are not the default one, by number.
async fn others(view: &View, account: AccountId, name: &PolicyName) -> Result<Vec<(u32, PolicyVersionRecord)>> {
    let range = Range::prefix(&pair(name.as_str(), ""), VERSIONS_MOST);
    let read = |(key, record): (Vec<u8>, PolicyVersionRecord)| {
        let number = second(&key).and_then(|digits| digits.parse().ok());
        Ok((number.ok_or_else(|| Failure::corrupt("a version of a policy"))?, record))
    };
    view.scan(POLICY_VERSIONS, account, &range).await?.into_iter().map(read).collect()
}

/// Deletes every version but the default one.
pub(crate) async fn delete_others(txn: &mut Txn, account: AccountId, name: &PolicyName) -> Result<()> {
    for (number, _) in others(txn.view(), account, name).await? {
        txn.delete(POLICY_VERSIONS, account, &place(name, number));
    }
    Ok(())
}

/// Every version, by number.
async fn all(view: &View, account: AccountId, policy: &PolicyRef) -> Result<Vec<PolicyVersion>> {
    let info = PolicyInfo::find(view, account, policy).await?;
    let mut found = match policy {
        PolicyRef::System(_) => Vec::new(),
        PolicyRef::Custom(name) => others(view, account, name).await?,
    };
    let default = number(&info.version).unwrap_or(0);
    let record =
        PolicyVersionRecord { document: info.document, original: info.original, created: info.version_created };
    found.push((default, record));
    found.sort_unstable_by_key(|(number, _)| *number);
    let shown = |(number, PolicyVersionRecord { document, original, created })| PolicyVersion {
        version: format!("v{number}"),
        default: number == default,
        document,
        original,
        created,
    };
    Ok(found.into_iter().map(shown).collect())
}

/// Makes a text the one that counts; the version that did so far becomes one of the others.
async fn swap_in(
    txn: &mut Txn,
    scope: &Scope<'_>,
    policy: &mut PolicyRecord,
    number_in: u32,
    record: PolicyVersionRecord,
) -> Result<()> {
    let before = number(&policy.version).ok_or_else(|| Failure::corrupt("a policy"))?;
    let created = policy.version_created.unwrap_or(policy.created);
    let (document, original) = (std::mem::take(&mut policy.document), policy.original.take());
    let out = PolicyVersionRecord { document, original, created };
    txn.put(POLICY_VERSIONS, scope.account, &place(&policy.name, before), &out).await?;
    policy.document = record.document;
    policy.original = record.original;
    policy.version = format!("v{number_in}");
    policy.version_created = Some(record.created);
    Ok(())
}

async fn save(txn: &mut Txn, scope: &Scope<'_>, mut policy: PolicyRecord) -> Result<()> {
    policy.updated = scope.now;
    txn.put(POLICIES, scope.account, policy.name.as_str().as_bytes(), &policy).await
}

impl Operation for CreatePolicyVersion {
    type Output = PolicyVersion;

    fn action(&self) -> Action {
        write("CreatePolicyVersion")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_policy(audit, &PolicyRef::Custom(self.name.clone()));
        audit.parameter("PolicyDocument", self.original.as_deref().unwrap_or(&self.document));
        audit.parameter("SetAsDefault", self.default);
    }

    fn outcome(&self, output: &PolicyVersion, audit: &mut Audit) {
        audit.answer("VersionId", output.version.as_str());
    }
}

#[async_trait]
impl Own for CreatePolicyVersion {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![format!("policy/{}", self.name)])
    }

    fn check(&self) -> Result<()> {
        Document::parse(&self.document, Kind::Identity)?;
        self.original.as_deref().map_or(Ok(()), check_original)
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<PolicyVersion> {
        let mut policy = find_custom(txn, scope.account, &self.name).await?;
        let others = others(txn.view(), scope.account, &self.name).await?;
        if others.len() + 1 >= VERSIONS_MOST {
            let oldest = others.first().filter(|_| self.rotate).ok_or(Reason::TooManyPolicyVersions)?;
            txn.delete(POLICY_VERSIONS, scope.account, &place(&self.name, oldest.0));
        }
        policy.newest = policy.newest.checked_add(1).ok_or_else(|| Failure::internal("no version numbers are left"))?;
        let newest = policy.newest;
        let (document, original) = (self.document.clone(), self.original.clone());
        let record = PolicyVersionRecord { document, original, created: scope.now };
        if self.default {
            swap_in(txn, scope, &mut policy, newest, record).await?;
        } else {
            txn.put(POLICY_VERSIONS, scope.account, &place(&self.name, newest), &record).await?;
        }
        save(txn, scope, policy).await?;
        let (version, document) = (format!("v{newest}"), self.document.clone());
        let original = self.original.clone();
        Ok(PolicyVersion { version, default: self.default, document, original, created: scope.now })
    }
}

impl Operation for GetPolicyVersion {
    type Output = PolicyVersion;

    fn action(&self) -> Action {
        read("GetPolicyVersion")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_policy(audit, &self.policy);
        audit.parameter("VersionId", self.version.as_str());
    }
}

#[async_trait]
impl Own for GetPolicyVersion {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![policy_path(&self.policy)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<PolicyVersion> {
        let all = all(txn.view(), scope.account, &self.policy).await?;
        let found = all.into_iter().find(|version| version.version == self.version);
        found.ok_or_else(|| no_such_version(&self.version))
    }
}

impl Operation for ListPolicyVersions {
    type Output = Vec<PolicyVersion>;

    fn action(&self) -> Action {
        read("ListPolicyVersions")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_policy(audit, &self.policy);
    }
}

#[async_trait]
impl Own for ListPolicyVersions {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![policy_path(&self.policy)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Vec<PolicyVersion>> {
        all(txn.view(), scope.account, &self.policy).await
    }
}

/// What is asked of a version that is there: its number. An error if there is no such name.
fn asked(version: &str) -> Result<u32> {
    number(version).ok_or_else(|| no_such_version(version))
}

impl Operation for SetDefaultPolicyVersion {
    type Output = ();

    fn action(&self) -> Action {
        write("SetDefaultPolicyVersion")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_policy(audit, &PolicyRef::Custom(self.name.clone()));
        audit.parameter("VersionId", self.version.as_str());
    }
}

#[async_trait]
impl Own for SetDefaultPolicyVersion {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![format!("policy/{}", self.name)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let mut policy = find_custom(txn, scope.account, &self.name).await?;
        let number = asked(&self.version)?;
        if policy.version == self.version {
            return Ok(());
        }
        let place = place(&self.name, number);
        let record = txn.get(POLICY_VERSIONS, scope.account, &place).await?;
        let record = record.ok_or_else(|| no_such_version(&self.version))?;
        txn.delete(POLICY_VERSIONS, scope.account, &place);
        swap_in(txn, scope, &mut policy, number, record).await?;
        save(txn, scope, policy).await
    }
}

impl Operation for DeletePolicyVersion {
    type Output = ();

    fn action(&self) -> Action {
        write("DeletePolicyVersion")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_policy(audit, &PolicyRef::Custom(self.name.clone()));
        audit.parameter("VersionId", self.version.as_str());
    }
}

#[async_trait]
impl Own for DeletePolicyVersion {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![format!("policy/{}", self.name)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let policy = find_custom(txn, scope.account, &self.name).await?;
        let number = asked(&self.version)?;
        if policy.version == self.version {
            return Err(Failure::of(Reason::PolicyVersionInUse).with("VersionId", self.version.as_str()));
        }
        let place = place(&self.name, number);
        if txn.get(POLICY_VERSIONS, scope.account, &place).await?.is_none() {
            return Err(no_such_version(&self.version));
        }
        txn.delete(POLICY_VERSIONS, scope.account, &place);
        Ok(())
    }
}
