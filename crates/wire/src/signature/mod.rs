//! Who signed a request, and does the signature say what the request says?
//!
//! The way through: [`recognise`] names the scheme, the scheme's `read` makes a [`Signed`] (its claims, and the string
//! the client must have signed), and [`Signed::verify`] holds it against the secret, the clock and the regions served.
//! S3 signatures are verified by `s3s`, those of plain requests by [`aws::AwsExpected`]; [`aws::precheck`] adds the checks
//! that both leave out.

pub mod acs;
mod authorization;
pub mod aws;
mod coverage;
pub mod oss;
mod oss_v1;
mod oss_v2;
mod oss_v4;
pub mod post;
mod proof;
mod recognise;
pub mod rpc;
mod scope;
mod signed;
mod subresource;
mod window;

pub use recognise::{Family, Scheme, recognise};
pub use scope::Scope;
pub use signed::Signed;

use std::ops::RangeInclusive;
use types::{AccessKeyId, Failure, Reason, Result};

/// Bytes of a nonce. It is remembered as part of a key in the store, so it must be short; the SDKs send at most 60.
const NONCE_BYTES: RangeInclusive<usize> = 1..=128;

fn malformed(why: impl std::fmt::Display) -> Failure {
    Failure::new(Reason::SignatureMalformed, format!("The signature cannot be read: {why}."))
}

/// The value that a request may be sent with once.
fn nonce(text: &str) -> Result<String> {
    if !NONCE_BYTES.contains(&text.len()) {
        return Err(Failure::invalid("SignatureNonce", "1 to 128 bytes, another one for each request"));
    }
    Ok(text.to_owned())
}

/// An id that is none of ours cannot exist, and saying so is all the caller needs.
fn access_key_id(text: &str) -> Result<AccessKeyId> {
    text.parse().map_err(|_| Failure::of(Reason::AccessKeyNotFound))
}
