//! `instance_requirements`, which launch templates and Auto Scaling groups have alike: two SDKs with types of the same
//! fields, so what one piece of code can say of both is said by macros.

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

/// The block of a range, where there is one.
macro_rules! bounds {
    ($live:expr) => {
        $live
            .iter()
            .map(|range| $crate::provider::Object::new().with("max", range.max).with("min", range.min))
            .collect::<Vec<_>>()
    };
}

/// The block that states live requirements.
macro_rules! object {
    ($live:expr) => {
        $crate::provider::Object::new()
            .with("accelerator_count", $crate::aws::instance_requirements::bounds!($live.accelerator_count))
            .with(
                "accelerator_manufacturers",
                $crate::aws::instance_requirements::names(&$live.accelerator_manufacturers),
            )
            .with("accelerator_names", $crate::aws::instance_requirements::names(&$live.accelerator_names))
            .with(
                "accelerator_total_memory_mib",
                $crate::aws::instance_requirements::bounds!($live.accelerator_total_memory_mib),
            )
            .with("accelerator_types", $crate::aws::instance_requirements::names(&$live.accelerator_types))
            .with("allowed_instance_types", $live.allowed_instance_types.clone().unwrap_or_default())
            .with("bare_metal", $crate::aws::instance_requirements::word(&$live.bare_metal))
            .with(
                "baseline_ebs_bandwidth_mbps",
                $crate::aws::instance_requirements::bounds!($live.baseline_ebs_bandwidth_mbps),
            )
            .with("burstable_performance", $crate::aws::instance_requirements::word(&$live.burstable_performance))
            .with("cpu_manufacturers", $crate::aws::instance_requirements::names(&$live.cpu_manufacturers))
            .with("excluded_instance_types", $live.excluded_instance_types.clone().unwrap_or_default())
            .with("instance_generations", $crate::aws::instance_requirements::names(&$live.instance_generations))
            .with("local_storage", $crate::aws::instance_requirements::word(&$live.local_storage))
            .with("local_storage_types", $crate::aws::instance_requirements::names(&$live.local_storage_types))
            .with(
                "max_spot_price_as_percentage_of_optimal_on_demand_price",
                $live.max_spot_price_as_percentage_of_optimal_on_demand_price,
            )
            .with("memory_gib_per_vcpu", $crate::aws::instance_requirements::bounds!($live.memory_gib_per_v_cpu))
            .with("memory_mib", $crate::aws::instance_requirements::bounds!($live.memory_mib))
            .with("network_bandwidth_gbps", $crate::aws::instance_requirements::bounds!($live.network_bandwidth_gbps))
            .with("network_interface_count", $crate::aws::instance_requirements::bounds!($live.network_interface_count))
            .with(
                "on_demand_max_price_percentage_over_lowest_price",
                $live.on_demand_max_price_percentage_over_lowest_price,
            )
            .with("require_hibernate_support", $live.require_hibernate_support.unwrap_or_default())
            .with("spot_max_price_percentage_over_lowest_price", $live.spot_max_price_percentage_over_lowest_price)
            .with("total_local_storage_gb", $crate::aws::instance_requirements::bounds!($live.total_local_storage_gb))
            .with("vcpu_count", $crate::aws::instance_requirements::bounds!($live.v_cpu_count))
    };
}

pub(super) use {bounds, object, range};

/// Texts of a list of enumerations.
pub fn names<T: AsRef<str>>(live: &Option<Vec<T>>) -> Vec<String> {
    live.iter().flatten().map(|v| v.as_ref().to_owned()).collect()
}

/// Text of an enumeration.
pub fn word<T: AsRef<str>>(live: &Option<T>) -> Option<&str> {
    live.as_ref().map(AsRef::as_ref)
}
