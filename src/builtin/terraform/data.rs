//! `terraform_data`: a value in the state, with a life of its own.

use crate::builtin::Machine;
use crate::provider::{Object, PlannedChange, Result, StateOnly};
use crate::schema::{Attribute, Normal, Schema, string};
use crate::value::{Type, Value};

pub struct Data;

fn any() -> Attribute {
    Attribute::new(Type::Dynamic).normal(Normal::Verbatim)
}

impl StateOnly for Data {
    type Client = Machine;
    const NAME: &'static str = "terraform_data";

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().computed())
            .attr("input", any().optional())
            .attr("output", any().computed())
            .attr("triggers_replace", any().optional().force_new())
    }

    fn customize_plan(change: &mut PlannedChange) {
        let Some(input) = change.planned.get("input").cloned() else { return };
        let (input, _) = input.unmark_deep();
        // The output of a new object has the type of its input, even where that is null.
        let output = match (&change.prior, input.is_null()) {
            (None, true) => input,
            (None, false) => Value::unknown(input.ty()),
            (Some(_), _) if change.changes("input") => Value::unknown(input.ty()),
            _ => return,
        };
        change.planned.set("output", output);
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        Ok(output(want).with("id", machine.randomness.uuid()?.to_string()))
    }

    async fn update(_machine: &Machine, _prior: &Object, want: &Object) -> Result<Object> {
        Ok(output(want))
    }

    fn import(_machine: &Machine, text: &str) -> Result<Object> {
        Ok(Object::new().with("id", text))
    }
}

fn output(want: &Object) -> Object {
    want.get("input").map_or_else(Object::new, |input| Object::new().with("output", input.clone()))
}
