//! `null_resource`: does nothing, and is made anew when its triggers change.

use rand::RngExt;

use crate::builtin::Machine;
use crate::provider::{Object, Result, StateOnly};
use crate::schema::{Normal, Schema, map_of, string};
use crate::value::Type;

pub struct Resource;

impl StateOnly for Resource {
    type Client = Machine;
    const NAME: &'static str = "null_resource";

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().computed())
            .attr("triggers", map_of(Type::String).optional().force_new().normal(Normal::Verbatim))
    }

    async fn create(machine: &Machine, _want: &Object) -> Result<Object> {
        let id = machine.randomness.generator()?.random_range(0..=i64::MAX);
        Ok(Object::new().with("id", id.to_string()))
    }
}
