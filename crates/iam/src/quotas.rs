//! How many of each kind there can be: what the listings of limits show.

pub use crate::access_keys::KEYS_MOST;
pub use crate::attachments::{OTHER_CUSTOM_MOST, SYSTEM_MOST, USER_CUSTOM_MOST};
pub use crate::groups::{GROUPS_MOST, MEMBERSHIPS_MOST};
pub use crate::key_networks::NETWORKS_MOST;
pub use crate::people::DEVICES_MOST;
pub use crate::policies::POLICIES_MOST;
pub use crate::policy_versions::VERSIONS_MOST;
pub use crate::roles::ROLES_MOST;
pub use crate::users::USERS_MOST;
