use crate::key_kind::{KeySpec, KeyUsage, Protection};
use crate::key_record::{Creator, KeyRecord};
use crate::key_state::KeyState;

/// What kind of creator a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreatorKind {
    /// A caller of the account.
    User,
    /// A service of ours.
    Service,
}

/// Which keys a listing shows: those that match every part. A part without values matches all, one with several matches
/// any of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// By state.
    pub states: Vec<KeyState>,
    /// By algorithm and size.
    pub specs: Vec<KeySpec>,
    /// By use.
    pub usages: Vec<KeyUsage>,
    /// By what guards the material.
    pub protections: Vec<Protection>,
    /// By creator.
    pub creators: Vec<CreatorKind>,
}

fn any_of<T: PartialEq>(wanted: &[T], value: &T) -> bool {
    wanted.is_empty() || wanted.contains(value)
}

impl KeyFilter {
    /// Whether it lets a key through.
    pub fn matches(&self, key: &KeyRecord) -> bool {
        let Self { states, specs, usages, protections, creators } = self;
        let creator = match key.creator {
            Creator::Principal { .. } => CreatorKind::User,
            Creator::Service { .. } => CreatorKind::Service,
        };
        any_of(states, &key.state)
            && any_of(specs, &key.spec)
            && any_of(usages, &key.usage)
            && any_of(protections, &key.protection)
            && any_of(creators, &creator)
    }
}
