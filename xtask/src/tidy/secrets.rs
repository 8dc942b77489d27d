//! A type that holds a secret must not be printable: no derived `Debug`.
//!
//! Names tell which types those are. A name with a word such as `Secret` or `Plaintext` in it is suspected; one that ends
//! in `Key` or `Token` is, if the type holds bytes. A field tells as well: a printable type must not keep a plain
//! `password: String`. What is suspected but harmless is named in [`HARMLESS`], each for a reason.

use crate::tidy::Finding;
use crate::tidy::code::{Code, Lexeme};
use crate::workspace::SourceFile;

/// A name with one of these words anywhere holds a secret, unless its last word is in [`ABOUT`].
const SECRET_WORDS: [&str; 5] = ["Secret", "Password", "Passphrase", "Plaintext", "Cleartext"];

/// A name that ends in one of these holds a secret, if it holds bytes at all.
const SECRET_ENDINGS: [&str; 7] = ["Key", "Keys", "Token", "Material", "Credential", "Credentials", "Seed"];

/// Last words of names that speak about a secret without holding it.
const ABOUT: [&str; 21] = [
    "Id", "Ids", "Name", "Arn", "State", "Status", "Spec", "Usage", "Kind", "Error", "Version", "Policy", "Length",
    "Limits", "Info", "Summary", "Filter", "Ref", "Place", "Rules", "Tag",
];

/// First words of operations: `DisableKey` names a key, and does not hold one.
const VERBS: [&str; 16] = [
    "Create", "Delete", "Describe", "Enable", "Disable", "List", "Update", "Schedule", "Cancel", "Get", "Destroy",
    "Rotate", "Tag", "Untag", "Generate", "Restore",
];

/// Not secrets, although they sound like it and hold bytes.
const HARMLESS: [&str; 14] = [
    // Names of things in a store or a request.
    "ObjectKey",
    "BucketKey",
    "RecordKey",
    "CacheKey",
    "ConditionKey",
    "TagKey",
    // Places in a listing, told to the caller.
    "ContinuationToken",
    // Published on purpose.
    "PublicKey",
    "VerifyingKey",
    "NoteKey",
    // A data key as it is kept: encrypted.
    "TenantKey",
    // What is known of a secret, without its value.
    "NewSecret",
    "DeletedSecret",
    "SecretRecord",
];

/// Fields that must not sit unguarded in a printable type.
const SECRET_FIELDS: [&str; 11] = [
    "secret",
    "password",
    "passphrase",
    "plaintext",
    "private_key",
    "secret_key",
    "key_material",
    "access_key_secret",
    "security_token",
    "session_token",
    "signing_key",
];

/// Tokens of a type that can hold key material. Names and ids have types of their own.
const BYTES: [&str; 4] = ["u8", "Bytes", "Zeroizing", "Zeroize"];

/// Types that print what they hold.
const PRINTABLE: [&str; 5] = ["String", "Vec", "Bytes", "Zeroizing", "str"];

/// Checks every `#[derive(… Debug …)]` of one file.
pub(crate) fn check(file: &SourceFile, code: &Code) -> Vec<Finding> {
    let tokens = code.tokens();
    let mut findings = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.is("derive") {
            let rest = tokens.get(index..).unwrap_or_default();
            if let Some(item) = Item::after(rest).filter(|item| item.derives_debug) {
                findings.extend(item.complaint().map(|text| Finding::new(&file.path, item.line, text)));
            }
        }
    }
    findings
}

/// The `struct` or `enum` that a `derive` belongs to.
struct Item<'a> {
    derives_debug: bool,
    name: &'a str,
    line: usize,
    body: &'a [Lexeme],
}

impl<'a> Item<'a> {
    fn after(tokens: &'a [Lexeme]) -> Option<Self> {
        let derive_end = tokens.iter().position(|token| token.is(")"))?;
        let derives_debug = tokens.get(..derive_end)?.iter().any(|token| token.is("Debug"));
        let keyword = tokens.iter().position(|token| token.is("struct") || token.is("enum") || token.is("union"))?;
        let name = tokens.get(keyword + 1)?;
        let rest = tokens.get(keyword + 2..)?;
        Some(Self { derives_debug, name: &name.text, line: name.line, body: body(rest) })
    }

    fn complaint(&self) -> Option<String> {
        if self.sounds_secret() {
            let name = self.name;
            return Some(format!(
                "`{name}` sounds like a secret and derives Debug: write a Debug that hides it, or add it to HARMLESS"
            ));
        }
        let field = self.body.windows(3).find_map(|three| match three {
            [field, colon, of] if colon.is(":") && names_secret(field) && prints(of) => Some(field),
            _ => None,
        })?;
        Some(format!("`{}` derives Debug and holds `{}` unguarded: use types::Secret", self.name, field.text))
    }

    fn sounds_secret(&self) -> bool {
        let words = words(self.name);
        let first = words.first().map_or("", String::as_str);
        let last = words.last().map_or("", String::as_str);
        if HARMLESS.contains(&self.name) || ABOUT.contains(&last) || VERBS.contains(&first) {
            return false;
        }
        words.iter().any(|word| SECRET_WORDS.contains(&word.as_str()))
            || (SECRET_ENDINGS.contains(&last) && self.holds_bytes())
    }

    /// Whether bytes are in it, or text without a name: `struct Token(String)`.
    fn holds_bytes(&self) -> bool {
        let unnamed_text = self.body.first().is_some_and(|open| open.is("("));
        let bytes = |token: &Lexeme| BYTES.contains(&token.text.as_str()) || (unnamed_text && token.is("String"));
        self.body.iter().any(bytes)
    }
}

/// The tokens up to the end of the item: `;`, or the brace that closes the first one.
fn body(tokens: &[Lexeme]) -> &[Lexeme] {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "{" | "(" => depth += 1,
            "}" | ")" => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return tokens.get(..index).unwrap_or_default();
        }
    }
    tokens
}

fn names_secret(field: &Lexeme) -> bool {
    SECRET_FIELDS.contains(&field.text.as_str())
}

fn prints(of: &Lexeme) -> bool {
    PRINTABLE.contains(&of.text.as_str()) || of.is("[") || of.is("&")
}

/// `DataKeySpec` is `Data`, `Key`, `Spec`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if !c.is_uppercase() => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::code::Code;
    use crate::workspace::SourceFile;

    fn count(text: &str) -> usize {
        check(&SourceFile { path: "a.rs".into(), text: text.into() }, &Code::of(text)).len()
    }

    #[test]
    fn secrets_may_not_derive_debug() {
        assert_eq!(count("#[derive(Clone, Debug)]\n/// A key.\n#[repr(C)]\npub struct DataKey([u8; 32]);"), 1);
        assert_eq!(count("#[derive(Debug)] pub(crate) struct Plaintext(Vec<u8>);"), 1);
        assert_eq!(count("#[derive(Debug)] enum SecretValue { A }"), 1);
        assert_eq!(count("#[derive(Debug)] struct SessionToken { a: u8 }"), 1);
        assert_eq!(count("#[derive(Debug)] struct SessionToken(String);"), 1);
    }

    #[test]
    fn names_ids_and_operations_may() {
        for name in ["AccessKeyId", "KeyId", "KeySpec", "SecretName", "ObjectKey", "DisableKey", "Keyring"] {
            assert_eq!(count(&format!("#[derive(Debug)] struct {name}([u8; 4]);")), 0, "{name}");
        }
        assert_eq!(count("#[derive(Debug)] struct ServiceKey { account: AccountId }"), 0);
        assert_eq!(count("#[derive(Clone)] struct DataKey;\n#[derive(Debug)] struct Other;"), 0);
    }

    #[test]
    fn fields_tell_as_well() {
        assert_eq!(count("#[derive(Debug)] struct Login { name: String, password: String }"), 1);
        assert_eq!(count("#[derive(Debug)] struct Login { password: Secret<String> }"), 0);
        assert_eq!(count("#[derive(Debug)] struct A { a: u8 } struct Login { password: String }"), 0);
    }
}
