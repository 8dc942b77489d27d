//! What tests share: a clock that stands still, randomness that repeats, and a deployment in memory.

mod clock;
mod deployment;
mod idp;
mod rng;

pub use clock::ManualClock;
pub use deployment::{Deployment, Tenant, call, unsealed};
pub use idp::Idp;
pub use rng::SeededRng;
