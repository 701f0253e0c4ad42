//! `instance_requirements` of an override, to and from the API.

use aws_sdk_autoscaling::types::{
    AcceleratorCountRequest, AcceleratorManufacturer, AcceleratorName, AcceleratorTotalMemoryMiBRequest,
    AcceleratorType, BareMetal, BaselineEbsBandwidthMbpsRequest, BurstablePerformance, CpuManufacturer,
    InstanceGeneration, InstanceRequirements, LocalStorage, LocalStorageType, MemoryGiBPerVCpuRequest,
    MemoryMiBRequest, NetworkBandwidthGbpsRequest, NetworkInterfaceCountRequest, TotalLocalStorageGbRequest,
    VCpuCountRequest,
};

use crate::provider::Object;

/// A range whose ends are numbers of one kind; an end below the beginning means that there is none.
macro_rules! range {
    ($object:expr, $name:literal, $kind:ident, $number:ident) => {
        $object.object($name).map(|range| {
            let min = range.$number("min").unwrap_or_default();
            let max = range.$number("max").filter(|max| *max >= min);
            $kind::builder().min(min).set_max(max).build()
        })
    };
}

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
        .set_accelerator_count(range!(o, "accelerator_count", AcceleratorCountRequest, i32))
        .set_accelerator_manufacturers(words!(o, "accelerator_manufacturers", AcceleratorManufacturer))
        .set_accelerator_names(words!(o, "accelerator_names", AcceleratorName))
        .set_accelerator_total_memory_mib(range!(
            o,
            "accelerator_total_memory_mib",
            AcceleratorTotalMemoryMiBRequest,
            i32
        ))
        .set_accelerator_types(words!(o, "accelerator_types", AcceleratorType))
        .set_allowed_instance_types(texts("allowed_instance_types"))
        .set_bare_metal(word!(o, "bare_metal", BareMetal))
        .set_baseline_ebs_bandwidth_mbps(range!(o, "baseline_ebs_bandwidth_mbps", BaselineEbsBandwidthMbpsRequest, i32))
        .set_burstable_performance(word!(o, "burstable_performance", BurstablePerformance))
        .set_cpu_manufacturers(words!(o, "cpu_manufacturers", CpuManufacturer))
        .set_excluded_instance_types(texts("excluded_instance_types"))
        .set_instance_generations(words!(o, "instance_generations", InstanceGeneration))
        .set_local_storage(word!(o, "local_storage", LocalStorage))
        .set_local_storage_types(words!(o, "local_storage_types", LocalStorageType))
        .set_max_spot_price_as_percentage_of_optimal_on_demand_price(percentage(
            "max_spot_price_as_percentage_of_optimal_on_demand_price",
        ))
        .set_memory_gib_per_v_cpu(range!(o, "memory_gib_per_vcpu", MemoryGiBPerVCpuRequest, f64))
        .set_memory_mib(range!(o, "memory_mib", MemoryMiBRequest, i32))
        .set_network_bandwidth_gbps(range!(o, "network_bandwidth_gbps", NetworkBandwidthGbpsRequest, f64))
        .set_network_interface_count(range!(o, "network_interface_count", NetworkInterfaceCountRequest, i32))
        .set_on_demand_max_price_percentage_over_lowest_price(percentage(
            "on_demand_max_price_percentage_over_lowest_price",
        ))
        .set_require_hibernate_support(o.bool("require_hibernate_support").filter(|on| *on))
        .set_spot_max_price_percentage_over_lowest_price(percentage("spot_max_price_percentage_over_lowest_price"))
        .set_total_local_storage_gb(range!(o, "total_local_storage_gb", TotalLocalStorageGbRequest, f64))
        .set_v_cpu_count(range!(o, "vcpu_count", VCpuCountRequest, i32))
        .build()
}

/// The block of a range, where there is one.
macro_rules! block {
    ($live:expr) => {
        $live.iter().map(|range| Object::new().with("max", range.max).with("min", range.min)).collect::<Vec<_>>()
    };
}

/// Texts of a list of enumerations.
macro_rules! names {
    ($live:expr) => {
        $live.iter().flatten().map(|v| v.as_str().to_owned()).collect::<Vec<_>>()
    };
}

pub fn object(o: &InstanceRequirements) -> Object {
    Object::new()
        .with("accelerator_count", block!(o.accelerator_count))
        .with("accelerator_manufacturers", names!(o.accelerator_manufacturers))
        .with("accelerator_names", names!(o.accelerator_names))
        .with("accelerator_total_memory_mib", block!(o.accelerator_total_memory_mib))
        .with("accelerator_types", names!(o.accelerator_types))
        .with("allowed_instance_types", o.allowed_instance_types.clone().unwrap_or_default())
        .with("bare_metal", o.bare_metal.as_ref().map(BareMetal::as_str))
        .with("baseline_ebs_bandwidth_mbps", block!(o.baseline_ebs_bandwidth_mbps))
        .with("burstable_performance", o.burstable_performance.as_ref().map(BurstablePerformance::as_str))
        .with("cpu_manufacturers", names!(o.cpu_manufacturers))
        .with("excluded_instance_types", o.excluded_instance_types.clone().unwrap_or_default())
        .with("instance_generations", names!(o.instance_generations))
        .with("local_storage", o.local_storage.as_ref().map(LocalStorage::as_str))
        .with("local_storage_types", names!(o.local_storage_types))
        .with(
            "max_spot_price_as_percentage_of_optimal_on_demand_price",
            o.max_spot_price_as_percentage_of_optimal_on_demand_price,
        )
        .with("memory_gib_per_vcpu", block!(o.memory_gib_per_v_cpu))
        .with("memory_mib", block!(o.memory_mib))
        .with("network_bandwidth_gbps", block!(o.network_bandwidth_gbps))
        .with("network_interface_count", block!(o.network_interface_count))
        .with("on_demand_max_price_percentage_over_lowest_price", o.on_demand_max_price_percentage_over_lowest_price)
        .with("require_hibernate_support", o.require_hibernate_support.unwrap_or_default())
        .with("spot_max_price_percentage_over_lowest_price", o.spot_max_price_percentage_over_lowest_price)
        .with("total_local_storage_gb", block!(o.total_local_storage_gb))
        .with("vcpu_count", block!(o.v_cpu_count))
}
