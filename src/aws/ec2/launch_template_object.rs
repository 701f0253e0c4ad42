//! From the data of a version to the attributes of `aws_launch_template`.

use aws_sdk_ec2::types::{
    LaunchTemplateBlockDeviceMapping, LaunchTemplateCapacityReservationSpecificationResponse,
    LaunchTemplateInstanceMarketOptions, LaunchTemplateInstanceNetworkInterfaceSpecification as Interface,
    LaunchTemplatePlacement, LaunchTemplateTagSpecification, ResponseLaunchTemplateData,
};
use aws_smithy_types::date_time::Format;

use super::{instance_requirements, tags};
use crate::provider::Object;
use crate::value::{Type, Value};

/// Sets everything that a version says.
pub fn set(object: &mut Object, data: &ResponseLaunchTemplateData) {
    object
        .set("block_device_mappings", all(&data.block_device_mappings, block_device))
        .set("capacity_reservation_specification", one(&data.capacity_reservation_specification, reservation))
        .set(
            "cpu_options",
            one(&data.cpu_options, |o| {
                Object::new()
                    .with("amd_sev_snp", o.amd_sev_snp.as_ref().map(|v| v.as_str()))
                    .with("core_count", o.core_count)
                    .with("threads_per_core", o.threads_per_core)
            }),
        )
        .set("disable_api_stop", data.disable_api_stop.unwrap_or_default())
        .set("disable_api_termination", data.disable_api_termination.unwrap_or_default())
        .set("ebs_optimized", flag(data.ebs_optimized).unwrap_or_default())
        .set(
            "elastic_gpu_specifications",
            all(&data.elastic_gpu_specifications, |o| Object::new().with("type", o.r#type.clone())),
        )
        .set(
            "elastic_inference_accelerator",
            all(&data.elastic_inference_accelerators, |o| Object::new().with("type", o.r#type.clone())),
        )
        .set("enclave_options", one(&data.enclave_options, |o| Object::new().with("enabled", is_on(o.enabled))))
        .set(
            "hibernation_options",
            one(&data.hibernation_options, |o| Object::new().with("configured", is_on(o.configured))),
        )
        .set(
            "iam_instance_profile",
            one(&data.iam_instance_profile, |o| Object::new().with("arn", o.arn.clone()).with("name", o.name.clone())),
        )
        .set("image_id", text(&data.image_id))
        .set(
            "instance_initiated_shutdown_behavior",
            data.instance_initiated_shutdown_behavior.as_ref().map_or("", |v| v.as_str()),
        )
        .set("instance_market_options", one(&data.instance_market_options, market))
        .set("instance_requirements", one(&data.instance_requirements, instance_requirements::object))
        .set("instance_type", data.instance_type.as_ref().map_or("", |v| v.as_str()))
        .set("kernel_id", text(&data.kernel_id))
        .set("key_name", text(&data.key_name))
        .set(
            "license_specification",
            all(&data.license_specifications, |o| {
                Object::new().with("license_configuration_arn", o.license_configuration_arn.clone())
            }),
        )
        .set(
            "maintenance_options",
            one(&data.maintenance_options, |o| {
                Object::new().with("auto_recovery", o.auto_recovery.as_ref().map(|v| v.as_str()))
            }),
        )
        .set(
            "metadata_options",
            one(&data.metadata_options, |o| {
                Object::new()
                    .with("http_endpoint", o.http_endpoint.as_ref().map(|v| v.as_str()))
                    .with("http_protocol_ipv6", o.http_protocol_ipv6.as_ref().map(|v| v.as_str()))
                    .with("http_put_response_hop_limit", o.http_put_response_hop_limit)
                    .with("http_tokens", o.http_tokens.as_ref().map(|v| v.as_str()))
                    .with("instance_metadata_tags", o.instance_metadata_tags.as_ref().map(|v| v.as_str()))
            }),
        )
        .set("monitoring", one(&data.monitoring, |o| Object::new().with("enabled", is_on(o.enabled))))
        .set("network_interfaces", all(&data.network_interfaces, interface))
        .set("placement", one(&data.placement, placement))
        .set(
            "private_dns_name_options",
            one(&data.private_dns_name_options, |o| {
                Object::new()
                    .with("enable_resource_name_dns_a_record", is_on(o.enable_resource_name_dns_a_record))
                    .with("enable_resource_name_dns_aaaa_record", is_on(o.enable_resource_name_dns_aaaa_record))
                    .with("hostname_type", o.hostname_type.as_ref().map(|v| v.as_str()))
            }),
        )
        .set("ram_disk_id", text(&data.ram_disk_id))
        .set("security_group_names", data.security_groups.clone().unwrap_or_default())
        .set("tag_specifications", all(&data.tag_specifications, tag_specification))
        .set("user_data", text(&data.user_data))
        .set("vpc_security_group_ids", data.security_group_ids.clone().unwrap_or_default());
    // Not answered for all kinds of instances: what is configured stays.
    if let Some(credit) = &data.credit_specification {
        object.set("credit_specification", vec![Object::new().with("cpu_credits", credit.cpu_credits.clone())]);
    }
}

/// A block that there may be one of.
fn one<T>(live: &Option<T>, make: impl Fn(&T) -> Object) -> Vec<Object> {
    live.iter().map(make).collect()
}

fn all<T>(live: &Option<Vec<T>>, make: impl Fn(&T) -> Object) -> Vec<Object> {
    live.iter().flatten().map(make).collect()
}

fn text(live: &Option<String>) -> String {
    live.clone().unwrap_or_default()
}

/// A switch of which absent is not off.
fn flag(live: Option<bool>) -> Option<&'static str> {
    live.map(|on| if on { "true" } else { "false" })
}

fn is_on(live: Option<bool>) -> bool {
    live.unwrap_or_default()
}

fn block_device(o: &LaunchTemplateBlockDeviceMapping) -> Object {
    let ebs = one(&o.ebs, |o| {
        Object::new()
            .with("delete_on_termination", flag(o.delete_on_termination))
            .with("encrypted", flag(o.encrypted))
            .with("iops", o.iops)
            .with("kms_key_id", o.kms_key_id.clone())
            .with("snapshot_id", o.snapshot_id.clone())
            .with("throughput", o.throughput)
            .with("volume_initialization_rate", o.volume_initialization_rate)
            .with("volume_size", o.volume_size)
            .with("volume_type", o.volume_type.as_ref().map(|v| v.as_str()))
    });
    Object::new()
        .with("device_name", o.device_name.clone())
        .with("ebs", ebs)
        .with("no_device", o.no_device.clone())
        .with("virtual_name", o.virtual_name.clone())
}

fn reservation(o: &LaunchTemplateCapacityReservationSpecificationResponse) -> Object {
    let target = one(&o.capacity_reservation_target, |o| {
        Object::new()
            .with("capacity_reservation_id", o.capacity_reservation_id.clone())
            .with("capacity_reservation_resource_group_arn", o.capacity_reservation_resource_group_arn.clone())
    });
    Object::new()
        .with("capacity_reservation_preference", o.capacity_reservation_preference.as_ref().map(|v| v.as_str()))
        .with("capacity_reservation_target", target)
}

fn market(o: &LaunchTemplateInstanceMarketOptions) -> Object {
    let spot = one(&o.spot_options, |o| {
        Object::new()
            .with("block_duration_minutes", o.block_duration_minutes)
            .with("instance_interruption_behavior", o.instance_interruption_behavior.as_ref().map(|v| v.as_str()))
            .with("max_price", o.max_price.clone())
            .with("spot_instance_type", o.spot_instance_type.as_ref().map(|v| v.as_str()))
            .with("valid_until", o.valid_until.as_ref().and_then(|t| t.fmt(Format::DateTime).ok()))
    });
    Object::new().with("market_type", o.market_type.as_ref().map(|v| v.as_str())).with("spot_options", spot)
}

fn placement(o: &LaunchTemplatePlacement) -> Object {
    Object::new()
        .with("affinity", o.affinity.clone())
        .with("availability_zone", o.availability_zone.clone())
        .with("group_name", o.group_name.clone())
        .with("host_id", o.host_id.clone())
        .with("host_resource_group_arn", o.host_resource_group_arn.clone())
        .with("partition_number", o.partition_number)
        .with("spread_domain", o.spread_domain.clone())
        .with("tenancy", o.tenancy.as_ref().map(|v| v.as_str()))
}

fn tag_specification(o: &LaunchTemplateTagSpecification) -> Object {
    let tags = tags::pairs(o.tags.as_ref()).filter(|(key, _)| !key.starts_with("aws:"));
    let tags = tags.map(|(key, value)| (key.as_str().into(), Value::from(value))).collect();
    Object::new()
        .with("resource_type", o.resource_type.as_ref().map(|v| v.as_str()))
        .with("tags", Value::map(Type::String, tags))
}

fn interface(o: &Interface) -> Object {
    let addresses: Vec<String> =
        o.private_ip_addresses.iter().flatten().filter_map(|a| a.private_ip_address.clone()).collect();
    let addresses6: Vec<String> = o.ipv6_addresses.iter().flatten().filter_map(|a| a.ipv6_address.clone()).collect();
    let prefixes4: Vec<String> = o.ipv4_prefixes.iter().flatten().filter_map(|p| p.ipv4_prefix.clone()).collect();
    let prefixes6: Vec<String> = o.ipv6_prefixes.iter().flatten().filter_map(|p| p.ipv6_prefix.clone()).collect();
    let tracking = one(&o.connection_tracking_specification, |o| {
        Object::new()
            .with("tcp_established_timeout", o.tcp_established_timeout)
            .with("udp_stream_timeout", o.udp_stream_timeout)
            .with("udp_timeout", o.udp_timeout)
    });
    let ena_srd = one(&o.ena_srd_specification, |o| {
        let udp = one(&o.ena_srd_udp_specification, |o| {
            Object::new().with("ena_srd_udp_enabled", is_on(o.ena_srd_udp_enabled))
        });
        Object::new().with("ena_srd_enabled", is_on(o.ena_srd_enabled)).with("ena_srd_udp_specification", udp)
    });
    Object::new()
        .with("associate_carrier_ip_address", flag(o.associate_carrier_ip_address))
        .with("associate_public_ip_address", flag(o.associate_public_ip_address))
        .with("connection_tracking_specification", tracking)
        .with("delete_on_termination", flag(o.delete_on_termination))
        .with("description", o.description.clone())
        .with("device_index", o.device_index)
        .with("ena_srd_specification", ena_srd)
        .with("interface_type", o.interface_type.clone())
        .with("ipv4_address_count", o.secondary_private_ip_address_count)
        .with("ipv4_addresses", addresses)
        .with("ipv4_prefix_count", o.ipv4_prefix_count)
        .with("ipv4_prefixes", prefixes4)
        .with("ipv6_address_count", o.ipv6_address_count)
        .with("ipv6_addresses", addresses6)
        .with("ipv6_prefix_count", o.ipv6_prefix_count)
        .with("ipv6_prefixes", prefixes6)
        .with("network_card_index", o.network_card_index)
        .with("network_interface_id", o.network_interface_id.clone())
        .with("primary_ipv6", flag(o.primary_ipv6))
        .with("private_ip_address", o.private_ip_address.clone())
        .with("security_groups", o.groups.clone().unwrap_or_default())
        .with("subnet_id", o.subnet_id.clone())
}
