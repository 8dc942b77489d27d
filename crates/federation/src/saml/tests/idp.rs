//! An identity provider that signs whatever a test wants.

use crate::saml::c14n;
use crate::saml::xml::{Comments, Element, parse};
use crate::saml::{Assertion, Expected, Metadata, SamlError, verify};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::pair::{KeyPair, PairKind, Sha2, SignatureScheme};
use std::sync::OnceLock;
use types::{Secret, Timestamp};

pub(super) const TEMPLATE: &str = include_str!("golden/template.xml");
pub(super) const RECIPIENT: &str = "https://sp.example/saml";
pub(super) const AUDIENCE: &str = "urn:example:sp";
pub(super) const ENTITY: &str = "https://idp.example/metadata";
pub(super) const DS: &str = r#"xmlns:ds="http://www.w3.org/2000/09/xmldsig#""#;
pub(super) const EXC: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(super) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub(super) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

pub(super) fn now() -> Timestamp {
    Timestamp::parse_iso("2026-11-24T12:01:00Z").unwrap()
}

pub(super) fn certificate(name: &str) -> &'static [u8] {
    match name {
        "rsa" => include_bytes!("golden/rsa.cert.der"),
        "other" => include_bytes!("golden/other.cert.der"),
        "p256" => include_bytes!("golden/p256.cert.der"),
        "p384" => include_bytes!("golden/p384.cert.der"),
        _ => include_bytes!("golden/p521.cert.der"),
    }
}

pub(super) fn document(names: &[&str]) -> String {
    let key = |name: &&str| {
        let der = STANDARD.encode(certificate(name));
        format!(
            "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo {DS}><ds:X509Data><ds:X509Certificate>{der}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        )
    };
    let keys: String = names.iter().map(key).collect();
    format!(
        "<?xml version=\"1.0\"?><!-- of a test --><md:EntityDescriptor \
         xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{ENTITY}\"><md:IDPSSODescriptor \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{keys}<md:SingleSignOnService \
         Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://idp.example/sso\"/>\
         </md:IDPSSODescriptor></md:EntityDescriptor>"
    )
}

pub(super) fn metadata(names: &[&str]) -> Metadata {
    Metadata::parse(&document(names)).unwrap()
}

/// Verifies with the key `rsa`, at the time of the template.
pub(super) fn check(response: &str) -> Result<Assertion, SamlError> {
    check_at(response, now())
}

pub(super) fn check_at(response: &str, now: Timestamp) -> Result<Assertion, SamlError> {
    let metadata = metadata(&["rsa"]);
    let expected = Expected {
        metadata: &metadata,
        audiences: &["urn:example:other", AUDIENCE],
        recipients: &[RECIPIENT],
        in_response_to: None,
        now,
    };
    verify(response.as_bytes(), &expected)
}

/// How a signature is written.
#[derive(Clone)]
pub(super) struct Signing {
    pub(super) method: &'static str,
    pub(super) canonicalisation: &'static str,
    pub(super) transforms: Vec<String>,
    pub(super) digest_method: &'static str,
    /// What is signed with.
    pub(super) key: &'static str,
    /// What it refers to, if not to the element.
    pub(super) uri: Option<String>,
}

impl Default for Signing {
    fn default() -> Self {
        Self {
            method: RSA_SHA256,
            canonicalisation: EXC,
            transforms: [ENVELOPED, EXC].iter().map(|name| transform(name)).collect(),
            digest_method: SHA256,
            key: "rsa",
            uri: None,
        }
    }
}

pub(super) fn transform(name: &str) -> String {
    format!("<ds:Transform Algorithm=\"{name}\"></ds:Transform>")
}

fn key(name: &str) -> &'static KeyPair {
    static RSA: OnceLock<KeyPair> = OnceLock::new();
    static OTHER: OnceLock<KeyPair> = OnceLock::new();
    let (place, pkcs8): (_, &[u8]) = match name {
        "rsa" => (&RSA, include_bytes!("golden/rsa.pkcs8.der")),
        _ => (&OTHER, include_bytes!("golden/other.pkcs8.der")),
    };
    place.get_or_init(|| KeyPair::from_pkcs8(PairKind::Rsa2048, Secret::new(pkcs8.to_vec())).unwrap())
}

impl Signing {
    /// The signature of the element with this id in a document.
    pub(super) fn of(&self, document: &str, id: &str) -> String {
        let root = parse(document, Comments::LeftOut).unwrap();
        let mut path = Vec::new();
        assert!(find(&root, id, &mut path), "no element with the id {id}");
        let digest = STANDARD.encode(Sha2::Sha256.of(c14n::exclusive(&path, None, &[]).as_bytes()));
        self.with_digest(&digest, self.uri.as_deref().unwrap_or(&format!("#{id}")))
    }

    /// A signature over a reference to something with a digest.
    pub(super) fn with_digest(&self, digest: &str, uri: &str) -> String {
        let Self { method, canonicalisation, transforms, digest_method, .. } = self;
        let info = format!(
            "<ds:SignedInfo {DS}><ds:CanonicalizationMethod Algorithm=\"{canonicalisation}\">\
             </ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"{method}\"></ds:SignatureMethod>\
             <ds:Reference URI=\"{uri}\"><ds:Transforms>{}</ds:Transforms><ds:DigestMethod \
             Algorithm=\"{digest_method}\"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>\
             </ds:SignedInfo>",
            transforms.concat()
        );
        self.over(&info)
    }

    /// A signature with this `SignedInfo`, written in canonical form.
    pub(super) fn over(&self, info: &str) -> String {
        let value = key(self.key).sign(SignatureScheme::RsaPkcs1(Sha2::Sha256), &Sha2::Sha256.of(info.as_bytes()));
        let (value, own) = (STANDARD.encode(value.unwrap()), STANDARD.encode(certificate(self.key)));
        format!(
            "<ds:Signature {DS}>{info}<ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>\
             <ds:X509Certificate>{own}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
        )
    }
}

fn find<'e>(element: &'e Element, id: &str, path: &mut Vec<&'e Element>) -> bool {
    path.push(element);
    if element.attribute("ID") == Some(id) || element.elements().any(|child| find(child, id, path)) {
        return true;
    }
    path.pop();
    false
}

/// Signs the element with this id: the signature comes behind its issuer.
pub(super) fn sign(document: &str, id: &str) -> String {
    put(document, id, &Signing::default().of(document, id))
}

/// Puts a signature behind the issuer of the element with this id.
pub(super) fn put(document: &str, id: &str, signature: &str) -> String {
    let start = document.find(&format!(" ID=\"{id}\"")).unwrap();
    let end = "</saml:Issuer>";
    let at = start + document[start..].find(end).unwrap() + end.len();
    format!("{}{signature}{}", &document[..at], &document[at..])
}

/// What stands from the first of these to the end of the last of those.
pub(super) fn part<'d>(document: &'d str, from: &str, to: &str) -> &'d str {
    let (start, end) = (document.find(from).unwrap(), document.rfind(to).unwrap() + to.len());
    &document[start..end]
}
