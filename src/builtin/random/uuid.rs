//! `random_uuid`

use super::{keepers, unexpected};
use crate::builtin::Machine;
use crate::provider::{Object, Result, StateOnly};
use crate::schema::{Schema, string};

pub struct RandomUuid;

impl StateOnly for RandomUuid {
    type Client = Machine;
    const NAME: &'static str = "random_uuid";

    fn schema() -> Schema {
        Schema::new(0).attr("id", string().computed()).attr("keepers", keepers()).attr("result", string().computed())
    }

    async fn create(machine: &Machine, _want: &Object) -> Result<Object> {
        Ok(of(&machine.randomness.uuid()?))
    }

    fn import(_machine: &Machine, text: &str) -> Result<Object> {
        uuid::Uuid::parse_str(text).map(|uuid| of(&uuid)).map_err(|_| unexpected("a UUID"))
    }
}

fn of(uuid: &uuid::Uuid) -> Object {
    Object::new().with("id", uuid.to_string()).with("result", uuid.to_string())
}
