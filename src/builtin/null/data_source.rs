//! `null_data_source`: gives back what it is given.

use rand::RngExt;

use crate::builtin::Machine;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, map_of, string};
use crate::value::Type;

pub struct NullData;

impl DataSource for NullData {
    type Client = Machine;
    const NAME: &'static str = "null_data_source";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("has_computed_default", string().optional().computed())
            .attr("id", string().computed())
            .attr("inputs", map_of(Type::String).optional())
            .attr("outputs", map_of(Type::String).computed())
            .attr("random", string().computed())
    }

    async fn read(machine: &Machine, config: &Object) -> Result<Object> {
        let random = machine.randomness.generator()?.random_range(0..=i64::MAX);
        let mut object = config.clone();
        if !object.has("has_computed_default") {
            object.set("has_computed_default", "default");
        }
        if let Some(inputs) = config.get("inputs") {
            object.set("outputs", inputs.clone());
        }
        Ok(object.with("id", "static").with("random", random.to_string()))
    }
}
