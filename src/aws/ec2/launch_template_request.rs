//! From a planned `aws_launch_template` to the data of a version.

use aws_sdk_ec2::types::{
    CapacityReservationTarget, ConnectionTrackingSpecificationRequest, CreditSpecificationRequest,
    ElasticGpuSpecification, EnaSrdSpecificationRequest, EnaSrdUdpSpecificationRequest, InstanceIpv6AddressRequest,
    Ipv4PrefixSpecificationRequest, Ipv6PrefixSpecificationRequest, LaunchTemplateBlockDeviceMappingRequest,
    LaunchTemplateCapacityReservationSpecificationRequest, LaunchTemplateCpuOptionsRequest,
    LaunchTemplateEbsBlockDeviceRequest, LaunchTemplateElasticInferenceAccelerator,
    LaunchTemplateEnclaveOptionsRequest, LaunchTemplateHibernationOptionsRequest,
    LaunchTemplateIamInstanceProfileSpecificationRequest, LaunchTemplateInstanceMaintenanceOptionsRequest,
    LaunchTemplateInstanceMarketOptionsRequest, LaunchTemplateInstanceMetadataOptionsRequest,
    LaunchTemplateInstanceNetworkInterfaceSpecificationRequest as InterfaceRequest,
    LaunchTemplateLicenseConfigurationRequest, LaunchTemplatePlacementRequest,
    LaunchTemplatePrivateDnsNameOptionsRequest, LaunchTemplateSpotMarketOptionsRequest,
    LaunchTemplateTagSpecificationRequest, LaunchTemplatesMonitoringRequest, PrivateIpAddressSpecification,
    RequestLaunchTemplateData, Tag,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::instance_requirements;
use crate::provider::Object;

/// The data of a version.
#[expect(deprecated, reason = "the schema still has the two kinds of accelerators that AWS has given up")]
pub fn data(want: &Object) -> RequestLaunchTemplateData {
    RequestLaunchTemplateData::builder()
        .set_block_device_mappings(list(want, "block_device_mappings", block_device))
        .set_capacity_reservation_specification(one(want, "capacity_reservation_specification", reservation))
        .set_cpu_options(one(want, "cpu_options", |o| {
            LaunchTemplateCpuOptionsRequest::builder()
                .set_amd_sev_snp(text(o, "amd_sev_snp"))
                .set_core_count(count(o, "core_count"))
                .set_threads_per_core(count(o, "threads_per_core"))
                .build()
        }))
        .set_credit_specification(one(want, "credit_specification", |o| {
            CreditSpecificationRequest::builder().set_cpu_credits(o.string("cpu_credits")).build()
        }))
        .set_disable_api_stop(want.bool("disable_api_stop").filter(|on| *on))
        .set_disable_api_termination(want.bool("disable_api_termination").filter(|on| *on))
        .set_ebs_optimized(flag(want, "ebs_optimized"))
        .set_elastic_gpu_specifications(list(want, "elastic_gpu_specifications", |o| {
            ElasticGpuSpecification::builder().set_type(o.string("type")).build()
        }))
        .set_elastic_inference_accelerators(list(want, "elastic_inference_accelerator", |o| {
            LaunchTemplateElasticInferenceAccelerator::builder().set_type(o.string("type")).build()
        }))
        .set_enclave_options(one(want, "enclave_options", |o| {
            LaunchTemplateEnclaveOptionsRequest::builder().enabled(on(o, "enabled")).build()
        }))
        .set_hibernation_options(one(want, "hibernation_options", |o| {
            LaunchTemplateHibernationOptionsRequest::builder().configured(on(o, "configured")).build()
        }))
        .set_iam_instance_profile(one(want, "iam_instance_profile", |o| {
            LaunchTemplateIamInstanceProfileSpecificationRequest::builder()
                .set_arn(o.string("arn"))
                .set_name(o.string("name"))
                .build()
        }))
        .set_image_id(want.string("image_id"))
        .set_instance_initiated_shutdown_behavior(text(want, "instance_initiated_shutdown_behavior"))
        .set_instance_market_options(one(want, "instance_market_options", market))
        .set_instance_requirements(one(want, "instance_requirements", instance_requirements::request))
        .set_instance_type(text(want, "instance_type"))
        .set_kernel_id(want.string("kernel_id"))
        .set_key_name(want.string("key_name"))
        .set_license_specifications(list(want, "license_specification", |o| {
            let arn = o.string("license_configuration_arn");
            LaunchTemplateLicenseConfigurationRequest::builder().set_license_configuration_arn(arn).build()
        }))
        .set_maintenance_options(one(want, "maintenance_options", |o| {
            let recovery = text(o, "auto_recovery");
            LaunchTemplateInstanceMaintenanceOptionsRequest::builder().set_auto_recovery(recovery).build()
        }))
        .set_metadata_options(one(want, "metadata_options", |o| {
            LaunchTemplateInstanceMetadataOptionsRequest::builder()
                .set_http_endpoint(text(o, "http_endpoint"))
                .set_http_protocol_ipv6(text(o, "http_protocol_ipv6"))
                .set_http_put_response_hop_limit(count(o, "http_put_response_hop_limit"))
                .set_http_tokens(text(o, "http_tokens"))
                .set_instance_metadata_tags(text(o, "instance_metadata_tags"))
                .build()
        }))
        .set_monitoring(one(want, "monitoring", |o| {
            LaunchTemplatesMonitoringRequest::builder().enabled(on(o, "enabled")).build()
        }))
        .set_network_interfaces(list(want, "network_interfaces", interface))
        .set_placement(one(want, "placement", placement))
        .set_private_dns_name_options(one(want, "private_dns_name_options", |o| {
            LaunchTemplatePrivateDnsNameOptionsRequest::builder()
                .enable_resource_name_dns_a_record(on(o, "enable_resource_name_dns_a_record"))
                .enable_resource_name_dns_aaaa_record(on(o, "enable_resource_name_dns_aaaa_record"))
                .set_hostname_type(text(o, "hostname_type"))
                .build()
        }))
        .set_ram_disk_id(want.string("ram_disk_id"))
        .set_security_group_ids(texts(want, "vpc_security_group_ids"))
        .set_security_groups(texts(want, "security_group_names"))
        .set_tag_specifications(list(want, "tag_specifications", tag_specification))
        // Data cannot be empty: one field always goes along.
        .user_data(want.str("user_data").unwrap_or_default())
        .build()
}

/// The one block of that name.
fn one<T>(want: &Object, name: &str, make: impl Fn(&Object) -> T) -> Option<T> {
    want.object(name).as_ref().map(make)
}

fn list<T>(want: &Object, name: &str, make: impl Fn(&Object) -> T) -> Option<Vec<T>> {
    let made: Vec<T> = want.objects(name).iter().map(make).collect();
    (!made.is_empty()).then_some(made)
}

/// A text of an enumeration.
pub fn text<T: for<'a> From<&'a str>>(object: &Object, name: &str) -> Option<T> {
    object.str(name).filter(|text| !text.is_empty()).map(T::from)
}

pub fn texts<T: for<'a> From<&'a str>>(object: &Object, name: &str) -> Option<Vec<T>> {
    let made: Vec<T> = object.strings(name).iter().map(|text| T::from(text)).collect();
    (!made.is_empty()).then_some(made)
}

/// A number, where zero means that it is not set.
pub fn count(object: &Object, name: &str) -> Option<i32> {
    object.i32(name).filter(|n| *n != 0)
}

/// A switch of which absent is not off.
fn flag(object: &Object, name: &str) -> Option<bool> {
    match object.str(name) {
        Some("true" | "1") => Some(true),
        Some("false" | "0") => Some(false),
        _ => None,
    }
}

fn on(object: &Object, name: &str) -> bool {
    object.bool(name).unwrap_or_default()
}

fn block_device(o: &Object) -> LaunchTemplateBlockDeviceMappingRequest {
    LaunchTemplateBlockDeviceMappingRequest::builder()
        .set_device_name(o.string("device_name"))
        .set_no_device(o.string("no_device"))
        .set_virtual_name(o.string("virtual_name"))
        .set_ebs(one(o, "ebs", |o| {
            LaunchTemplateEbsBlockDeviceRequest::builder()
                .set_delete_on_termination(flag(o, "delete_on_termination"))
                .set_encrypted(flag(o, "encrypted"))
                .set_iops(count(o, "iops"))
                .set_kms_key_id(o.string("kms_key_id"))
                .set_snapshot_id(o.string("snapshot_id"))
                .set_throughput(count(o, "throughput"))
                .set_volume_initialization_rate(count(o, "volume_initialization_rate"))
                .set_volume_size(count(o, "volume_size"))
                .set_volume_type(text(o, "volume_type"))
                .build()
        }))
        .build()
}

fn reservation(o: &Object) -> LaunchTemplateCapacityReservationSpecificationRequest {
    LaunchTemplateCapacityReservationSpecificationRequest::builder()
        .set_capacity_reservation_preference(text(o, "capacity_reservation_preference"))
        .set_capacity_reservation_target(one(o, "capacity_reservation_target", |o| {
            let group = o.string("capacity_reservation_resource_group_arn");
            CapacityReservationTarget::builder()
                .set_capacity_reservation_id(o.string("capacity_reservation_id"))
                .set_capacity_reservation_resource_group_arn(group)
                .build()
        }))
        .build()
}

fn market(o: &Object) -> LaunchTemplateInstanceMarketOptionsRequest {
    LaunchTemplateInstanceMarketOptionsRequest::builder()
        .set_market_type(text(o, "market_type"))
        .set_spot_options(one(o, "spot_options", |o| {
            let until = o.string("valid_until").and_then(|t| DateTime::from_str(&t, Format::DateTimeWithOffset).ok());
            LaunchTemplateSpotMarketOptionsRequest::builder()
                .set_block_duration_minutes(count(o, "block_duration_minutes"))
                .set_instance_interruption_behavior(text(o, "instance_interruption_behavior"))
                .set_max_price(o.string("max_price"))
                .set_spot_instance_type(text(o, "spot_instance_type"))
                .set_valid_until(until)
                .build()
        }))
        .build()
}

fn placement(o: &Object) -> LaunchTemplatePlacementRequest {
    LaunchTemplatePlacementRequest::builder()
        .set_affinity(o.string("affinity"))
        .set_availability_zone(o.string("availability_zone"))
        .set_group_name(o.string("group_name"))
        .set_host_id(o.string("host_id"))
        .set_host_resource_group_arn(o.string("host_resource_group_arn"))
        .set_partition_number(count(o, "partition_number"))
        .set_spread_domain(o.string("spread_domain"))
        .set_tenancy(text(o, "tenancy"))
        .build()
}

fn tag_specification(o: &Object) -> LaunchTemplateTagSpecificationRequest {
    let tags: Vec<Tag> = o.string_map("tags").iter().map(|(k, v)| Tag::builder().key(k).value(v).build()).collect();
    LaunchTemplateTagSpecificationRequest::builder()
        .set_resource_type(text(o, "resource_type"))
        .set_tags(Some(tags).filter(|t| !t.is_empty()))
        .build()
}

fn interface(o: &Object) -> InterfaceRequest {
    let primary = o.string("private_ip_address");
    let addresses = o.strings("ipv4_addresses").into_iter().map(|ip| {
        let is_primary = primary.as_ref() == Some(&ip);
        PrivateIpAddressSpecification::builder().primary(is_primary).private_ip_address(ip).build()
    });
    let addresses: Vec<PrivateIpAddressSpecification> = addresses.collect();
    let secondary = count(o, "ipv4_address_count");
    let made = |name: &str| Some(o.strings(name)).filter(|texts| !texts.is_empty());
    let prefixes4 = made("ipv4_prefixes")
        .map(|all| all.into_iter().map(|p| Ipv4PrefixSpecificationRequest::builder().ipv4_prefix(p).build()).collect());
    let prefixes6 = made("ipv6_prefixes")
        .map(|all| all.into_iter().map(|p| Ipv6PrefixSpecificationRequest::builder().ipv6_prefix(p).build()).collect());
    let addresses6 = made("ipv6_addresses")
        .map(|all| all.into_iter().map(|a| InstanceIpv6AddressRequest::builder().ipv6_address(a).build()).collect());
    InterfaceRequest::builder()
        .set_associate_carrier_ip_address(flag(o, "associate_carrier_ip_address"))
        .set_associate_public_ip_address(flag(o, "associate_public_ip_address"))
        .set_connection_tracking_specification(one(o, "connection_tracking_specification", |o| {
            ConnectionTrackingSpecificationRequest::builder()
                .set_tcp_established_timeout(count(o, "tcp_established_timeout"))
                .set_udp_stream_timeout(count(o, "udp_stream_timeout"))
                .set_udp_timeout(count(o, "udp_timeout"))
                .build()
        }))
        .set_delete_on_termination(flag(o, "delete_on_termination"))
        .set_description(o.string("description"))
        .device_index(o.i32("device_index").unwrap_or_default())
        .set_ena_srd_specification(one(o, "ena_srd_specification", |o| {
            EnaSrdSpecificationRequest::builder()
                .ena_srd_enabled(on(o, "ena_srd_enabled"))
                .set_ena_srd_udp_specification(one(o, "ena_srd_udp_specification", |o| {
                    EnaSrdUdpSpecificationRequest::builder().ena_srd_udp_enabled(on(o, "ena_srd_udp_enabled")).build()
                }))
                .build()
        }))
        .set_groups(made("security_groups"))
        .set_interface_type(o.string("interface_type"))
        .set_ipv4_prefix_count(count(o, "ipv4_prefix_count"))
        .set_ipv4_prefixes(prefixes4)
        .set_ipv6_address_count(count(o, "ipv6_address_count"))
        .set_ipv6_addresses(addresses6)
        .set_ipv6_prefix_count(count(o, "ipv6_prefix_count"))
        .set_ipv6_prefixes(prefixes6)
        .network_card_index(o.i32("network_card_index").unwrap_or_default())
        .set_network_interface_id(o.string("network_interface_id"))
        .set_primary_ipv6(flag(o, "primary_ipv6"))
        .set_private_ip_addresses(Some(addresses).filter(|a| !a.is_empty() && secondary.is_none()))
        .set_private_ip_address(primary)
        .set_secondary_private_ip_address_count(secondary)
        .set_subnet_id(o.string("subnet_id"))
        .build()
}
