//! The wire: signature schemes, canonical forms, and strict reading and writing of everything that crosses it.
//!
//! Bytes in, values out. Nothing here does I/O, knows the time, or knows what a bucket or a key is; every reader has a
//! limit from [`types::limits`] and refuses what it does not understand.

mod addressing;
mod byte_range;
mod content_md5;
pub mod encoding;
mod entity_tag;
pub mod form;
mod head;
mod http_date;
pub mod json;
mod map_parameter;
mod params;
pub mod signature;
pub mod upload_form;
pub mod xml;

pub use addressing::{Addressing, Location, Style};
pub use byte_range::{ByteRange, RangeHeader, Span};
pub use content_md5::parse_content_md5;
pub use entity_tag::{EntityTag, TagCondition};
pub use head::Head;
pub use http_date::parse_http_date;
pub use params::Params;
