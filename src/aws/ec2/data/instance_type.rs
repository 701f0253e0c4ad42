//! `data.aws_ec2_instance_type`

use aws_sdk_ec2::types::{EbsInfo, InstanceType as Kind, InstanceTypeInfo, NetworkInfo, ProcessorInfo, VCpuInfo};

use super::{completed, instance_type_devices, one, or_none};
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, list_of, number, set_of, string};
use crate::value::Type;

pub struct InstanceType;

const SWITCHES: [&str; 12] = [
    "auto_recovery_supported",
    "bare_metal",
    "burstable_performance_supported",
    "current_generation",
    "dedicated_hosts_supported",
    "efa_supported",
    "ena_srd_supported",
    "encryption_in_transit_supported",
    "free_tier_eligible",
    "hibernation_supported",
    "instance_storage_supported",
    "ipv6_supported",
];

const NUMBERS: [&str; 23] = [
    "default_cores",
    "default_network_card_index",
    "default_threads_per_core",
    "default_vcpus",
    "ebs_performance_baseline_bandwidth",
    "ebs_performance_baseline_iops",
    "ebs_performance_baseline_throughput",
    "ebs_performance_maximum_bandwidth",
    "ebs_performance_maximum_iops",
    "ebs_performance_maximum_throughput",
    "efa_maximum_interfaces",
    "maximum_ipv4_addresses_per_interface",
    "maximum_ipv6_addresses_per_interface",
    "maximum_network_cards",
    "maximum_network_interfaces",
    "memory_size",
    "sustained_clock_speed",
    "total_fpga_memory",
    "total_gpu_memory",
    "total_inference_memory",
    "total_instance_storage",
    "total_media_memory",
    "total_neuron_device_memory",
];

const TEXTS: [&str; 9] = [
    "ebs_encryption_support",
    "ebs_nvme_support",
    "ebs_optimized_support",
    "ena_support",
    "hypervisor",
    "network_performance",
    "nitro_enclaves_support",
    "nitro_tpm_support",
    "phc_support",
];

const SETS_OF_TEXTS: [&str; 4] =
    ["bandwidth_weightings", "boot_modes", "nitro_tpm_supported_versions", "supported_cpu_features"];

const LISTS_OF_TEXTS: [&str; 5] = [
    "supported_architectures",
    "supported_placement_strategies",
    "supported_root_device_types",
    "supported_usages_classes",
    "supported_virtualization_types",
];

impl DataSource for InstanceType {
    type Client = Client;
    const NAME: &'static str = "aws_ec2_instance_type";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeInstanceTypes"];

    fn schema() -> Schema {
        let object = |numbers: &[&'static str], texts: &[&'static str]| {
            let numbers = numbers.iter().map(|name| (*name, Type::Number));
            Type::object(numbers.chain(texts.iter().map(|name| (*name, Type::String))))
        };
        let accelerator = || set_of(object(&["count", "memory_size"], &["manufacturer", "name"])).computed();
        let card = object(&["baseline_bandwidth", "index", "maximum_interfaces", "peak_bandwidth"], &["performance"]);
        let neuron = object(&["core_count", "core_version", "count", "memory_size"], &["name"]);
        let schema = SWITCHES.iter().fold(Schema::new(0), |s, name| s.attr(name, boolean().computed()));
        let schema = NUMBERS.iter().fold(schema, |s, name| s.attr(name, number().computed()));
        let schema = TEXTS.iter().fold(schema, |s, name| s.attr(name, string().computed()));
        let schema = SETS_OF_TEXTS.iter().fold(schema, |s, name| s.attr(name, set_of(Type::String).computed()));
        LISTS_OF_TEXTS
            .iter()
            .fold(schema, |s, name| s.attr(name, list_of(Type::String).computed()))
            .attr("fpgas", accelerator())
            .attr("gpus", accelerator())
            .attr("id", string().optional().computed())
            .attr("inference_accelerators", accelerator())
            .attr("instance_disks", set_of(object(&["count", "size"], &["type"])).computed())
            .attr("instance_type", string().required())
            .attr("media_accelerators", accelerator())
            .attr("network_cards", set_of(card).computed())
            .attr("neuron_devices", set_of(neuron).computed())
            .attr("valid_cores", list_of(Type::Number).computed())
            .attr("valid_threads_per_core", list_of(Type::Number).computed())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let name = config.string("instance_type").unwrap_or_default();
        let call = client.ec2().describe_instance_types().instance_types(Kind::from(name.as_str()));
        let found: Result<Vec<InstanceTypeInfo>> =
            call.into_paginator().items().send().try_collect().await.map_err(Error::from);
        let info = one(or_none(found)?, "EC2 instance type")?;
        Ok(completed(config, object(&info).with("id", name)).leaving_out(&NUMBERS))
    }
}

fn object(info: &InstanceTypeInfo) -> Object {
    let mut object = Object::new();
    object
        .set("auto_recovery_supported", info.auto_recovery_supported)
        .set("bare_metal", info.bare_metal)
        .set("boot_modes", texts(&info.supported_boot_modes, |v| v.as_str()))
        .set("burstable_performance_supported", info.burstable_performance_supported)
        .set("current_generation", info.current_generation)
        .set("dedicated_hosts_supported", info.dedicated_hosts_supported)
        .set("free_tier_eligible", info.free_tier_eligible)
        .set("hibernation_supported", info.hibernation_supported)
        .set("hypervisor", info.hypervisor.as_ref().map_or("", |v| v.as_str()))
        .set("instance_storage_supported", info.instance_storage_supported)
        .set("memory_size", info.memory_info.as_ref().and_then(|m| m.size_in_mib))
        .set("nitro_enclaves_support", info.nitro_enclaves_support.as_ref().map_or("", |v| v.as_str()))
        .set("nitro_tpm_support", info.nitro_tpm_support.as_ref().map_or("", |v| v.as_str()))
        .set(
            "nitro_tpm_supported_versions",
            info.nitro_tpm_info.as_ref().and_then(|i| i.supported_versions.clone()).unwrap_or_default(),
        )
        .set("phc_support", info.phc_support.as_ref().map_or("", |v| v.as_str()))
        .set(
            "supported_placement_strategies",
            info.placement_group_info
                .as_ref()
                .map(|i| texts(&i.supported_strategies, |v| v.as_str()))
                .unwrap_or_default(),
        )
        .set("supported_root_device_types", texts(&info.supported_root_device_types, |v| v.as_str()))
        .set("supported_usages_classes", texts(&info.supported_usage_classes, |v| v.as_str()))
        .set("supported_virtualization_types", texts(&info.supported_virtualization_types, |v| v.as_str()));
    if let Some(ebs) = &info.ebs_info {
        set_ebs(&mut object, ebs);
    }
    if let Some(network) = &info.network_info {
        set_network(&mut object, network);
    }
    if let Some(processor) = &info.processor_info {
        set_processor(&mut object, processor);
    }
    if let Some(cpus) = &info.v_cpu_info {
        set_cpus(&mut object, cpus);
    }
    instance_type_devices::set(&mut object, info);
    object
}

fn set_ebs(object: &mut Object, ebs: &EbsInfo) {
    object
        .set("ebs_encryption_support", ebs.encryption_support.as_ref().map_or("", |v| v.as_str()))
        .set("ebs_nvme_support", ebs.nvme_support.as_ref().map_or("", |v| v.as_str()))
        .set("ebs_optimized_support", ebs.ebs_optimized_support.as_ref().map_or("", |v| v.as_str()));
    if let Some(speed) = &ebs.ebs_optimized_info {
        object
            .set("ebs_performance_baseline_bandwidth", speed.baseline_bandwidth_in_mbps)
            .set("ebs_performance_baseline_iops", speed.baseline_iops)
            .set("ebs_performance_baseline_throughput", speed.baseline_throughput_in_m_bps)
            .set("ebs_performance_maximum_bandwidth", speed.maximum_bandwidth_in_mbps)
            .set("ebs_performance_maximum_iops", speed.maximum_iops)
            .set("ebs_performance_maximum_throughput", speed.maximum_throughput_in_m_bps);
    }
}

fn set_network(object: &mut Object, network: &NetworkInfo) {
    object
        .set("bandwidth_weightings", texts(&network.bandwidth_weightings, |v| v.as_str()))
        .set("default_network_card_index", network.default_network_card_index)
        .set("efa_maximum_interfaces", network.efa_info.as_ref().and_then(|i| i.maximum_efa_interfaces))
        .set("efa_supported", network.efa_supported)
        .set("ena_srd_supported", network.ena_srd_supported)
        .set("ena_support", network.ena_support.as_ref().map_or("", |v| v.as_str()))
        .set("encryption_in_transit_supported", network.encryption_in_transit_supported)
        .set("ipv6_supported", network.ipv6_supported)
        .set("maximum_ipv4_addresses_per_interface", network.ipv4_addresses_per_interface)
        .set("maximum_ipv6_addresses_per_interface", network.ipv6_addresses_per_interface)
        .set("maximum_network_cards", network.maximum_network_cards)
        .set("maximum_network_interfaces", network.maximum_network_interfaces)
        .set("network_performance", network.network_performance.clone());
}

fn set_processor(object: &mut Object, processor: &ProcessorInfo) {
    object
        .set("supported_architectures", texts(&processor.supported_architectures, |v| v.as_str()))
        .set("supported_cpu_features", texts(&processor.supported_features, |v| v.as_str()))
        .set("sustained_clock_speed", processor.sustained_clock_speed_in_ghz);
}

fn set_cpus(object: &mut Object, cpus: &VCpuInfo) {
    let numbers = |v: &Option<Vec<i32>>| v.clone().unwrap_or_default();
    object
        .set("default_cores", cpus.default_cores)
        .set("default_threads_per_core", cpus.default_threads_per_core)
        .set("default_vcpus", cpus.default_v_cpus)
        .set("valid_cores", numbers(&cpus.valid_cores))
        .set("valid_threads_per_core", numbers(&cpus.valid_threads_per_core));
}

fn texts<T>(all: &Option<Vec<T>>, of: fn(&T) -> &str) -> Vec<String> {
    all.iter().flatten().map(|v| of(v).to_owned()).collect()
}
