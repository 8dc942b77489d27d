use super::context::Context;
use super::error::quote;
use super::pattern::{Fold, Pattern, Syntax};
use types::Action;

/// One entry of `Action` or `NotAction`: `*`, or `service:name` with wildcards. Case does not matter.
#[derive(Debug)]
pub(super) struct ActionPattern {
    pub(super) service: Pattern,
    pub(super) name: Pattern,
}

impl ActionPattern {
    pub(super) fn compile(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self { service: Pattern::ALL, name: Pattern::ALL });
        }
        let wrong = || format!("{} is no action: write service:Name, service:* or *", quote(text));
        let (service, name) = text.split_once(':').ok_or_else(wrong)?;
        let well_made =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"*?-_.".contains(&b));
        if !well_made(service) || !well_made(name) {
            return Err(wrong());
        }
        let compile = |part: &str| Pattern::compile(&part.to_ascii_lowercase(), Syntax::Wild, Fold::Ascii);
        Ok(Self { service: compile(service)?, name: compile(name)? })
    }

    pub(super) fn matches(&self, action: &Action, context: &Context) -> bool {
        self.service.matches(action.service.code(), context) && self.name.matches(action.name, context)
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
