//! A change while it is being planned, as the type's plan customisation sees it.

use std::collections::BTreeSet;

use crate::addr::Path;
use crate::diag::{Diagnostic, Diagnostics};
use crate::value::{Type, Value};

use super::Object;

/// Prior state, configuration and proposed new state of one instance.
///
/// A type may change in `planned` only what the configuration leaves null and the schema computes, or give back the
/// prior value exactly.
#[derive(Clone, Debug)]
pub struct PlannedChange {
    /// The object as last read; `None` for a create.
    pub prior: Option<Object>,
    pub config: Object,
    /// The proposed new state, to be turned into the planned state.
    pub planned: Object,
    /// Attributes beside those of the schema whose difference replaces the object.
    pub replace: BTreeSet<Path>,
    /// Problems found, each at the attribute it is about.
    pub diagnostics: Diagnostics,
}

impl PlannedChange {
    pub fn is_create(&self) -> bool {
        self.prior.is_none()
    }

    /// Whether an attribute differs from the prior object (also: may differ, being unknown).
    pub fn changes(&self, name: &str) -> bool {
        let prior = self.prior.as_ref().and_then(|p| p.get(name));
        match (prior, self.planned.get(name)) {
            (Some(a), Some(b)) => !a.same_content(b),
            (None, Some(b)) => !b.is_null(),
            _ => false,
        }
    }

    /// The configuration sets the attribute (to something, also unknown).
    pub fn configured(&self, name: &str) -> bool {
        self.config.get(name).is_some_and(|v| !v.is_null())
    }

    /// Makes a computed attribute "known after apply", unless the configuration sets it.
    pub fn set_unknown(&mut self, name: &str) {
        if self.configured(name) {
            return;
        }
        let ty = self.planned.get(name).map_or(Type::Dynamic, Value::ty);
        self.planned.set(name, Value::unknown(ty));
    }

    /// Predicts a computed attribute, unless the configuration sets it.
    pub fn predict(&mut self, name: &str, value: impl Into<Value>) {
        if !self.configured(name) {
            self.planned.set(name, value);
        }
    }

    /// Replaces the object if the attribute differs.
    pub fn force_new(&mut self, name: &str) {
        if !self.is_create() && self.changes(name) {
            self.replace.insert(Path::attr(name));
        }
    }

    pub fn error(&mut self, attribute: &str, detail: impl Into<String>) {
        self.diagnostics.push(
            Diagnostic::error(format!("Invalid value for \"{attribute}\""), detail).attribute(Path::attr(attribute)),
        );
    }

    pub fn warn(&mut self, attribute: &str, summary: impl Into<String>, detail: impl Into<String>) {
        self.diagnostics.push(Diagnostic::warning(summary, detail).attribute(Path::attr(attribute)));
    }
}
