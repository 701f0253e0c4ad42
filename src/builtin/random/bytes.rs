//! `random_bytes`: secret bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::Rng;

use super::{fixed, keepers, unexpected};
use crate::builtin::{Machine, validate};
use crate::provider::{Object, Result, StateOnly};
use crate::schema::{Schema, number, string};

/// A key is never longer.
const MOST_BYTES: i64 = 1 << 20;

pub struct RandomBytes;

impl StateOnly for RandomBytes {
    type Client = Machine;
    const NAME: &'static str = "random_bytes";

    fn schema() -> Schema {
        Schema::new(0)
            .attr("base64", string().computed().sensitive())
            .attr("hex", string().computed().sensitive())
            .attr("id", string().computed())
            .attr("keepers", keepers())
            .attr("length", fixed(number()).required().check(validate::at_least_one))
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        let mut bytes = vec![0; want.i64("length").unwrap_or(1).clamp(1, MOST_BYTES) as usize];
        machine.randomness.generator()?.fill_bytes(&mut bytes);
        Ok(of(&bytes))
    }

    fn import(_machine: &Machine, text: &str) -> Result<Object> {
        let bytes = STANDARD.decode(text).map_err(|_| unexpected("the bytes in base64"))?;
        Ok(of(&bytes).with("length", bytes.len() as i64))
    }
}

fn of(bytes: &[u8]) -> Object {
    Object::new().with("base64", STANDARD.encode(bytes)).with("hex", hex::encode(bytes)).with("id", "none")
}
