//! Files and functions stay short enough to be read in one go.
//!
//! A table is no function to read: one `match` whose arms are values, such as the spelling of each `Reason` in a
//! dialect. It has as many lines as there are things to spell, and splitting it would need a wildcard arm.

use crate::tidy::Finding;
use crate::tidy::code::{Code, Lexeme};
use crate::workspace::SourceFile;

const FILE_LINES: usize = 800;
const FUNCTION_LINES: usize = 100;

/// Checks the length of the file and of each function in it.
pub(crate) fn check(file: &SourceFile, code: &Code) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = file.text.lines().count();
    if lines > FILE_LINES {
        let text = format!("{lines} lines in one file; the most is {FILE_LINES}: split it by type or by task");
        findings.push(Finding::new(&file.path, FILE_LINES + 1, text));
    }
    for function in functions(&code.tokens()) {
        let lines = function.last_line - function.first_line + 1;
        if lines > FUNCTION_LINES {
            let text = format!("function `{}` has {lines} lines; the most is {FUNCTION_LINES}", function.name);
            findings.push(Finding::new(&file.path, function.first_line, text));
        }
    }
    findings
}

struct Function {
    name: String,
    first_line: usize,
    last_line: usize,
}

/// Every `fn name` that has a body, nested ones too. `fn(u8)` is a type and has no name.
fn functions(tokens: &[Lexeme]) -> Vec<Function> {
    let mut found = Vec::new();
    for (index, pair) in tokens.windows(2).enumerate() {
        let [keyword, name] = pair else { continue };
        let named = name.text.chars().all(|c| c.is_alphanumeric() || c == '_');
        if keyword.is("fn") && named {
            let after = tokens.get(index + 2..).unwrap_or_default();
            if let Some(last_line) = end_of_body(after).filter(|_| !is_table(after)) {
                found.push(Function { name: name.text.clone(), first_line: keyword.line, last_line });
            }
        }
    }
    found
}

/// The line of the closing brace; `None` for a declaration, which ends in `;`.
fn end_of_body(tokens: &[Lexeme]) -> Option<usize> {
    let mut brackets = 0_usize;
    let mut braces = 0_usize;
    for token in tokens {
        match token.text.as_str() {
            "(" | "[" => brackets += 1,
            ")" | "]" => brackets = brackets.saturating_sub(1),
            "{" => braces += 1,
            ";" if braces == 0 && brackets == 0 => return None,
            "}" => {
                braces = braces.saturating_sub(1);
                if braces == 0 && brackets == 0 {
                    return Some(token.line);
                }
            }
            _ => {}
        }
    }
    None
}

/// The most lines of an arm in a table: rustfmt breaks a long text into `=> {`, the text, and `}`.
const ARM_LINES: usize = 3;

/// Whether the body is one `match` and no arm of it is more than a value.
fn is_table(tokens: &[Lexeme]) -> bool {
    let Some(open) = tokens.iter().position(|token| token.is("{")) else { return false };
    let inside = tokens.get(open + 1..).unwrap_or_default();
    if !inside.first().is_some_and(|token| token.is("match")) {
        return false;
    }
    let mut opened = Vec::new();
    for token in inside {
        match token.text.as_str() {
            "{" => opened.push(token.line),
            ";" | "if" | "for" | "while" | "loop" if !opened.is_empty() => return false,
            "}" => {
                let begun = opened.pop();
                if opened.is_empty() {
                    return begun.is_some();
                }
                if begun.is_some_and(|line| token.line - line >= ARM_LINES) {
                    return false;
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::code::Code;
    use crate::workspace::SourceFile;

    fn findings(text: String) -> Vec<String> {
        let code = Code::of(&text);
        let file = SourceFile { path: "a.rs".into(), text };
        check(&file, &code).iter().map(ToString::to_string).collect()
    }

    fn function_of(lines: usize) -> String {
        format!("fn long(x: [u8; 4]) {{\n{}}}\n", "    let s = \"}\"; // }\n".repeat(lines - 2))
    }

    #[test]
    fn a_hundred_lines_pass_and_one_more_does_not() {
        assert!(findings(function_of(100)).is_empty());
        let found = findings(format!("\n{}", function_of(101)));
        assert_eq!(found, ["a.rs:2: function `long` has 101 lines; the most is 100"]);
    }

    #[test]
    fn declarations_and_function_types_have_no_length() {
        let text =
            format!("trait T {{ fn a(&self) -> [u8; 4]; }}\ntype F = fn(u8);\n{}", "const A: u8 = 1;\n".repeat(200));
        assert!(findings(text).is_empty());
    }

    #[test]
    fn a_table_may_be_long() {
        let arms = "    A::B { .. } => (404, C { d }),\n".repeat(150);
        assert!(findings(format!("fn t(a: A) -> R {{\n match a {{\n{arms} }}\n}}\n")).is_empty());
        let long = "    A::C => {\n \"x\"\n }\n";
        assert!(findings(format!("fn t(a: A) -> R {{\n match a {{\n{arms}{long} }}\n}}\n")).is_empty());
        let block = "    A::C => {\n x();\n y\n }\n";
        assert_eq!(findings(format!("fn t(a: A) -> R {{\n match a {{\n{arms}{block} }}\n}}\n")).len(), 1);
        assert_eq!(findings(format!("fn t(a: A) -> R {{\n let b = a;\n match b {{\n{arms} }}\n}}\n")).len(), 1);
    }

    #[test]
    fn a_file_has_at_most_800_lines() {
        assert!(findings("//\n".repeat(800)).is_empty());
        assert_eq!(findings("//\n".repeat(801)).len(), 1);
    }
}
