//! Accelerators, cards and disks of an instance type.

use aws_sdk_ec2::types::{InstanceTypeInfo, NetworkCardInfo};

use crate::provider::Object;

/// Sets what an instance type has built in, with the totals.
pub fn set(object: &mut Object, info: &InstanceTypeInfo) {
    let gpus = info.gpu_info.as_ref();
    let devices = gpus.and_then(|i| i.gpus.as_ref()).into_iter().flatten().map(|d| {
        let memory = d.memory_info.as_ref().and_then(|m| m.size_in_mib);
        accelerator(&d.name, &d.manufacturer, d.count, memory)
    });
    object.set("gpus", devices.collect::<Vec<_>>());
    object.set("total_gpu_memory", gpus.and_then(|i| i.total_gpu_memory_in_mib));

    let fpgas = info.fpga_info.as_ref();
    let devices = fpgas.and_then(|i| i.fpgas.as_ref()).into_iter().flatten().map(|d| {
        let memory = d.memory_info.as_ref().and_then(|m| m.size_in_mib);
        accelerator(&d.name, &d.manufacturer, d.count, memory)
    });
    object.set("fpgas", devices.collect::<Vec<_>>());
    object.set("total_fpga_memory", fpgas.and_then(|i| i.total_fpga_memory_in_mib));

    let inference = info.inference_accelerator_info.as_ref();
    let devices = inference.and_then(|i| i.accelerators.as_ref()).into_iter().flatten().map(|d| {
        let memory = d.memory_info.as_ref().and_then(|m| m.size_in_mib);
        accelerator(&d.name, &d.manufacturer, d.count, memory)
    });
    object.set("inference_accelerators", devices.collect::<Vec<_>>());
    object.set("total_inference_memory", inference.and_then(|i| i.total_inference_memory_in_mib));

    let media = info.media_accelerator_info.as_ref();
    let devices = media.and_then(|i| i.accelerators.as_ref()).into_iter().flatten().map(|d| {
        let memory = d.memory_info.as_ref().and_then(|m| m.size_in_mib);
        accelerator(&d.name, &d.manufacturer, d.count, memory)
    });
    object.set("media_accelerators", devices.collect::<Vec<_>>());
    object.set("total_media_memory", media.and_then(|i| i.total_media_memory_in_mib));

    let neuron = info.neuron_info.as_ref();
    let devices = neuron.and_then(|i| i.neuron_devices.as_ref()).into_iter().flatten().map(|d| {
        let core = d.core_info.as_ref();
        Object::new()
            .with("core_count", core.and_then(|c| c.count).unwrap_or_default())
            .with("core_version", core.and_then(|c| c.version).unwrap_or_default())
            .with("count", d.count.unwrap_or_default())
            .with("memory_size", d.memory_info.as_ref().and_then(|m| m.size_in_mib).unwrap_or_default())
            .with("name", d.name.clone().unwrap_or_default())
    });
    object.set("neuron_devices", devices.collect::<Vec<_>>());
    object.set("total_neuron_device_memory", neuron.and_then(|i| i.total_neuron_device_memory_in_mib));

    let storage = info.instance_storage_info.as_ref();
    let disks = storage.and_then(|i| i.disks.as_ref()).into_iter().flatten().map(|d| {
        Object::new()
            .with("count", d.count.unwrap_or_default())
            .with("size", d.size_in_gb.unwrap_or_default())
            .with("type", d.r#type.as_ref().map_or("", |t| t.as_str()))
    });
    object.set("instance_disks", disks.collect::<Vec<_>>());
    object.set("total_instance_storage", storage.and_then(|i| i.total_size_in_gb));

    let cards = info.network_info.as_ref().and_then(|i| i.network_cards.as_ref());
    object.set("network_cards", cards.into_iter().flatten().map(card).collect::<Vec<_>>());
}

fn accelerator(name: &Option<String>, maker: &Option<String>, count: Option<i32>, memory: Option<i32>) -> Object {
    Object::new()
        .with("count", count.unwrap_or_default())
        .with("manufacturer", maker.clone().unwrap_or_default())
        .with("memory_size", memory.unwrap_or_default())
        .with("name", name.clone().unwrap_or_default())
}

fn card(card: &NetworkCardInfo) -> Object {
    Object::new()
        .with("baseline_bandwidth", card.baseline_bandwidth_in_gbps.unwrap_or_default())
        .with("index", card.network_card_index.unwrap_or_default())
        .with("maximum_interfaces", card.maximum_network_interfaces.unwrap_or_default())
        .with("peak_bandwidth", card.peak_bandwidth_in_gbps.unwrap_or_default())
        .with("performance", card.network_performance.clone().unwrap_or_default())
}
