use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes that must not be seen: wiped when dropped, and without `Debug`, `Display`, `Clone` or `Serialize`, so that no
/// log line, error or event can hold them by accident.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes the value in. The caller sees to it that no other copy stays behind.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, named so that every place that looks at it can be found by a search.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// The value for writing, such as filling it with random bytes.
    pub fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}
