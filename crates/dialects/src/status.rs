/// How much of a wire operation there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All that is documented.
    Full,
    /// The main part; what is missing is refused by name.
    Partial,
    /// None of it: answered with the dialect's not-implemented error.
    Refused,
}
