use std::fmt;

/// The service an action or resource belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Objects and buckets.
    Oss,
    /// Keys and secrets.
    Kms,
    /// Identities and policies.
    Ram,
    /// Temporary credentials.
    Sts,
    /// The trail.
    ActionTrail,
}

impl Service {
    /// The prefix of its actions and resources in policies.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Oss => "oss",
            Self::Kms => "kms",
            Self::Ram => "ram",
            Self::Sts => "sts",
            Self::ActionTrail => "actiontrail",
        }
    }
}

/// Whether an action changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// It only looks.
    Read,
    /// It changes, makes or destroys.
    Write,
}

/// What a caller wants to do, as policies name it: `kms:Encrypt`, `oss:PutObject`.
///
/// Each is a constant in the crate that owns the operation, so an action that no operation has cannot be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Action {
    /// The service it belongs to.
    pub service: Service,
    /// Its name in policies, without the service.
    pub name: &'static str,
    /// Whether it changes anything.
    pub access: Access,
}

impl Action {
    /// An action that only looks.
    pub const fn read(service: Service, name: &'static str) -> Self {
        Self { service, name, access: Access::Read }
    }

    /// An action that changes something.
    pub const fn write(service: Service, name: &'static str) -> Self {
        Self { service, name, access: Access::Write }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service.code(), self.name)
    }
}
