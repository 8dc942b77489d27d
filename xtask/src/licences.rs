//! Every crate we build on has a licence that deny.toml allows.
//!
//! deny.toml is cargo-deny's own format, so that cargo-deny can be used beside this; this check needs nothing but
//! cargo, and so can run on every push.

mod spdx;

use crate::Summary;
use crate::outcome::{Doing, Failed, Outcome};
use crate::workspace;
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

/// The part of deny.toml that this command reads.
#[derive(Deserialize)]
struct Deny {
    licenses: Rules,
}

#[derive(Deserialize)]
struct Rules {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

/// A licence allowed for one crate only.
#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

/// The part of `cargo metadata` that this command reads.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
}

/// Checks every package of the lock file; fails with the ones that are not allowed.
pub(crate) fn run() -> Summary {
    let root = workspace::root()?;
    let text = std::fs::read_to_string(root.join("deny.toml")).doing("read deny.toml")?;
    let deny: Deny = toml::from_str(&text).doing("read deny.toml")?;
    let metadata = metadata(&root)?;
    let complaints: Vec<String> =
        metadata.packages.iter().filter_map(|package| complaint(&deny.licenses, package)).collect();
    if complaints.is_empty() {
        return Ok(format!("licences: {} crates, all allowed by deny.toml", metadata.packages.len()));
    }
    Err(Failed::new(format!("{}\nlicences: {} crate(s) not allowed", complaints.join("\n"), complaints.len())))
}

fn metadata(root: &Path) -> Outcome<Metadata> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .current_dir(root)
        .output()
        .doing("run cargo metadata")?;
    if !output.status.success() {
        return Err(Failed::new(format!("cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr))));
    }
    serde_json::from_slice(&output.stdout).doing("read cargo metadata")
}

fn complaint(rules: &Rules, package: &Package) -> Option<String> {
    let Package { name, version, license } = package;
    let Some(license) = license else {
        return Some(format!("{name} {version}: states no licence"));
    };
    let exceptions = rules.exceptions.iter().filter(|exception| exception.name == *name);
    let mut allowed: Vec<&str> = exceptions.flat_map(|exception| &exception.allow).map(String::as_str).collect();
    allowed.extend(rules.allow.iter().map(String::as_str));
    match spdx::satisfied(license, &allowed) {
        Ok(true) => None,
        Ok(false) => Some(format!("{name} {version}: `{license}` is not allowed by deny.toml")),
        Err(error) => Some(format!("{name} {version}: `{license}`: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Exception, Package, Rules, complaint};

    fn rules() -> Rules {
        let exceptions = vec![Exception { name: "odd".into(), allow: vec!["OpenSSL".into()] }];
        Rules { allow: vec!["MIT".into()], exceptions }
    }

    fn package(name: &str, license: Option<&str>) -> Package {
        Package { name: name.into(), version: "1.0.0".into(), license: license.map(Into::into) }
    }

    #[test]
    fn exceptions_hold_for_their_crate_only() {
        assert_eq!(complaint(&rules(), &package("odd", Some("OpenSSL AND MIT"))), None);
        assert!(complaint(&rules(), &package("other", Some("OpenSSL AND MIT"))).is_some());
    }

    #[test]
    fn no_licence_is_not_a_licence() {
        assert_eq!(complaint(&rules(), &package("a", None)).unwrap(), "a 1.0.0: states no licence");
    }
}
