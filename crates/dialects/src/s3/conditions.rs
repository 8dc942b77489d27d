//! Conditions on the state of an object.

use super::convert::moment;
use objects::{ETags, ReadConditions, WriteConditions};
use s3s::dto::{ETagCondition, Timestamp};

fn tags(condition: &ETagCondition) -> ETags {
    match condition {
        ETagCondition::Any => ETags::Any,
        ETagCondition::ETag(etag) => ETags::OneOf(vec![etag.value().to_owned()]),
    }
}

/// The conditions of a read.
pub(super) fn read(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
    if_modified_since: Option<&Timestamp>,
    if_unmodified_since: Option<&Timestamp>,
) -> ReadConditions {
    ReadConditions {
        if_match: if_match.map(tags),
        if_none_match: if_none_match.map(tags),
        if_modified_since: if_modified_since.map(moment),
        if_unmodified_since: if_unmodified_since.map(moment),
    }
}

/// The conditions of a write.
pub(super) fn write(if_match: Option<&ETagCondition>, if_none_match: Option<&ETagCondition>) -> WriteConditions {
    WriteConditions {
        if_match: if_match.map(tags),
        if_none_match: if_none_match.map(tags),
        ..WriteConditions::default()
    }
}
