use super::TokenError;
use crypto::sha256;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::object::{Attribute, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use types::Secret;

/// Objects whose handles one session remembers.
const HANDLES: usize = 1_024;

/// Where a token is, and what opens it.
pub struct TokenConfig {
    /// The PKCS#11 module: a shared library.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// The user's PIN.
    pub pin: Secret<String>,
}

/// A PKCS#11 module. It is initialised for the whole process, so all that use the same one share it, with the sessions that
/// are open in it.
///
/// A module that was initialised while a token was there says nothing useful when the token comes back after it went away. So
/// work that fails is tried a second time with the module initialised anew; meanwhile nobody else is in it.
pub(crate) struct Module {
    path: PathBuf,
    state: RwLock<State>,
    /// How many want it to stay loaded.
    keepers: AtomicUsize,
    /// The PINs that tokens refused, as hashes with the tokens' labels. None is given a second time: tokens count.
    refused: Mutex<BTreeSet<(String, [u8; 32])>>,
}

#[derive(Default)]
struct State {
    /// How often it was initialised.
    times: u64,
    loaded: Option<Loaded>,
}

struct Loaded {
    context: Pkcs11,
    /// Sessions that nobody uses now. Never more than were used at once.
    idle: Mutex<Vec<Seat>>,
}

/// A session in which the user is logged in.
pub(crate) struct Seat {
    session: Session,
    context: Pkcs11,
    slot: Slot,
    token: String,
    handles: HashMap<String, ObjectHandle>,
}

/// Why a piece of work in a session failed.
pub(crate) enum Trouble {
    /// The module said so.
    Module(Error),
    /// There is no such token.
    NoToken,
    /// There is no such object.
    NoObject(String),
    /// It gave something else than was asked for.
    Odd(&'static str),
    /// The input is at fault: it is not tried again.
    Refused,
    /// The PIN was refused before.
    PinRefused,
    /// The module is not loaded.
    Unloaded,
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Module(error)
    }
}

static MODULES: Mutex<BTreeMap<PathBuf, Arc<Module>>> = Mutex::new(BTreeMap::new());

fn unpoisoned<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Module {
    /// The module in this file, not loaded yet.
    pub(crate) fn at(path: &Path) -> Arc<Self> {
        let (state, keepers, refused) = (RwLock::default(), AtomicUsize::new(0), Mutex::default());
        let make = || Arc::new(Self { path: path.to_owned(), state, keepers, refused });
        unpoisoned(&MODULES).entry(path.to_owned()).or_insert_with(make).clone()
    }

    /// Has it stay loaded after work, until [`release`](Self::release).
    pub(crate) fn keep(&self) {
        self.keepers.fetch_add(1, Ordering::SeqCst);
    }

    /// The end of [`keep`](Self::keep).
    pub(crate) fn release(&self) {
        self.keepers.fetch_sub(1, Ordering::SeqCst);
        self.rest();
    }

    /// Works in a session with a token; a second time if the first fails.
    pub(crate) fn run<T>(
        &self,
        config: &TokenConfig,
        what: &'static str,
        mut work: impl FnMut(&mut Seat) -> Result<T, Trouble>,
    ) -> Result<T, TokenError> {
        let (times, mut done) = self.attempt(config, &mut work);
        if done.as_ref().is_err_and(Trouble::may_pass) {
            done = match self.reload(times) {
                Ok(()) => self.attempt(config, &mut work).1,
                Err(error) => Err(Trouble::Module(error)),
            };
        }
        self.rest();
        done.map_err(|trouble| trouble.told(config, what))
    }

    fn attempt<T>(
        &self,
        config: &TokenConfig,
        work: &mut impl FnMut(&mut Seat) -> Result<T, Trouble>,
    ) -> (u64, Result<T, Trouble>) {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let Some(loaded) = &state.loaded else { return (state.times, Err(Trouble::Unloaded)) };
        let done = loaded.seat(config, &self.refused).and_then(|mut seat| {
            let done = work(&mut seat);
            // A session in which something failed may have that on its hands still: it is closed.
            if done.is_ok() {
                unpoisoned(&loaded.idle).push(seat);
            }
            done
        });
        (state.times, done)
    }

    /// Initialises it anew, if nobody has since it was for the `times`th time. Waits for what is at work in it.
    fn reload(&self, times: u64) -> Result<(), Error> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.times == times {
            unload(&mut state);
            state.loaded = Some(Loaded { context: initialized(&self.path)?, idle: Mutex::default() });
            state.times += 1;
        }
        Ok(())
    }

    /// Leaves it behind, if nobody wants it to stay.
    fn rest(&self) {
        if self.keepers.load(Ordering::SeqCst) == 0 {
            unload(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

/// Sessions are closed first: after the next initialisation their handles may be others'.
fn unload(state: &mut State) {
    if let Some(Loaded { context, idle }) = state.loaded.take() {
        drop(idle);
        // What it says when it is left changes nothing.
        let _ = context.finalize();
    }
}

fn initialized(path: &Path) -> Result<Pkcs11, Error> {
    let context = Pkcs11::new(path)?;
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) | Ok(()) => Ok(context),
        Err(error) => Err(error),
    }
}

impl Loaded {
    /// A session with the token of this label: one that is idle, else a new one.
    fn seat(&self, config: &TokenConfig, refused: &Mutex<BTreeSet<(String, [u8; 32])>>) -> Result<Seat, Trouble> {
        let mut idle = unpoisoned(&self.idle);
        if let Some(found) = idle.iter().position(|seat| seat.token == config.token) {
            return Ok(idle.swap_remove(found));
        }
        drop(idle);
        for slot in self.context.get_slots_with_token()? {
            if self.context.get_token_info(slot)?.label().trim_end() != config.token {
                continue;
            }
            let session = self.context.open_rw_session(slot)?;
            login(&session, config, &mut unpoisoned(refused))?;
            let (context, token) = (self.context.clone(), config.token.clone());
            return Ok(Seat { session, context, slot, token, handles: HashMap::new() });
        }
        Err(Trouble::NoToken)
    }
}

/// Under the lock of what was refused, so that several at once do not all give the same wrong PIN.
fn login(session: &Session, config: &TokenConfig, refused: &mut BTreeSet<(String, [u8; 32])>) -> Result<(), Trouble> {
    let given = (config.token.clone(), sha256(config.pin.expose().as_bytes()));
    if refused.contains(&given) {
        return Err(Trouble::PinRefused);
    }
    let pin = AuthPin::new(config.pin.expose().as_str().into());
    match session.login(UserType::User, Some(&pin)) {
        // Being logged in is common to all sessions of a process.
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
        Err(error) => {
            if is_pin(&error) {
                refused.insert(given);
            }
            Err(error.into())
        }
    }
}

/// Whether the device said that the PIN is wrong.
fn is_pin(error: &Error) -> bool {
    matches!(error, Error::Pkcs11(RvError::PinIncorrect | RvError::PinLocked | RvError::PinExpired, _))
}

impl Seat {
    /// The session.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// The module, and the slot that the token is in.
    pub(crate) fn place(&self) -> (&Pkcs11, Slot) {
        (&self.context, self.slot)
    }

    /// The private or secret key with this id.
    pub(crate) fn key(&mut self, id: &str) -> Result<ObjectHandle, Trouble> {
        if let Some(known) = self.handles.get(id) {
            return Ok(*known);
        }
        for class in [ObjectClass::SECRET_KEY, ObjectClass::PRIVATE_KEY] {
            let found = self.session.find_objects(&[Attribute::Class(class), Attribute::Id(id.into())])?;
            if let Some(handle) = found.first() {
                if self.handles.len() >= HANDLES {
                    self.handles.clear();
                }
                self.handles.insert(id.to_owned(), *handle);
                return Ok(*handle);
            }
        }
        Err(Trouble::NoObject(id.to_owned()))
    }

    /// Destroys all objects with this id.
    pub(crate) fn destroy(&mut self, id: &str) -> Result<(), Trouble> {
        self.handles.remove(id);
        for handle in self.session.find_objects(&[Attribute::Token(true), Attribute::Id(id.into())])? {
            self.session.destroy_object(handle)?;
        }
        Ok(())
    }
}

impl Trouble {
    /// Whether it may go better with the module initialised anew. A wrong PIN is not given twice: tokens count.
    fn may_pass(&self) -> bool {
        match self {
            Self::Refused | Self::PinRefused => false,
            Self::Module(error) => !is_pin(error),
            Self::NoToken | Self::NoObject(_) | Self::Odd(_) | Self::Unloaded => true,
        }
    }

    fn told(self, config: &TokenConfig, what: &'static str) -> TokenError {
        let token = config.token.clone();
        match self {
            Self::Module(source) => TokenError::Failed { token, what, source: Box::new(source) },
            Self::NoToken => TokenError::Missing { token },
            Self::NoObject(object) => TokenError::ObjectGone { token, object },
            Self::Odd(what) => TokenError::Odd { token, what },
            Self::Refused => TokenError::Refused,
            Self::PinRefused => TokenError::PinWrong { token },
            Self::Unloaded => TokenError::Odd { token, what: "answer: its module was left meanwhile" },
        }
    }
}
