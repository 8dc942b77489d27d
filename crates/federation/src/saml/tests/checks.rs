//! What is signed and nevertheless not for us, or not now.

use super::idp::{AUDIENCE, RECIPIENT, TEMPLATE, check, check_at, metadata, now, sign};
use crate::saml::{Assertion, Expected, SamlError, verify};
use std::time::Duration;

fn edited(from: &str, to: &str) -> Result<Assertion, SamlError> {
    assert!(TEMPLATE.contains(from), "{from}");
    check(&sign(&TEMPLATE.replace(from, to), "_a1"))
}

#[test]
fn what_is_taken() {
    let read = check(&sign(TEMPLATE, "_a1")).unwrap();
    assert_eq!(read, check(&sign(TEMPLATE, "_r1")).unwrap());
    let both = sign(&sign(TEMPLATE, "_a1"), "_r1");
    assert_eq!(read, check(&both).unwrap());
    assert_eq!((read.id.as_str(), read.subject.name.as_str()), ("_a1", "alice"));
    assert_eq!(read.subject.format.as_deref(), Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"));
    assert_eq!(read.expires.iso_seconds(), "2026-11-24T12:06:00Z");
    assert_eq!(read.session_ends.unwrap().iso_seconds(), "2026-11-24T20:00:00Z");
    assert_eq!(read.values("mail").collect::<Vec<_>>(), ["alice@example"]);
    assert_eq!(read.values("none").next(), None);
    // Written otherwise by whoever passed it on, and the same.
    let rewritten = sign(TEMPLATE, "_a1")
        .replace("<saml:NameID ", "<saml:NameID\n\t")
        .replace("/><", " ></saml:SubjectConfirmationData><");
    assert!(check(&rewritten.replace(" ></saml:SubjectConfirmationData><", "/><")).is_ok());
}

#[test]
fn others_are_refused() {
    let cases = [
        ("<saml:Issuer>https://idp.example/metadata", "<saml:Issuer>https://evil.example", SamlError::Issuer),
        (
            "<saml:Issuer>",
            "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">",
            SamlError::Issuer,
        ),
        ("entity\">https://idp.example/metadata", "entity\">https://evil.example", SamlError::Issuer),
        ("urn:example:sp", "urn:example:SP", SamlError::Audience),
        (
            "<saml:AudienceRestriction><saml:Audience>urn:example:sp</saml:Audience></saml:AudienceRestriction>",
            "",
            SamlError::Audience,
        ),
        (
            "</saml:AudienceRestriction>",
            "</saml:AudienceRestriction><saml:AudienceRestriction><saml:Audience>urn:x</saml:Audience></saml:AudienceRestriction>",
            SamlError::Audience,
        ),
        ("Recipient=\"https://sp.example/saml\"", "Recipient=\"https://sp.example/saml/\"", SamlError::Recipient),
        ("Destination=\"https://sp.example/saml\"", "Destination=\"https://evil.example\"", SamlError::Recipient),
        ("NotOnOrAfter=\"2026-11-24T12:05:00Z\"", "NotOnOrAfter=\"2026-11-24T12:00:00Z\"", SamlError::Expired),
        ("NotOnOrAfter=\"2026-11-24T12:10:00Z\"", "NotOnOrAfter=\"2026-11-24T12:00:00Z\"", SamlError::Expired),
        (
            "SessionNotOnOrAfter=\"2026-11-24T20:00:00Z\"",
            "SessionNotOnOrAfter=\"2026-11-24T12:01:00Z\"",
            SamlError::Expired,
        ),
        ("NotBefore=\"2026-11-24T11:59:00Z\"", "NotBefore=\"2026-11-24T12:02:01Z\"", SamlError::NotYetValid),
        (
            "<saml:SubjectConfirmationData ",
            "<saml:SubjectConfirmationData NotBefore=\"2026-11-24T12:03:00Z\" ",
            SamlError::NotYetValid,
        ),
        (
            "<saml:SubjectConfirmationData ",
            "<saml:SubjectConfirmationData InResponseTo=\"_q\" ",
            SamlError::InResponseTo,
        ),
        ("<samlp:Response ", "<samlp:Response InResponseTo=\"_q\" ", SamlError::InResponseTo),
        ("status:Success\"", "status:Responder\"", SamlError::Status),
        (
            "<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>",
            "",
            SamlError::Status,
        ),
        ("<saml:Subject>", "<saml:Subject><saml:EncryptedID/>", SamlError::Encrypted),
    ];
    for (from, to, error) in cases {
        assert_eq!(edited(from, to).err(), Some(error), "{from} → {to}");
    }
}

#[test]
fn other_forms_are_refused() {
    let cases = [
        ("ID=\"_a1\" Version=\"2.0\"", "ID=\"_a1\" Version=\"1.1\""),
        ("ID=\"_r1\" Version=\"2.0\"", "ID=\"_r1\" Version=\"1.1\""),
        ("cm:bearer", "cm:holder-of-key"),
        (" Recipient=\"https://sp.example/saml\"", ""),
        (" NotOnOrAfter=\"2026-11-24T12:05:00Z\"", ""),
        ("12:05:00Z", "12:05:00+00:00"),
        ("<saml:SubjectConfirmation ", "<saml:NameID>bob</saml:NameID><saml:SubjectConfirmation "),
        (">alice</saml:NameID>", "></saml:NameID>"),
        (">alice</saml:NameID>", ">al<b/>ice</saml:NameID>"),
        ("<saml:AudienceRestriction>", "<saml:Condition/><saml:AudienceRestriction>"),
        ("<saml:AudienceRestriction>", "<x:OneTimeUse xmlns:x=\"urn:x\"/><saml:AudienceRestriction>"),
        ("<saml:AttributeStatement>", "<saml:Advice/><saml:AttributeStatement>"),
        ("<saml:AttributeStatement>", "<saml:AttributeStatement><saml:EncryptedAttribute/>"),
        ("<saml:Attribute Name=\"mail\">", "<saml:Attribute>"),
        ("<saml:Assertion ", "<saml:Assertion Extra=\"1\" "),
        ("<samlp:Status>", "<samlp:Extensions/><samlp:Status>"),
        ("<saml:Conditions ", "<saml:Conditions/><saml:Conditions "),
        ("<saml:Subject>", "text<saml:Subject>"),
    ];
    for (from, to) in cases {
        assert!(edited(from, to).is_err(), "{from} → {to}");
    }
    let end = TEMPLATE.find("<saml:AuthnStatement").unwrap();
    let behind = TEMPLATE.find("</saml:AuthnStatement>").unwrap() + "</saml:AuthnStatement>".len();
    let without = format!("{}{}", &TEMPLATE[..end], &TEMPLATE[behind..]);
    assert!(check(&sign(&without, "_a1")).is_err());
}

#[test]
fn time_counts_to_the_minute_that_clocks_may_differ() {
    let response = sign(TEMPLATE, "_a1");
    let end = check(&response).unwrap().expires;
    assert!(check_at(&response, end.minus(Duration::from_millis(1))).is_ok());
    assert_eq!(check_at(&response, end).err(), Some(SamlError::Expired));
    let early = now().minus(Duration::from_secs(240));
    assert_eq!(check_at(&response, early).err(), Some(SamlError::NotYetValid));
    let long = TEMPLATE.replace("24T12:05:00Z", "26T12:05:00Z").replace("24T12:10:00Z", "26T12:05:00Z");
    assert_eq!(check(&sign(&long, "_a1")).err(), Some(SamlError::NotYetValid));
    let after = types::Timestamp::parse_iso("2050-01-01T00:00:00Z").unwrap();
    assert_eq!(check_at(&response, after).err(), Some(SamlError::MetadataExpired));
}

#[test]
fn an_answer_answers_its_request() {
    let answer =
        TEMPLATE.replace("<saml:SubjectConfirmationData ", "<saml:SubjectConfirmationData InResponseTo=\"_q\" ");
    let response = sign(&answer.replace("<samlp:Response ", "<samlp:Response InResponseTo=\"_q\" "), "_r1");
    let metadata = metadata(&["rsa"]);
    for (request, error) in
        [(Some("_q"), None), (Some("_p"), Some(SamlError::InResponseTo)), (None, Some(SamlError::InResponseTo))]
    {
        let (audiences, recipients) = (&[AUDIENCE][..], &[RECIPIENT][..]);
        let expected = Expected { metadata: &metadata, audiences, recipients, in_response_to: request, now: now() };
        assert_eq!(verify(response.as_bytes(), &expected).err(), error);
    }
}
