//! What came of conditions, as a state of version 4 keeps it.

use serde::Serialize;
use serde_json::Value as Json;

use crate::eval::checks::{Checkable, Checked, Checks, Outcome, overall};

#[derive(Serialize)]
struct Block<'a> {
    object_kind: &'static str,
    config_addr: String,
    status: &'static str,
    objects: Option<Vec<Object<'a>>>,
}

#[derive(Serialize)]
struct Object<'a> {
    object_addr: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failure_messages: Vec<&'a str>,
}

/// `check_results`; `None` where nothing has conditions.
pub fn check_results<'a>(checks: &'a Checks) -> Option<Json> {
    if checks.is_empty() {
        return None;
    }
    let blocks = checks.iter().map(|(block, objects)| Block {
        object_kind: match block {
            Checkable::Check(..) => "check",
            Checkable::Output(..) => "output",
            Checkable::Resource(_) => "resource",
            Checkable::Variable(..) => "var",
        },
        config_addr: block.to_string(),
        status: overall(objects).word(),
        objects: (!objects.is_empty()).then(|| {
            let object = |(object, outcome): (&Checked, &'a Outcome)| Object {
                object_addr: object.to_string(),
                status: outcome.status().word(),
                failure_messages: outcome.problems().collect(),
            };
            objects.iter().map(object).collect()
        }),
    });
    serde_json::to_value(blocks.collect::<Vec<_>>()).ok()
}
