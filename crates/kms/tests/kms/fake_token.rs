use crypto::MacKind;
use crypto::pair::{EncryptionScheme, KeyPair, PublicKey, SignatureScheme};
use kms::token::{MadeObject, ObjectName, Token, TokenError};
use kms::{Family, KeySpec, KeyUsage};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use types::{Rng, Secret, SystemRng};

enum Object {
    Secret(Vec<u8>),
    Pair(KeyPair),
}

/// A token in memory, which can be taken away.
#[derive(Default)]
pub(crate) struct FakeToken {
    objects: Mutex<BTreeMap<String, Object>>,
    pub(crate) labels: Mutex<Vec<String>>,
    pub(crate) away: AtomicBool,
    hanging: Mutex<bool>,
    released: Condvar,
    /// How often it gave random bytes.
    pub(crate) drawn: AtomicUsize,
}

impl FakeToken {
    pub(crate) fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    /// From now on, or from now on no more, it does not answer.
    pub(crate) fn set_hanging(&self, hanging: bool) {
        *self.hanging.lock().unwrap() = hanging;
        self.released.notify_all();
    }

    fn check(&self) -> Result<(), TokenError> {
        drop(self.released.wait_while(self.hanging.lock().unwrap(), |hanging| *hanging).unwrap());
        if self.away.load(Ordering::SeqCst) {
            return Err(TokenError::Missing { token: "secret label".to_owned() });
        }
        Ok(())
    }

    fn with<T>(&self, id: &str, work: impl FnOnce(&Object) -> Option<T>) -> Result<T, TokenError> {
        self.check()?;
        let objects = self.objects.lock().unwrap();
        let gone = || TokenError::ObjectGone { token: "t".to_owned(), object: id.to_owned() };
        work(objects.get(id).ok_or_else(gone)?).ok_or(TokenError::Refused)
    }
}

impl Token for FakeToken {
    fn offers(&self, spec: KeySpec, _: KeyUsage) -> Result<bool, TokenError> {
        self.check()?;
        Ok(!matches!(spec, KeySpec::Sm4 | KeySpec::Ed25519 | KeySpec::Aes128))
    }

    fn make(&self, name: &ObjectName, spec: KeySpec, _: KeyUsage) -> Result<MadeObject, TokenError> {
        self.check()?;
        let (object, public) = match spec.family() {
            Family::Pair(kind) => {
                let pair = KeyPair::generate(kind, &SystemRng).unwrap();
                let public = pair.public().clone();
                (Object::Pair(pair), Some(public))
            }
            Family::Symmetric(_) | Family::Mac(_) => (Object::Secret(rng().bytes::<32>().to_vec()), None),
        };
        self.objects.lock().unwrap().insert(name.id.clone(), object);
        self.labels.lock().unwrap().push(name.label.clone());
        Ok(MadeObject { public })
    }

    fn destroy(&self, id: &str) -> Result<(), TokenError> {
        self.check()?;
        self.objects.lock().unwrap().remove(id);
        Ok(())
    }

    fn mac(&self, id: &str, kind: MacKind, message: &[u8]) -> Result<Secret<Vec<u8>>, TokenError> {
        self.with(id, |object| match object {
            Object::Secret(key) => Some(Secret::new(kind.of(key, message))),
            Object::Pair(_) => None,
        })
    }

    fn sign(&self, id: &str, _: &PublicKey, scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, TokenError> {
        self.with(id, |object| match object {
            Object::Pair(pair) => pair.sign(scheme, digest).ok(),
            Object::Secret(_) => None,
        })
    }

    /// It does not know OAEP with SHA-256.
    fn decrypt(
        &self,
        id: &str,
        scheme: EncryptionScheme,
        ciphertext: &[u8],
        _: &[u8],
    ) -> Result<Secret<Vec<u8>>, TokenError> {
        self.with(id, |object| match object {
            Object::Pair(pair) if scheme == EncryptionScheme::RsaOaepSha1 => pair.decrypt(scheme, ciphertext).ok(),
            _ => None,
        })
    }

    fn random(&self, bytes: usize) -> Result<Secret<Vec<u8>>, TokenError> {
        self.check()?;
        self.drawn.fetch_add(1, Ordering::SeqCst);
        let mut out = Secret::new(vec![0; bytes]);
        SystemRng.fill(out.expose_mut());
        Ok(out)
    }
}

fn rng() -> &'static dyn Rng {
    &SystemRng
}
