use serde::{Deserialize, Serialize};
use types::{Reason, Result};

/// Whether a key can be used, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeyState {
    /// It can.
    Enabled,
    /// It was switched off.
    Disabled,
    /// It will be destroyed at a set time.
    PendingDeletion,
    /// The tenant has not brought its material yet.
    PendingImport,
}

/// What is about to be done with a key, as far as its state matters: a row of the table of key states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Encrypt, decrypt, sign or make a data key with it, give it a version or say how often it gets one.
    Use,
    /// Switch it on or off.
    Switch,
    /// Set the time of its deletion.
    Schedule,
    /// Call the deletion off.
    Cancel,
    /// Give it a new alias.
    NewAlias,
    /// Bring material for it.
    Import,
    /// Let an alias that exists stand for it.
    MoveAlias,
    /// Change what is said of it: its description, its protection.
    Describe,
    /// Look at it, take an alias of it away, prepare an import, or take brought material away.
    Look,
}

impl KeyState {
    /// Whether a key in this state allows it (KMS, table of key states). Every cell is written out; a rejection is a 409
    /// whose code tells the cases apart.
    pub(crate) fn allow(self, deed: Deed) -> Result<()> {
        const OK: Option<Reason> = None;
        const OFF: Option<Reason> = Some(Reason::KeyDisabled);
        const GOING: Option<Reason> = Some(Reason::KeyPendingDeletion);
        const EMPTY: Option<Reason> = Some(Reason::KeyPendingImport);
        const FIXED: Option<Reason> = Some(Reason::KeyStateInvalid);

        let [enabled, disabled, pending_deletion, pending_import] = match deed {
            Deed::Use => [OK, OFF, GOING, EMPTY],
            Deed::Switch => [OK, OK, FIXED, FIXED],
            Deed::Schedule => [OK, OK, FIXED, OK],
            Deed::Cancel => [FIXED, FIXED, OK, FIXED],
            Deed::NewAlias | Deed::Import => [OK, OK, FIXED, OK],
            Deed::MoveAlias | Deed::Describe => [OK, OK, GOING, OK],
            Deed::Look => [OK, OK, OK, OK],
        };
        let refusal = match self {
            Self::Enabled => enabled,
            Self::Disabled => disabled,
            Self::PendingDeletion => pending_deletion,
            Self::PendingImport => pending_import,
        };
        refusal.map_or(Ok(()), |reason| Err(reason.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Deed, KeyState};
    use types::Reason;

    fn cell(deed: Deed, state: KeyState) -> Option<Reason> {
        state.allow(deed).err().map(|failure| failure.reason())
    }

    /// The vendor's table, written a second time by hand: action, then Enabled, Disabled, PendingDeletion, PendingImport.
    #[test]
    fn every_cell_of_the_table() {
        let table: [(Deed, [&str; 4]); 9] = [
            (Deed::Use, ["ok", "Disabled", "PendingDeletion", "PendingImport"]),
            (Deed::Switch, ["ok", "ok", "StateModifiedFailed", "StateModifiedFailed"]),
            (Deed::Schedule, ["ok", "ok", "StateModifiedFailed", "ok"]),
            (Deed::Cancel, ["StateModifiedFailed", "StateModifiedFailed", "ok", "StateModifiedFailed"]),
            (Deed::NewAlias, ["ok", "ok", "StateModifiedFailed", "ok"]),
            (Deed::Import, ["ok", "ok", "StateModifiedFailed", "ok"]),
            (Deed::MoveAlias, ["ok", "ok", "PendingDeletion", "ok"]),
            (Deed::Describe, ["ok", "ok", "PendingDeletion", "ok"]),
            (Deed::Look, ["ok", "ok", "ok", "ok"]),
        ];
        let states = [KeyState::Enabled, KeyState::Disabled, KeyState::PendingDeletion, KeyState::PendingImport];
        for (deed, row) in table {
            for (state, expected) in states.into_iter().zip(row) {
                let code = match cell(deed, state) {
                    None => "ok",
                    Some(Reason::KeyDisabled) => "Disabled",
                    Some(Reason::KeyPendingDeletion) => "PendingDeletion",
                    Some(Reason::KeyPendingImport) => "PendingImport",
                    Some(Reason::KeyStateInvalid) => "StateModifiedFailed",
                    Some(other) => panic!("{other:?}"),
                };
                assert_eq!(code, expected, "{deed:?} of a key that is {state:?}");
            }
        }
    }
}
