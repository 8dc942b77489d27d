use types::limits;

/// What a policy is attached to. Decides which elements it may and must have, and how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// To a user, a group or a role, or over one or a whole account as a ceiling: what its bearer may do.
    Identity,
    /// To one role session: what of the role's rights that session keeps.
    Session,
    /// To a role: who may assume it.
    Trust,
    /// To a bucket: who may do what with it and its objects.
    Bucket,
    /// To a key: who may do what with it.
    Key,
    /// To a secret: who may do what with it.
    Secret,
}

impl Kind {
    /// The document as an error names it.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Identity => "an identity policy",
            Self::Session => "a session policy",
            Self::Trust => "a trust policy",
            Self::Bucket => "a bucket policy",
            Self::Key => "a key policy",
            Self::Secret => "a secret's policy",
        }
    }

    /// Whether statements say whom they are about.
    pub(super) const fn names_principals(self) -> bool {
        matches!(self, Self::Trust | Self::Bucket | Self::Key | Self::Secret)
    }

    /// Whether statements say which resources they are about. A trust policy is about the role it is attached to.
    pub(super) const fn names_resources(self) -> bool {
        !matches!(self, Self::Trust)
    }

    /// The limit and its unit, if `text` is over it.
    pub(super) fn exceeded_by(self, text: &str) -> Option<(usize, &'static str)> {
        let (limit, unit, length) = match self {
            Self::Identity | Self::Trust => (limits::POLICY_CHARS, "characters", text.chars().count()),
            Self::Session => (limits::SESSION_POLICY_CHARS, "characters", text.chars().count()),
            Self::Bucket => (limits::BUCKET_POLICY_BYTES, "bytes", text.len()),
            Self::Key => (limits::KEY_POLICY_BYTES, "bytes", text.len()),
            Self::Secret => (limits::SECRET_POLICY_BYTES, "bytes", text.len()),
        };
        (length > limit).then_some((limit, unit))
    }
}
