use crate::encoding;

/// Parameters of one header value.
const PARAMETERS: usize = 8;

/// What a part says it is: its name, and the name of the file it comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Disposition {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
}

/// Reads a `Content-Disposition` (RFC 7578 §4.2).
pub(super) fn read(value: &str) -> Option<Disposition> {
    let (kind, rest) = value.split_once(';').unwrap_or((value, ""));
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    let (mut name, mut file_name, mut extended) = (None, None, None);
    for (key, value) in parameters(rest)? {
        match key.as_str() {
            "name" => name = Some(unescaped(&value)),
            "filename" => file_name = Some(unescaped(&value)),
            // RFC 7578 forbids it, and clients send it for what is not ASCII (RFC 8187 §3.2).
            "filename*" => extended = Some(extended_value(&value)?),
            _ => {}
        }
    }
    Some(Disposition { name: name?, file_name: extended.or(file_name) })
}

/// `name=value; name="value"`, each name once, in lower case.
pub(super) fn parameters(text: &str) -> Option<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', ';']);
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim().to_ascii_lowercase();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => self::quoted(quoted)?,
            None => {
                let (value, after) = after.split_once(';').map_or((after, ""), |(value, after)| (value, after));
                (value.trim().to_owned(), after)
            }
        };
        if name.is_empty() || found.len() == PARAMETERS || found.iter().any(|(known, _)| *known == name) {
            return None;
        }
        found.push((name, value));
        rest = after.trim_start_matches([' ', '\t', ';']);
    }
    Some(found)
}

/// What is before the closing quote, and what follows it up to the next `;`. Browsers escape a quote by a percent sign and
/// leave a backslash as it is, since old ones send whole paths; others escape a quote by a backslash.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let after = text.get(at + 1..)?.trim_start_matches([' ', '\t']);
                return (after.is_empty() || after.starts_with(';')).then_some((value, after));
            }
            '\\' if chars.peek().is_some_and(|(_, next)| *next == '"') => {
                value.push('"');
                chars.next();
            }
            other => value.push(other),
        }
    }
    None
}

/// What browsers escape in names (the HTML standard, "multipart form data").
fn unescaped(text: &str) -> String {
    text.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

fn extended_value(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '\'');
    let (charset, _, value) = (parts.next()?, parts.next()?, parts.next()?);
    if charset.eq_ignore_ascii_case("utf-8") { encoding::decode_path(value).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::{Disposition, read};
    use proptest::prelude::{any, proptest};

    #[test]
    fn dispositions() {
        let found = |name: &str, file: Option<&str>| {
            Some(Disposition { name: name.to_owned(), file_name: file.map(str::to_owned) })
        };
        for (value, expected) in [
            (r#"form-data; name="key""#, found("key", None)),
            (r#"form-data; name=key"#, found("key", None)),
            (r#"Form-Data; filename="a;b.txt" ; name="file""#, found("file", Some("a;b.txt"))),
            (r#"form-data; name="file"; filename="C:\dir\a.txt""#, found("file", Some(r"C:\dir\a.txt"))),
            (r#"form-data; name="file"; filename="a\"b%22.txt""#, found("file", Some("a\"b\".txt"))),
            (r#"form-data; name="file"; filename*=utf-8''%C3%A9.txt"#, found("file", Some("é.txt"))),
            (r#"form-data; name="file"; filename*=latin1''%E9.txt"#, None),
            (r#"attachment; name="key""#, None),
            ("form-data", None),
            (r#"form-data; name="a"; name="b""#, None),
            (r#"form-data; name="a"#, None),
            (r#"form-data; name="a"b"#, None),
        ] {
            assert_eq!(read(value), expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in any::<String>()) {
            let _ = read(&format!("form-data;{text}"));
        }

        #[test]
        fn names_come_through(name in "[^\"\\\\%\r\n]{1,20}", file in "[^\"\\\\%\r\n]{0,20}") {
            let read = read(&format!("form-data; name=\"{name}\"; filename=\"{file}\"")).unwrap();
            assert_eq!((read.name, read.file_name), (name, Some(file)));
        }
    }
}
