//! How what operations are asked with looks in their events.

use crate::encryption_context::EncryptionContext;
use crate::key_filter::KeyFilter;
use crate::key_ref::{KeyName, KeyRef};
use crate::kms::{ALIAS_KIND, KEY_KIND};
use crate::page::Page;
use iam::Audit;
use iam::policy::{Context, Key};
use serde_json::{Value, json};

impl KeyRef {
    /// Notes which key was asked for, as the caller named it.
    pub(crate) fn audit(&self, audit: &mut Audit) {
        audit.parameter("KeyId", self.to_string());
        match self.name() {
            KeyName::Id(id) => audit.resource(KEY_KIND, id.as_str()),
            KeyName::Alias(alias) => audit.resource(ALIAS_KIND, alias.as_str()),
        }
    }
}

impl EncryptionContext {
    /// Notes the context. It is no secret: vendors' logs show it too, and callers are told so.
    pub(crate) fn audit(&self, audit: &mut Audit) {
        if !self.is_empty() {
            audit.parameter("EncryptionContext", self.to_value());
        }
    }

    /// Lets policies ask for its values as `kms:EncryptionContext:<name>`.
    pub(crate) fn add_to(&self, context: &mut Context) {
        for (name, value) in self.iter() {
            context.add(Key::new(format!("kms:EncryptionContext:{name}")), value);
        }
    }
}

impl Page {
    /// Notes which part of a listing was asked for.
    pub(crate) fn audit(self, audit: &mut Audit) {
        audit.parameter("PageNumber", self.number);
        audit.parameter("PageSize", self.size);
    }
}

fn names<T: std::fmt::Debug>(values: &[T]) -> Value {
    values.iter().map(|value| format!("{value:?}")).collect()
}

impl KeyFilter {
    /// As an event shows it.
    pub(crate) fn to_value(&self) -> Value {
        let Self { states, specs, usages, protections, creators } = self;
        json!({
            "KeyState": names(states),
            "KeySpec": names(specs),
            "KeyUsage": names(usages),
            "ProtectionLevel": names(protections),
            "CreatorType": names(creators),
        })
    }
}
