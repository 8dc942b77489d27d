use crate::bounded;
use crate::caller::Caller;
use crate::permit::Permit;
use crate::policy::{Context, Labelled};
use async_trait::async_trait;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use store::{Store, Txn, View};
use trail::Category;
use types::{AccountId, Action, Failure, Resource, Result};

/// Something a caller can ask for: a struct with the request's fields, in the domain's words.
///
/// It says what the event may hold of it; who may run it is decided from its [`Target`].
pub trait Operation: Send + Sync {
    /// What running it gives.
    type Output: Send;

    /// Whether it touches settings or content.
    const CATEGORY: Category = Category::Management;

    /// What policies call it.
    fn action(&self) -> Action;

    /// Puts what was asked into the event. Never a secret, never content.
    fn audit(&self, audit: &mut Audit);

    /// Puts what was answered into the event, where it names something new. Never a secret, never content.
    fn outcome(&self, output: &Self::Output, audit: &mut Audit) {
        let _ = (output, audit);
    }

    /// Why the caller is refused although the effect is kept, such as a wrong password that is counted. The event is that
    /// of a refusal.
    fn refusal(output: &Self::Output) -> Option<&Failure> {
        let _ = output;
        None
    }

    /// Whether its event must be on disk, not only in the log, before the answer. Changes always are.
    fn strict(&self) -> bool {
        false
    }
}

/// What an event will hold of an operation. Whatever a request brings, it stays small: what is long is cut and its hash
/// put in its place (`bounded.rs`).
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// The request's parameters, chosen one by one.
    pub(crate) parameters: Map<String, Value>,
    /// What the answer named.
    pub(crate) response: Map<String, Value>,
    /// What it was about: ids by type, such as `ACS::KMS::Key`.
    pub(crate) resources: BTreeMap<String, Vec<String>>,
}

impl Audit {
    /// Notes a request parameter under its wire name.
    pub fn parameter(&mut self, name: &str, value: impl Into<Value>) {
        self.parameters.insert(name.to_owned(), bounded::value(value.into()));
    }

    /// Notes a request parameter if it was given.
    pub fn optional(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.parameter(name, value);
        }
    }

    /// Notes something the answer named.
    pub fn answer(&mut self, name: &str, value: impl Into<Value>) {
        self.response.insert(name.to_owned(), bounded::value(value.into()));
    }

    /// Notes a thing it was about; `kind` in the form `ACS::KMS::Key`.
    pub fn resource(&mut self, kind: &str, id: impl Into<String>) {
        let ids = self.resources.entry(kind.to_owned()).or_default();
        let id = bounded::text(id.into());
        if ids.len() < bounded::ELEMENTS && !ids.contains(&id) {
            ids.push(id);
        }
    }
}

/// One permission an operation needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// To do what.
    pub action: Action,
    /// To what.
    pub resource: Resource,
}

/// What an operation is about to touch, found out before anyone decides: whose it is, what it needs, and what the thing
/// itself says about who may touch it.
#[derive(Clone, Default)]
pub struct Target {
    /// Every permission that is needed; all must be given. Empty only for what needs none, such as asking who one is.
    pub needs: Vec<Need>,
    /// The account that owns it. Its trail gets the event. `None` for what belongs to the caller's own account.
    pub owner: Option<AccountId>,
    /// The policy attached to the thing itself.
    pub policy: Option<Labelled>,
    /// What that policy alone may ask about besides.
    pub own_facts: Context,
    /// The ceiling over the account that it happens in, where the caller is of no account that could have one.
    pub control: Option<Labelled>,
    /// What policies may ask about it, such as its tags.
    pub context: Context,
    /// What policies may ask about the resource of each need alone, in the order of the needs; none of those left out.
    pub things: Vec<Context>,
    /// Whether an access control list lets the caller in where no policy says anything.
    pub open: bool,
    /// Whether what the thing's own policy allows to other accounts, or to nobody in particular, counts for nothing.
    pub restricted: bool,
    /// Whether both the caller's and the thing's policy must allow it, as when a role is assumed.
    pub both: bool,
}

impl Target {
    /// A target that needs one permission on one resource, owned by the resource's account.
    pub fn one(action: Action, resource: Resource) -> Self {
        Self { owner: Some(resource.account), needs: vec![Need { action, resource }], ..Self::default() }
    }
}

/// How a domain runs an operation. The gate is the only caller: each step after the first takes a [`Permit`], and only
/// the gate makes one.
///
/// The steps: [`target`](Run::target) → decide → [`prepare`](Run::prepare) → [`run`](Run::run), the last in a
/// transaction that also appends the event, and again from a fresh transaction if it conflicts.
#[async_trait]
pub trait Run<Op: Operation>: Send + Sync {
    /// The store the operation's transaction and event belong to.
    fn store(&self) -> &Store;

    /// Finds out what the operation is about to touch. It must not tell the caller anything about it: what is not there
    /// is best given as the target it would be, and reported by `run`.
    async fn target(&self, op: &Op, caller: &Caller, view: &View) -> Result<Target>;

    /// What has to happen outside the transaction: taking in a body, asking another domain for a key.
    async fn prepare(&self, permit: &Permit<Op>, op: &mut Op) -> Result<()> {
        let _ = (permit, op);
        Ok(())
    }

    /// Does it, in the given transaction. May be called again after a conflict, with nothing of the last attempt kept.
    async fn run(&self, permit: &Permit<Op>, op: &Op, txn: &mut Txn) -> Result<Op::Output>;

    /// Called once it is committed: the place to wake whoever is to go on with it, who before would find nothing.
    fn committed(&self, op: &Op) {
        let _ = op;
    }
}
