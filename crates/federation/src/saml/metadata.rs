use super::SamlError;
use super::names::{DSIG, METADATA, PROTOCOL};
use super::reading::{base64, optional_moment};
use super::xml::{Comments, Element, parse};
use crypto::pair::Certificate;
use types::Timestamp;

/// Bytes of a metadata document. Those of real providers have some ten thousand.
pub const METADATA_BYTES: usize = 100 * 1024;
/// Characters of an entity's name (saml-metadata §2.2.1).
const ENTITY_CHARS: usize = 1_024;
/// Keys of one provider.
const KEYS: usize = 16;

/// What the metadata of an identity provider (saml-metadata §2.4.3) says that counts here: its name, its keys, its time.
///
/// It is believed because of who registered it: a signature on the document is not looked at, nor who issued the keys'
/// certificates. A key is used as long as its certificate is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    entity: String,
    keys: Vec<Certificate>,
    valid_until: Option<Timestamp>,
}

impl Metadata {
    /// Reads the document of one entity, which must be an identity provider of SAML 2.0 that has a key to sign with.
    pub fn parse(document: &str) -> Result<Self, SamlError> {
        if document.len() > METADATA_BYTES {
            return Err(SamlError::Xml("it is longer than 102400 bytes"));
        }
        let root = parse(document, Comments::LeftOut)?;
        if !root.is(METADATA, "EntityDescriptor") {
            return Err(SamlError::Malformed("its root must be EntityDescriptor, the metadata of one entity"));
        }
        let entity = root.attribute("entityID").unwrap_or_default();
        if entity.is_empty() || entity.chars().count() > ENTITY_CHARS || entity.chars().any(char::is_control) {
            return Err(SamlError::Malformed("its entityID must have 1 to 1024 characters"));
        }
        let provider = provider(&root)?;
        let ends = [optional_moment(&root, "validUntil")?, optional_moment(provider, "validUntil")?];
        let valid_until = ends.into_iter().flatten().min();
        Ok(Self { entity: entity.to_owned(), keys: keys(provider)?, valid_until })
    }

    /// Of a provider that is not known: no response is one of its. Whoever asks for it in place of one that is learns no more
    /// than that the signature is wrong.
    pub const fn unknown() -> Self {
        Self { entity: String::new(), keys: Vec::new(), valid_until: None }
    }

    /// The name of the entity, which is the issuer of its assertions.
    pub fn entity(&self) -> &str {
        &self.entity
    }

    /// Its keys.
    pub(super) fn keys(&self) -> &[Certificate] {
        &self.keys
    }

    /// Until when it holds: as it says itself, and no longer than the last of its keys is valid.
    pub fn valid_until(&self) -> Timestamp {
        let keys = self.keys.iter().map(Certificate::not_after).max().unwrap_or_default();
        self.valid_until.map_or(keys, |end| end.min(keys))
    }
}

fn provider(root: &Element) -> Result<&Element, SamlError> {
    let mut found = root.elements().filter(|element| {
        let protocols = element.attribute("protocolSupportEnumeration").unwrap_or_default();
        element.is(METADATA, "IDPSSODescriptor") && protocols.split_ascii_whitespace().any(|name| name == PROTOCOL)
    });
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(SamlError::Malformed("it must have one IDPSSODescriptor, for SAML 2.0")),
    }
}

fn keys(provider: &Element) -> Result<Vec<Certificate>, SamlError> {
    let signs = |element: &&Element| {
        element.is(METADATA, "KeyDescriptor") && matches!(element.attribute("use"), None | Some("signing"))
    };
    let mut keys = Vec::new();
    for descriptor in provider.elements().filter(signs) {
        for certificate in certificates(descriptor) {
            let key = base64(certificate.text()?).and_then(|der| Certificate::from_der(&der).ok());
            let rule =
                "a certificate must be X.509 for RSA of 2048, 3072 or 4096 bits, or ECDSA on P-256, P-384 or P-521";
            let key = key.ok_or(SamlError::Malformed(rule))?;
            if !keys.contains(&key) {
                keys.push(key);
            }
            if keys.len() > KEYS {
                return Err(SamlError::Malformed("it has more than 16 keys to sign with"));
            }
        }
    }
    if keys.is_empty() { Err(SamlError::Malformed("it has no X.509 certificate to sign with")) } else { Ok(keys) }
}

fn certificates(descriptor: &Element) -> impl Iterator<Item = &Element> {
    let below = |element: &'_ Element, local: &'static str| element.is(DSIG, local);
    let infos = descriptor.elements().filter(move |element| below(element, "KeyInfo"));
    let data = infos.flat_map(Element::elements).filter(move |element| below(element, "X509Data"));
    data.flat_map(Element::elements).filter(move |element| below(element, "X509Certificate"))
}
