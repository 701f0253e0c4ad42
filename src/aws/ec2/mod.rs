//! EC2 and VPC.

mod internet_gateway;
mod tags;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types.resource::<internet_gateway::InternetGateway>()
}
