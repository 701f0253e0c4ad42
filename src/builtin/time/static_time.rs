//! `time_static`: the time at which it was made.

use super::{point, schema};
use crate::builtin::{Machine, validate};
use crate::eval::functions::Moment;
use crate::provider::{Object, PlannedChange, Result, StateOnly};
use crate::schema::{Schema, string};

pub struct Static;

impl StateOnly for Static {
    type Client = Machine;
    const NAME: &'static str = "time_static";

    fn schema() -> Schema {
        schema().attr("rfc3339", string().optional().computed().force_new().check(validate::moment))
    }

    fn customize_plan(change: &mut PlannedChange) {
        if !change.is_create() {
            return;
        }
        let given = change.config.str("rfc3339").map(str::to_owned);
        if let Some(given) = given
            && let Ok(moment) = point::parse(&given)
        {
            for (name, value) in of(&given, &moment).0 {
                change.predict(&name, value);
            }
        }
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        let rfc3339 = want.string("rfc3339").unwrap_or_else(machine.now);
        Ok(of(&rfc3339, &point::parse(&rfc3339)?))
    }

    fn import(_machine: &Machine, text: &str) -> Result<Object> {
        Ok(of(text, &point::parse(text)?))
    }
}

fn of(rfc3339: &str, moment: &Moment) -> Object {
    point::with_parts(Object::new().with("id", rfc3339).with("rfc3339", rfc3339), moment)
}
