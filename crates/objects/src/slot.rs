use std::sync::{Arc, Mutex, PoisonError};

/// A place in an operation where one step leaves what a later one needs, so that it is not read twice.
pub(crate) struct Slot<T>(Mutex<Option<Arc<T>>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Slot<T> {
    pub(crate) fn set(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(value));
    }

    pub(crate) fn get(&self) -> Option<Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// An operation's step that was to come before was left out: never, since the gate does them in order.
pub(crate) fn skipped() -> types::Failure {
    types::Failure::internal("a step of the operation was left out")
}
