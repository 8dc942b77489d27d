//! Versions of a secret and the stages that point to them.

use super::limits;
use super::secret_record::SecretRecord;
use serde::{Deserialize, Serialize};
use types::{Failure, Reason, Result, SecretVersionId, StageName, Timestamp};

/// The stage of the version that counts.
pub const CURRENT: &str = "ACSCurrent";
/// The stage of the one before.
pub const PREVIOUS: &str = "ACSPrevious";
/// Names of stages that begin so are ours.
const RESERVED: &str = "ACS";

/// What is known of a version besides its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionInfo {
    /// Its id.
    pub id: SecretVersionId,
    /// When it was put.
    pub created: Timestamp,
}

/// One of the two built-in stages, whose names keep the rule.
pub(crate) fn built_in(name: &str) -> Result<StageName> {
    name.parse().map_err(Failure::internal)
}

fn is_built_in(stage: &StageName) -> bool {
    matches!(stage.as_str(), CURRENT | PREVIOUS)
}

/// Refuses stages that callers cannot set.
pub(crate) fn check_stage(stage: &StageName) -> Result<()> {
    if stage.as_str().starts_with(RESERVED) && !is_built_in(stage) {
        return Err(Failure::invalid(
            "VersionStage",
            format!("{CURRENT}, or a name that does not begin with {RESERVED}"),
        ));
    }
    Ok(())
}

impl SecretRecord {
    /// The version that a stage points to.
    pub fn version_at(&self, stage: &str) -> Option<&SecretVersionId> {
        self.stages.iter().find(|(name, _)| name.as_str() == stage).map(|(_, version)| version)
    }

    /// The stages that point to a version, in their order.
    pub fn stages_of<'s>(&'s self, version: &'s SecretVersionId) -> impl Iterator<Item = &'s StageName> {
        self.stages.iter().filter(move |(_, v)| *v == version).map(|(stage, _)| stage)
    }

    /// A version that is there.
    pub fn version(&self, id: &SecretVersionId) -> Option<&VersionInfo> {
        self.versions.iter().find(|version| version.id == *id)
    }

    /// Adds a version under these stages; under none it becomes the current one. Returns versions that fell out of the
    /// limit: the oldest to which no stage points.
    pub(crate) fn add_version(
        &mut self,
        id: SecretVersionId,
        created: Timestamp,
        stages: &[StageName],
    ) -> Result<Vec<SecretVersionId>> {
        self.versions.push(VersionInfo { id: id.clone(), created });
        if stages.is_empty() {
            self.make_current(&id)?;
        }
        for stage in stages {
            self.point(stage, &id)?;
        }
        self.updated = created;
        self.prune()
    }

    fn prune(&mut self) -> Result<Vec<SecretVersionId>> {
        let mut dropped = Vec::new();
        while self.versions.len() > limits::VERSIONS {
            let free = self.versions.iter().position(|v| self.stages_of(&v.id).next().is_none());
            // There are fewer stages than versions, so one is always free.
            let oldest = free.ok_or_else(|| Failure::internal("every version of a secret has a stage"))?;
            dropped.push(self.versions.remove(oldest).id);
        }
        Ok(dropped)
    }

    /// Lets a stage point to a version. What was current before is the previous one afterwards.
    fn point(&mut self, stage: &StageName, version: &SecretVersionId) -> Result<()> {
        check_stage(stage)?;
        if stage.as_str() == CURRENT {
            return self.make_current(version);
        }
        if !self.stages.contains_key(stage) && self.stages.len() >= limits::STAGES {
            return Err(Failure::invalid("VersionStage", format!("one of at most {} stages", limits::STAGES)));
        }
        self.stages.insert(stage.clone(), version.clone());
        Ok(())
    }

    pub(crate) fn make_current(&mut self, version: &SecretVersionId) -> Result<()> {
        let before = self.stages.insert(built_in(CURRENT)?, version.clone());
        if let Some(before) = before.filter(|before| before != version) {
            self.stages.insert(built_in(PREVIOUS)?, before);
        }
        Ok(())
    }

    /// Adds, takes away or moves a stage.
    pub(crate) fn move_stage(
        &mut self,
        stage: &StageName,
        from: Option<&SecretVersionId>,
        to: Option<&SecretVersionId>,
    ) -> Result<()> {
        check_stage(stage)?;
        if let Some(from) = from.filter(|from| self.version_at(stage.as_str()) != Some(*from)) {
            return Err(Failure::invalid(
                "RemoveFromVersion",
                format!("the version that {stage} points to, not {from}"),
            ));
        }
        match (from, to) {
            (None, None) => Err(Failure::missing("MoveToVersion")),
            (_, Some(to)) if self.version(to).is_none() => Err(Reason::SecretVersionNotFound.into()),
            (_, Some(to)) => self.point(stage, to),
            (Some(_), None) if is_built_in(stage) => Err(Failure::invalid(
                "VersionStage",
                format!("a stage other than {CURRENT} and {PREVIOUS}: these only move"),
            )),
            (Some(_), None) => {
                self.stages.remove(stage);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::secret_record::{SecretKind, SecretRecord};
    use super::{CURRENT, PREVIOUS};
    use crate::secrets::limits;
    use types::{Reason, Result, SecretVersionId, StageName, Timestamp};

    fn record() -> SecretRecord {
        SecretRecord {
            name: "s".parse().unwrap(),
            kind: SecretKind::Generic,
            description: String::new(),
            config: String::new(),
            key: None,
            creator: String::new(),
            created: Timestamp::default(),
            updated: Timestamp::default(),
            delete_at: None,
            tags: Default::default(),
            versions: Vec::new(),
            stages: Default::default(),
            rotation: Default::default(),
        }
    }

    fn id(n: usize) -> SecretVersionId {
        format!("v{n}").parse().unwrap()
    }

    fn stage(name: &str) -> StageName {
        name.parse().unwrap()
    }

    fn at(record: &SecretRecord, stage: &str) -> Option<String> {
        record.version_at(stage).map(ToString::to_string)
    }

    fn reason<T>(result: Result<T>) -> Reason {
        result.err().unwrap().reason()
    }

    #[test]
    fn a_new_version_is_current_and_the_old_one_previous() {
        let mut record = record();
        for n in 1..4 {
            assert!(record.add_version(id(n), Timestamp::default(), &[]).unwrap().is_empty());
        }
        assert_eq!((at(&record, CURRENT), at(&record, PREVIOUS)), (Some("v3".into()), Some("v2".into())));
        record.add_version(id(4), Timestamp::default(), &[stage("MyPending")]).unwrap();
        assert_eq!(at(&record, CURRENT), Some("v3".into()), "own stages leave the built-in ones alone");
        assert_eq!(at(&record, "MyPending"), Some("v4".into()));
    }

    #[test]
    fn stages_are_added_moved_and_taken_away() {
        let mut record = record();
        for n in 1..4 {
            record.add_version(id(n), Timestamp::default(), &[]).unwrap();
        }
        record.move_stage(&stage("Mine"), None, Some(&id(1))).unwrap();
        record.move_stage(&stage("Mine"), Some(&id(1)), Some(&id(2))).unwrap();
        assert_eq!(at(&record, "Mine"), Some("v2".into()));
        assert_eq!(reason(record.move_stage(&stage("Mine"), Some(&id(1)), None)), Reason::ParameterInvalid);
        record.move_stage(&stage("Mine"), Some(&id(2)), None).unwrap();
        assert_eq!(at(&record, "Mine"), None);
        record.move_stage(&stage(CURRENT), Some(&id(3)), Some(&id(1))).unwrap();
        assert_eq!((at(&record, CURRENT), at(&record, PREVIOUS)), (Some("v1".into()), Some("v3".into())));
        assert_eq!(reason(record.move_stage(&stage(CURRENT), Some(&id(1)), None)), Reason::ParameterInvalid);
        assert_eq!(reason(record.move_stage(&stage("ACSOther"), None, Some(&id(1)))), Reason::ParameterInvalid);
        assert_eq!(reason(record.move_stage(&stage("Mine"), None, None)), Reason::ParameterMissing);
        assert_eq!(reason(record.move_stage(&stage("Mine"), None, Some(&id(9)))), Reason::SecretVersionNotFound);
    }

    #[test]
    fn the_oldest_without_a_stage_makes_room() {
        let mut record = record();
        record.add_version(id(0), Timestamp::default(), &[stage("Kept")]).unwrap();
        let dropped: Vec<_> = (1..=limits::VERSIONS + 1)
            .flat_map(|n| record.add_version(id(n), Timestamp::default(), &[]).unwrap())
            .collect();
        assert_eq!(dropped, [id(1), id(2)]);
        assert_eq!(record.versions.len(), limits::VERSIONS);
        assert!(record.version(&id(0)).is_some());
    }

    #[test]
    fn stages_are_bounded() {
        let mut record = record();
        record.add_version(id(0), Timestamp::default(), &[]).unwrap();
        let mut add = |n: usize| record.move_stage(&stage(&format!("s{n}")), None, Some(&id(0)));
        assert!((1..limits::STAGES).all(|n| add(n).is_ok()));
        assert_eq!(reason(add(limits::STAGES)), Reason::ParameterInvalid);
    }
}
