//! `instance_requirements` of an override, to and from the API.

use aws_sdk_autoscaling::types::{
    AcceleratorCountRequest, AcceleratorManufacturer, AcceleratorName, AcceleratorTotalMemoryMiBRequest,
    AcceleratorType, BareMetal, BaselineEbsBandwidthMbpsRequest, BurstablePerformance, CpuManufacturer,
    InstanceGeneration, InstanceRequirements, LocalStorage, LocalStorageType, MemoryGiBPerVCpuRequest,
    MemoryMiBRequest, NetworkBandwidthGbpsRequest, NetworkInterfaceCountRequest, TotalLocalStorageGbRequest,
    VCpuCountRequest,
};

use crate::aws::instance_requirements as requirements;
use crate::provider::Object;

/// A set of words of one kind, where there are any.
macro_rules! words {
    ($object:expr, $name:literal, $kind:ident) => {
        Some($object.strings($name))
            .filter(|all| !all.is_empty())
            .map(|all| all.iter().map(|w| $kind::from(w.as_str())).collect())
    };
}

macro_rules! word {
    ($object:expr, $name:literal, $kind:ident) => {
        $object.string($name).map(|w| $kind::from(w.as_str()))
    };
}

pub fn request(o: &Object) -> InstanceRequirements {
    let texts = |name: &str| Some(o.strings(name)).filter(|all| !all.is_empty());
    let percentage = |name: &str| o.i32(name).filter(|n| *n != 0);
    InstanceRequirements::builder()
        .set_accelerator_count(requirements::range!(o, "accelerator_count", AcceleratorCountRequest, i32))
        .set_accelerator_manufacturers(words!(o, "accelerator_manufacturers", AcceleratorManufacturer))
        .set_accelerator_names(words!(o, "accelerator_names", AcceleratorName))
        .set_accelerator_total_memory_mib(requirements::range!(
            o,
            "accelerator_total_memory_mib",
            AcceleratorTotalMemoryMiBRequest,
            i32
        ))
        .set_accelerator_types(words!(o, "accelerator_types", AcceleratorType))
        .set_allowed_instance_types(texts("allowed_instance_types"))
        .set_bare_metal(word!(o, "bare_metal", BareMetal))
        .set_baseline_ebs_bandwidth_mbps(requirements::range!(
            o,
            "baseline_ebs_bandwidth_mbps",
            BaselineEbsBandwidthMbpsRequest,
            i32
        ))
        .set_burstable_performance(word!(o, "burstable_performance", BurstablePerformance))
        .set_cpu_manufacturers(words!(o, "cpu_manufacturers", CpuManufacturer))
        .set_excluded_instance_types(texts("excluded_instance_types"))
        .set_instance_generations(words!(o, "instance_generations", InstanceGeneration))
        .set_local_storage(word!(o, "local_storage", LocalStorage))
        .set_local_storage_types(words!(o, "local_storage_types", LocalStorageType))
        .set_max_spot_price_as_percentage_of_optimal_on_demand_price(percentage(
            "max_spot_price_as_percentage_of_optimal_on_demand_price",
        ))
        .set_memory_gib_per_v_cpu(requirements::range!(o, "memory_gib_per_vcpu", MemoryGiBPerVCpuRequest, f64))
        .set_memory_mib(requirements::range!(o, "memory_mib", MemoryMiBRequest, i32))
        .set_network_bandwidth_gbps(requirements::range!(o, "network_bandwidth_gbps", NetworkBandwidthGbpsRequest, f64))
        .set_network_interface_count(requirements::range!(
            o,
            "network_interface_count",
            NetworkInterfaceCountRequest,
            i32
        ))
        .set_on_demand_max_price_percentage_over_lowest_price(percentage(
            "on_demand_max_price_percentage_over_lowest_price",
        ))
        .set_require_hibernate_support(o.bool("require_hibernate_support").filter(|on| *on))
        .set_spot_max_price_percentage_over_lowest_price(percentage("spot_max_price_percentage_over_lowest_price"))
        .set_total_local_storage_gb(requirements::range!(o, "total_local_storage_gb", TotalLocalStorageGbRequest, f64))
        .set_v_cpu_count(requirements::range!(o, "vcpu_count", VCpuCountRequest, i32))
        .build()
}

pub fn object(live: &InstanceRequirements) -> Object {
    requirements::object!(live)
}
