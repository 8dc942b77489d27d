//! The words every other crate speaks: names, actions, resources, principals, failures, and the two ports to a world
//! that tests must be able to steer (time and randomness).
//!
//! Nothing here does I/O, and nothing here knows a vendor's spelling.

mod action;
mod call;
mod clock;
mod duty;
mod failure;
mod ids;
pub mod limits;
mod names;
mod principal;
mod reason;
mod resource;
mod rng;
mod secret;
mod timestamp;

pub use action::{Access, Action, Service};
pub use call::{Call, Dialect, RequestId};
pub use clock::{Clock, SystemClock};
pub use duty::Duty;
pub use failure::{Failure, Result};
pub use ids::{AccessKeyId, AccountId, GroupId, KeyId, OidcProviderId, RoleId, SamlProviderId, UploadId, UserId};
pub use names::{
    AccountAlias, AliasName, BucketName, GroupName, MfaName, NameError, ObjectKey, OidcProviderName, OperatorName,
    PasskeyId, PolicyName, RegionId, RoleName, SamlProviderName, SecretName, SecretVersionId, SessionName, StageName,
    UserName,
};
pub use principal::Principal;
pub use reason::Reason;
pub use resource::Resource;
pub use rng::{Rng, SystemRng};
pub use secret::Secret;
pub use timestamp::Timestamp;
