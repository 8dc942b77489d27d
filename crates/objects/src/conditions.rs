use crate::object::ObjectRecord;
use crate::version::Versioning;
use types::{Failure, Reason, Result, Timestamp};

/// Which ETags a condition names, without their quotes. Case does not matter: one dialect writes them in capitals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ETags {
    /// Whatever there is (`*`).
    Any,
    /// One of these.
    OneOf(Vec<String>),
}

impl ETags {
    fn has(&self, etag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(list) => list.iter().any(|e| e.eq_ignore_ascii_case(etag)),
        }
    }
}

/// On what state of the object a read insists (RFC 9110 §13.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadConditions {
    /// It is one of these.
    pub if_match: Option<ETags>,
    /// It is none of these.
    pub if_none_match: Option<ETags>,
    /// It changed after this.
    pub if_modified_since: Option<Timestamp>,
    /// It did not change after this.
    pub if_unmodified_since: Option<Timestamp>,
}

impl ReadConditions {
    /// In the order of RFC 9110 §13.2.2: an ETag, where given, silences the date beside it.
    pub(crate) fn check(&self, object: &ObjectRecord) -> Result<()> {
        // HTTP dates have whole seconds, so that is what is compared.
        let changed_after = |t: Timestamp| object.modified.secs() > t.secs();
        let stale = match (&self.if_match, self.if_unmodified_since) {
            (Some(tags), _) => !tags.has(&object.etag),
            (None, Some(since)) => changed_after(since),
            (None, None) => false,
        };
        if stale {
            return Err(Failure::of(Reason::PreconditionFailed));
        }
        let known = match (&self.if_none_match, self.if_modified_since) {
            (Some(tags), _) => tags.has(&object.etag),
            (None, Some(since)) => !changed_after(since),
            (None, None) => false,
        };
        if known { Err(not_modified(object)) } else { Ok(()) }
    }
}

/// A 304 repeats the validators (RFC 9110 §15.4.5).
fn not_modified(object: &ObjectRecord) -> Failure {
    Failure::of(Reason::NotModified).with("ETag", object.etag.clone()).with("LastModified", object.modified.http_date())
}

/// On what state of the object a change insists. Checked in the transaction that makes the change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteConditions {
    /// It is one of these.
    pub if_match: Option<ETags>,
    /// It is none of these; [`ETags::Any`]: it is not there.
    pub if_none_match: Option<ETags>,
    /// It is not there, in the words of the dialect that calls this a refusal to overwrite. That does not count where the
    /// bucket keeps versions (alibaba-wire §9.1): nothing is lost there.
    pub forbid_overwrite: bool,
}

impl WriteConditions {
    pub(crate) fn check(&self, object: Option<&ObjectRecord>, versioning: Versioning) -> Result<()> {
        if self.forbid_overwrite && object.is_some() && versioning.is_off() {
            return Err(Failure::of(Reason::ObjectExists));
        }
        match (&self.if_match, object) {
            (Some(_), None) => return Err(Failure::of(Reason::ObjectNotFound)),
            (Some(tags), Some(object)) if !tags.has(&object.etag) => {
                return Err(Failure::of(Reason::PreconditionFailed));
            }
            _ => {}
        }
        match (&self.if_none_match, object) {
            (Some(tags), Some(object)) if tags.has(&object.etag) => Err(Failure::of(Reason::PreconditionFailed)),
            _ => Ok(()),
        }
    }
}
