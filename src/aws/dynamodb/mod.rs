//! DynamoDB.

mod table;
mod table_index;
mod table_object;
mod table_plan;
mod table_request;
mod table_schema;
mod table_update;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types.resource::<table::Table>()
}
