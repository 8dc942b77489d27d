//! Writes docs/compatibility.md anew. The page is made by the test that holds it against the dialects' tables, so that
//! this crate need not be built with all that the dialects need.

use crate::Summary;
use crate::outcome::{Doing, Failed};
use std::process::Command;

pub(crate) fn run() -> Summary {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["test", "--quiet", "--package", "dialects", "--test", "compatibility"]);
    let status = cargo.env("BAILEE_UPDATE_COMPATIBILITY", "1").status().doing("cargo test")?;
    if !status.success() {
        return Err(Failed::new("the test that writes docs/compatibility.md did not pass"));
    }
    Ok("docs/compatibility.md is up to date".to_owned())
}
