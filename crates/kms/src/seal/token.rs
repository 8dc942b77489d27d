use super::SealError;
use crate::token::{Module, TokenConfig, Trouble};
use crypto::Key;
use cryptoki::error::Error;
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use std::sync::Arc;
use types::Rng;
use zeroize::Zeroizing;

/// What our keys are called in the token.
const LABEL: &str = "bailee seal";
const AAD: &[u8] = b"bailee/seal/pkcs11/v1";
/// Bytes of an initialization vector, which stands before the ciphertext.
const VECTOR: usize = 12;

/// A PKCS#11 token. The module is left when the work is done, unless keys are in the token, too: there is little of it, at each
/// start and each time the seal changes.
pub(super) struct Token {
    config: TokenConfig,
    module: Arc<Module>,
}

impl Token {
    pub(super) fn new(config: TokenConfig) -> Self {
        Self { module: Module::at(&config.module), config }
    }

    /// Makes a key in the token, which never leaves it, and wraps another under it.
    pub(super) fn wrap_under_new(&self, id: &str, key: &Key, rng: &dyn Rng) -> Result<Vec<u8>, SealError> {
        let mut vector = rng.bytes::<VECTOR>();
        self.run("wrap the seal's key", |session| {
            // What an attempt before may have left.
            destroy(session, id)?;
            let made = session.generate_key(&Mechanism::AesKeyGen, &template(id))?;
            // A token may choose another vector, and writes it here.
            let params = GcmParams::new(&mut vector, AAD, 128.into())?;
            let sealed = session.encrypt(&Mechanism::AesGcm(params), made, key.expose())?;
            Ok([vector.as_slice(), &sealed].concat())
        })
    }

    /// Opens what [`wrap_under_new`](Self::wrap_under_new) made.
    pub(super) fn unwrap(&self, id: &str, wrapped: &[u8]) -> Result<Key, SealError> {
        let damaged = || SealError::Damaged("its wrapped key is too short");
        let (vector, sealed) = wrapped.split_at_checked(VECTOR).ok_or_else(damaged)?;
        let mut vector: [u8; VECTOR] = vector.try_into().map_err(|_| damaged())?;
        let opened = self.run("open the seal's key", |session| {
            let found = find(session, id)?.first().copied();
            let key = found.ok_or_else(|| Trouble::NoObject(id.to_owned()))?;
            let params = GcmParams::new(&mut vector, AAD, 128.into())?;
            Ok(session.decrypt(&Mechanism::AesGcm(params), key, sealed).map(Zeroizing::new)?)
        })?;
        let key = opened.as_slice().try_into().map(Key::from_bytes);
        key.map_err(|_| SealError::Damaged("its wrapped key is no key"))
    }

    /// Destroys keys; no error if they are not there.
    pub(super) fn destroy(&self, ids: &[String]) -> Result<(), SealError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.run("destroy an old key", |session| ids.iter().try_for_each(|id| destroy(session, id)))
    }

    fn run<T>(&self, what: &'static str, mut work: impl FnMut(&Session) -> Result<T, Trouble>) -> Result<T, SealError> {
        Ok(self.module.run(&self.config, what, |seat| work(seat.session()))?)
    }
}

/// A key that only encrypts and decrypts, and that nobody gets out.
fn template(id: &str) -> Vec<Attribute> {
    vec![
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::ValueLen(32.into()),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Encrypt(true),
        Attribute::Decrypt(true),
        Attribute::Label(LABEL.into()),
        Attribute::Id(id.into()),
    ]
}

fn find(session: &Session, id: &str) -> Result<Vec<ObjectHandle>, Error> {
    session.find_objects(&[
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::Label(LABEL.into()),
        Attribute::Id(id.into()),
    ])
}

fn destroy(session: &Session, id: &str) -> Result<(), Trouble> {
    for key in find(session, id)? {
        session.destroy_object(key)?;
    }
    Ok(())
}
