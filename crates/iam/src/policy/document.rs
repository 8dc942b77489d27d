use super::error::PolicyError;
use super::index::Index;
use super::kind::Kind;
use super::principals::Grip;
use super::request::Facts;
use super::statement::{Effect, Statement};
use super::{grammar, json};
use types::BucketName;

/// A policy, read and compiled: what the gate keeps and asks.
#[derive(Debug)]
pub struct Document {
    kind: Kind,
    statements: Vec<Statement>,
    index: Index,
    public: bool,
}

/// What a document says of a request: the first statement, by place in the document, for each answer it has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Verdict {
    /// Denies it.
    pub(super) deny: Option<usize>,
    /// Allows it to the caller.
    pub(super) allow: Option<usize>,
    /// Allows it to the caller's account.
    pub(super) allow_account: Option<usize>,
}

impl Document {
    /// Reads a policy of a kind. The error says where it is wrong and what would be right.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, PolicyError> {
        Self::read(text, kind, None)
    }

    /// Reads the policy of a bucket that it is to be attached to: it may speak of that bucket alone.
    pub fn parse_for_bucket(text: &str, bucket: &BucketName) -> Result<Self, PolicyError> {
        Self::read(text, Kind::Bucket, Some(bucket))
    }

    fn read(text: &str, kind: Kind, bucket: Option<&BucketName>) -> Result<Self, PolicyError> {
        if let Some((limit, unit)) = kind.exceeded_by(text) {
            return Err(PolicyError::TooLong { limit, unit });
        }
        let statements = json::parse(text).and_then(|node| grammar::statements(&node, kind, bucket));
        let statements = statements.map_err(|fault| fault.locate(text))?;
        let public = statements.iter().any(Statement::is_public);
        Ok(Self { kind, index: Index::of(&statements), statements, public })
    }

    /// What it is attached to.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it lets strangers in: a statement allows something to everybody, or to everybody but some, and none of its
    /// conditions narrows whom (docs/formats/policy.md).
    pub const fn is_public(&self) -> bool {
        self.public
    }

    /// How many statements it has.
    pub fn len(&self) -> usize {
        self.statements.len()
    }

    /// Whether it has none, which no document that was read has.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    pub(super) fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The `Sid` of a statement.
    pub(super) fn sid(&self, number: usize) -> Option<&str> {
        self.statements.get(number)?.sid.as_deref()
    }

    pub(super) fn verdict(&self, facts: &Facts<'_>) -> Verdict {
        let mut verdict = Verdict::default();
        self.index.candidates(facts, self.statements.len(), |number| {
            if let Some(statement) = self.statements.get(number) {
                verdict.hear(number, statement, facts);
            }
        });
        verdict
    }
}

impl Verdict {
    /// Asks one more statement, unless its answer could change nothing.
    fn hear(&mut self, number: usize, statement: &Statement, facts: &Facts<'_>) {
        let earlier = |known: Option<usize>| known.is_none_or(|known| number < known);
        let worth_asking = match statement.effect {
            Effect::Deny => earlier(self.deny),
            Effect::Allow => self.deny.is_none() && (earlier(self.allow) || earlier(self.allow_account)),
        };
        if !worth_asking {
            return;
        }
        let answer = match (statement.effect, statement.applies(facts)) {
            (_, Grip::None) => return,
            (Effect::Deny, Grip::Account | Grip::Caller) => &mut self.deny,
            (Effect::Allow, Grip::Account) => &mut self.allow_account,
            (Effect::Allow, Grip::Caller) => &mut self.allow,
        };
        *answer = Some(answer.map_or(number, |known| known.min(number)));
    }
}
