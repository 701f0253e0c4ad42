//! `random_string`

use super::characters;
use crate::builtin::Machine;
use crate::provider::{Found, Object, PlannedChange, Result, StateOnly};
use crate::schema::{Schema, string};

pub struct RandomString;

impl StateOnly for RandomString {
    type Client = Machine;
    const NAME: &'static str = "random_string";

    fn schema() -> Schema {
        characters::schema(2).attr("result", string().computed())
    }

    fn customize_plan(change: &mut PlannedChange) {
        characters::plan(change);
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        let text = characters::text(&mut machine.randomness.generator()?, want)?;
        Ok(Object::new().with("id", text.as_str()).with("result", text))
    }

    fn look(_machine: &Machine, prior: &Object) -> Found {
        Found::Object(characters::completed(prior))
    }

    fn import(_machine: &Machine, text: &str) -> Result<Object> {
        Ok(characters::imported(text).with("id", text))
    }
}
