//! Where the workspace is, and which files belong to it.

use crate::outcome::{Doing, Outcome};
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold what tools made, not what people wrote.
const MADE: [&str; 7] = ["target", ".git", ".venv", "node_modules", "bailee-data", "__pycache__", "corpus"];

/// The folder with the root Cargo.toml.
pub(crate) fn root() -> Outcome<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(Path::to_path_buf).doing("find the workspace above xtask")
}

/// One text file of the workspace.
pub(crate) struct SourceFile {
    /// Relative to the root, with `/` between parts.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
}

/// Every file under `root` whose name `wanted` accepts, in path order.
pub(crate) fn files(root: &Path, wanted: &dyn Fn(&str) -> bool) -> Outcome<Vec<SourceFile>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).doing(folder.display())? {
            let entry = entry.doing(folder.display())?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().doing(&name)?;
            if kind.is_dir() && !MADE.contains(&name.as_str()) {
                folders.push(entry.path());
            } else if kind.is_file() && wanted(&name) {
                found.push(read(root, &entry.path())?);
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn read(root: &Path, file: &Path) -> Outcome<SourceFile> {
    let text = fs::read_to_string(file).doing(file.display())?;
    let relative = file.strip_prefix(root).unwrap_or(file);
    Ok(SourceFile { path: relative.to_string_lossy().replace('\\', "/"), text })
}
