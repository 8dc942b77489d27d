use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use types::{Failure, Result, Secret};

/// Characters of a response in base64 (both vendors: 4 to 100,000).
const CHARS: std::ops::RangeInclusive<usize> = 4..=100_000;

/// A SAML response as it comes in a parameter of either vendor's.
pub(crate) fn decoded(parameter: &'static str, text: &str) -> Result<Secret<Vec<u8>>> {
    let wrong = || Failure::invalid(parameter, "a SAML response in base64, of 4 to 100000 characters");
    if !CHARS.contains(&text.len()) {
        return Err(wrong());
    }
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(compact).map(Secret::new).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn base64_may_be_broken_into_lines() {
        assert_eq!(decoded("SAMLAssertion", "PHg+\r\nPC94Pg==").unwrap().expose(), b"<x></x>");
        for wrong in ["", "PHg", "PHg-", "<samlp:Response/>", &"A".repeat(100_004)] {
            assert!(decoded("SAMLAssertion", wrong).is_err(), "{wrong}");
        }
    }
}
