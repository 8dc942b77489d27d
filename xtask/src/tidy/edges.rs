//! Dependencies between the crates of the workspace point down the floors of ARCHITECTURE.md, and nowhere else.

use crate::outcome::{Doing, Outcome};
use crate::tidy::Finding;
use crate::workspace::SourceFile;
use toml::{Table, Value};

/// Each crate, and the crates of the workspace it may use.
///
/// `wire` is for dialects and the binary only: a vendor's spelling must not reach the domain crates.
const MAY_USE: [(&str, &[&str]); 13] = [
    ("types", &[]),
    ("crypto", &["types"]),
    ("store", &["types", "crypto"]),
    ("wire", &["types", "crypto"]),
    ("federation", &["types", "crypto"]),
    ("trail", &["types", "crypto", "store"]),
    ("iam", &["types", "crypto", "store", "trail", "federation"]),
    ("kms", &["types", "crypto", "store", "trail", "iam"]),
    ("objects", &["types", "crypto", "store", "trail", "iam", "kms"]),
    ("dialects", &["types", "crypto", "store", "wire", "trail", "iam", "kms", "objects"]),
    ("bailee", &["types", "crypto", "store", "wire", "trail", "iam", "kms", "objects", "dialects", "federation"]),
    ("testkit", &["types", "crypto", "store", "wire", "trail", "iam", "kms", "objects"]),
    ("xtask", &["types", "crypto", "wire"]),
];

/// What any crate may use, but only to test itself.
const TEST_ONLY: &str = "testkit";

/// Checks every manifest of the workspace.
pub(crate) fn check(manifests: &[SourceFile]) -> Outcome<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in manifests {
        let manifest: Table = file.text.parse().doing(&file.path)?;
        let Some(name) = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str) else {
            continue;
        };
        check_crate(file, name, &manifest, &mut findings);
    }
    Ok(findings)
}

fn check_crate(file: &SourceFile, name: &str, manifest: &Table, findings: &mut Vec<Finding>) {
    let in_house = file.path.starts_with("crates/") || file.path.starts_with("xtask/");
    let Some((_, allowed)) = MAY_USE.iter().find(|(known, _)| *known == name) else {
        if in_house {
            let text = format!("crate `{name}` has no row in the table of xtask/src/tidy/edges.rs; decide its floor");
            findings.push(Finding::new(&file.path, 1, text));
        }
        return;
    };
    for (used, for_tests) in used_crates(manifest) {
        let fine = allowed.contains(&used.as_str()) || (for_tests && used == TEST_ONLY);
        if !fine && MAY_USE.iter().any(|(known, _)| *known == used) {
            let text = format!("`{name}` may not depend on `{used}`: it may use {allowed:?}, and testkit in its tests");
            findings.push(Finding::new(&file.path, line_of(&file.text, &used), text));
        }
    }
}

/// The names of all dependencies, and whether each is for tests only.
fn used_crates(manifest: &Table) -> Vec<(String, bool)> {
    let mut tables = vec![manifest];
    let targets = manifest.get("target").and_then(Value::as_table);
    tables.extend(targets.into_iter().flat_map(|targets| targets.values().filter_map(Value::as_table)));
    let mut used = Vec::new();
    for table in tables {
        for (section, for_tests) in [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)]
        {
            let dependencies = table.get(section).and_then(Value::as_table);
            used.extend(dependencies.into_iter().flatten().map(|(key, value)| (real_name(key, value), for_tests)));
        }
    }
    used
}

/// A dependency may be renamed; the `package` field is the truth.
fn real_name(key: &str, value: &Value) -> String {
    value.get("package").and_then(Value::as_str).unwrap_or(key).to_owned()
}

fn line_of(text: &str, used: &str) -> usize {
    text.lines().position(|line| line.trim_start().starts_with(used)).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::workspace::SourceFile;

    fn findings(name: &str, rest: &str) -> Vec<String> {
        let text = format!("[package]\nname = \"{name}\"\n{rest}");
        let file = SourceFile { path: format!("crates/{name}/Cargo.toml"), text };
        check(&[file]).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn edges_of_the_table_pass() {
        assert!(findings("kms", "[dependencies]\niam.workspace = true\nserde = \"1\"\n").is_empty());
        assert!(findings("store", "[dev-dependencies]\ntestkit.workspace = true\n").is_empty());
    }

    #[test]
    fn an_edge_upwards_is_named_with_its_line() {
        let found = findings("iam", "[dependencies]\nserde = \"1\"\nkms.workspace = true\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/iam/Cargo.toml:5: `iam` may not depend on `kms`"), "{}", found[0]);
    }

    #[test]
    fn renamed_target_and_product_uses_of_test_crates_are_seen() {
        assert_eq!(findings("types", "[dependencies]\nother = { path = \"x\", package = \"crypto\" }\n").len(), 1);
        assert_eq!(findings("types", "[target.'cfg(unix)'.dependencies]\nstore = { path = \"x\" }\n").len(), 1);
        assert_eq!(findings("kms", "[dependencies]\ntestkit.workspace = true\n").len(), 1);
        assert_eq!(findings("kms", "[dev-dependencies]\nobjects.workspace = true\n").len(), 1);
    }

    #[test]
    fn an_unknown_crate_needs_a_floor() {
        assert_eq!(findings("surprise", "").len(), 1);
    }
}
