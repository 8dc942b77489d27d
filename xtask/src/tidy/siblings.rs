//! Dialects are spellings of the same domain: one never borrows from another, so that each can be deleted alone.

use crate::tidy::Finding;
use crate::tidy::code::Code;
use crate::tidy::uses::{Path, paths};
use crate::workspace::SourceFile;

const HOME: &str = "crates/dialects/src/";
const DIALECTS: [&str; 4] = ["oss", "s3", "rpc", "aws_kms"];

/// Checks one file, if it belongs to a dialect.
pub(crate) fn check(file: &SourceFile, code: &Code) -> Vec<Finding> {
    let Some(inside) = file.path.strip_prefix(HOME) else { return Vec::new() };
    let modules: Vec<&str> = inside.trim_end_matches(".rs").split('/').filter(|part| *part != "mod").collect();
    let Some(own) = modules.first().copied().filter(|first| DIALECTS.contains(first)) else { return Vec::new() };
    let tokens = code.tokens();
    let all = paths(&tokens);
    let borrowed = all.iter().filter_map(|path| Some((path, sibling(path, own, modules.len())?)));
    borrowed
        .map(|(path, other)| {
            let text = format!("dialect `{own}` uses `{}`: move what both need down, not across to `{other}`", {
                path.segments.join("::")
            });
            Finding::new(&file.path, path.line, text)
        })
        .collect()
}

/// The other dialect that `path` leads into, from a module `depth` levels below the crate's root.
fn sibling<'a>(path: &'a Path, own: &str, depth: usize) -> Option<&'a str> {
    let supers = path.segments.iter().take_while(|segment| *segment == "super").count();
    let from_root = match path.segments.first().map(String::as_str) {
        Some("crate" | "dialects") => path.segments.get(1),
        Some("super") if supers >= depth => path.segments.get(supers),
        _ => None,
    };
    from_root.map(String::as_str).filter(|name| *name != own && DIALECTS.contains(name))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::code::Code;
    use crate::workspace::SourceFile;

    fn count(path: &str, text: &str) -> usize {
        check(&SourceFile { path: path.into(), text: text.into() }, &Code::of(text)).len()
    }

    #[test]
    fn a_sibling_is_found_however_it_is_spelled() {
        let oss = "crates/dialects/src/oss/put.rs";
        assert_eq!(count(oss, "use crate::s3::Row;"), 1);
        assert_eq!(count(oss, "use crate::{shared::A, rpc};"), 1);
        assert_eq!(count(oss, "fn f() { crate::s3::go() }"), 1);
        assert_eq!(count(oss, "use super::super::s3::Row;"), 1);
        assert_eq!(count("crates/dialects/src/oss/mod.rs", "use super::rpc::Row;"), 1);
        assert_eq!(count("crates/dialects/src/oss.rs", "use super::rpc::Row;"), 1);
    }

    #[test]
    fn own_shared_and_outside_paths_pass() {
        let oss = "crates/dialects/src/oss/put.rs";
        assert_eq!(count(oss, "use crate::oss::Row; use crate::shared::B; use super::s3::Local; // crate::s3"), 0);
        assert_eq!(count("crates/dialects/src/lib.rs", "use crate::s3::Row; use crate::oss::Row;"), 0);
        assert_eq!(count("crates/bailee/src/main.rs", "use dialects::s3::Row;"), 0);
    }
}
