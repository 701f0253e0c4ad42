//! The volumes of an instance.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Instance as Live, Volume};

use super::object::map;
use crate::aws::Client;
use crate::aws::ec2::tags;
use crate::aws::tags::TOKEN;
use crate::provider::Object;

pub type Volumes = BTreeMap<String, Volume>;

/// Ids of the volumes that are attached to an instance.
pub fn ids(live: &Live) -> impl Iterator<Item = String> + '_ {
    let mappings = live.block_device_mappings.iter().flatten();
    mappings.filter_map(|m| m.ebs.as_ref()?.volume_id.clone())
}

/// The root device and the others, with their tags.
pub fn of(client: &Client, live: &Live, volumes: &Volumes) -> (Option<Object>, Vec<Object>) {
    let (mut root, mut others) = (None, Vec::new());
    for mapping in live.block_device_mappings.iter().flatten() {
        let Some(ebs) = &mapping.ebs else { continue };
        let Some(volume) = ebs.volume_id.as_ref().and_then(|id| volumes.get(id)) else { continue };
        let all = own(client, volume);
        let defaults = &client.tags().default_tags;
        let tags = all.iter().filter(|(k, v)| defaults.get(*k) != Some(*v)).map(|(k, v)| (k.clone(), v.clone()));
        let device = Object::new()
            .with("delete_on_termination", ebs.delete_on_termination)
            .with("device_name", mapping.device_name.clone())
            .with("encrypted", volume.encrypted)
            .with("iops", volume.iops.unwrap_or_default())
            .with("kms_key_id", volume.kms_key_id.clone().unwrap_or_default())
            .with("tags", map(tags))
            .with("tags_all", map(all.clone()))
            .with("throughput", volume.throughput.unwrap_or_default())
            .with("volume_id", volume.volume_id.clone())
            .with("volume_size", volume.size)
            .with("volume_type", volume.volume_type.as_ref().map(|t| t.as_str()));
        match mapping.device_name == live.root_device_name {
            true => root = Some(device),
            false => others.push(device.with("snapshot_id", volume.snapshot_id.clone().unwrap_or_default())),
        }
    }
    (root, others)
}

/// Tags that neither AWS nor a creation has set, and that are not ignored.
pub fn own(client: &Client, volume: &Volume) -> BTreeMap<String, String> {
    let shown = |key: &String| !key.starts_with("aws:") && key != TOKEN && !client.tags().ignores(key);
    tags::pairs(volume.tags.as_ref()).filter(|(key, _)| shown(key)).collect()
}

/// Sets the devices of the resource: of tags only as far as `volume_tags` does not speak of them.
pub fn set(client: &Client, object: &mut Object, live: &Live, volumes: &Volumes, prior: &Object) {
    let (root, mut others) = of(client, live, volumes);
    let by_volume_tags = !prior.string_map("volume_tags").is_empty();
    // Where the root device is the only one and is configured as another, the provider shows it there.
    let configured = !prior.objects("ebs_block_device").is_empty();
    if configured
        && others.is_empty()
        && let Some(root) = &root
    {
        let volume = root.string("volume_id").and_then(|id| volumes.get(&id));
        others.push(root.clone().with("snapshot_id", volume.and_then(|v| v.snapshot_id.clone()).unwrap_or_default()));
    }
    let spelled = |device: Object| match by_volume_tags {
        true => device.with("tags", map([])).with("tags_all", map([])),
        false => device,
    };
    object.set("ebs_block_device", others.into_iter().map(spelled).collect::<Vec<_>>());
    object.set("root_block_device", root.into_iter().map(spelled).collect::<Vec<_>>());
    if by_volume_tags {
        let defaults = &client.tags().default_tags;
        let all: BTreeMap<String, String> =
            ids(live).filter_map(|id| volumes.get(&id)).flat_map(|v| own(client, v)).collect();
        object.set("volume_tags", map(all.into_iter().filter(|(k, v)| defaults.get(k) != Some(v))));
    }
}
