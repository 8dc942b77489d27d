/// Whether XML 1.0 §2.2 lets the character stand in a document.
pub(super) const fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// White space (XML 1.0 §2.3).
pub(super) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Whether it is a name without a colon (XML 1.0 §2.3, Namespaces in XML 1.0 §3).
pub(super) fn is_ncname(text: &str) -> bool {
    text.chars().next().is_some_and(starts_name) && text.chars().all(continues_name)
}

const fn starts_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

const fn continues_name(c: char) -> bool {
    starts_name(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Whether it is an absolute URI as far as that matters: it begins with a scheme (RFC 3986 §3.1). Canonicalisation is not
/// defined for relative name space names (xml-c14n §1.3), and what it gives for them differs from program to program.
pub(super) fn is_absolute(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// The character that a reference between `&` and `;` stands for: one of the five predefined entities or a number.
pub(super) fn referenced(name: &str) -> Option<char> {
    let number = |digits: &str, radix| {
        let all = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        all.then(|| u32::from_str_radix(digits, radix).ok()).flatten().and_then(char::from_u32)
    };
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => match name.strip_prefix("#x") {
            Some(digits) => number(digits, 16)?,
            None => number(name.strip_prefix('#')?, 10)?,
        },
    };
    is_allowed(c).then_some(c)
}

/// An attribute's value, normalised (XML 1.0 §2.11, §3.3.3); `None` if it is not well formed.
pub(super) fn attribute_value(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '<' => return None,
            '&' => {
                let (name, behind) = rest.split_once(';')?;
                out.push(referenced(name)?);
                rest = behind;
            }
            '\r' => {
                rest = rest.strip_prefix('\n').unwrap_or(rest);
                out.push(' ');
            }
            '\t' | '\n' => out.push(' '),
            other => out.push(other),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{attribute_value, is_absolute, is_ncname, referenced};

    #[test]
    fn references_are_those_that_need_no_declaration() {
        for (name, c) in [("amp", '&'), ("#38", '&'), ("#x26", '&'), ("#xD", '\r'), ("#x1F600", '😀')] {
            assert_eq!(referenced(name), Some(c));
        }
        for wrong in
            ["", "#", "#x", "nbsp", "#0", "#x0", "#xD800", "#xFFFE", "#+38", "#x+26", "# 38", "AMP", "#99999999999"]
        {
            assert_eq!(referenced(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn attribute_values_are_normalised_once() {
        assert_eq!(attribute_value("a\r\nb\tc\n\rd").as_deref(), Some("a b c  d"));
        assert_eq!(attribute_value("&amp;lt; &#10;&#xD;").as_deref(), Some("&lt; \n\r"));
        for wrong in ["<", "&", "&lt", "&x;", "& ;"] {
            assert_eq!(attribute_value(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names() {
        assert!(is_ncname("Assertion") && is_ncname("_a-1.b") && is_ncname("名"));
        assert!(!is_ncname("") && !is_ncname("1a") && !is_ncname("a:b") && !is_ncname("-a") && !is_ncname("a b"));
        assert!(is_absolute("urn:x") && is_absolute("http://x"));
        assert!(
            !is_absolute("1") && !is_absolute("x") && !is_absolute("../x") && !is_absolute(":x") && !is_absolute("1:x")
        );
    }
}
