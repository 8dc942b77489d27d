use crate::policy::{Explanation, NearMiss, Outcome, PolicyReport, PolicyType, Said, Unmet};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::Key;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::Store;
use types::{AccountId, Failure, Result, Timestamp};

/// What a message starts with: the version of its format (docs/formats/identity.md).
const VERSION: u8 = 1;
/// Bytes of what a message holds.
const PLAIN_BYTES: usize = 8 * 1024;
/// Characters of a message; none that we make is longer.
const MESSAGE_CHARS: usize = 16 * 1024;
/// Statements of one kind that a message tells of.
const STATEMENTS: usize = 8;
/// Reasons for which one statement did not apply, and values of one condition.
const REASONS: usize = 8;
/// Characters of a value.
const VALUE_CHARS: usize = 128;

/// Why a call was refused: which statement of which policy decided, and what would have to be otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The caller's account, which alone may read it.
    pub account: AccountId,
    /// The refused call.
    pub request_id: String,
    /// When it arrived.
    pub time: Timestamp,
    /// What kind of caller, as refusals say it.
    pub principal_type: String,
    /// Which one.
    pub principal_name: String,
    /// What conditions could ask of the call and the caller; nothing of the thing it was about.
    pub facts: Vec<(String, String)>,
    /// What the policies said.
    pub explanation: Explanation,
}

impl Diagnosis {
    /// The kind of policy that refused.
    pub fn policy_type(&self) -> Option<PolicyType> {
        let decided = self.explanation.decided_by.as_ref().map(|said| said.policy);
        decided.or(self.explanation.missing.first().copied())
    }

    /// The statements that applied, those that decided first.
    pub fn applied(&self) -> impl Iterator<Item = &Said> {
        let applied = self.explanation.policies.iter().flat_map(|report| &report.applied);
        let decided = self.explanation.decided_by.iter();
        decided.chain(applied.filter(|said| Some(*said) != self.explanation.decided_by.as_ref()))
    }

    /// The statements that nearly applied and would have allowed it.
    pub fn near_misses(&self) -> impl Iterator<Item = &NearMiss> {
        self.explanation.policies.iter().flat_map(|report| &report.near_misses)
    }

    /// The same without what is another account's: what the thing's own policy says.
    pub(crate) fn without_the_thing(mut self) -> Self {
        let told = &mut self.explanation;
        told.policies.retain(|report| report.policy != PolicyType::Resource);
        told.decided_by.take_if(|said| said.policy == PolicyType::Resource);
        self
    }

    /// The same as if nothing were known of the thing, nor whether it is there.
    pub(crate) fn hidden(self) -> Self {
        let mut hidden = self.without_the_thing();
        hidden.explanation.outcome = Outcome::ImplicitDeny;
        hidden.explanation.missing = vec![PolicyType::Identity, PolicyType::Resource];
        hidden
    }

    /// The same, short enough for an answer and an event.
    pub(crate) fn bounded(mut self) -> Self {
        let policies = &mut self.explanation.policies;
        policies.iter_mut().for_each(bound);
        policies.retain(|report| !report.applied.is_empty() || !report.near_misses.is_empty());
        let (mut applied, mut missed) = (0, 0);
        for report in policies.iter_mut() {
            report.applied.truncate(STATEMENTS.saturating_sub(applied));
            report.near_misses.truncate(STATEMENTS.saturating_sub(missed));
            applied += report.applied.len();
            missed += report.near_misses.len();
        }
        policies.truncate(2 * STATEMENTS);
        self.facts.truncate(2 * STATEMENTS);
        self.facts.iter_mut().for_each(|(_, value)| cut(value));
        self
    }
}

fn bound(report: &mut PolicyReport) {
    // Whoever wants in asks for what allows it, and for what denies it and did not.
    report.near_misses.sort_by_key(|missed| missed.statement.effect == crate::policy::Effect::Deny);
    for missed in &mut report.near_misses {
        missed.unmet.truncate(REASONS);
        for unmet in &mut missed.unmet {
            if let Unmet::Condition { values, .. } = unmet {
                values.truncate(REASONS);
                values.iter_mut().for_each(cut);
            }
        }
    }
}

fn cut(text: &mut String) {
    if let Some((at, _)) = text.char_indices().nth(VALUE_CHARS) {
        text.truncate(at);
        text.push('…');
    }
}

/// Makes and opens the messages that refusals carry. Only the account whose call was refused can have one opened: to all
/// others it is as good as random, and so is what it says of other accounts' things.
pub(crate) struct DiagnosisSeal {
    key: Key,
    store: Store,
}

impl DiagnosisSeal {
    pub(crate) async fn new(store: Store) -> Result<Arc<Self>> {
        let platform = store.keyring().account(AccountId::PLATFORM).await?;
        Ok(Arc::new(Self { key: platform.derive("diagnostic messages", b""), store }))
    }

    /// The message for a diagnosis. What is too long loses what nearly applied.
    pub(crate) fn seal(&self, diagnosis: Diagnosis) -> Option<String> {
        let mut diagnosis = diagnosis.bounded();
        let mut plain = serde_json::to_vec(&diagnosis).ok()?;
        if plain.len() > PLAIN_BYTES {
            diagnosis.explanation.policies.clear();
            plain = serde_json::to_vec(&diagnosis).ok().filter(|plain| plain.len() <= PLAIN_BYTES)?;
        }
        let context = diagnosis.account.get().to_be_bytes();
        let mut message = vec![VERSION];
        message.extend_from_slice(&crypto::seal(&self.key, self.store.rng().as_ref(), &context, &plain));
        Some(URL_SAFE_NO_PAD.encode(message))
    }

    /// Opens a message of an account. That it is another account's cannot be told from that it is none.
    pub(crate) fn open(&self, account: AccountId, message: &str) -> Result<Diagnosis> {
        let wrong =
            || Failure::invalid("EncodedDiagnosticMessage", "a message that a refused call of this account had");
        if message.len() > MESSAGE_CHARS {
            return Err(wrong());
        }
        let bytes = URL_SAFE_NO_PAD.decode(message).map_err(|_| wrong())?;
        let (version, sealed) = bytes.split_first().ok_or_else(wrong)?;
        if *version != VERSION {
            return Err(wrong());
        }
        let plain = crypto::open(&self.key, &account.get().to_be_bytes(), sealed).map_err(|_| wrong())?;
        serde_json::from_slice(&plain).map_err(|_| wrong())
    }
}
