//! XML signatures (xmldsig-core) in the one form that SAML asks for (saml-core §5.4): enveloped, one reference, exclusive
//! canonicalisation. `KeyInfo` says nothing that counts: the keys are those of the metadata.

use super::SamlError;
use super::c14n;
use super::names::{DSIG, ENVELOPED, EXC_C14N};
use super::reading::base64;
use super::xml::{Comments, Element, Node, parse};
use crypto::pair::{Certificate, Sha2, SignatureScheme};
use types::Timestamp;

/// Prefixes of one list.
const PREFIXES: usize = 32;

/// What signs, and when.
#[derive(Clone, Copy)]
pub(super) struct Signers<'k> {
    pub(super) keys: &'k [Certificate],
    pub(super) now: Timestamp,
}

/// How a signature is made; the names of the algorithms are all there is to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Rsa(Sha2),
    Ecdsa(Sha2),
}

/// What a `SignedInfo` says.
#[derive(PartialEq, Eq)]
struct Statement {
    /// The prefixes for its own canonicalisation.
    own: Vec<String>,
    algorithm: Algorithm,
    uri: String,
    /// The prefixes for what is referred to.
    prefixes: Vec<String>,
    hash: Sha2,
    digest: Vec<u8>,
}

/// The canonical form of the last element of a path from the root, without its signature, if one of the keys signed it.
pub(super) fn verified(path: &[&Element], signers: Signers<'_>) -> Result<String, SamlError> {
    let signed = path.last().ok_or(SamlError::Signature("nothing is signed"))?;
    let (place, signature) = signature_in(signed)?;
    let (info, value) = parts(signature)?;
    let own = Statement::read(info)?.own;
    let canonical = c14n::exclusive(&[path, &[signature, info]].concat(), None, &own);
    // What the signature covers is what is read of it.
    let statement = Statement::read(&parse(&canonical, Comments::Refused)?)?;
    if statement.own != own {
        return Err(SamlError::Signature("its SignedInfo says two things"));
    }
    signers.check(statement.algorithm, canonical.as_bytes(), &value)?;
    let id =
        signed.attribute("ID").filter(|id| !id.is_empty()).ok_or(SamlError::Signature("what it signs has no ID"))?;
    if statement.uri.strip_prefix('#') != Some(id) {
        return Err(SamlError::Signature("it refers to something else than the element it stands in"));
    }
    let content = c14n::exclusive(path, Some(place), &statement.prefixes);
    if statement.hash.of(content.as_bytes()) != statement.digest {
        return Err(SamlError::Signature("what it signs was changed"));
    }
    Ok(content)
}

/// Whether an element has a signature of its own.
pub(super) fn is_signed(element: &Element) -> bool {
    element.elements().any(|child| child.is(DSIG, "Signature"))
}

/// The one signature of an element, with its place among the children.
fn signature_in(signed: &Element) -> Result<(usize, &Element), SamlError> {
    let mut found = signed.children.iter().enumerate().filter_map(|(place, child)| match child {
        Node::Element(element) if element.is(DSIG, "Signature") => Some((place, element)),
        _ => None,
    });
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(SamlError::Signature("there must be exactly one")),
    }
}

/// `SignedInfo` and the value of the signature (xmldsig-core §4.1).
fn parts(signature: &Element) -> Result<(&Element, Vec<u8>), SamlError> {
    let content = signature.content()?;
    let (info, value) = match content.as_slice() {
        [info, value] => (*info, *value),
        [info, value, key] if key.is(DSIG, "KeyInfo") => (*info, *value),
        _ => return Err(SamlError::Signature("it must hold SignedInfo, SignatureValue and, at most, KeyInfo")),
    };
    if !info.is(DSIG, "SignedInfo") || !value.is(DSIG, "SignatureValue") {
        return Err(SamlError::Signature("it must hold SignedInfo, SignatureValue and, at most, KeyInfo"));
    }
    let value = base64(value.text()?).ok_or(SamlError::Signature("its value is no base64"))?;
    Ok((info, value))
}

impl Signers<'_> {
    fn check(self, algorithm: Algorithm, message: &[u8], value: &[u8]) -> Result<(), SamlError> {
        let makers: Vec<&Certificate> =
            self.keys.iter().filter(|key| algorithm.verifies(key, message, value)).collect();
        match makers.as_slice() {
            [] => Err(SamlError::SignatureWrong),
            some if some.iter().any(|key| key.is_valid_at(self.now)) => Ok(()),
            _ => Err(SamlError::MetadataExpired),
        }
    }
}

impl Algorithm {
    fn verifies(self, key: &Certificate, message: &[u8], value: &[u8]) -> bool {
        let key = key.public();
        let (scheme, hash) = match self {
            Self::Rsa(hash) => (SignatureScheme::RsaPkcs1(hash), hash),
            Self::Ecdsa(hash) => (SignatureScheme::Ecdsa(hash), hash),
        };
        if key.check_signing(scheme).is_err() {
            return false;
        }
        // Both numbers one behind the other (xmldsig-core §6.4.3), where others write DER.
        let value = match self {
            Self::Rsa(_) => value.to_vec(),
            Self::Ecdsa(_) => match key.ecdsa_der(value) {
                Ok(der) => der,
                Err(_) => return false,
            },
        };
        key.verify(scheme, &hash.of(message), &value).unwrap_or(false)
    }
}

impl Statement {
    fn read(info: &Element) -> Result<Self, SamlError> {
        info.takes(&["Id"])?;
        let content = info.content()?;
        let [canonicalisation, signing, reference] = content.as_slice() else {
            return Err(SamlError::Signature("its SignedInfo must have one reference and name two methods"));
        };
        let own = exclusive(named(canonicalisation, "CanonicalizationMethod")?)?;
        let signing = named(signing, "SignatureMethod")?;
        if !signing.content()?.is_empty() {
            return Err(SamlError::Signature("its algorithm must have no parameters"));
        }
        let algorithm = algorithm(method(signing)?)?;
        let reference = named(reference, "Reference")?;
        reference.takes(&["Id", "URI", "Type"])?;
        let uri = reference.attribute("URI").unwrap_or_default().to_owned();
        let content = reference.content()?;
        let [transforms, digesting, digest] = content.as_slice() else {
            return Err(SamlError::Signature("its reference must have transforms, one digest method and one digest"));
        };
        let prefixes = transformed(named(transforms, "Transforms")?)?;
        let hash = hash(method(named(digesting, "DigestMethod")?)?)?;
        let digest = base64(named(digest, "DigestValue")?.text()?);
        let digest = digest.ok_or(SamlError::Signature("its digest is no base64"))?;
        Ok(Self { own, algorithm, uri, prefixes, hash, digest })
    }
}

fn named<'e>(element: &'e Element, local: &'static str) -> Result<&'e Element, SamlError> {
    if element.is(DSIG, local) {
        Ok(element)
    } else {
        Err(SamlError::Signature("its parts are not those of the standard, in that order"))
    }
}

fn method(element: &Element) -> Result<&str, SamlError> {
    element.takes(&["Algorithm"])?;
    element.attribute("Algorithm").ok_or(SamlError::Signature("an algorithm is not named"))
}

fn algorithm(name: &str) -> Result<Algorithm, SamlError> {
    Ok(match name {
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => Algorithm::Rsa(Sha2::Sha256),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => Algorithm::Rsa(Sha2::Sha384),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => Algorithm::Rsa(Sha2::Sha512),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" => Algorithm::Ecdsa(Sha2::Sha256),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384" => Algorithm::Ecdsa(Sha2::Sha384),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512" => Algorithm::Ecdsa(Sha2::Sha512),
        _ => {
            return Err(SamlError::Signature(
                "its algorithm must be RSA (PKCS #1 v1.5) or ECDSA with SHA-256, -384 or -512",
            ));
        }
    })
}

fn hash(name: &str) -> Result<Sha2, SamlError> {
    match name {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Ok(Sha2::Sha256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Ok(Sha2::Sha384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Ok(Sha2::Sha512),
        _ => Err(SamlError::Signature("its digest must be SHA-256, SHA-384 or SHA-512")),
    }
}

/// The prefixes of the canonicalisation, which must come second and last, after the signature was taken out.
fn transformed(transforms: &Element) -> Result<Vec<String>, SamlError> {
    let wrong = SamlError::Signature("its transforms must be enveloped-signature and exclusive canonicalisation");
    let content = transforms.content()?;
    let [enveloped, canonicalisation] = content.as_slice() else { return Err(wrong) };
    let bare = enveloped.content()?.is_empty() && method(named(enveloped, "Transform")?)? == ENVELOPED;
    if bare { exclusive(named(canonicalisation, "Transform")?) } else { Err(wrong) }
}

/// The prefixes of an exclusive canonicalisation (xml-exc-c14n §4).
fn exclusive(canonicalisation: &Element) -> Result<Vec<String>, SamlError> {
    if method(canonicalisation)? != EXC_C14N {
        return Err(SamlError::Signature("it must be canonicalised exclusively, without comments"));
    }
    let wrong = SamlError::Signature("the parameters of its canonicalisation are not known");
    let list = match canonicalisation.content()?.as_slice() {
        [] => return Ok(Vec::new()),
        [list] if list.is(EXC_C14N, "InclusiveNamespaces") && list.children.is_empty() => *list,
        _ => return Err(wrong),
    };
    list.takes(&["PrefixList"])?;
    let words = list.attribute("PrefixList").ok_or(wrong)?.split_ascii_whitespace();
    let prefixes: Vec<String> =
        words.take(PREFIXES + 1).map(|word| if word == "#default" { String::new() } else { word.to_owned() }).collect();
    if prefixes.len() > PREFIXES { Err(wrong) } else { Ok(prefixes) }
}
