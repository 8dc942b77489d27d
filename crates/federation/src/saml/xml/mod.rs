//! XML as it is read here: no document type, no processing instruction, no entity but the five predefined ones, every prefix
//! declared, every count bounded.

mod characters;
mod element;
mod reader;

pub(super) use element::{Attribute, Element, Node};
pub(super) use reader::{Comments, parse};
