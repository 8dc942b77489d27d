use super::context::{Answer, Context};
use super::{actiontrail, deployment, errors, ims, kms, ram, secrets, sts};
use crate::Status;
use futures::future::BoxFuture;
use types::{Dialect, Reason, Result};

/// A service, as its interface's version tells it (the versions are all different).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceName {
    /// Keys and secrets, 2016-01-20.
    Kms,
    /// Identities, 2015-05-01.
    Ram,
    /// Identities, the newer interface, 2019-08-15.
    Ims,
    /// Temporary credentials, 2015-04-01.
    Sts,
    /// The trail, 2020-07-06.
    ActionTrail,
    /// The deployment itself, for its operators: Bailee's own, 2026-11-24.
    Deployment,
}

impl ServiceName {
    const ALL: [Self; 6] = [Self::Kms, Self::Ram, Self::Ims, Self::Sts, Self::ActionTrail, Self::Deployment];

    /// The service of an interface version.
    pub fn of_version(version: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.dialect().version == version)
    }

    /// How its events and errors are spelled.
    pub const fn dialect(self) -> Dialect {
        const fn dialect(
            service: &'static str,
            source: &'static str,
            version: &'static str,
            code: fn(Reason) -> &'static str,
        ) -> Dialect {
            Dialect { service, source, version, code }
        }
        match self {
            Self::Kms => dialect("Kms", "kms.aliyuncs.com", "2016-01-20", errors::kms_code),
            Self::Ram => dialect("Ram", "ram.aliyuncs.com", "2015-05-01", errors::ram_code),
            Self::Ims => dialect("Ims", "ims.aliyuncs.com", "2019-08-15", errors::ram_code),
            Self::Sts => dialect("Sts", "sts.aliyuncs.com", "2015-04-01", errors::ram_code),
            Self::ActionTrail => dialect("Actiontrail", "actiontrail.aliyuncs.com", "2020-07-06", errors::ram_code),
            Self::Deployment => dialect("Bailee", "bailee", "2026-11-24", errors::ram_code),
        }
    }
}

/// What runs an action.
pub(crate) type Handler = for<'c> fn(&'c Context<'c>) -> BoxFuture<'c, Result<Answer>>;

/// One action of one service.
pub struct Row {
    /// The service.
    pub service: ServiceName,
    /// The action's name on the wire.
    pub name: &'static str,
    /// The actions in policy spelling that it needs, for the authorization tests and the compatibility page.
    pub needs: &'static [&'static str],
    /// How much of it there is.
    pub status: Status,
    /// Whether it may come without a signature, because it brings another proof of who asks.
    pub unsigned: bool,
    /// What runs it; `None` where it is refused.
    pub(crate) run: Option<Handler>,
}

impl Row {
    /// The row of an action.
    pub fn find(service: ServiceName, name: &str) -> Option<&'static Self> {
        ROWS.iter().flat_map(|rows| rows.iter()).find(|row| row.service == service && row.name == name)
    }
}

/// Every action there is, by service. What is in none of them does not exist.
pub const ROWS: &[&[Row]] = &[
    kms::ROWS,
    kms::keys::ROWS,
    kms::crypto::ROWS,
    kms::tags::ROWS,
    secrets::ROWS,
    ram::users::ROWS,
    ram::ROWS,
    ram::groups::ROWS,
    ram::people::ROWS,
    ram::policies::ROWS,
    ram::tags::ROWS,
    ram::diagnosis::ROWS,
    ims::ROWS,
    ims::users::ROWS,
    ims::people::ROWS,
    ims::passkeys::ROWS,
    ims::recycling::ROWS,
    ims::account::ROWS,
    ims::oidc::ROWS,
    ims::saml::ROWS,
    sts::ROWS,
    actiontrail::ROWS,
    deployment::ROWS,
];

/// A row that is served, or one that is refused by name.
macro_rules! row {
    ($service:ident, $name:literal, $status:ident, [$($need:literal),*], $run:path) => {
        $crate::rpc::row::Row {
            service: $crate::rpc::row::ServiceName::$service,
            name: $name,
            needs: &[$($need),*],
            status: $crate::Status::$status,
            unsigned: false,
            run: Some(|context| Box::pin($run(context))),
        }
    };
    ($service:ident, $name:literal, $status:ident, unsigned, $run:path) => {
        $crate::rpc::row::Row { unsigned: true, ..$crate::rpc::row::row!($service, $name, $status, [], $run) }
    };
    ($service:ident, $name:literal) => {
        $crate::rpc::row::Row {
            service: $crate::rpc::row::ServiceName::$service,
            name: $name,
            needs: &[],
            status: $crate::Status::Refused,
            unsigned: false,
            run: None,
        }
    };
}
pub(super) use row;
