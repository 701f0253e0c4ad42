//! A plan as rules see it.

use crate::addr::{Path, Step};
use crate::diag::Diagnostic;
use crate::provider::{Fate, Object, PlannedObject};
use crate::value::Value;

/// All objects of a plan that rules look at.
pub struct Plan<'a>(pub &'a [PlannedObject]);

/// What an attribute names: an object by its id, or one that has no id yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Id(String),
    Planned(String),
}

impl<'a> Plan<'a> {
    /// Objects of a type that are there after the apply.
    pub fn of(&self, kind: &str) -> impl Iterator<Item = &'a PlannedObject> {
        self.0.iter().filter(move |o| o.kind == kind && o.fate != Fate::Deleted)
    }

    /// Objects of a type that are made or changed.
    pub fn written(&self, kind: &str) -> impl Iterator<Item = &'a PlannedObject> {
        self.of(kind).filter(|o| o.is_written())
    }

    /// The cluster with a name.
    pub fn cluster(&self, name: Option<&str>) -> Option<&'a PlannedObject> {
        self.of("aws_eks_cluster").find(|c| name.is_some() && c.planned.str("name") == name)
    }
}

/// What an attribute names. `None` where it is unset, or computed from something that is not known yet.
pub fn named(object: &Object, attribute: &str) -> Option<Key> {
    key(object.get(attribute)?)
}

/// As [`named`], of the elements of a collection.
pub fn all_named(object: &Object, attribute: &str) -> Vec<Key> {
    let items = object.get(attribute).and_then(Value::as_slice).unwrap_or_default();
    items.iter().filter_map(key).collect()
}

fn key(value: &Value) -> Option<Key> {
    match value.as_str() {
        Some(id) => Some(Key::Id(id.to_owned())),
        None => value.origin().map(|address| Key::Planned(address.to_owned())),
    }
}

/// What others name an object by.
pub fn own(object: &PlannedObject) -> Option<Key> {
    named(&object.planned, "id")
}

/// A finding at an attribute of an object.
pub fn at(object: &PlannedObject, attribute: &str, finding: Diagnostic) -> Diagnostic {
    finding.address(&object.address).attribute(Path::attr(attribute))
}

/// A finding in the one block of a name.
pub fn within(object: &PlannedObject, block: &str, attribute: &str, finding: Diagnostic) -> Diagnostic {
    let path = Path::attr(block).then(Step::Index(0)).then(Step::Attr(attribute.into()));
    finding.address(&object.address).attribute(path)
}

/// A few of many, in words: `a, b, c and 4 more`.
pub fn some(names: &[String]) -> String {
    const TOLD: usize = 5;
    match names.len().checked_sub(TOLD) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names.get(..TOLD).unwrap_or_default().join(", ")),
    }
}
