use super::error::quote;
use super::pattern::{Fold, Pattern, Syntax};
use super::request::Facts;

/// One entry of `Resource`: `*`, or `acs:<service>:<region>:<account>:<path>` with wildcards and variables in each piece
/// (RAM policy grammar, Resource element). A wildcard never reaches over a colon before the path, so what was meant
/// as a region cannot match an account.
#[derive(Debug)]
pub(super) struct ResourcePattern {
    service: Pattern,
    region: Pattern,
    account: Pattern,
    pub(super) path: Pattern,
}

impl ResourcePattern {
    pub(super) fn compile(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self { service: Pattern::ALL, region: Pattern::ALL, account: Pattern::ALL, path: Pattern::ALL });
        }
        let wrong = || format!("{} is no resource: write acs:<service>:<region>:<account>:<path>, or *", quote(text));
        let pieces = pieces(text);
        let (scheme, service, region, account, path) = match *pieces.as_slice() {
            [scheme, service, region, account, path] => (scheme, service, region, account, path),
            // `acs:oss:*` says all that follows.
            [scheme, service, region, account] if account.ends_with('*') => (scheme, service, region, account, "*"),
            [scheme, service, region] if region.ends_with('*') => (scheme, service, region, "*", "*"),
            [scheme, service] if service.ends_with('*') => (scheme, service, "*", "*", "*"),
            _ => return Err(wrong()),
        };
        if scheme != "acs" || service.is_empty() || path.is_empty() {
            return Err(wrong());
        }
        Self::check_pieces(text, service, region, account)?;
        let region = if service.eq_ignore_ascii_case("oss") { oss_region(region) } else { region };
        let wild = |piece: &str, fold| Pattern::compile(piece, Syntax::Wild, fold);
        Ok(Self {
            service: wild(service, Fold::Ascii)?,
            region: wild(region, Fold::Exact)?,
            account: wild(account, Fold::Exact)?,
            path: wild(path, Fold::Exact)?,
        })
    }

    /// Refuses what could never match: a Deny that looks right and does nothing is worse than an error.
    fn check_pieces(text: &str, service: &str, region: &str, account: &str) -> Result<(), String> {
        if account.is_empty() {
            return Err(format!("{} names no account: write * for any account", quote(text)));
        }
        let regional = ["oss", "kms"].iter().any(|code| service.eq_ignore_ascii_case(code));
        if regional && region.is_empty() {
            return Err(format!("{} names no region: write * for any region", quote(text)));
        }
        Ok(())
    }

    pub(super) fn matches(&self, facts: &Facts<'_>) -> bool {
        let (resource, context) = (facts.request.resource, facts.request.context);
        // The path first: it tells most apart.
        self.path.matches(&resource.path, context)
            && self.account.matches(facts.account(), context)
            && self.service.matches(resource.service.code(), context)
            && self.region.matches(facts.region(), context)
    }

    /// Whether all it matches is of one service.
    pub(super) fn is_of(&self, service: &str) -> bool {
        self.service.literal().is_some_and(|own| own.eq_ignore_ascii_case(service))
    }

    /// Whether all it matches is of one bucket: the bucket itself, or objects in it.
    pub(super) fn is_within(&self, bucket: &str) -> bool {
        self.path.literal() == Some(bucket)
            || self.path.prefix().strip_prefix(bucket).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether it is `*`.
    pub(super) const fn is_all(&self) -> bool {
        self.service.is_all() && self.region.is_all() && self.account.is_all() && self.path.is_all()
    }
}

/// OSS documents spell its regions both `cn-hangzhou` and, as in its host names, `oss-cn-hangzhou`.
fn oss_region(region: &str) -> &str {
    region.strip_prefix("oss-").unwrap_or(region)
}

/// The pieces between colons, at most five: the last keeps its own. A colon inside `${…}` belongs to the variable.
fn pieces(text: &str) -> Vec<&str> {
    let (mut out, mut from, mut in_variable) = (Vec::with_capacity(5), 0, false);
    for (at, c) in text.char_indices() {
        match c {
            '{' if text.get(..at).is_some_and(|before| before.ends_with('$')) => in_variable = true,
            '}' => in_variable = false,
            ':' if !in_variable && out.len() < 4 => {
                out.extend(text.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    out.extend(text.get(from..));
    out
}
