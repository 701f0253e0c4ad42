//! A plan as a whole, as the provider that judges it sees it.

use super::Object;

/// What a plan does with one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Kept,
    Created,
    Updated,
    /// The new object is there before the old one goes, or after.
    Replaced {
        create_first: bool,
    },
    Deleted,
}

/// One object of a plan.
#[derive(Clone, Debug)]
pub struct PlannedObject {
    pub address: String,
    pub kind: String,
    pub fate: Fate,
    /// As last read; `None` for a new object.
    pub prior: Option<Object>,
    /// What the configuration says; empty for an object that is deleted.
    pub config: Object,
    /// As planned. An unknown `id` has the address as its origin, and so has what refers to it. Empty for an object that
    /// is deleted.
    pub planned: Object,
}

impl PlannedObject {
    /// Something is made or changed: calls that look closer are worth their time.
    pub fn is_written(&self) -> bool {
        !matches!(self.fate, Fate::Kept | Fate::Deleted)
    }
}
