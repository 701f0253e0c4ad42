//! From a live instance to the attributes of `aws_instance` and `data.aws_instance`.

use aws_sdk_ec2::types::{Instance as Live, InstanceNetworkInterface, MonitoringState, SpotInstanceRequest};
use aws_smithy_types::date_time::Format;

use crate::aws::ec2::tags;
use crate::aws::tags as all_tags;
use crate::provider::Object;
use crate::value::{Type, Value};

/// What an instance shows of itself, beside volumes and security groups.
pub fn of(live: &Live) -> Object {
    let mut object = Object::new()
        .with("ami", live.image_id.clone())
        .with("ebs_optimized", live.ebs_optimized)
        .with("iam_instance_profile", profile_name(live).unwrap_or_default())
        .with("id", live.instance_id.clone())
        .with("instance_state", live.state.as_ref().and_then(|s| s.name.as_ref()).map(|n| n.as_str()))
        .with("instance_type", live.instance_type.as_ref().map(|t| t.as_str()))
        .with("key_name", text(&live.key_name))
        .with("outpost_arn", text(&live.outpost_arn))
        .with("private_dns", text(&live.private_dns_name))
        .with("private_ip", text(&live.private_ip_address))
        .with("public_dns", text(&live.public_dns_name))
        .with("public_ip", text(&live.public_ip_address));
    if let Some(place) = &live.placement {
        object
            .set("availability_zone", place.availability_zone.clone())
            .set("host_id", text(&place.host_id))
            .set("placement_group", text(&place.group_name))
            .set("placement_partition_number", place.partition_number.unwrap_or_default())
            .set("tenancy", place.tenancy.as_ref().map(|t| t.as_str()));
        if place.host_resource_group_arn.is_some() {
            object.set("host_resource_group_arn", place.host_resource_group_arn.clone());
        }
    }
    if let Some(monitoring) = live.monitoring.as_ref().and_then(|m| m.state.as_ref()) {
        object.set("monitoring", matches!(monitoring, MonitoringState::Enabled | MonitoringState::Pending));
    }
    options(&mut object, live);
    interface(&mut object, live);
    all_tags::set(&mut object, tags::pairs(live.tags.as_ref()));
    object
}

fn options(object: &mut Object, live: &Live) {
    let capacity = live.capacity_reservation_specification.iter().map(|o| {
        let target = o.capacity_reservation_target.iter().map(|t| {
            Object::new()
                .with("capacity_reservation_id", t.capacity_reservation_id.clone())
                .with("capacity_reservation_resource_group_arn", t.capacity_reservation_resource_group_arn.clone())
        });
        Object::new()
            .with("capacity_reservation_preference", o.capacity_reservation_preference.as_ref().map(|v| v.as_str()))
            .with("capacity_reservation_target", target.collect::<Vec<_>>())
    });
    let cpus = live.cpu_options.iter().map(|o| {
        Object::new()
            .with("amd_sev_snp", o.amd_sev_snp.as_ref().map(|v| v.as_str()))
            .with("core_count", o.core_count)
            .with("threads_per_core", o.threads_per_core)
    });
    let enclave = live.enclave_options.iter().map(|o| Object::new().with("enabled", o.enabled));
    let maintenance = live
        .maintenance_options
        .iter()
        .map(|o| Object::new().with("auto_recovery", o.auto_recovery.as_ref().map(|v| v.as_str())));
    let metadata = live.metadata_options.iter().map(|o| {
        Object::new()
            .with("http_endpoint", o.http_endpoint.as_ref().map(|v| v.as_str()))
            .with("http_protocol_ipv6", o.http_protocol_ipv6.as_ref().map(|v| v.as_str()))
            .with("http_put_response_hop_limit", o.http_put_response_hop_limit)
            .with("http_tokens", o.http_tokens.as_ref().map(|v| v.as_str()))
            .with("instance_metadata_tags", o.instance_metadata_tags.as_ref().map(|v| v.as_str()))
    });
    let names = live.private_dns_name_options.iter().map(|o| {
        Object::new()
            .with("enable_resource_name_dns_a_record", o.enable_resource_name_dns_a_record)
            .with("enable_resource_name_dns_aaaa_record", o.enable_resource_name_dns_aaaa_record)
            .with("hostname_type", o.hostname_type.as_ref().map(|v| v.as_str()))
    });
    object
        .set("capacity_reservation_specification", capacity.collect::<Vec<_>>())
        .set("cpu_options", cpus.collect::<Vec<_>>())
        .set("enclave_options", enclave.collect::<Vec<_>>())
        .set("maintenance_options", maintenance.collect::<Vec<_>>())
        .set("metadata_options", metadata.collect::<Vec<_>>())
        .set("private_dns_name_options", names.collect::<Vec<_>>());
    if let Some(cpus) = &live.cpu_options {
        object.set("cpu_core_count", cpus.core_count).set("cpu_threads_per_core", cpus.threads_per_core);
    }
    if let Some(hibernation) = &live.hibernation_options {
        object.set("hibernation", hibernation.configured);
    }
}

/// The interface that all arguments of the instance are about.
pub fn primary(live: &Live) -> Option<&InstanceNetworkInterface> {
    let first = |i: &&InstanceNetworkInterface| i.attachment.as_ref().and_then(|a| a.device_index) == Some(0);
    live.network_interfaces.iter().flatten().find(first)
}

fn interface(object: &mut Object, live: &Live) {
    let Some(primary) = primary(live) else {
        // Of an instance that ends its interfaces go first.
        if live.network_interfaces.as_ref().is_none_or(Vec::is_empty) {
            object
                .set("associate_public_ip_address", live.public_ip_address.is_some())
                .set("ipv6_address_count", 0)
                .set("primary_network_interface_id", "")
                .set("subnet_id", live.subnet_id.clone());
        }
        return;
    };
    let addresses = primary.private_ip_addresses.iter().flatten().filter(|a| a.primary != Some(true));
    let secondary: Vec<String> = addresses.filter_map(|a| a.private_ip_address.clone()).collect();
    let ipv6 = primary.ipv6_addresses.as_deref().unwrap_or_default();
    let first_is_primary = (!ipv6.is_empty()).then(|| ipv6.iter().any(|a| a.is_primary_ipv6 == Some(true)));
    object
        .set("associate_public_ip_address", primary.association.is_some())
        .set("enable_primary_ipv6", first_is_primary.map_or_else(|| Value::null(Type::Bool), Value::from))
        .set("ipv6_address_count", i64::try_from(ipv6.len()).unwrap_or_default())
        .set("ipv6_addresses", ipv6.iter().filter_map(|a| a.ipv6_address.clone()).collect::<Vec<_>>())
        .set("primary_network_interface_id", primary.network_interface_id.clone())
        .set("secondary_private_ips", secondary)
        .set("source_dest_check", primary.source_dest_check)
        .set("subnet_id", primary.subnet_id.clone());
}

/// Blocks of the interfaces that the configuration attaches; others may be attached by other means.
pub fn interfaces(live: &Live, prior: &Object) -> Vec<Object> {
    let configured: Vec<Option<i64>> =
        prior.objects("network_interface").iter().map(|o| o.i64("device_index")).collect();
    let all = live.network_interfaces.iter().flatten().filter_map(|i| Some((i, i.attachment.as_ref()?)));
    let attached = all.filter(|(_, a)| configured.contains(&a.device_index.map(i64::from)));
    attached
        .map(|(i, a)| {
            Object::new()
                .with("delete_on_termination", a.delete_on_termination)
                .with("device_index", a.device_index)
                .with("network_card_index", a.network_card_index.unwrap_or_default())
                .with("network_interface_id", i.network_interface_id.clone())
        })
        .collect()
}

/// What the market tells of a Spot instance.
pub fn spot(object: &mut Object, live: &Live, request: Option<&SpotInstanceRequest>) {
    let lifecycle = live.instance_lifecycle.as_ref().map(|l| l.as_str()).unwrap_or_default();
    let Some(request) = request.filter(|_| !lifecycle.is_empty()) else {
        object.set("instance_lifecycle", "").set("spot_instance_request_id", "");
        object.set("instance_market_options", Vec::<Object>::new());
        return;
    };
    let options = Object::new()
        .with("instance_interruption_behavior", request.instance_interruption_behavior.as_ref().map(|v| v.as_str()))
        .with("max_price", request.spot_price.clone())
        .with("spot_instance_type", request.r#type.as_ref().map(|v| v.as_str()))
        .with("valid_until", request.valid_until.as_ref().and_then(|t| t.fmt(Format::DateTime).ok()));
    let market = Object::new().with("market_type", "spot").with("spot_options", vec![options]);
    object
        .set("instance_lifecycle", lifecycle)
        .set("instance_market_options", vec![market])
        .set("spot_instance_request_id", live.spot_instance_request_id.clone());
}

fn profile_name(live: &Live) -> Option<String> {
    let arn = live.iam_instance_profile.as_ref()?.arn.as_deref()?;
    Some(arn.rsplit('/').next().unwrap_or_default().to_owned())
}

fn text(live: &Option<String>) -> String {
    live.clone().unwrap_or_default()
}

/// Texts of a map as a value.
pub fn map(pairs: impl IntoIterator<Item = (String, String)>) -> Value {
    Value::map(Type::String, pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
}
