use types::AccountId;

/// Who an ARN of Amazon's identity services names, besides their account. Names are as written: whether there can be any
/// such is for the reader to say.
pub(crate) enum AwsPrincipal<'t> {
    /// The account itself.
    Root,
    /// A user.
    User(&'t str),
    /// A role.
    Role(&'t str),
    /// A role's session: `<role>/<session>`.
    Session(&'t str),
}

impl<'t> AwsPrincipal<'t> {
    /// Reads `arn:aws:iam::<account>:…` or `arn:aws:sts::<account>:…`.
    pub(crate) fn parse(text: &'t str) -> Option<(AccountId, Self)> {
        let session = text.strip_prefix("arn:aws:sts::");
        let (account, path) = text.strip_prefix("arn:aws:iam::").or(session)?.split_once(':')?;
        let who = match (path.split_once('/'), session) {
            (None, None) if path == "root" => Self::Root,
            (Some(("user", name)), None) => Self::User(name),
            (Some(("role", name)), None) => Self::Role(name),
            (Some(("assumed-role", names)), Some(_)) => Self::Session(names),
            _ => return None,
        };
        Some((account.parse().ok()?, who))
    }
}
