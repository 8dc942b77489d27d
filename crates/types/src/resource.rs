use crate::{AccountId, RegionId, Service};
use std::fmt;

/// What an action is done to. Written `acs:<service>:<region>:<account>:<path>`, the form policies match against
/// (RAM policy grammar, Resource element).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    /// The service that owns it.
    pub service: Service,
    /// The region it lives in; `None` for identities, which are global.
    pub region: Option<RegionId>,
    /// The account that owns it.
    pub account: AccountId,
    /// The rest, in the service's own shape: `key/<id>`, `user/<name>`, `<bucket>/<key>`.
    pub path: String,
}

impl Resource {
    /// A resource that lives in a region.
    pub fn regional(service: Service, region: &RegionId, account: AccountId, path: impl Into<String>) -> Self {
        Self { service, region: Some(region.clone()), account, path: path.into() }
    }

    /// A resource that lives in no region.
    pub fn global(service: Service, account: AccountId, path: impl Into<String>) -> Self {
        Self { service, region: None, account, path: path.into() }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = self.region.as_ref().map_or("", RegionId::as_str);
        write!(f, "acs:{}:{}:{}:{}", self.service.code(), region, self.account, self.path)
    }
}
