//! Route 53.

mod dns;
mod health_check;
mod health_check_schema;
mod record;
mod record_schema;
mod record_set;
mod record_sets;
mod tags;
mod zone;
mod zone_association;
mod zone_data;
mod zone_name;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<health_check::HealthCheck>()
        .resource::<record::Record>()
        .resource::<zone::Zone>()
        .resource::<zone_association::ZoneAssociation>()
        .data::<zone_data::ZoneData>()
}
