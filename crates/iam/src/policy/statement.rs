use super::action::ActionPattern;
use super::arn::ResourcePattern;
use super::condition::Condition;
use super::principals::{Grip, Principals};
use super::request::Facts;
use serde::{Deserialize, Serialize};

/// What a statement says when it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// Yes.
    Allow,
    /// No, whatever others say.
    Deny,
}

/// One statement of a policy, compiled.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) effect: Effect,
    pub(super) sid: Option<Box<str>>,
    pub(super) actions: Box<[ActionPattern]>,
    /// Whether it is about all actions but these (`NotAction`).
    pub(super) other_actions: bool,
    /// `None` in a trust policy, which is about its role.
    pub(super) resources: Option<Box<[ResourcePattern]>>,
    /// `None` in an identity or session policy, which is about its bearer.
    pub(super) principals: Option<Principals>,
    pub(super) conditions: Box<[Condition]>,
}

impl Statement {
    /// Whether it applies to the request, and how.
    pub(super) fn applies(&self, facts: &Facts<'_>) -> Grip {
        if !self.is_about(facts) {
            return Grip::None;
        }
        let grip = self.grip(facts);
        let context = facts.request.context;
        if grip != Grip::None && self.conditions.iter().all(|condition| condition.holds(context)) {
            grip
        } else {
            Grip::None
        }
    }

    /// Whether it is about this action on this resource.
    pub(super) fn is_about(&self, facts: &Facts<'_>) -> bool {
        let listed = self.actions.iter().any(|pattern| pattern.matches(facts));
        let named = || match &self.resources {
            None => true,
            Some(resources) => resources.iter().any(|pattern| pattern.matches(facts)),
        };
        listed != self.other_actions && named()
    }

    /// Whether it lets strangers in, without a condition that narrows whom.
    pub(super) fn is_public(&self) -> bool {
        self.effect == Effect::Allow
            && self.principals.as_ref().is_some_and(Principals::take_strangers)
            && !self.conditions.iter().any(Condition::narrows)
    }

    /// How it meets the caller.
    pub(super) fn grip(&self, facts: &Facts<'_>) -> Grip {
        match &self.principals {
            None => Grip::Caller,
            Some(principals) => principals.grip(self.effect == Effect::Allow, self.conditions.is_empty(), facts),
        }
    }
}
