use super::mechanisms::{self, Shape};
use super::{MadeObject, Module, ObjectName, Seat, Token, TokenConfig, TokenError, Trouble};
use crate::key_kind::{Family, KeySpec, KeyUsage};
use crypto::MacKind;
use crypto::pair::{EncryptionScheme, PairKind, PublicKey, SignatureScheme};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, ObjectHandle};
use std::sync::Arc;
use types::Secret;

/// A token behind a PKCS#11 module (OASIS PKCS #11 v2.40 and later).
pub struct Pkcs11Token {
    config: TokenConfig,
    module: Arc<Module>,
}

impl Pkcs11Token {
    /// The token of this configuration. It need not be there yet.
    pub fn new(config: TokenConfig) -> Self {
        let module = Module::at(&config.module);
        module.keep();
        Self { config, module }
    }

    fn run<T>(&self, what: &'static str, work: impl FnMut(&mut Seat) -> Result<T, Trouble>) -> Result<T, TokenError> {
        self.module.run(&self.config, what, work)
    }
}

impl Drop for Pkcs11Token {
    fn drop(&mut self) {
        self.module.release();
    }
}

impl Token for Pkcs11Token {
    fn offers(&self, spec: KeySpec, usage: KeyUsage) -> Result<bool, TokenError> {
        let Some(shape) = Shape::of(spec, usage) else { return Ok(false) };
        self.run("say what it can do", |seat| {
            let (context, slot) = seat.place();
            let can = context.get_mechanism_list(slot)?;
            Ok(shape.needs().iter().all(|mechanism| can.contains(mechanism)))
        })
    }

    fn make(&self, name: &ObjectName, spec: KeySpec, usage: KeyUsage) -> Result<MadeObject, TokenError> {
        let shape = Shape::of(spec, usage).ok_or(TokenError::Refused)?;
        let named = [Attribute::Id(name.id.as_str().into()), Attribute::Label(name.label.as_str().into())];
        self.run("make a key", |seat| {
            // What an attempt before may have left.
            seat.destroy(&name.id)?;
            let kept = [shape.kept(), named.to_vec()].concat();
            let session = seat.session();
            let generator = match shape {
                Shape::Secret { .. } => {
                    session.generate_key(&Mechanism::GenericSecretKeyGen, &kept)?;
                    return Ok(MadeObject { public: None });
                }
                Shape::Rsa { .. } => Mechanism::RsaPkcsKeyPairGen,
                Shape::Ec { .. } => Mechanism::EccKeyPairGen,
            };
            let public = [shape.public(), named.to_vec()].concat();
            let (public, _) = session.generate_key_pair(&generator, &public, &kept)?;
            Ok(MadeObject { public: Some(public_key(seat, public, spec, shape)?) })
        })
    }

    fn destroy(&self, id: &str) -> Result<(), TokenError> {
        self.run("destroy a key", |seat| seat.destroy(id))
    }

    fn mac(&self, id: &str, kind: MacKind, message: &[u8]) -> Result<Secret<Vec<u8>>, TokenError> {
        let mechanism = mechanisms::mac(kind).ok_or(TokenError::Refused)?;
        self.run("make a code", |seat| {
            let key = seat.key(id)?;
            let code = seat.session().sign(&mechanism, key, message).map(Secret::new)?;
            if code.expose().len() == kind.width() { Ok(code) } else { Err(Trouble::Odd("code of the right length")) }
        })
    }

    fn sign(
        &self,
        id: &str,
        public: &PublicKey,
        scheme: SignatureScheme,
        digest: &[u8],
    ) -> Result<Vec<u8>, TokenError> {
        let (mechanism, input) = mechanisms::signing(scheme, digest).ok_or(TokenError::Refused)?;
        self.run("sign", |seat| {
            let key = seat.key(id)?;
            let signature = seat.session().sign(&mechanism, key, &input)?;
            match scheme {
                SignatureScheme::Ecdsa(_) => {
                    public.ecdsa_der(&signature).map_err(|_| Trouble::Odd("signature of the right length"))
                }
                _ => Ok(signature),
            }
        })
    }

    fn decrypt(
        &self,
        id: &str,
        scheme: EncryptionScheme,
        ciphertext: &[u8],
        probe: &[u8],
    ) -> Result<Secret<Vec<u8>>, TokenError> {
        let mechanism = mechanisms::decrypting(scheme).ok_or(TokenError::Refused)?;
        self.run("decrypt", |seat| {
            let key = seat.key(id)?;
            let error = match seat.session().decrypt(&mechanism, key, ciphertext) {
                Ok(opened) => return Ok(Secret::new(opened)),
                Err(error) => error,
            };
            if is_input(&error) || seat.session().decrypt(&mechanism, key, probe).map(Secret::new).is_ok() {
                return Err(Trouble::Refused);
            }
            Err(error.into())
        })
    }

    fn random(&self, bytes: usize) -> Result<Secret<Vec<u8>>, TokenError> {
        self.run("give random bytes", |seat| {
            let mut out = Secret::new(vec![0; bytes]);
            seat.session().generate_random_slice(out.expose_mut())?;
            Ok(out)
        })
    }
}

/// Whether the module says that what it was given is at fault.
fn is_input(error: &Error) -> bool {
    matches!(
        error,
        Error::Pkcs11(
            RvError::EncryptedDataInvalid
                | RvError::EncryptedDataLenRange
                | RvError::DataInvalid
                | RvError::DataLenRange
                | RvError::ArgumentsBad
                | RvError::MechanismInvalid
                | RvError::MechanismParamInvalid,
            _
        )
    )
}

/// The public key of a pair that was just made.
fn public_key(seat: &Seat, handle: ObjectHandle, spec: KeySpec, shape: Shape) -> Result<PublicKey, Trouble> {
    let odd = || Trouble::Odd("public key of the kind that was made");
    let Family::Pair(kind) = spec.family() else { return Err(odd()) };
    let wanted = match shape {
        Shape::Rsa { .. } => vec![AttributeType::Modulus, AttributeType::PublicExponent],
        _ => vec![AttributeType::EcPoint],
    };
    let given = seat.session().get_attributes(handle, &wanted)?;
    read_public(kind, shape, &given).ok_or_else(odd)
}

fn read_public(kind: PairKind, shape: Shape, given: &[Attribute]) -> Option<PublicKey> {
    let modulus = given.iter().find_map(|a| if let Attribute::Modulus(n) = a { Some(n) } else { None });
    let exponent = given.iter().find_map(|a| if let Attribute::PublicExponent(e) = a { Some(e) } else { None });
    let point = given.iter().find_map(|a| if let Attribute::EcPoint(point) = a { Some(point) } else { None });
    match shape {
        Shape::Rsa { .. } => PublicKey::from_rsa(kind, modulus?, exponent?).ok(),
        // In an OCTET STRING, as the standard says, or without, as some do.
        Shape::Ec { point: width, .. } => {
            let point = point?;
            PublicKey::from_point(kind, point.get(point.len().checked_sub(width)?..)?).ok()
        }
        Shape::Secret { .. } => None,
    }
}
