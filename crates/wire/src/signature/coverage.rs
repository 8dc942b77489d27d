use super::malformed;
use crate::Head;
use types::{Failure, Reason, Result};

/// The names of the headers a signature covers, as the client lists them: lower case, joined by `;`.
pub(super) fn names(list: &str) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for name in list.split(';').filter(|name| !name.is_empty()) {
        let ok = name.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase() && b != b':');
        if !ok || names.iter().any(|n| n == name) {
            return Err(malformed("the signed headers must be lower-case names, each once"));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// A header that the signature says it covers.
pub(super) fn value<'a>(head: &'a Head, name: &str) -> Result<&'a str> {
    head.header(name).ok_or_else(|| malformed(format_args!("the signed header {name} is not in the request")))
}

/// Refuses unless `name` is covered: anyone on the way could have added or changed it.
pub(super) fn require(signed: &[String], name: &str) -> Result<()> {
    if signed.iter().any(|n| n == name) {
        return Ok(());
    }
    let text = format!("The header {name} must be among the signed headers.");
    Err(Failure::new(Reason::SignatureIncomplete, text).with("Header", name))
}
