use super::SamlError;
use super::assertion::{Assertion, check_issuer};
use super::metadata::Metadata;
use super::names::{ASSERTION, DSIG, PROTOCOL, SUCCESS};
use super::reading::{moment, optional};
use super::signature::{Signers, is_signed, verified};
use super::xml::{Comments, Element, parse};
use std::collections::HashSet;
use types::Timestamp;

/// Bytes of a response: what 100,000 characters of base64 hold.
pub const RESPONSE_BYTES: usize = 75_000;

/// What a response has to be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The provider's.
    pub metadata: &'a Metadata,
    /// For one of these.
    pub audiences: &'a [&'a str],
    /// Delivered to one of these.
    pub recipients: &'a [&'a str],
    /// The answer to this request; `None`: to no request.
    pub in_response_to: Option<&'a str>,
    /// Now.
    pub now: Timestamp,
}

impl Expected<'_> {
    pub(super) fn check_answer(&self, in_response_to: Option<&str>) -> Result<(), SamlError> {
        match in_response_to {
            Some(request) if self.in_response_to != Some(request) => Err(SamlError::InResponseTo),
            _ => Ok(()),
        }
    }

    fn signers(&self) -> Signers<'_> {
        Signers { keys: self.metadata.keys(), now: self.now }
    }
}

/// The one assertion of a response (saml-core §3.3.3), if the provider signed it, or the response around it, and it is meant
/// for us, now.
///
/// Whether it was presented before is for the caller to know.
pub fn verify(response: &[u8], expected: &Expected<'_>) -> Result<Assertion, SamlError> {
    if response.len() > RESPONSE_BYTES {
        return Err(SamlError::Xml("it is longer than 75000 bytes"));
    }
    let text = std::str::from_utf8(response).map_err(|_| SamlError::Xml("it is not UTF-8"))?;
    let root = parse(text, Comments::Refused)?;
    let assertion = check_structure(&root)?;
    // From here on nothing is read but what a signature covers.
    let outer = if is_signed(&root) { Some(reread(&verified(&[&root], expected.signers())?)?) } else { None };
    let inner =
        if is_signed(assertion) { Some(reread(&verified(&[&root, assertion], expected.signers())?)?) } else { None };
    // Only whoever has a signature of the provider's learns anything about its metadata.
    if (outer.is_some() || inner.is_some()) && expected.now > expected.metadata.valid_until() {
        return Err(SamlError::MetadataExpired);
    }
    match (&outer, &inner) {
        // The response is not signed: that it says something wrong counts, that it says something right does not.
        (None, Some(inner)) => {
            check_response(&root, expected)?;
            Assertion::read(inner, expected)
        }
        (Some(outer), Some(inner)) => {
            check_response(outer, expected)?;
            Assertion::read(inner, expected)
        }
        (Some(outer), None) => Assertion::read(check_response(outer, expected)?, expected),
        (None, None) => Err(SamlError::Signature("there is none on the response or on its assertion")),
    }
}

fn reread(canonical: &str) -> Result<Element, SamlError> {
    parse(canonical, Comments::Refused)
}

/// That there is one assertion in the whole document, in its place, no signature but on it and on the response, and no id
/// twice. Whatever is wrapped or hidden somewhere is refused before any signature is looked at.
fn check_structure(root: &Element) -> Result<&Element, SamlError> {
    if !root.is(PROTOCOL, "Response") {
        return Err(SamlError::Malformed("its root must be the Response"));
    }
    let (mut ids, mut unique) = (HashSet::new(), true);
    let (mut assertions, mut responses, mut signatures, mut encrypted) = (0, 0, 0, false);
    root.each(&mut |element| {
        for attribute in element.attributes.iter().filter(|known| known.local.eq_ignore_ascii_case("id")) {
            unique &= ids.insert(attribute.value.as_str());
        }
        let local = element.local.to_ascii_lowercase();
        // Whatever their name space: nobody is to take one for another.
        match local.as_str() {
            "assertion" => assertions += 1,
            "response" => responses += 1,
            "signature" => signatures += 1,
            other => encrypted |= other.starts_with("encrypted"),
        }
    });
    if encrypted {
        return Err(SamlError::Encrypted);
    }
    if !unique {
        return Err(SamlError::Malformed("an ID is there twice"));
    }
    let own: Vec<&Element> = root.elements().filter(|child| child.is(ASSERTION, "Assertion")).collect();
    let [assertion] = own.as_slice() else {
        return Err(SamlError::Malformed("the response must have exactly one assertion"));
    };
    if assertions != 1 || responses != 1 {
        return Err(SamlError::Malformed("the response must have exactly one assertion, and be in no other"));
    }
    let placed = |element: &Element| element.elements().filter(|child| child.is(DSIG, "Signature")).count();
    if signatures != placed(root) + placed(assertion) {
        return Err(SamlError::Signature("one stands where none may"));
    }
    Ok(assertion)
}

/// What the response says around its assertion.
fn check_response<'e>(root: &'e Element, expected: &Expected<'_>) -> Result<&'e Element, SamlError> {
    root.takes(&["ID", "Version", "IssueInstant", "Destination", "Consent", "InResponseTo"])?;
    if !root.is(PROTOCOL, "Response") || root.attribute("Version") != Some("2.0") {
        return Err(SamlError::Malformed("the response must be one of version 2.0"));
    }
    moment(root.attribute("IssueInstant").unwrap_or_default())?;
    if root.attribute("Destination").is_some_and(|place| !expected.recipients.contains(&place)) {
        return Err(SamlError::Recipient);
    }
    expected.check_answer(root.attribute("InResponseTo"))?;
    let content = root.content()?;
    let known = |part: &&Element| {
        part.is(ASSERTION, "Issuer")
            || part.is(DSIG, "Signature")
            || part.is(PROTOCOL, "Status")
            || part.is(ASSERTION, "Assertion")
    };
    if !content.iter().all(known) {
        return Err(SamlError::Malformed("the response has a part that is not known"));
    }
    if let Some(issuer) = optional(&content, ASSERTION, "Issuer", "the response has two issuers")? {
        check_issuer(issuer, expected)?;
    }
    check_status(optional(&content, PROTOCOL, "Status", "the response has two statuses")?)?;
    optional(&content, ASSERTION, "Assertion", "the response must have exactly one assertion")?
        .ok_or(SamlError::Malformed("the response must have exactly one assertion"))
}

fn check_status(status: Option<&Element>) -> Result<(), SamlError> {
    let content = status.ok_or(SamlError::Status)?.content()?;
    let code = optional(&content, PROTOCOL, "StatusCode", "the response has two statuses")?;
    match code {
        Some(code) if code.attribute("Value") == Some(SUCCESS) && code.elements().next().is_none() => Ok(()),
        _ => Err(SamlError::Status),
    }
}
