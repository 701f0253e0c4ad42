//! `terraform_data`: a value in the state, with a life of its own.

use crate::builtin::Machine;
use crate::provider::{Foreign, Object, PlannedChange, Result, StateOnly};
use crate::schema::{Attribute, Normal, Schema, string};
use crate::value::json::from_json;
use crate::value::{Type, Value};

pub struct Data;

/// The object that a `null_resource` becomes by a `moved` block: its triggers go on as what replaces it.
pub(in crate::builtin) fn take_over(kind: &str, from: &Foreign<'_>) -> Option<Object> {
    let known = kind == Data::NAME && from.kind == "null_resource" && from.provider.ends_with("/hashicorp/null");
    let attribute = |name: &str| from.attributes.get(name).map(from_json);
    // Triggers are mostly written as an object: as one they are no difference.
    let triggers = attribute("triggers").filter(|t| !t.is_null());
    let object = Object::new().with("id", attribute("id").filter(|_| known)?);
    Some(match triggers {
        Some(triggers) => object.with("triggers_replace", triggers),
        None => object,
    })
}

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
