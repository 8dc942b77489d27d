use crate::caller::Caller;
use crate::diagnosis::Diagnosis;
use crate::iam::{Iam, identity, own_account, read};
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use async_trait::async_trait;
use store::{Store, Txn, View};
use trail::{Attribute, Query};
use types::{AccountId, Action, Failure, Result};

/// Where a request id of ours has its dashes.
const DASHES: [usize; 4] = [8, 13, 18, 23];

/// Says why a call of the caller's account was refused.
pub struct DecodeDiagnosis {
    /// The message that the refusal carried, or the id of the request, which is looked up in the account's trails: among the
    /// latest calls of the last seven days.
    pub message: String,
}

/// Whoever can say why calls were refused: the identities, and the trails of all regions.
#[derive(Clone)]
pub struct Diagnoses {
    /// The identities.
    pub iam: Iam,
    /// The stores of the regions.
    pub regions: Vec<Store>,
}

impl Operation for DecodeDiagnosis {
    type Output = Diagnosis;

    fn action(&self) -> Action {
        read("DecodeDiagnosticMessage")
    }

    fn audit(&self, _: &mut Audit) {}

    fn outcome(&self, output: &Diagnosis, audit: &mut Audit) {
        audit.answer("DiagnosedRequestId", output.request_id.as_str());
    }
}

#[async_trait]
impl Run<DecodeDiagnosis> for Diagnoses {
    fn store(&self) -> &Store {
        self.iam.identity_store()
    }

    async fn target(&self, op: &DecodeDiagnosis, caller: &Caller, _: &View) -> Result<Target> {
        Ok(Target::one(op.action(), identity(own_account(caller)?, "*")))
    }

    async fn run(&self, permit: &Permit<DecodeDiagnosis>, op: &DecodeDiagnosis, _: &mut Txn) -> Result<Diagnosis> {
        let account = own_account(permit.caller())?;
        let found;
        let message = match is_request_id(&op.message) {
            false => op.message.as_str(),
            true => {
                found = self.find(account, &op.message).await?;
                found.as_str()
            }
        };
        self.iam.gate().directory().diagnoses().open(account, message)
    }
}

impl Diagnoses {
    /// The message in the event of a refused call.
    async fn find(&self, account: AccountId, request_id: &str) -> Result<String> {
        let mut views = vec![self.iam.identity_store().view().await?];
        for region in &self.regions {
            views.push(region.view().await?);
        }
        let query = Query::new(None, None, self.iam.now())?.filter(Attribute::RequestId, request_id)?;
        let found = trail::lookup(&views, account, &query).await?;
        let message = |event: &serde_json::Value| {
            event.get("additionalEventData")?.get("encodedDiagnosticMessage")?.as_str().map(str::to_owned)
        };
        let rule = "a message that a refused call had, or the id of one of the latest refused requests";
        found.events.iter().find_map(message).ok_or_else(|| Failure::invalid("EncodedDiagnosticMessage", rule))
    }
}

fn is_request_id(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| if DASHES.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}
