use serde::{Deserialize, Serialize};

/// Who may touch a bucket or object without any policy saying so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Acl {
    /// Nobody.
    #[default]
    Private,
    /// Everybody may read.
    PublicRead,
    /// Everybody may read and write.
    PublicReadWrite,
}

impl Acl {
    /// Whether it lets everybody read.
    pub const fn opens_reading(self) -> bool {
        matches!(self, Self::PublicRead | Self::PublicReadWrite)
    }

    /// Whether it lets everybody write.
    pub const fn opens_writing(self) -> bool {
        matches!(self, Self::PublicReadWrite)
    }

    /// Its name in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::PublicRead => "public-read",
            Self::PublicReadWrite => "public-read-write",
        }
    }
}
