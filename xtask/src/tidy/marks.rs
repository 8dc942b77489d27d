//! Work left undone belongs in an issue, not in a comment.

use crate::tidy::Finding;
use crate::workspace::SourceFile;

/// Spelled in two halves, so that this file does not find itself.
const MARKS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Finds marks standing as whole words, in code and comments alike.
pub(crate) fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        if let Some(mark) = words.into_iter().find(|word| MARKS.contains(word)) {
            let text = format!("`{mark}`: finish it, or open an issue");
            findings.push(Finding::new(&file.path, index + 1, text));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{MARKS, check};
    use crate::workspace::SourceFile;

    #[test]
    fn whole_words_only() {
        let text = format!("fine\n// {}: later\nMAS{}_\n", MARKS[0], MARKS[0]);
        let found = check(&SourceFile { path: "a.rs".into(), text });
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("a.rs:2: "));
    }
}
