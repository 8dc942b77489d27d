use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope, check_text, count};
use crate::page::{Page, PageRequest};
use crate::policy::{Context, Document, Kind, SystemPolicy};
use crate::policy_versions::{delete_others, find_custom};
use crate::records::{ATTACHED_TO, BOUNDED, POLICIES, POLICY_VERSIONS, PolicyRecord, PolicyRef, pair};
use crate::tags::Tags;
use crate::things::{audit_start, start_facts};
use async_trait::async_trait;
use store::{Txn, View};
use types::{AccountId, Action, Failure, PolicyName, Reason, Result, Timestamp, limits};

/// Custom policies of one account (RAM limits).
pub const POLICIES_MOST: usize = 1_500;
/// Characters of a description.
pub(crate) const DESCRIPTION_CHARS: usize = 1_024;
/// More holders than an account can have.
pub(crate) const HOLDERS: usize = 4_096;
/// When the system policies were made, as far as clients are concerned: a fixed moment, since they never change.
const SYSTEM_SINCE: Timestamp = Timestamp::from_secs(1_767_225_600);

/// Makes a policy of the account's own. It may not have a system policy's name: resources and explanations name policies
/// by name alone.
pub struct CreatePolicy {
    /// The name.
    pub name: PolicyName,
    /// The text.
    pub document: String,
    /// The text that this is a translation of, to be shown again.
    pub original: Option<String>,
    /// Notes.
    pub description: String,
    /// Its tags. Whoever gives any must be allowed to tag it, too.
    pub tags: Tags,
}

/// Shows a policy with its text.
pub struct GetPolicy {
    /// Which.
    pub policy: PolicyRef,
}

/// Lists policies: the account's own, then those of the system, each by name.
pub struct ListPolicies {
    /// Only those of one kind, if set: `true` for the system's.
    pub system: Option<bool>,
    /// Which part.
    pub page: PageRequest,
}

/// Deletes a policy of the account's own that is attached nowhere.
pub struct DeletePolicy {
    /// Which.
    pub policy: PolicyRef,
    /// Whether its versions go with it; without this, only one that has no version besides the default one is deleted.
    pub cascading: bool,
}

/// Changes the notes of a policy of the account's own.
pub struct UpdatePolicyDescription {
    /// Which.
    pub name: PolicyName,
    /// New notes.
    pub description: String,
}

/// A policy as it is shown.
#[derive(Clone, Debug)]
pub struct PolicyInfo {
    /// Which.
    pub policy: PolicyRef,
    /// Notes.
    pub description: String,
    /// The text of the default version.
    pub document: String,
    /// The text that this is a translation of, if it is one.
    pub original: Option<String>,
    /// The name of the default version, `v1`.
    pub version: String,
    /// When that was made.
    pub version_created: Timestamp,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// To how many users and roles it is attached.
    pub attachments: usize,
    /// Over how many users and roles it is the ceiling.
    pub bounds: usize,
    /// Its tags.
    pub tags: Tags,
}

/// What a policy is called in policies, below the account.
pub(crate) fn policy_path(policy: &PolicyRef) -> String {
    format!("policy/{}", policy.name())
}

/// Refuses a text to be shown again that is longer than any that a policy may have.
pub(crate) fn check_original(text: &str) -> Result<()> {
    match text.chars().count() <= limits::POLICY_CHARS {
        true => Ok(()),
        false => Err(Failure::of(Reason::PolicyTooLong)),
    }
}

pub(crate) fn no_such_policy(policy: &PolicyRef) -> Failure {
    Failure::of(Reason::PolicyNotFound).with("PolicyName", policy.name()).with("PolicyType", policy.kind())
}

/// Notes the policy an operation is about.
pub(crate) fn audit_policy(audit: &mut Audit, policy: &PolicyRef) {
    audit.parameter("PolicyName", policy.name());
    audit.parameter("PolicyType", policy.kind());
    audit.resource("ACS::RAM::Policy", policy.name());
}

impl PolicyInfo {
    /// The policy, or that there is none.
    pub(crate) async fn find(view: &View, account: AccountId, policy: &PolicyRef) -> Result<Self> {
        let found = match policy {
            PolicyRef::System(name) => SystemPolicy::find(name).map(Self::of_system),
            PolicyRef::Custom(name) => {
                view.get(POLICIES, account, name.as_str().as_bytes()).await?.map(Self::of_custom)
            }
        };
        found.ok_or_else(|| no_such_policy(policy))
    }

    fn of_system(policy: &'static SystemPolicy) -> Self {
        Self {
            policy: PolicyRef::System(policy.name.to_owned()),
            description: policy.description.to_owned(),
            document: policy.text.to_owned(),
            original: None,
            version: "v1".to_owned(),
            version_created: SYSTEM_SINCE,
            created: SYSTEM_SINCE,
            updated: SYSTEM_SINCE,
            attachments: 0,
            bounds: 0,
            tags: Tags::default(),
        }
    }

    fn of_custom(record: PolicyRecord) -> Self {
        let PolicyRecord {
            name,
            description,
            document,
            original,
            version,
            version_created,
            newest: _,
            tags,
            created,
            updated,
        } = record;
        Self {
            policy: PolicyRef::Custom(name),
            description,
            document,
            original,
            version,
            version_created: version_created.unwrap_or(created),
            created,
            updated,
            attachments: 0,
            bounds: 0,
            tags,
        }
    }

    async fn count_attachments(mut self, view: &View, account: AccountId) -> Result<Self> {
        let prefix = pair(&self.policy.place(), "");
        self.attachments = count(view, ATTACHED_TO, account, &prefix, HOLDERS).await?;
        self.bounds = count(view, BOUNDED, account, &prefix, HOLDERS).await?;
        Ok(self)
    }
}

impl Operation for CreatePolicy {
    type Output = PolicyInfo;

    fn action(&self) -> Action {
        write("CreatePolicy")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_policy(audit, &PolicyRef::Custom(self.name.clone()));
        audit.parameter("PolicyDocument", self.original.as_deref().unwrap_or(&self.document));
        audit.parameter("Description", self.description.as_str());
        audit_start(audit, &self.tags, None);
    }
}

#[async_trait]
impl Own for CreatePolicy {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![format!("policy/{}", self.name)])
    }

    fn besides(&self) -> Vec<(Action, String)> {
        let path = || policy_path(&PolicyRef::Custom(self.name.clone()));
        if self.tags.is_empty() { Vec::new() } else { vec![(write("TagResources"), path())] }
    }

    fn facts(&self, account: AccountId) -> Context {
        start_facts(account, &self.tags, None)
    }

    fn check(&self) -> Result<()> {
        check_text("Description", &self.description, DESCRIPTION_CHARS)?;
        Document::parse(&self.document, Kind::Identity)?;
        self.original.as_deref().map_or(Ok(()), check_original)
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<PolicyInfo> {
        let suffix = self.name.as_str().as_bytes();
        let taken = SystemPolicy::find(self.name.as_str()).is_some();
        if taken || txn.get(POLICIES, scope.account, suffix).await?.is_some() {
            return Err(Failure::of(Reason::PolicyExists).with("PolicyName", self.name.as_str()));
        }
        if count(txn.view(), POLICIES, scope.account, b"", POLICIES_MOST).await? >= POLICIES_MOST {
            return Err(Reason::TooManyPolicies.into());
        }
        let record = PolicyRecord {
            name: self.name.clone(),
            description: self.description.clone(),
            document: self.document.clone(),
            original: self.original.clone(),
            version: "v1".to_owned(),
            version_created: None,
            newest: 1,
            tags: self.tags.clone(),
            created: scope.now,
            updated: scope.now,
        };
        txn.put(POLICIES, scope.account, suffix, &record).await?;
        Ok(PolicyInfo::of_custom(record))
    }
}

impl Operation for GetPolicy {
    type Output = PolicyInfo;

    fn action(&self) -> Action {
        read("GetPolicy")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_policy(audit, &self.policy);
    }
}

#[async_trait]
impl Own for GetPolicy {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![policy_path(&self.policy)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<PolicyInfo> {
        let found = PolicyInfo::find(txn.view(), scope.account, &self.policy).await?;
        found.count_attachments(txn.view(), scope.account).await
    }
}

impl Operation for ListPolicies {
    type Output = Page<PolicyInfo>;

    fn action(&self) -> Action {
        read("ListPolicies")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.optional("PolicyType", self.system.map(|system| if system { "System" } else { "Custom" }));
        self.page.audit(audit);
    }
}

#[async_trait]
impl Own for ListPolicies {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["policy/*".to_owned()])
    }

    fn check(&self) -> Result<()> {
        self.page.check()?;
        self.after().map(|_| ())
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Page<PolicyInfo>> {
        let after = self.after()?;
        let mut found = Vec::new();
        if self.system != Some(true) && !matches!(after, Some(PolicyRef::System(_))) {
            let marker = after.as_ref().map(|policy| policy.name().to_owned());
            let range = PageRequest { marker, ..self.page.clone() }.range();
            let custom = txn.view().scan(POLICIES, scope.account, &range).await?;
            found.extend(custom.into_iter().map(|(_, record)| PolicyInfo::of_custom(record)));
        }
        if self.system != Some(false) {
            found.extend(system_after(after.as_ref()).map(PolicyInfo::of_system));
            found.truncate(self.page.size() + 1);
        }
        let mut page = self.page.page(found, |info| info.policy.place());
        let mut counted = Vec::with_capacity(page.items.len());
        for info in page.items {
            counted.push(info.count_attachments(txn.view(), scope.account).await?);
        }
        page.items = counted;
        Ok(page)
    }
}

impl ListPolicies {
    /// The policy the last page ended with.
    fn after(&self) -> Result<Option<PolicyRef>> {
        let wrong = || Failure::invalid("Marker", "the marker that the last page ended with");
        self.page.marker.as_deref().map(|marker| PolicyRef::from_place(marker).ok_or_else(wrong)).transpose()
    }
}

/// The system policies that come after a policy in a listing, in their own order.
fn system_after(after: Option<&PolicyRef>) -> impl Iterator<Item = &'static SystemPolicy> {
    let place = match after {
        Some(PolicyRef::System(name)) => SystemPolicy::ALL.iter().position(|policy| policy.name == name),
        Some(PolicyRef::Custom(_)) | None => None,
    };
    SystemPolicy::ALL.iter().skip(place.map_or(0, |at| at + 1))
}

impl Operation for DeletePolicy {
    type Output = ();

    fn action(&self) -> Action {
        write("DeletePolicy")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_policy(audit, &self.policy);
        audit.parameter("CascadingDelete", self.cascading);
    }
}

#[async_trait]
impl Own for DeletePolicy {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![policy_path(&self.policy)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        // Clients name no type when they delete, so a name of ours is met here too.
        if SystemPolicy::find(self.policy.name()).is_some() {
            return Err(Failure::of(Reason::PolicySystem).with("PolicyName", self.policy.name()));
        }
        let PolicyRef::Custom(name) = &self.policy else { return Err(no_such_policy(&self.policy)) };
        find_custom(txn, scope.account, name).await?;
        let conflict = |reason| Err(Failure::of(reason).with("PolicyName", name.as_str()));
        let prefix = pair(&self.policy.place(), "");
        if count(txn.view(), ATTACHED_TO, scope.account, &prefix, 1).await? > 0
            || count(txn.view(), BOUNDED, scope.account, &prefix, 1).await? > 0
        {
            return conflict(Reason::PolicyInUse);
        }
        let versions = count(txn.view(), POLICY_VERSIONS, scope.account, &pair(name.as_str(), ""), 1).await?;
        if versions > 0 && !self.cascading {
            return conflict(Reason::PolicyHasVersions);
        }
        delete_others(txn, scope.account, name).await?;
        txn.delete(POLICIES, scope.account, self.policy.name().as_bytes());
        Ok(())
    }
}

impl Operation for UpdatePolicyDescription {
    type Output = PolicyInfo;

    fn action(&self) -> Action {
        write("UpdatePolicyDescription")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_policy(audit, &PolicyRef::Custom(self.name.clone()));
        audit.parameter("NewDescription", self.description.as_str());
    }
}

#[async_trait]
impl Own for UpdatePolicyDescription {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![format!("policy/{}", self.name)])
    }

    fn check(&self) -> Result<()> {
        check_text("NewDescription", &self.description, DESCRIPTION_CHARS)
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<PolicyInfo> {
        let mut record = find_custom(txn, scope.account, &self.name).await?;
        record.description.clone_from(&self.description);
        record.updated = scope.now;
        txn.put(POLICIES, scope.account, self.name.as_str().as_bytes(), &record).await?;
        Ok(PolicyInfo::of_custom(record))
    }
}
