use super::context::Context;
use super::{
    access_keys, attachments, boundaries, errors, groups, inline, oidc, policies, refused, reports, roles, saml,
    simulate, sts, tags, users, versions,
};
use crate::Status;
use futures::future::BoxFuture;
use serde_json::Value;
use types::{Dialect, Result};

/// A service, as its interface's version tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceName {
    /// Identities, 2010-05-08.
    Iam,
    /// Temporary credentials, 2011-06-15.
    Sts,
}

impl ServiceName {
    /// The service of an interface version.
    pub fn of_version(version: &str) -> Option<Self> {
        [Self::Iam, Self::Sts].into_iter().find(|service| service.dialect().version == version)
    }

    /// How its events and errors are spelled: the service by the name that all dialects share, the source by that of the
    /// host which clients think they talk to.
    pub const fn dialect(self) -> Dialect {
        let (service, source, version) = match self {
            Self::Iam => ("Ram", "iam.amazonaws.com", "2010-05-08"),
            Self::Sts => ("Sts", "sts.amazonaws.com", "2011-06-15"),
        };
        Dialect { service, source, version, code: errors::code }
    }

    /// What credentials call it.
    pub const fn in_credentials(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Sts => "sts",
        }
    }

    /// The name space of its answers.
    pub(super) const fn name_space(self) -> &'static str {
        match self {
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
        }
    }
}

/// What runs an operation: its answer is the members of its result, or null where it has none.
pub(super) type Handler = for<'c> fn(&'c Context<'c>) -> BoxFuture<'c, Result<Value>>;

/// One operation.
pub struct Row {
    /// The service.
    pub service: ServiceName,
    /// Its name on the wire.
    pub name: &'static str,
    /// The actions in policy spelling that it needs, for the authorization tests and the compatibility page.
    pub needs: &'static [&'static str],
    /// How much of it there is.
    pub status: Status,
    /// Whether it comes without a signature, because it brings another proof of who asks.
    pub unsigned: bool,
    /// The parameters that its request can have. Others are refused by name.
    pub(super) takes: &'static [&'static str],
    /// What runs it; `None` where it is refused.
    pub(super) run: Option<Handler>,
}

impl Row {
    /// The row of an operation.
    pub fn find(service: ServiceName, name: &str) -> Option<&'static Self> {
        ROWS.iter().flat_map(|rows| rows.iter()).find(|row| row.service == service && row.name == name)
    }
}

/// Every operation there is. What is in none of these tables does not exist.
pub const ROWS: &[&[Row]] = &[
    users::ROWS,
    access_keys::ROWS,
    groups::ROWS,
    roles::ROWS,
    policies::ROWS,
    versions::ROWS,
    attachments::ROWS,
    inline::ROWS,
    tags::ROWS,
    boundaries::ROWS,
    simulate::ROWS,
    reports::ROWS,
    oidc::ROWS,
    refused::ROWS,
    sts::ROWS,
    saml::ROWS,
];

/// A row that is served, or one that is refused by name.
macro_rules! row {
    ($service:ident, $name:literal, $status:ident, [$($need:literal),*], [$($parameter:literal),*], $run:path) => {
        $crate::aws_iam::row::Row {
            service: $crate::aws_iam::row::ServiceName::$service,
            name: $name,
            needs: &[$($need),*],
            status: $crate::Status::$status,
            unsigned: false,
            takes: &[$($parameter),*],
            run: Some(|context| Box::pin($run(context))),
        }
    };
    ($service:ident, $name:literal, $status:ident, unsigned, $takes:tt, $run:path) => {
        $crate::aws_iam::row::Row {
            unsigned: true,
            ..$crate::aws_iam::row::row!($service, $name, $status, [], $takes, $run)
        }
    };
    ($service:ident, $name:literal) => {
        $crate::aws_iam::row::Row {
            service: $crate::aws_iam::row::ServiceName::$service,
            name: $name,
            needs: &[],
            status: $crate::Status::Refused,
            unsigned: false,
            takes: &[],
            run: None,
        }
    };
}
pub(super) use row;
