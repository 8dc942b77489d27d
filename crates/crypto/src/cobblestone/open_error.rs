/// Why sealed bytes did not open. The text is the same for all, so that an answer built from it tells a forger nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The key or the context is not the one it was sealed with, or the header is damaged.
    #[error("does not open")]
    Commitment,
    /// Bytes are missing: the length is none that sealing makes.
    #[error("does not open")]
    Truncated,
    /// A chunk is not the one that was sealed at its place.
    #[error("does not open")]
    Damaged,
}
