//! `instance_requirements` of a launch template, to and from the API.

use aws_sdk_ec2::types::{
    AcceleratorCountRequest, AcceleratorTotalMemoryMiBRequest, BaselineEbsBandwidthMbpsRequest, InstanceRequirements,
    InstanceRequirementsRequest, MemoryGiBPerVCpuRequest, MemoryMiBRequest, NetworkBandwidthGbpsRequest,
    NetworkInterfaceCountRequest, TotalLocalStorageGbRequest, VCpuCountRangeRequest,
};

use super::launch_template_request::{count, text, texts};
use crate::aws::instance_requirements as requirements;
use crate::provider::Object;

pub fn request(o: &Object) -> InstanceRequirementsRequest {
    let max_spot = "max_spot_price_as_percentage_of_optimal_on_demand_price";
    let hibernates = o.bool("require_hibernate_support").filter(|on| *on);
    InstanceRequirementsRequest::builder()
        .set_accelerator_count(requirements::range!(o, "accelerator_count", AcceleratorCountRequest, i32))
        .set_accelerator_manufacturers(texts(o, "accelerator_manufacturers"))
        .set_accelerator_names(texts(o, "accelerator_names"))
        .set_accelerator_total_memory_mib(requirements::range!(
            o,
            "accelerator_total_memory_mib",
            AcceleratorTotalMemoryMiBRequest,
            i32
        ))
        .set_accelerator_types(texts(o, "accelerator_types"))
        .set_allowed_instance_types(texts(o, "allowed_instance_types"))
        .set_bare_metal(text(o, "bare_metal"))
        .set_baseline_ebs_bandwidth_mbps(requirements::range!(
            o,
            "baseline_ebs_bandwidth_mbps",
            BaselineEbsBandwidthMbpsRequest,
            i32
        ))
        .set_burstable_performance(text(o, "burstable_performance"))
        .set_cpu_manufacturers(texts(o, "cpu_manufacturers"))
        .set_excluded_instance_types(texts(o, "excluded_instance_types"))
        .set_instance_generations(texts(o, "instance_generations"))
        .set_local_storage(text(o, "local_storage"))
        .set_local_storage_types(texts(o, "local_storage_types"))
        .set_max_spot_price_as_percentage_of_optimal_on_demand_price(count(o, max_spot))
        .set_memory_gib_per_v_cpu(requirements::range!(o, "memory_gib_per_vcpu", MemoryGiBPerVCpuRequest, f64))
        .set_memory_mib(requirements::range!(o, "memory_mib", MemoryMiBRequest, i32))
        .set_network_bandwidth_gbps(requirements::range!(o, "network_bandwidth_gbps", NetworkBandwidthGbpsRequest, f64))
        .set_network_interface_count(requirements::range!(
            o,
            "network_interface_count",
            NetworkInterfaceCountRequest,
            i32
        ))
        .set_on_demand_max_price_percentage_over_lowest_price(count(
            o,
            "on_demand_max_price_percentage_over_lowest_price",
        ))
        .set_require_hibernate_support(hibernates)
        .set_spot_max_price_percentage_over_lowest_price(count(o, "spot_max_price_percentage_over_lowest_price"))
        .set_total_local_storage_gb(requirements::range!(o, "total_local_storage_gb", TotalLocalStorageGbRequest, f64))
        .set_v_cpu_count(requirements::range!(o, "vcpu_count", VCpuCountRangeRequest, i32))
        .build()
}

pub fn object(live: &InstanceRequirements) -> Object {
    requirements::object!(live)
}
