//! From a planned `aws_instance` to the call that runs it.

use aws_sdk_ec2::operation::run_instances::builders::RunInstancesFluentBuilder as Call;
use aws_sdk_ec2::types::{
    BlockDeviceMapping, CapacityReservationSpecification, CapacityReservationTarget, CpuOptionsRequest,
    CreditSpecificationRequest, EbsBlockDevice, EnclaveOptionsRequest, HibernationOptionsRequest,
    IamInstanceProfileSpecification, InstanceIpv6Address, InstanceMaintenanceOptionsRequest,
    InstanceMarketOptionsRequest, InstanceMetadataOptionsRequest, InstanceNetworkInterfaceSpecification,
    LaunchTemplateSpecification, Placement, PrivateDnsNameOptionsRequest, PrivateIpAddressSpecification,
    ResourceType as Kind, RunInstancesMonitoringEnabled, SpotMarketOptions, Tag, TagSpecification,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::user_data;
use crate::aws::Client;
use crate::aws::ec2::launch_template_request::{count, text, texts};
use crate::aws::ec2::tags;
use crate::provider::Object;

/// The call, but for the device names that the image tells.
pub fn call(client: &Client, want: &Object, root: Option<String>) -> Call {
    let call = client
        .ec2()
        .run_instances()
        .min_count(1)
        .max_count(1)
        .set_block_device_mappings(devices(want, root))
        .set_capacity_reservation_specification(
            want.object("capacity_reservation_specification").map(|o| reservation(&o)),
        )
        .set_cpu_options(cpus(want))
        .set_credit_specification(credits(want))
        .set_disable_api_stop(want.bool("disable_api_stop").filter(|on| *on))
        .set_disable_api_termination(want.bool("disable_api_termination").filter(|on| *on))
        .set_ebs_optimized(want.bool("ebs_optimized"))
        .set_enclave_options(
            want.object("enclave_options")
                .map(|o| EnclaveOptionsRequest::builder().set_enabled(o.bool("enabled")).build()),
        )
        .set_hibernation_options(
            want.bool("hibernation").map(|on| HibernationOptionsRequest::builder().configured(on).build()),
        )
        .set_iam_instance_profile(want.string("iam_instance_profile").map(profile))
        .set_image_id(want.string("ami"))
        .set_instance_initiated_shutdown_behavior(text(want, "instance_initiated_shutdown_behavior"))
        .set_instance_market_options(want.object("instance_market_options").map(|o| market(&o)))
        .set_instance_type(text(want, "instance_type"))
        .set_key_name(want.string("key_name"))
        .set_launch_template(template(want))
        .set_maintenance_options(
            want.object("maintenance_options").map(|o| {
                InstanceMaintenanceOptionsRequest::builder().set_auto_recovery(text(&o, "auto_recovery")).build()
            }),
        )
        .set_metadata_options(want.object("metadata_options").map(|o| metadata(&o)))
        .set_monitoring(want.bool("monitoring").map(|on| RunInstancesMonitoringEnabled::builder().enabled(on).build()))
        .set_placement(placement(want))
        .set_private_dns_name_options(want.object("private_dns_name_options").map(|o| {
            PrivateDnsNameOptionsRequest::builder()
                .set_enable_resource_name_dns_a_record(o.bool("enable_resource_name_dns_a_record"))
                .set_enable_resource_name_dns_aaaa_record(o.bool("enable_resource_name_dns_aaaa_record"))
                .set_hostname_type(text(&o, "hostname_type"))
                .build()
        }))
        .set_tag_specifications(tag_specifications(client, want))
        .set_user_data(data(want));
    network(call, want)
}

/// The launch template that an instance is made of.
pub fn template(want: &Object) -> Option<LaunchTemplateSpecification> {
    let template = want.object("launch_template")?;
    let id = template.string("id");
    let name = template.string("name").filter(|_| id.is_none());
    let built = LaunchTemplateSpecification::builder().set_launch_template_id(id).set_launch_template_name(name);
    Some(built.set_version(template.string("version")).build())
}

pub fn profile(name: String) -> IamInstanceProfileSpecification {
    IamInstanceProfileSpecification::builder().name(name).build()
}

pub fn reservation(o: &Object) -> CapacityReservationSpecification {
    let target = o.object("capacity_reservation_target").map(|o| {
        CapacityReservationTarget::builder()
            .set_capacity_reservation_id(o.string("capacity_reservation_id"))
            .set_capacity_reservation_resource_group_arn(o.string("capacity_reservation_resource_group_arn"))
            .build()
    });
    CapacityReservationSpecification::builder()
        .set_capacity_reservation_preference(text(o, "capacity_reservation_preference"))
        .set_capacity_reservation_target(target)
        .build()
}

/// User data in base64.
fn data(want: &Object) -> Option<String> {
    want.string("user_data").map(|text| user_data::encoded(&text)).or_else(|| want.string("user_data_base64"))
}

fn cpus(want: &Object) -> Option<CpuOptionsRequest> {
    let built = CpuOptionsRequest::builder();
    if let Some(o) = want.object("cpu_options") {
        let built = built.set_amd_sev_snp(text(&o, "amd_sev_snp"));
        return Some(
            built.set_core_count(count(&o, "core_count")).set_threads_per_core(count(&o, "threads_per_core")).build(),
        );
    }
    let cores = count(want, "cpu_core_count")?;
    Some(built.core_count(cores).set_threads_per_core(count(want, "cpu_threads_per_core")).build())
}

fn credits(want: &Object) -> Option<CreditSpecificationRequest> {
    let given = want.object("credit_specification").and_then(|o| o.string("cpu_credits"));
    // The default of the public provider, whatever that of the account is.
    let t3 = want.str("instance_type").is_some_and(|t| t.starts_with("t3"));
    let credits = given.or_else(|| t3.then(|| "unlimited".to_owned()))?;
    Some(CreditSpecificationRequest::builder().cpu_credits(credits).build())
}

fn metadata(o: &Object) -> InstanceMetadataOptionsRequest {
    let built = InstanceMetadataOptionsRequest::builder().set_http_endpoint(text(o, "http_endpoint"));
    if o.str("http_endpoint") == Some("disabled") {
        return built.build();
    }
    built
        .set_http_protocol_ipv6(text(o, "http_protocol_ipv6"))
        .set_http_put_response_hop_limit(count(o, "http_put_response_hop_limit"))
        .set_http_tokens(text(o, "http_tokens"))
        .set_instance_metadata_tags(text(o, "instance_metadata_tags"))
        .build()
}

fn market(o: &Object) -> InstanceMarketOptionsRequest {
    let spot = o.object("spot_options").map(|o| {
        let until = o.string("valid_until").and_then(|t| DateTime::from_str(&t, Format::DateTimeWithOffset).ok());
        SpotMarketOptions::builder()
            .set_instance_interruption_behavior(text(&o, "instance_interruption_behavior"))
            .set_max_price(o.string("max_price"))
            .set_spot_instance_type(text(&o, "spot_instance_type"))
            .set_valid_until(until)
            .build()
    });
    InstanceMarketOptionsRequest::builder().set_market_type(text(o, "market_type")).set_spot_options(spot).build()
}

fn placement(want: &Object) -> Option<Placement> {
    let names = ["availability_zone", "host_id", "host_resource_group_arn", "placement_group", "tenancy"];
    let partition = count(want, "placement_partition_number");
    if partition.is_none() && !names.iter().any(|name| want.string(name).is_some()) {
        return None;
    }
    let placement = Placement::builder()
        .set_availability_zone(want.string("availability_zone"))
        .set_group_name(want.string("placement_group"))
        .set_host_id(want.string("host_id"))
        .set_host_resource_group_arn(want.string("host_resource_group_arn"))
        .set_partition_number(partition)
        .set_tenancy(text(want, "tenancy"));
    Some(placement.build())
}

/// The primary interface: by arguments of the call where that can say it, else as an interface.
fn network(call: Call, want: &Object) -> Call {
    let interfaces = want.objects("network_interface");
    if !interfaces.is_empty() {
        return call.set_network_interfaces(Some(interfaces.iter().map(attached).collect()));
    }
    let subnet = want.string("subnet_id");
    let groups: Vec<String> =
        want.strings("security_groups").into_iter().chain(want.strings("vpc_security_group_ids")).collect();
    let groups = Some(groups).filter(|g| !g.is_empty());
    let secondary = want.strings("secondary_private_ips");
    let ipv6: Vec<InstanceIpv6Address> = want
        .strings("ipv6_addresses")
        .into_iter()
        .map(|a| InstanceIpv6Address::builder().ipv6_address(a).build())
        .collect();
    let ipv6 = Some(ipv6).filter(|all| !all.is_empty());
    let public = want.bool("associate_public_ip_address");
    let private = want.string("private_ip");
    let primary = want.bool("enable_primary_ipv6").filter(|on| *on);
    let ipv6_count = count(want, "ipv6_address_count");
    if subnet.is_some() && (public.is_some() || private.is_some() || !secondary.is_empty()) {
        let secondary: Vec<_> = secondary
            .into_iter()
            .map(|ip| PrivateIpAddressSpecification::builder().primary(false).private_ip_address(ip).build())
            .collect();
        let interface = InstanceNetworkInterfaceSpecification::builder()
            .device_index(0)
            .set_subnet_id(subnet)
            .set_groups(groups)
            .set_associate_public_ip_address(public)
            .set_private_ip_address(private)
            .set_private_ip_addresses(Some(secondary).filter(|all| !all.is_empty()))
            .set_ipv6_address_count(ipv6_count)
            .set_ipv6_addresses(ipv6)
            .set_primary_ipv6(primary);
        return call.network_interfaces(interface.build());
    }
    let by_name = subnet.is_none();
    call.set_subnet_id(subnet)
        .set_private_ip_address(private)
        .set_ipv6_address_count(ipv6_count)
        .set_ipv6_addresses(ipv6)
        .set_enable_primary_ipv6(primary)
        .set_security_groups(texts(want, "security_groups").filter(|_| by_name))
        .set_security_group_ids(if by_name { texts(want, "vpc_security_group_ids") } else { groups })
}

fn attached(o: &Object) -> InstanceNetworkInterfaceSpecification {
    InstanceNetworkInterfaceSpecification::builder()
        .set_delete_on_termination(o.bool("delete_on_termination"))
        .set_device_index(o.i32("device_index"))
        .set_network_card_index(o.i32("network_card_index"))
        .set_network_interface_id(o.string("network_interface_id"))
        .build()
}

fn devices(want: &Object, root: Option<String>) -> Option<Vec<BlockDeviceMapping>> {
    let named =
        |o: &Object, name: Option<String>| BlockDeviceMapping::builder().set_device_name(name).ebs(ebs(o)).build();
    let ebs_devices = want.objects("ebs_block_device");
    let mut all: Vec<BlockDeviceMapping> = ebs_devices.iter().map(|o| named(o, o.string("device_name"))).collect();
    all.extend(want.objects("ephemeral_block_device").iter().map(|o| {
        let none = o.bool("no_device") == Some(true);
        BlockDeviceMapping::builder()
            .set_device_name(o.string("device_name"))
            .set_no_device(none.then(String::new))
            .set_virtual_name(o.string("virtual_name").filter(|_| !none))
            .build()
    }));
    all.extend(want.object("root_block_device").map(|o| named(&o, root)));
    Some(all).filter(|all| !all.is_empty())
}

fn ebs(o: &Object) -> EbsBlockDevice {
    EbsBlockDevice::builder()
        .set_delete_on_termination(o.bool("delete_on_termination"))
        .set_encrypted(o.bool("encrypted").filter(|on| *on))
        .set_iops(count(o, "iops"))
        .set_kms_key_id(o.string("kms_key_id"))
        .set_snapshot_id(o.string("snapshot_id"))
        .set_throughput(count(o, "throughput"))
        .set_volume_size(count(o, "volume_size"))
        .set_volume_type(text(o, "volume_type"))
        .build()
}

/// Tags of the instance and of its volumes, which have the default tags too.
fn tag_specifications(client: &Client, want: &Object) -> Option<Vec<TagSpecification>> {
    let mut volumes = client.tags().default_tags.clone();
    volumes.extend(want.string_map("volume_tags"));
    let volumes: Vec<Tag> = volumes.iter().map(|(k, v)| Tag::builder().key(k).value(v).build()).collect();
    let volumes = (!volumes.is_empty())
        .then(|| TagSpecification::builder().resource_type(Kind::Volume).set_tags(Some(volumes)).build());
    let all: Vec<TagSpecification> = tags::specification(Kind::Instance, want).into_iter().chain(volumes).collect();
    Some(all).filter(|all| !all.is_empty())
}
