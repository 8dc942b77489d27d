//! The ways that deceived others, each by name.

use super::idp::{DS, ENVELOPED, EXC, RSA_SHA256, SHA256, Signing, TEMPLATE, check, part, put, sign, transform};
use crate::saml::SamlError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::{any, proptest};

const ONE: &str = "the response must have exactly one assertion";
const HIDDEN: &str = "the response must have exactly one assertion, and be in no other";

/// A genuine response whose assertion is signed.
fn genuine() -> String {
    sign(TEMPLATE, "_a1")
}

fn assertion(document: &str) -> &str {
    part(document, "<saml:Assertion", "</saml:Assertion>")
}

fn signature(document: &str) -> &str {
    part(document, "<ds:Signature ", "</ds:Signature>")
}

/// The assertion as the attacker would like it.
fn evil(assertion: &str) -> String {
    assertion.replace(">alice<", ">admin<").replace("ID=\"_a1\"", "ID=\"_evil\"")
}

fn refused(document: &str, error: SamlError) {
    assert_eq!(check(document).err(), Some(error), "{document}");
}

fn refused_signature(document: &str) {
    let error = check(document).err();
    assert!(matches!(error, Some(SamlError::Signature(_) | SamlError::SignatureWrong)), "{error:?} {document}");
}

// Signature wrapping: "On Breaking SAML" (USENIX Security 2012); numbered as SAML Raider does.

#[test]
fn xsw1_the_response_moves_into_its_signature() {
    let signed = sign(TEMPLATE, "_r1");
    let signature = signature(&signed).to_owned();
    let moved = signed.replace(&signature, "");
    let wrapped = signature.replace("</ds:Signature>", &format!("<ds:Object>{moved}</ds:Object></ds:Signature>"));
    let outer = TEMPLATE.replace(">alice<", ">admin<").replace("\"_r1\"", "\"_evil\"").replace("\"_a1\"", "\"_b1\"");
    refused(&put(&outer, "_evil", &wrapped), SamlError::Malformed(HIDDEN));
}

#[test]
fn xsw2_the_response_moves_beside_its_signature() {
    let signed = sign(TEMPLATE, "_r1");
    let signature = signature(&signed).to_owned();
    let moved = signed.replace(&signature, "");
    let outer = TEMPLATE.replace(">alice<", ">admin<").replace("\"_r1\"", "\"_evil\"").replace("\"_a1\"", "\"_b1\"");
    refused(&put(&outer, "_evil", &format!("{moved}{signature}")), SamlError::Malformed(HIDDEN));
}

#[test]
fn xsw3_another_assertion_before_the_signed_one() {
    let signed = genuine();
    let evil = evil(assertion(&signed).replace(signature(&signed), "").as_str());
    refused(&signed.replace("<saml:Assertion", &format!("{evil}<saml:Assertion")), SamlError::Malformed(ONE));
    // And behind it.
    refused(&signed.replace("</samlp:Response>", &format!("{evil}</samlp:Response>")), SamlError::Malformed(ONE));
}

#[test]
fn xsw4_the_signed_assertion_inside_another() {
    let signed = genuine();
    let own = assertion(&signed).to_owned();
    let evil = evil(&own.replace(signature(&signed), ""));
    let wrapped = evil.replace("</saml:Assertion>", &format!("{own}</saml:Assertion>"));
    refused(&signed.replace(&own, &wrapped), SamlError::Malformed(HIDDEN));
}

#[test]
fn xsw5_the_signature_on_a_changed_assertion_and_the_signed_one_behind() {
    let signed = genuine();
    let own = assertion(&signed).to_owned();
    let changed = evil(&own);
    let bare = own.replace(signature(&signed), "");
    refused(&signed.replace(&own, &format!("{changed}{bare}")), SamlError::Malformed(ONE));
}

#[test]
fn xsw6_the_signed_assertion_inside_the_signature() {
    let signed = genuine();
    let own = assertion(&signed).to_owned();
    let bare = own.replace(signature(&signed), "");
    let changed = evil(&own).replace("</ds:Signature>", &format!("{bare}</ds:Signature>"));
    refused(&signed.replace(&own, &changed), SamlError::Malformed(HIDDEN));
}

#[test]
fn xsw7_another_assertion_in_the_extensions() {
    let signed = genuine();
    let evil = evil(assertion(&signed).replace(signature(&signed), "").as_str());
    let extensions = format!("<samlp:Extensions>{evil}</samlp:Extensions><samlp:Status>");
    refused(&signed.replace("<samlp:Status>", &extensions), SamlError::Malformed(HIDDEN));
}

#[test]
fn xsw8_the_signed_assertion_in_an_object_of_the_signature() {
    let signed = genuine();
    let own = assertion(&signed).to_owned();
    let bare = own.replace(signature(&signed), "");
    let object = format!("<ds:Object>{bare}</ds:Object></ds:Signature>");
    refused(&signed.replace(&own, &evil(&own).replace("</ds:Signature>", &object)), SamlError::Malformed(HIDDEN));
}

/// samlify, CVE-2025-47949: an unsigned assertion beside what is signed; here, what is signed is the status.
#[test]
fn an_unsigned_assertion_in_a_response_where_something_else_is_signed() {
    let status = TEMPLATE.replace("<samlp:Status>", "<samlp:Status ID=\"_s1\">").replace(">alice<", ">admin<");
    let signature = Signing::default().of(&status, "_s1");
    refused_signature(&put(&status, "_r1", &signature));
    refused_signature(&put(&status, "_a1", &signature));
    let inside = status.replace("</samlp:Status>", &format!("{signature}</samlp:Status>"));
    refused(&inside, SamlError::Signature("one stands where none may"));
    // The signature of another assertion of the same provider.
    let other = genuine();
    refused_signature(&put(&TEMPLATE.replace(">alice<", ">admin<"), "_r1", super::attacks::signature(&other)));
}

#[test]
fn no_signature_or_an_empty_one() {
    refused(TEMPLATE, SamlError::Signature("there is none on the response or on its assertion"));
    for empty in [
        format!("<ds:Signature {DS}/>"),
        format!("<ds:Signature {DS}><ds:SignedInfo/><ds:SignatureValue/></ds:Signature>"),
    ] {
        refused_signature(&put(TEMPLATE, "_a1", &empty));
        refused_signature(&put(TEMPLATE, "_r1", &empty));
    }
    let signed = genuine();
    let at = signed.find("<ds:SignatureValue>").unwrap() + "<ds:SignatureValue>".len();
    let end = signed.find("</ds:SignatureValue>").unwrap();
    refused(&format!("{}{}", &signed[..at], &signed[end..]), SamlError::SignatureWrong);
}

#[test]
fn a_response_whose_one_signature_is_right_and_whose_other_is_wrong() {
    let both = sign(&genuine(), "_r1");
    assert!(check(&both).is_ok());
    let changed = both.replace("</samlp:Status>", "</samlp:Status> ");
    refused_signature(&changed);
    // The assertion's signature made wrong, then the response signed.
    let inner = genuine();
    let at = inner.find("<ds:SignatureValue>").unwrap() + "<ds:SignatureValue>".len();
    let mut wrong = inner.clone();
    wrong.replace_range(at..at + 4, "AAAA");
    refused(&sign(&wrong, "_r1"), SamlError::SignatureWrong);
}

// Names that divide: comments (CVE-2017-11427 and its kin), processing instructions, sections.

#[test]
fn comments_divide_nothing() {
    for place in [">ali<!-- -->ce<", "><!-- -->alice<", ">alice<!---->.evil.example<"] {
        refused(&genuine().replace(">alice<", place), SamlError::Xml("it has comments"));
    }
    // Signed with a comment in it, which canonicalisation leaves out: the name is one, or there is none.
    let divided = TEMPLATE.replace(">alice<", ">admin<!---->.evil.example<");
    refused(&sign(&divided, "_a1"), SamlError::Xml("it has comments"));
    refused(
        &genuine().replace(">alice<", ">a<?x?>lice<"),
        SamlError::Xml("it has a document type or processing instructions"),
    );
    let sections = check(&genuine().replace(">alice<", "><![CDATA[al]]>&#105;<![CDATA[ce]]><")).unwrap();
    assert_eq!(sections.subject.name, "alice");
}

/// xml-crypto CVE-2025-29775, ruby-saml CVE-2025-66568: the digest in or around a comment.
#[test]
fn a_digest_with_a_comment() {
    let signed = genuine().replace("<ds:DigestValue>", "<ds:DigestValue><!--AAAA-->");
    refused(&signed, SamlError::Xml("it has comments"));
}

/// xml-crypto CVE-2025-29774 and 29775: two of what there must be one of.
#[test]
fn two_digests_two_references_two_signed_infos() {
    let signed = genuine();
    let digest = part(&signed, "<ds:DigestValue>", "</ds:DigestValue>");
    refused_signature(&signed.replace(digest, &format!("<ds:DigestValue>AAAA</ds:DigestValue>{digest}")));
    refused_signature(&signed.replace(digest, &format!("{digest}<ds:DigestValue>AAAA</ds:DigestValue>")));
    let info = part(&signed, "<ds:SignedInfo", "</ds:SignedInfo>");
    refused_signature(&signed.replace(info, &format!("{info}{info}")));
    let other = info.replace("_a1", "_r1");
    refused_signature(&signed.replace(info, &format!("{other}{info}")));
    let value = part(&signed, "<ds:SignatureValue>", "</ds:SignatureValue>");
    refused_signature(&signed.replace(value, &format!("{value}{value}")));
    let own = signature(&signed);
    refused_signature(&signed.replace(own, &format!("{own}{own}")));
    // Signed by the provider, and still not one reference.
    let reference = part(info, "<ds:Reference", "</ds:Reference>");
    let two = info.replace(reference, &format!("{reference}{reference}"));
    refused_signature(&put(TEMPLATE, "_a1", &Signing::default().over(&two)));
}

// What is looked at and what is referred to.

#[test]
fn ids_are_unique_whatever_their_spelling() {
    for attribute in ["ID", "Id", "id", "iD", "xml:id"] {
        let twice = TEMPLATE.replace("<samlp:StatusCode ", &format!("<samlp:StatusCode {attribute}=\"_a1\" "));
        refused(&sign(&twice, "_r1"), SamlError::Malformed("an ID is there twice"));
    }
}

#[test]
fn the_reference_is_to_the_very_element() {
    for uri in [
        "",
        "#",
        "#_r1",
        "#_A1",
        "_a1",
        "#xpointer(/)",
        "#xpointer(id('_a1'))",
        "https://evil.example/a",
        "##_a1",
        "#_a1 ",
    ] {
        let signing = Signing { uri: Some(uri.to_owned()), ..Signing::default() };
        refused_signature(&put(TEMPLATE, "_a1", &signing.of(TEMPLATE, "_a1")));
    }
    // The id is the attribute ID, not one that looks like it.
    for other in ["Id", "id", "xml:id"] {
        let renamed = genuine().replace(" ID=\"_a1\"", &format!(" {other}=\"_a1\""));
        refused_signature(&renamed);
    }
    let polluted = genuine().replace(" ID=\"_a1\"", " ID=\"_b1\" saml:ID=\"_a1\"");
    refused_signature(&polluted);
}

// "The Fragile Lock" (2025): name spaces.

#[test]
fn names_in_other_name_spaces_are_other_names() {
    let signed = genuine();
    for (from, to) in [
        ("xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"", "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig\""),
        (
            "xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
            "xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\"",
        ),
        ("xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"", "xmlns:samlp=\"urn:x\""),
    ] {
        assert!(check(&signed.replace(from, to)).is_err(), "{from}");
    }
    // An assertion of another name space beside the signed one, for readers that look at local names.
    let evil = "<x:Assertion xmlns:x=\"urn:x\" ID=\"_evil\"/>";
    refused(&signed.replace("<samlp:Status>", &format!("{evil}<samlp:Status>")), SamlError::Malformed(HIDDEN));
    // And a signature, for those that look for one by its local name first.
    let other = "<x:Signature xmlns:x=\"urn:x\"/>";
    refused(
        &signed.replace("<saml:Subject>", &format!("{other}<saml:Subject>")),
        SamlError::Signature("one stands where none may"),
    );
}

#[test]
fn canonicalisation_that_would_give_nothing() {
    // A relative name space name stops libxml2's, and the digest of nothing matched.
    let empty = STANDARD.encode(crypto::sha256(b""));
    let void = TEMPLATE.replace("<samlp:Response ", "<samlp:Response xmlns:ns=\"1\" ").replace(">alice<", ">admin<");
    let signature = Signing::default().with_digest(&empty, "#_a1");
    refused(&put(&void, "_a1", &signature), SamlError::Xml("a declaration of a prefix is wrong"));
    refused(&put(TEMPLATE, "_a1", &signature), SamlError::Signature("what it signs was changed"));
}

// Algorithms and transforms.

#[test]
fn algorithms_that_are_not_taken() {
    for method in [
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        "http://www.w3.org/2007/05/xmldsig-more#rsa-pss",
        "HTTP://WWW.W3.ORG/2001/04/XMLDSIG-MORE#RSA-SHA256",
        "none",
        "",
    ] {
        let signing = Signing { method, ..Signing::default() };
        refused_signature(&put(TEMPLATE, "_a1", &signing.of(TEMPLATE, "_a1")));
    }
    for digest_method in ["http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2001/04/xmldsig-more#md5", ""] {
        let signing = Signing { digest_method, ..Signing::default() };
        refused_signature(&put(TEMPLATE, "_a1", &signing.of(TEMPLATE, "_a1")));
    }
    // Another algorithm than the key's.
    let method = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    let signing = Signing { method, ..Signing::default() };
    refused(&put(TEMPLATE, "_a1", &signing.of(TEMPLATE, "_a1")), SamlError::SignatureWrong);
}

#[test]
fn transforms_that_are_not_taken() {
    let xslt =
        "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><x:x xmlns:x=\"urn:x\"></x:x></ds:Transform>".to_owned();
    let xpath = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>not(ancestor::x)</ds:XPath></ds:Transform>";
    let inclusive = transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315");
    let comments = transform("http://www.w3.org/2001/10/xml-exc-c14n#WithComments");
    let (enveloped, exclusive) = (transform(ENVELOPED), transform(EXC));
    for transforms in [
        vec![],
        vec![enveloped.clone()],
        vec![exclusive.clone()],
        vec![exclusive.clone(), enveloped.clone()],
        vec![enveloped.clone(), enveloped.clone(), exclusive.clone()],
        vec![enveloped.clone(), exclusive.clone(), xslt.clone()],
        vec![xslt, enveloped.clone(), exclusive.clone()],
        vec![enveloped.clone(), xpath.to_owned(), exclusive.clone()],
        vec![enveloped.clone(), inclusive],
        vec![enveloped, comments],
    ] {
        let signing = Signing { transforms, ..Signing::default() };
        refused_signature(&put(TEMPLATE, "_a1", &signing.of(TEMPLATE, "_a1")));
    }
    for canonicalisation in
        ["http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments", ""]
    {
        let signing = Signing { canonicalisation, ..Signing::default() };
        refused_signature(&put(TEMPLATE, "_a1", &signing.of(TEMPLATE, "_a1")));
    }
}

#[test]
fn the_key_in_the_message_is_not_the_key() {
    // Signed by the attacker, with the attacker's certificate in KeyInfo.
    let signing = Signing { key: "other", ..Signing::default() };
    let forged = TEMPLATE.replace(">alice<", ">admin<");
    refused(&put(&forged, "_a1", &signing.of(&forged, "_a1")), SamlError::SignatureWrong);
    // Whatever KeyInfo says of the right signature, it is the right one.
    let signed = genuine();
    let info = part(&signed, "<ds:KeyInfo>", "</ds:KeyInfo>");
    assert!(check(&signed.replace(info, "")).is_ok());
    assert!(check(&signed.replace(info, "<ds:KeyInfo><ds:KeyName>x</ds:KeyName></ds:KeyInfo>")).is_ok());
}

#[test]
fn what_the_signature_covers_cannot_be_said_twice() {
    // A prefix list that makes two programs see two digests: it is part of what is signed.
    let list = format!(
        "<ds:Transform Algorithm=\"{EXC}\"><ec:InclusiveNamespaces xmlns:ec=\"{EXC}\" PrefixList=\"xs\">\
                        </ec:InclusiveNamespaces></ds:Transform>"
    );
    let signed = genuine().replace(&transform(EXC), &list);
    refused(&signed, SamlError::SignatureWrong);
}

// XML that does something.

#[test]
fn entities_and_document_types() {
    let error = SamlError::Xml("it has a document type or processing instructions");
    let signed = genuine();
    for head in [
        "<!DOCTYPE r [<!ENTITY a 'admin'>]>",
        "<!DOCTYPE r SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'><!ENTITY c '&b;&b;&b;'>]>",
        "<!DOCTYPE r [<!ATTLIST saml:Assertion ID ID #IMPLIED>]>",
    ] {
        refused(&format!("{head}{signed}"), error);
    }
    refused(&signed.replace(">alice<", ">&admin;<"), SamlError::Xml("an entity that is not one of the five"));
    refused(&format!("<?xml-stylesheet href='x'?>{signed}"), error);
    assert!(check(&"x".repeat(crate::saml::RESPONSE_BYTES + 1)).is_err());
    let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
    refused(
        &signed.replace(">alice<", &format!(">{deep}<")),
        SamlError::Xml("it is too deep or has too many elements"),
    );
}

#[test]
fn encrypted_assertions_are_said_to_be() {
    let own = assertion(TEMPLATE).to_owned();
    refused(&TEMPLATE.replace(&own, "<saml:EncryptedAssertion/>"), SamlError::Encrypted);
}

/// Every byte of what is signed counts.
#[test]
fn no_part_of_what_is_signed_can_be_changed() {
    let signed = genuine();
    let right = check(&signed).unwrap();
    for (at, c) in assertion(&signed).char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()) {
        let start = signed.find("<saml:Assertion").unwrap() + at;
        let mut changed = signed.clone();
        changed.replace_range(start..=start, if c == '0' { "1" } else { "0" });
        // What is in KeyInfo, or how a base64 value ends, does not count; but it changes nothing either.
        assert!(check(&changed).map_or(true, |read| read == right), "{at}: {c}");
    }
}

#[test]
fn the_constants_are_those_that_are_taken() {
    let signing = Signing { method: RSA_SHA256, digest_method: SHA256, ..Signing::default() };
    assert!(check(&put(TEMPLATE, "_a1", &signing.of(TEMPLATE, "_a1"))).is_ok());
}

proptest! {
    #[test]
    fn nothing_is_taken_that_was_not_signed(at in any::<proptest::sample::Index>(), put in "[<>/a-zA-Z\"'=&;:!\\-# ]{0,6}", cut in 0..8_usize) {
        let signed = genuine();
        let right = check(&signed).unwrap();
        let start = at.index(signed.len());
        let end = (start + cut).min(signed.len());
        if signed.is_char_boundary(start) && signed.is_char_boundary(end) {
            let mut changed = signed.clone();
            changed.replace_range(start..end, &put);
            if let Ok(read) = check(&changed) {
                proptest::prop_assert_eq!(read, right);
            }
        }
    }
}
