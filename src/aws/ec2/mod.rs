//! EC2 and VPC.

mod internet_gateway;
mod names;
mod read;
mod subnet;
mod tags;
mod vpc;
mod vpc_parts;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types.resource::<internet_gateway::InternetGateway>().resource::<subnet::Subnet>().resource::<vpc::Vpc>()
}
