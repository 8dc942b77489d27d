//! Amazon's key service (AWS Key Management Service API 2014-11-01): one path, an operation in `X-Amz-Target`, JSON both
//! ways.

mod aliases;
mod answer;
mod arn;
mod context;
mod data_keys;
mod encrypt;
mod errors;
mod grant_token;
mod grants;
mod input;
mod keys;
mod paging;
mod pairs;
mod policies;
mod rotation;
mod row;
mod serve;
mod tags;
mod words;

pub use row::{ROWS, Row};
pub(crate) use serve::serve;
