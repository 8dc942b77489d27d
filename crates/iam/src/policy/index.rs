use super::action::ActionPattern;
use super::context::hash;
use super::request::Facts;
use super::statement::Statement;

/// Documents this small are faster read through.
const LEAST: usize = 5;
/// Statements that name more pairs of action and resource than this are found by their actions alone, so that the index
/// cannot grow with the square of the document.
const PAIRS: usize = 64;

/// Finds the few statements of a large document that may be about a request: by action (exact, service, any) and by the
/// resource's path (exact, up to the first slash, any). It only narrows: what it finds is still matched in full, so a
/// collision of hashes costs time and nothing else.
#[derive(Debug)]
pub(super) enum Index {
    /// Read all statements.
    None,
    /// By hash, ascending; `present` has a bit for each class that has entries at all.
    Sorted { entries: Box<[(u64, u32)]>, present: u16 },
}

const CLASSES: u16 = 3;

/// The place in the index of one class of action with one class of resource.
const fn slot(action: (u16, u64), resource: (u16, u64)) -> (u16, u64) {
    let class = action.0 * CLASSES + resource.0;
    (class, action.1.rotate_left(class as u32 + 1) ^ resource.1.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ class as u64)
}

impl Index {
    pub(super) fn of(statements: &[Statement]) -> Self {
        if statements.len() < LEAST {
            return Self::None;
        }
        let (mut entries, mut present) = (Vec::new(), 0);
        for (number, statement) in (0..).zip(statements) {
            for (class, key) in slots(statement) {
                present |= 1 << class;
                entries.push((key, number));
            }
        }
        entries.sort_unstable();
        entries.dedup();
        Self::Sorted { entries: entries.into_boxed_slice(), present }
    }

    /// Calls `visit` with the number of each statement that may be about the request, some perhaps more than once.
    pub(super) fn candidates(&self, facts: &Facts<'_>, statements: usize, mut visit: impl FnMut(usize)) {
        let Self::Sorted { entries, present } = self else {
            return (0..statements).for_each(visit);
        };
        let actions = [(0, facts.action_hash), (1, facts.service_hash), (2, 0)];
        let resources = [(0, facts.path_hash), (1, facts.segment_hash), (2, 0)];
        for action in actions {
            for resource in resources {
                let (class, key) = slot(action, resource);
                if present & (1 << class) == 0 {
                    continue;
                }
                let from = entries.partition_point(|(known, _)| *known < key);
                let found = entries.iter().skip(from).take_while(|(known, _)| *known == key);
                found.for_each(|(_, number)| visit(*number as usize));
            }
        }
    }
}

/// Every place a statement has to be found at.
fn slots(statement: &Statement) -> Vec<(u16, u64)> {
    let actions = action_classes(statement);
    let resources = match &statement.resources {
        Some(list) if list.len() * actions.len() <= PAIRS => {
            list.iter().map(|resource| path_class(resource.path.literal(), resource.path.prefix())).collect()
        }
        _ => vec![(2, 0)],
    };
    actions.iter().flat_map(|action| resources.iter().map(|resource| slot(*action, *resource))).collect()
}

fn action_classes(statement: &Statement) -> Vec<(u16, u64)> {
    if statement.other_actions {
        return vec![(2, 0)];
    }
    let class = |action: &ActionPattern| match (action.hash, action.service.literal()) {
        (Some(exact), _) => (0, exact),
        (None, Some(service)) => (1, hash(service.as_bytes())),
        (None, None) => (2, 0),
    };
    statement.actions.iter().map(class).collect()
}

/// A path pattern's class. Hashes fold case and paths do not, which only ever finds more.
fn path_class(literal: Option<&str>, prefix: &str) -> (u16, u64) {
    match (literal, prefix.split_once('/')) {
        (Some(whole), _) => (0, hash(whole.as_bytes())),
        (None, Some((segment, _))) => (1, hash(segment.as_bytes())),
        (None, None) => (2, 0),
    }
}
