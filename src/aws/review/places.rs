//! The availability zones of subnets.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Key, Plan, own};
use crate::aws::Client;
use crate::aws::ec2::subnet_zones;
use crate::provider::Result;

/// Zones of subnets: of those of the plan as planned, of others as AWS tells. What is not known yet is left out.
pub async fn zones(client: &Client, plan: &Plan<'_>, wanted: &BTreeSet<Key>) -> Result<BTreeMap<Key, String>> {
    let mut zones = BTreeMap::new();
    for subnet in plan.of("aws_subnet") {
        if let (Some(key), Some(zone)) = (own(subnet), subnet.planned.string("availability_zone")) {
            zones.insert(key, zone);
        }
    }
    let elsewhere = wanted.iter().filter_map(|key| match key {
        Key::Id(id) if !zones.contains_key(key) => Some(id.clone()),
        _ => None,
    });
    let elsewhere: Vec<String> = elsewhere.collect();
    if !elsewhere.is_empty() {
        zones.extend(subnet_zones(client, &elsewhere).await?.into_iter().map(|(id, zone)| (Key::Id(id), zone)));
    }
    Ok(zones)
}
