//! Route 53.

mod delegation_set;
mod dns;
mod dnssec;
mod health_check;
mod health_check_schema;
mod hosted_zone_dnssec;
mod key_signing_key;
mod query_log;
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
        .resource::<delegation_set::DelegationSet>()
        .resource::<health_check::HealthCheck>()
        .resource::<hosted_zone_dnssec::HostedZoneDnssec>()
        .resource::<key_signing_key::KeySigningKey>()
        .resource::<query_log::QueryLog>()
        .resource::<record::Record>()
        .resource::<zone::Zone>()
        .resource::<zone_association::ZoneAssociation>()
        .data::<zone_data::ZoneData>()
}
