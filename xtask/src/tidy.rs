//! The house rules of ARCHITECTURE.md and CONTRIBUTING.md that a program can check.
//!
//! Each rule is a function from the text of the workspace to findings, so that its test is a string.

mod code;
mod edges;
mod lengths;
mod marks;
mod secrets;
mod siblings;
mod uses;

use crate::Summary;
use crate::outcome::Failed;
use crate::workspace::{self, SourceFile};
use std::fmt;

/// A broken rule, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    text: String,
}

impl Finding {
    fn new(path: &str, line: usize, text: String) -> Self {
        Self { path: path.to_owned(), line, text }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.text)
    }
}

/// Checks the whole workspace; fails with every finding, one per line.
pub(crate) fn run() -> Summary {
    let root = workspace::root()?;
    let rust = workspace::files(&root, &|name| name.ends_with(".rs"))?;
    let manifests = workspace::files(&root, &|name| name == "Cargo.toml")?;
    let written = workspace::files(&root, &is_written_by_people)?;

    let mut findings = edges::check(&manifests)?;
    for file in &rust {
        check_rust(file, &mut findings);
    }
    for file in &written {
        findings.extend(marks::check(file));
    }
    report(&findings, rust.len())
}

fn check_rust(file: &SourceFile, findings: &mut Vec<Finding>) {
    let code = code::Code::of(&file.text);
    findings.extend(lengths::check(file, &code));
    findings.extend(siblings::check(file, &code));
    findings.extend(secrets::check(file, &code));
}

fn is_written_by_people(name: &str) -> bool {
    let endings = [".rs", ".toml", ".py", ".mjs", ".sh", ".md"];
    endings.iter().any(|ending| name.ends_with(ending)) || name == "test" || name == "run"
}

fn report(findings: &[Finding], files: usize) -> Summary {
    if findings.is_empty() {
        return Ok(format!("tidy: {files} Rust files, nothing to say"));
    }
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    Err(Failed::new(format!("{}\ntidy: {} finding(s)", lines.join("\n"), lines.len())))
}
