//! `random_shuffle`: a list in another order, or a part of it.

use rand::seq::SliceRandom;

use super::{fixed, generator, keepers};
use crate::builtin::{Machine, validate};
use crate::provider::{Object, Result, StateOnly};
use crate::schema::{Schema, list_of, number, string};
use crate::value::{Type, Value};

/// What nobody asks for, and what would fill the memory.
const MOST_RESULTS: i64 = 1 << 20;

pub struct RandomShuffle;

impl StateOnly for RandomShuffle {
    type Client = Machine;
    const NAME: &'static str = "random_shuffle";

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().computed())
            .attr("input", fixed(list_of(Type::String)).required())
            .attr("keepers", keepers())
            .attr("result", list_of(Type::String).computed())
            .attr("result_count", fixed(number()).optional().check(validate::whole))
            .attr("seed", fixed(string()).optional())
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        let input = want.get("input").and_then(Value::as_slice).unwrap_or_default();
        let count = match want.i64("result_count").unwrap_or(0) {
            0 => input.len(),
            count => count.clamp(1, MOST_RESULTS) as usize,
        };
        let mut generator = generator(machine, want)?;
        let mut result = Vec::new();
        // No element comes once more before all others have come as often.
        while result.len() < count && !input.is_empty() {
            let mut round = input.to_vec();
            round.shuffle(&mut generator);
            result.extend(round);
        }
        result.truncate(count);
        Ok(Object::new().with("id", "-").with("result", Value::list(Type::String, result)))
    }
}
