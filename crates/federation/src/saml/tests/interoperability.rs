//! What other people's programs signed (`golden/make.py`).

use super::idp::{AUDIENCE, ENTITY, RECIPIENT, check_at, document, metadata, now};
use crate::saml::reading::moment;
use crate::saml::{Assertion, Expected, Metadata, SamlError, verify};

fn issued(response: &str) -> types::Timestamp {
    let at = response.find("IssueInstant=\"").unwrap() + 14;
    moment(&response[at..at + response[at..].find('"').unwrap()]).unwrap()
}

#[test]
fn responses_of_pysaml2() {
    for response in [
        include_str!("golden/pysaml2.response.xml"),
        include_str!("golden/pysaml2.assertion.xml"),
        include_str!("golden/pysaml2.both.xml"),
    ] {
        let read = check_at(response, issued(response)).unwrap();
        assert_eq!((read.subject.name.as_str(), read.issuer.as_str()), ("alice", ENTITY));
        assert_eq!((read.recipient.as_str(), read.audience.as_str()), (RECIPIENT, AUDIENCE));
        let values: Vec<&str> = read.attributes.iter().flat_map(|known| &known.values).map(String::as_str).collect();
        assert!(values.contains(&"Älice & <Bob>"), "{values:?}");
        for (from, to) in [("alice@example", "mallory@example"), ("<Bob>", "<Rob>"), ("Success", "success")] {
            let (from, to) =
                (from.replace('<', "&lt;").replace('>', "&gt;"), to.replace('<', "&lt;").replace('>', "&gt;"));
            let changed = response.replace(&from, &to);
            assert!(check_at(&changed, issued(response)).is_err(), "{from}");
        }
    }
}

#[test]
fn metadata_of_pysaml2() {
    let read = Metadata::parse(include_str!("golden/pysaml2.metadata.xml")).unwrap();
    assert_eq!((read.entity(), read.keys()), (ENTITY, metadata(&["rsa"]).keys()));
}

fn of_signxml(response: &str, key: &str) -> Result<Assertion, SamlError> {
    let metadata = metadata(&["other", key]);
    let (audiences, recipients) = (&[AUDIENCE][..], &[RECIPIENT][..]);
    let expected = Expected { metadata: &metadata, audiences, recipients, in_response_to: None, now: now() };
    verify(response.as_bytes(), &expected)
}

#[test]
fn every_algorithm_as_signxml_uses_it() {
    for (response, key) in [
        (include_str!("golden/signxml.rsa-sha256.xml"), "rsa"),
        (include_str!("golden/signxml.rsa-sha384.xml"), "rsa"),
        (include_str!("golden/signxml.rsa-sha512.xml"), "rsa"),
        (include_str!("golden/signxml.ecdsa-sha256.xml"), "p256"),
        (include_str!("golden/signxml.ecdsa-sha384.xml"), "p384"),
        (include_str!("golden/signxml.ecdsa-sha512.xml"), "p521"),
    ] {
        let read = of_signxml(response, key).unwrap();
        assert_eq!(read.values("groups").collect::<Vec<_>>(), ["a & b", "c"]);
        assert_eq!(of_signxml(&response.replace("alice", "alicf"), key).err(), Some(changed()));
        assert_eq!(
            of_signxml(response, if key == "rsa" { "p256" } else { "rsa" }).err(),
            Some(SamlError::SignatureWrong)
        );
    }
}

fn changed() -> SamlError {
    SamlError::Signature("what it signs was changed")
}

#[test]
fn metadata_that_is_not_taken() {
    let good = document(&["rsa", "p256"]);
    assert_eq!(Metadata::parse(&good).unwrap().keys().len(), 2);
    let until = good.replace(" entityID", " validUntil=\"2027-01-01T00:00:00Z\" entityID");
    assert_eq!(Metadata::parse(&until).unwrap().valid_until(), moment("2027-01-01T00:00:00Z").unwrap());
    let none = document(&[]);
    let edits = [
        good.replace("md:EntityDescriptor", "md:EntitiesDescriptor"),
        good.replace("SAML:2.0:metadata", "SAML:1.1:metadata"),
        good.replace("SAML:2.0:protocol", "SAML:1.1:protocol"),
        good.replace("IDPSSODescriptor", "SPSSODescriptor"),
        good.replace("use=\"signing\"", "use=\"encryption\""),
        good.replace("entityID=\"https://idp.example/metadata\"", "entityID=\"\""),
        good.replace("</ds:X509Certificate>", "A</ds:X509Certificate>"),
        good.replace("<?xml version=\"1.0\"?>", "<!DOCTYPE x>"),
        until.replace("00:00:00Z", "00:00:00"),
        none,
        String::new(),
        " ".repeat(crate::saml::METADATA_BYTES + 1),
    ];
    for (number, wrong) in edits.iter().enumerate() {
        assert!(Metadata::parse(wrong).is_err(), "{number}");
    }
    assert!(Metadata::parse(&good.replace("use=\"signing\"", "")).is_ok());
}
