use super::SealError;
use crypto::Key;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use types::{Rng, Secret};
use zeroize::Zeroizing;

/// What our keys are called in the token.
const LABEL: &str = "bailee seal";
const AAD: &[u8] = b"bailee/seal/pkcs11/v1";
/// Bytes of an initialization vector, which stands before the ciphertext.
const VECTOR: usize = 12;

/// Where the token is, and what opens it.
pub struct TokenConfig {
    /// The PKCS#11 module: a shared library.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// The user's PIN.
    pub pin: Secret<String>,
}

/// A PKCS#11 token. The module is loaded for each piece of work and left behind it, so that a token that went away and
/// came back is found again. There are few: one at each start, and one each time the seal changes.
pub(super) struct Token {
    config: TokenConfig,
}

/// A module is initialised for the whole process: one at a time uses it.
static MODULE: Mutex<()> = Mutex::new(());

impl Token {
    pub(super) fn new(config: TokenConfig) -> Self {
        Self { config }
    }

    /// Makes a key in the token, which never leaves it, and wraps another under it.
    pub(super) fn wrap_under_new(&self, id: &str, key: &Key, rng: &dyn Rng) -> Result<Vec<u8>, SealError> {
        let mut vector = rng.bytes::<VECTOR>();
        self.run("wrap the seal's key", |session| {
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
            let Some(key) = find(session, id)?.first().copied() else { return Ok(None) };
            let params = GcmParams::new(&mut vector, AAD, 128.into())?;
            session.decrypt(&Mechanism::AesGcm(params), key, sealed).map(Zeroizing::new).map(Some)
        })?;
        let opened = opened.ok_or_else(|| SealError::TokenKeyGone { token: self.config.token.clone() })?;
        let key = opened.as_slice().try_into().map(Key::from_bytes);
        key.map_err(|_| SealError::Damaged("its wrapped key is no key"))
    }

    /// Destroys keys; no error if they are not there.
    pub(super) fn destroy(&self, ids: &[String]) -> Result<(), SealError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.run("destroy an old key", |session| {
            for id in ids {
                for key in find(session, id)? {
                    session.destroy_object(key)?;
                }
            }
            Ok(())
        })
    }

    fn run<T>(&self, what: &'static str, work: impl FnOnce(&Session) -> Result<T, Error>) -> Result<T, SealError> {
        let _turn = MODULE.lock().unwrap_or_else(PoisonError::into_inner);
        let TokenConfig { module, token, pin } = &self.config;
        let failed = |source| SealError::Token { token: token.clone(), what, source: Box::new(source) };
        let context = Pkcs11::new(module).map_err(failed)?;
        match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) | Ok(()) => {}
            Err(error) => return Err(failed(error)),
        }
        let worked = in_session(&context, token, pin, work);
        // What it says when it is left changes nothing.
        let _ = context.finalize();
        worked.map_err(failed)?.ok_or_else(|| SealError::TokenMissing { token: token.clone() })
    }
}

/// Works in a session with the token of this label; `None` if there is no such token.
fn in_session<T>(
    context: &Pkcs11,
    token: &str,
    pin: &Secret<String>,
    work: impl FnOnce(&Session) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    for slot in context.get_slots_with_token()? {
        if context.get_token_info(slot)?.label().trim_end() != token {
            continue;
        }
        let session = context.open_rw_session(slot)?;
        session.login(UserType::User, Some(&AuthPin::new(pin.expose().as_str().into())))?;
        return work(&session).map(Some);
    }
    Ok(None)
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
