//! `random_pet`: names that people can remember.

use petname::{Generator, Petnames};

use super::{fixed, keepers};
use crate::builtin::{Machine, validate};
use crate::provider::{Object, Result, StateOnly};
use crate::schema::{Schema, number, string};

pub struct RandomPet;

impl StateOnly for RandomPet {
    type Client = Machine;
    const NAME: &'static str = "random_pet";

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().computed())
            .attr("keepers", keepers())
            .attr("length", fixed(number()).optional().computed().default(2).check(validate::whole))
            .attr("prefix", fixed(string()).optional())
            .attr("separator", fixed(string()).optional().computed().default("-"))
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        let words = want.i64("length").unwrap_or(2).clamp(0, u8::MAX.into()) as u8;
        let separator = want.str("separator").unwrap_or("-");
        let mut name = String::new();
        let mut generator = machine.randomness.generator()?;
        Petnames::default().generate_into(&mut name, &mut generator, words, separator);
        let prefix = want.string("prefix").map(|prefix| format!("{prefix}{separator}")).unwrap_or_default();
        Ok(Object::new().with("id", format!("{prefix}{}", name.to_lowercase())))
    }
}
