//! What AWS tells once, when it makes an object: kept in memory until the state has it.
//!
//! Knows nothing of any service, and writes nothing anywhere.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::provider::Object;

/// Attributes by the id of an object, or by the token of its creation.
#[derive(Default)]
pub struct Told(Mutex<BTreeMap<String, Object>>);

impl Told {
    pub fn keep(&self, id: &str, attributes: Object) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), attributes);
    }

    pub fn of(&self, id: &str) -> Option<Object> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}
