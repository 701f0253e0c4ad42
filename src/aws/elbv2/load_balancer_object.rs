//! A load balancer as `aws_lb` and its data source show it.

use aws_sdk_elasticloadbalancingv2::operation::describe_capacity_reservation::DescribeCapacityReservationOutput as Capacity;
use aws_sdk_elasticloadbalancingv2::types::{
    AvailabilityZone, CapacityReservationStateEnum, LoadBalancer, LoadBalancerSchemeEnum, LoadBalancerStateEnum,
};

use super::attributes::{self, Live};
use super::load_balancer_schema::{LOGS, SETTINGS, schema};
use super::read;
use crate::aws::tags::{self, Tags};
use crate::aws::{Client, name};
use crate::provider::{Error, Object, Result};
use crate::value::Value;

/// Everything there is of a load balancer; `None` where it went away meanwhile.
pub async fn whole(client: &Client, live: LoadBalancer, tags: Tags) -> Result<Option<Object>> {
    let arn = live.load_balancer_arn.clone().unwrap_or_default();
    let (attributes, capacity) =
        futures::try_join!(read::balancer_attributes(client, &arn), capacity(client, &arn, kind(&live)))?;
    Ok(attributes.map(|attributes| object(&live, &attributes, capacity.as_ref(), tags)))
}

/// What the data source shows of a load balancer, beside its tags.
pub fn told(live: &LoadBalancer, attributes: &Live) -> Object {
    let mut object = object(live, attributes, None, Tags::new());
    for own in ["minimum_load_balancer_capacity", "name_prefix", "tags_all", "_status", "_why"] {
        object.0.remove(own);
    }
    for setting in SETTINGS.iter().filter(|s| !attributes.contains_key(s.1)) {
        object.0.remove(setting.0);
    }
    object
}

/// Capacity that is reserved. Not every region has such reservations.
async fn capacity(client: &Client, arn: &str, kind: &str) -> Result<Option<Capacity>> {
    if kind == "gateway" {
        return Ok(None);
    }
    let answer = client.elbv2().describe_capacity_reservation().load_balancer_arn(arn).send().await;
    match answer.map_err(Error::from) {
        Ok(answer) => Ok(Some(answer)),
        Err(e) if e.has_code("AccessDenied") || e.has_code("InvalidAction") => Ok(None),
        Err(e) => e.unless_not_found().map(|()| None),
    }
}

fn kind(live: &LoadBalancer) -> &str {
    live.r#type.as_ref().map_or("application", |t| t.as_str())
}

fn object(live: &LoadBalancer, attributes: &Live, capacity: Option<&Capacity>, tags: Tags) -> Object {
    let arn = live.load_balancer_arn().unwrap_or_default();
    let called = live.load_balancer_name().unwrap_or_default();
    let zones = live.availability_zones();
    let pools = live.ipam_pools.as_ref();
    let pools = pools.map(|p| Object::new().with("ipv4_ipam_pool_id", p.ipv4_ipam_pool_id.clone()));
    let units = capacity.and_then(|c| c.minimum_load_balancer_capacity.as_ref()).and_then(|m| m.capacity_units);
    let (status, why) = status(live, capacity);
    let mut object = Object::new()
        .with("arn", arn)
        .with("arn_suffix", arn.split_once(":loadbalancer/").map_or("", |(_, suffix)| suffix))
        .with("customer_owned_ipv4_pool", live.customer_owned_ipv4_pool.clone().unwrap_or_default())
        .with("dns_name", live.dns_name.clone().unwrap_or_default())
        .with(
            "enforce_security_group_inbound_rules_on_private_link_traffic",
            live.enforce_security_group_inbound_rules_on_private_link_traffic.clone().unwrap_or_default(),
        )
        .with("id", arn)
        .with("internal", live.scheme == Some(LoadBalancerSchemeEnum::Internal))
        .with("ip_address_type", live.ip_address_type.as_ref().map(|t| t.as_str()))
        .with("ipam_pools", Vec::from_iter(pools))
        .with("load_balancer_type", kind(live))
        .with(
            "minimum_load_balancer_capacity",
            Vec::from_iter(units.map(|units| Object::new().with("capacity_units", units))),
        )
        .with("name", called)
        .with("name_prefix", name::prefix(called))
        .with("security_groups", live.security_groups().to_vec())
        .with("subnet_mapping", zones.iter().map(mapping).collect::<Vec<_>>())
        .with("subnets", zones.iter().filter_map(|z| z.subnet_id.clone()).collect::<Vec<_>>())
        .with("vpc_id", live.vpc_id.clone().unwrap_or_default())
        .with("zone_id", live.canonical_hosted_zone_id.clone().unwrap_or_default())
        .with("_status", status)
        .with("_why", why);
    for (name, kinds) in LOGS {
        object.set(name, if kinds.contains(&kind(live)) { vec![logs(attributes, name)] } else { Vec::new() });
    }
    let schema = schema();
    attributes::set(&mut object, &schema, SETTINGS, attributes);
    // What the type does not have is null, whatever the default of the argument.
    for setting in SETTINGS.iter().filter(|s| !attributes.contains_key(s.1)) {
        if let Some(attribute) = schema.block.attributes.get(setting.0) {
            object.set(setting.0, Value::null(attribute.ty.clone()));
        }
    }
    tags::set(&mut object, tags);
    object
}

fn mapping(zone: &AvailabilityZone) -> Object {
    let address = zone.load_balancer_addresses().first();
    Object::new()
        .with("allocation_id", address.and_then(|a| a.allocation_id.clone()))
        .with("ipv6_address", address.and_then(|a| a.ipv6_address.clone()))
        .with("outpost_id", zone.outpost_id.clone())
        .with("private_ipv4_address", address.and_then(|a| a.private_ipv4_address.clone()))
        .with("subnet_id", zone.subnet_id.clone())
}

fn logs(attributes: &Live, name: &str) -> Object {
    let of = |part: &str| attributes.get(&format!("{name}.s3.{part}")).map_or("", String::as_str);
    Object::new().with("bucket", of("bucket")).with("enabled", of("enabled") == "true").with("prefix", of("prefix"))
}

/// What the load balancer waits for, and why it failed.
fn status(live: &LoadBalancer, capacity: Option<&Capacity>) -> (String, String) {
    let state = live.state.as_ref();
    let reason = state.and_then(|s| s.reason.clone()).unwrap_or_default();
    let code = state.and_then(|s| s.code.clone()).unwrap_or(LoadBalancerStateEnum::Active);
    let reserved = capacity.into_iter().flat_map(Capacity::capacity_reservation_state);
    let mut moving = reserved
        .filter_map(|zone| zone.state.as_ref()?.code.as_ref())
        .filter(|code| **code != CapacityReservationStateEnum::Provisioned);
    match (code, moving.next()) {
        (LoadBalancerStateEnum::Active | LoadBalancerStateEnum::ActiveImpaired, None) => ("active".into(), reason),
        (LoadBalancerStateEnum::Active | LoadBalancerStateEnum::ActiveImpaired, Some(code)) => {
            (format!("its capacity is {}", code.as_str()), reason)
        }
        (code, _) => (code.as_str().to_owned(), reason),
    }
}
