//! `random_integer`

use rand::RngExt;

use super::{fixed, generator, keepers, unexpected};
use crate::builtin::{Machine, validate};
use crate::provider::{Error, Object, PlannedChange, Result, StateOnly};
use crate::schema::{Schema, number, string};

pub struct RandomInteger;

impl StateOnly for RandomInteger {
    type Client = Machine;
    const NAME: &'static str = "random_integer";

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().computed())
            .attr("keepers", keepers())
            .attr("max", fixed(number()).required().check(validate::whole))
            .attr("min", fixed(number()).required().check(validate::whole))
            .attr("result", number().computed())
            .attr("seed", fixed(string()).optional())
    }

    fn customize_plan(change: &mut PlannedChange) {
        if let (Some(min), Some(max)) = (change.planned.i64("min"), change.planned.i64("max"))
            && max < min
        {
            change.error("max", "The minimum (min) value needs to be smaller than or equal to maximum (max) value.");
        }
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        let (Some(min), Some(max)) = (want.i64("min"), want.i64("max")) else {
            return Err(Error::other("min and max must be whole numbers"));
        };
        if max < min {
            return Err(Error::other("min must not be greater than max"));
        }
        let result = generator(machine, want)?.random_range(min..=max);
        Ok(Object::new().with("id", result.to_string()).with("result", result))
    }

    fn import(_machine: &Machine, text: &str) -> Result<Object> {
        let wrong = || unexpected("RESULT,MIN,MAX or RESULT,MIN,MAX,SEED");
        let parts: Vec<&str> = text.split(',').collect();
        let (numbers, seed) = match parts.as_slice() {
            [result, min, max] => ([*result, *min, *max], None),
            [result, min, max, seed] => ([*result, *min, *max], Some(*seed)),
            _ => return Err(wrong()),
        };
        let mut object = Object::new().with("id", numbers[0]);
        for (name, text) in ["result", "min", "max"].into_iter().zip(numbers) {
            object.set(name, text.parse::<i64>().map_err(|_| wrong())?);
        }
        Ok(seed.into_iter().fold(object, |object, seed| object.with("seed", seed)))
    }
}
