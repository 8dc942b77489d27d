use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks. A lock poisoned by a panic elsewhere is taken all the same: each place where this is used leaves its state
/// whole between two statements.
pub(crate) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
