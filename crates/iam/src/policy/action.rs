use super::error::quote;
use super::pattern::{Fold, Pattern, Syntax};
use super::request::{Facts, action_hash};

/// One entry of `Action` or `NotAction`: `*`, or `service:name` with wildcards. Case does not matter.
#[derive(Debug)]
pub(super) struct ActionPattern {
    pub(super) service: Pattern,
    pub(super) name: Pattern,
    /// What it is looked up by, if it is the name of one action.
    pub(super) hash: Option<u64>,
}

impl ActionPattern {
    pub(super) fn compile(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self { service: Pattern::ALL, name: Pattern::ALL, hash: None });
        }
        let wrong = || format!("{} is no action: write service:Name, service:* or *", quote(text));
        let (service, name) = text.split_once(':').ok_or_else(wrong)?;
        let well_made =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"*?-_.".contains(&b));
        if !well_made(service) || !well_made(name) {
            return Err(wrong());
        }
        let compile = |part: &str| Pattern::compile(&part.to_ascii_lowercase(), Syntax::Wild, Fold::Ascii);
        let (service, name) = (compile(service)?, compile(name)?);
        let hash = service.literal().zip(name.literal()).map(|(service, name)| action_hash(service, name));
        Ok(Self { service, name, hash })
    }

    pub(super) fn matches(&self, facts: &Facts<'_>) -> bool {
        let (action, context) = (facts.request.action, facts.request.context);
        // Most are names, and most names are others: one number tells.
        self.hash.is_none_or(|hash| hash == facts.action_hash)
            && self.service.matches(action.service.code(), context)
            && self.name.matches(action.name, context)
    }

    /// Whether all its actions are of one service, so `*` of none.
    pub(super) fn is_of(&self, service: &str) -> bool {
        self.service.literal() == Some(service)
    }

    /// Whether it is `*`.
    pub(super) const fn is_all(&self) -> bool {
        self.service.is_all() && self.name.is_all()
    }
}
