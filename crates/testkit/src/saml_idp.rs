use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::pair::{KeyPair, PairKind, Sha2, SignatureScheme};
use std::time::Duration;
use types::{Secret, Timestamp};

const KEY: &[u8] = include_bytes!("../../federation/src/saml/tests/golden/rsa.pkcs8.der");
const CERTIFICATE: &[u8] = include_bytes!("../../federation/src/saml/tests/golden/rsa.cert.der");
const OTHER_KEY: &[u8] = include_bytes!("../../federation/src/saml/tests/golden/other.pkcs8.der");
const OTHER_CERTIFICATE: &[u8] = include_bytes!("../../federation/src/saml/tests/golden/other.cert.der");
const DS: &str = "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// A SAML identity provider that signs what it is told to. It writes canonical XML, so that it needs nothing to make it so.
pub struct SamlIdp {
    pair: KeyPair,
    certificate: &'static [u8],
}

/// What an assertion says.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its id.
    pub id: String,
    /// When it is made. It is good for five minutes.
    pub now: Timestamp,
    /// Of whom it speaks.
    pub subject: String,
    /// For whom it is meant.
    pub audience: String,
    /// Where it is to be delivered.
    pub recipient: String,
    /// When the session must end.
    pub session_ends: Option<Timestamp>,
    /// Its attributes, each with one value.
    pub attributes: Vec<(String, String)>,
}

impl SamlIdp {
    /// The name of the entity.
    pub const ENTITY: &'static str = "https://idp.example/metadata";

    /// One, or another that says it is the same and has another key.
    #[must_use]
    #[expect(clippy::missing_panics_doc, clippy::expect_used, reason = "the keys are files of this repository")]
    pub fn new(genuine: bool) -> Self {
        let (key, certificate) = if genuine { (KEY, CERTIFICATE) } else { (OTHER_KEY, OTHER_CERTIFICATE) };
        let pair = KeyPair::from_pkcs8(PairKind::Rsa2048, Secret::new(key.to_vec())).expect("a key");
        Self { pair, certificate }
    }

    /// Its metadata document.
    pub fn metadata(&self) -> String {
        format!(
            "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{}\">\
             <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
             <md:KeyDescriptor use=\"signing\"><ds:KeyInfo {DS}><ds:X509Data><ds:X509Certificate>{}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor></md:IDPSSODescriptor>\
             </md:EntityDescriptor>",
            Self::ENTITY,
            STANDARD.encode(self.certificate)
        )
    }

    /// A response with a signed assertion.
    pub fn response(&self, said: &Said) -> Vec<u8> {
        let (id, now, entity) = (&said.id, said.now.iso_seconds(), Self::ENTITY);
        let head = format!(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{id}\" IssueInstant=\"{now}\" \
             Version=\"2.0\"><saml:Issuer>{entity}</saml:Issuer>"
        );
        let rest = said.rest();
        let digest = STANDARD.encode(Sha2::Sha256.of(format!("{head}{rest}").as_bytes()));
        let signature = self.signature(id, &digest);
        format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"r{id}\" IssueInstant=\"{now}\" \
             Version=\"2.0\"><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>\
             </samlp:Status>{head}{signature}{rest}</samlp:Response>"
        )
        .into_bytes()
    }

    #[expect(clippy::expect_used, reason = "the key signs so")]
    fn signature(&self, id: &str, digest: &str) -> String {
        let info = format!(
            "<ds:SignedInfo {DS}><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
             <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"></ds:SignatureMethod>\
             <ds:Reference URI=\"#{id}\"><ds:Transforms>\
             <ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>\
             <ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform></ds:Transforms>\
             <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod>\
             <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        );
        let digest = Sha2::Sha256.of(info.as_bytes());
        let value = self.pair.sign(SignatureScheme::RsaPkcs1(Sha2::Sha256), &digest).expect("a signature");
        let value = STANDARD.encode(value);
        format!("<ds:Signature {DS}>{info}<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>")
    }
}

impl Said {
    /// What stands behind the issuer. Values are written as they are: none may hold markup.
    fn rest(&self) -> String {
        let Self { now, subject, audience, recipient, session_ends, attributes, .. } = self;
        let (now, end) = (now.iso_seconds(), now.plus(Duration::from_secs(300)).iso_seconds());
        let session = session_ends.map(|ends| format!(" SessionNotOnOrAfter=\"{}\"", ends.iso_seconds()));
        let attribute = |(name, value): &(String, String)| {
            format!(
                "<saml:Attribute Name=\"{name}\"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>"
            )
        };
        let attributes: String = attributes.iter().map(attribute).collect();
        format!(
            "<saml:Subject><saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">{subject}\
             </saml:NameID><saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
             <saml:SubjectConfirmationData NotOnOrAfter=\"{end}\" Recipient=\"{recipient}\">\
             </saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>\
             <saml:Conditions NotBefore=\"{now}\" NotOnOrAfter=\"{end}\"><saml:AudienceRestriction><saml:Audience>\
             {audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
             <saml:AuthnStatement AuthnInstant=\"{now}\"{}></saml:AuthnStatement>\
             <saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>",
            session.unwrap_or_default()
        )
    }
}
