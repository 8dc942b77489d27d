//! What tests share: a clock that stands still, randomness that repeats, and a deployment in memory.

mod authenticator;
mod clock;
mod deployment;
mod idp;
mod mutation;
mod rng;
mod saml_idp;

pub use authenticator::Authenticator;
pub use clock::ManualClock;
pub use deployment::{Deployment, Tenant, call, unsealed};
pub use idp::Idp;
pub use mutation::mutated;
pub use rng::SeededRng;
pub use saml_idp::{Said, SamlIdp};
