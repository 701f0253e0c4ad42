//! `hashicorp/time`: points in time that the state keeps, and pauses.

mod offset;
mod point;
mod rotating;
mod sleep;
mod static_time;

use super::plugin::Types;
use crate::provider::Error;
use crate::schema::{Attribute, Normal, Schema, map_of, number, string};
use crate::value::Type;

pub(super) const SOURCE: &str = "registry.terraform.io/hashicorp/time";

pub(super) fn register(types: Types) -> Types {
    types
        .state_only::<offset::Offset>()
        .state_only::<rotating::Rotating>()
        .state_only::<sleep::Sleep>()
        .state_only::<static_time::Static>()
}

/// `id`, `triggers` and the parts of a point in time.
fn schema() -> Schema {
    let parts = ["day", "hour", "minute", "month", "second", "unix", "year"];
    let schema = Schema::new(0).attr("id", string().computed()).attr("triggers", triggers());
    parts.iter().fold(schema, |schema, part| schema.attr(part, number().computed()))
}

fn triggers() -> Attribute {
    map_of(Type::String).optional().force_new().normal(Normal::Verbatim)
}

/// The text of an import that has not the form that the type wants.
fn unexpected(expected: &str) -> Error {
    Error::other(format!("Unexpected format of ID, expected {expected}"))
}
