//! Changes of the volumes of an instance.

use aws_sdk_ec2::types::{
    EbsInstanceBlockDeviceSpecification, InstanceBlockDeviceMappingSpecification, Tag,
    VolumeModificationState as Modified,
};

use super::changes::Change;
use super::{devices, read, request};
use crate::aws::Client;
use crate::aws::ec2::launch_template_request::{count, text};
use crate::aws::ec2::{equality::same, tags};
use crate::provider::{Error, ErrorKind, Object, Result};

/// What ModifyVolume changes.
const MODIFIED: [&str; 4] = ["iops", "throughput", "volume_size", "volume_type"];

pub async fn apply(change: &Change<'_>) -> Result<()> {
    // Of a new instance parts of the devices were not known when it was planned.
    let devices = ["root_block_device", "ebs_block_device"]
        .iter()
        .any(|name| !same(change.prior.get(name), change.want.get(name)));
    if !devices && !change.planned("volume_tags") {
        return Ok(());
    }
    let volumes = read::volumes(change.client, std::slice::from_ref(&change.live)).await?;
    if change.planned("volume_tags") {
        let (old, new) = (change.prior.string_map("volume_tags"), change.want.string_map("volume_tags"));
        for id in volumes.keys() {
            retag(change.client, id, &old, &new).await?;
        }
        return Ok(());
    }
    let (root, others) = devices::of(change.client, &change.live, &volumes);
    let before = change.prior.object("root_block_device").unwrap_or_default();
    if let (Some(want), Some(live)) = (change.want.object("root_block_device"), root) {
        modify(change, &before, &want, &live).await?;
        keep_on_termination(change, &before, &want, &live).await?;
        let id = live.string("volume_id").unwrap_or_default();
        retag(change.client, &id, &before.string_map("tags"), &want.string_map("tags")).await?;
    }
    // Only a new instance has devices whose tags are still to be set.
    let earlier = change.prior.objects("ebs_block_device");
    for want in change.want.objects("ebs_block_device") {
        let named = |device: &&Object| device.str("device_name") == want.str("device_name");
        let (before, live) = (earlier.iter().find(named), others.iter().find(named));
        if let (Some(before), Some(id)) = (before, live.and_then(|live| live.string("volume_id"))) {
            retag(change.client, &id, &before.string_map("tags"), &want.string_map("tags")).await?;
        }
    }
    Ok(())
}

/// Changes size, type and performance. A volume that is still being changed cannot be changed again.
async fn modify(change: &Change<'_>, before: &Object, want: &Object, live: &Object) -> Result<()> {
    let open: Vec<&str> = MODIFIED
        .into_iter()
        .filter(|name| !want.is_unknown(name) && !same(before.get(name), want.get(name)))
        .filter(|name| !same(live.get(name), want.get(name)) && want.get(name).is_some_and(|v| !v.is_zero()))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let id = live.string("volume_id").unwrap_or_default();
    let ec2 = change.client.ec2();
    let call = ec2.describe_volumes_modifications().filters(tags::filter("volume-id", [id.as_str()]));
    let running = call.send().await?.volumes_modifications.unwrap_or_default().pop();
    let not_yet = || Err(Error::new(ErrorKind::NotYet, "the volume is being modified"));
    if running.and_then(|m| m.modification_state) == Some(Modified::Modifying) {
        return not_yet();
    }
    let of = |name: &str| open.contains(&name);
    ec2.modify_volume()
        .volume_id(id)
        .set_iops(count(want, "iops").filter(|_| of("iops")))
        .set_size(count(want, "volume_size").filter(|_| of("volume_size")))
        .set_throughput(count(want, "throughput").filter(|_| of("throughput")))
        .set_volume_type(text(want, "volume_type").filter(|_| of("volume_type")))
        .send()
        .await?;
    not_yet()
}

async fn keep_on_termination(change: &Change<'_>, before: &Object, want: &Object, live: &Object) -> Result<()> {
    let wanted = want.bool("delete_on_termination");
    let Some(delete) = wanted.filter(|_| wanted != before.bool("delete_on_termination")) else { return Ok(()) };
    let ebs = EbsInstanceBlockDeviceSpecification::builder().delete_on_termination(delete).build();
    let device =
        InstanceBlockDeviceMappingSpecification::builder().set_device_name(live.string("device_name")).ebs(ebs);
    let call = change.client.ec2().modify_instance_attribute().instance_id(change.id);
    call.block_device_mappings(device.build()).send().await?;
    Ok(())
}

type Tags = std::collections::BTreeMap<String, String>;

/// Brings tags that the configuration names from one set to another; others stay.
async fn retag(client: &Client, id: &str, old: &Tags, new: &Tags) -> Result<()> {
    let defaults = &client.tags().default_tags;
    let gone = old.keys().filter(|k| !new.contains_key(*k) && !defaults.contains_key(*k));
    let gone: Vec<Tag> = gone.map(|k| Tag::builder().key(k).build()).collect();
    let set = new.iter().filter(|(k, v)| old.get(*k) != Some(*v));
    let set: Vec<Tag> = set.map(|(k, v)| Tag::builder().key(k).value(v).build()).collect();
    if !gone.is_empty() {
        client.ec2().delete_tags().resources(id).set_tags(Some(gone)).send().await?;
    }
    if !set.is_empty() {
        client.ec2().create_tags().resources(id).set_tags(Some(set)).send().await?;
    }
    Ok(())
}

/// The name of the root device, which the image tells: that of the configuration, or of the launch template.
pub async fn root_device(client: &Client, want: &Object) -> Result<String> {
    let of_template = match (want.string("ami"), request::template(want)) {
        (None, Some(template)) => template_image(client, template).await?,
        _ => None,
    };
    let id = want.string("ami").or(of_template);
    let id = id.ok_or_else(|| Error::other("neither \"ami\" nor the launch template names an image"))?;
    let answer = client.ec2().describe_images().image_ids(&id).send().await?;
    let image = answer.images.unwrap_or_default().pop();
    let image = image.ok_or_else(|| Error::not_found(format!("there is no image {id}")))?;
    let mapped: Vec<String> =
        image.block_device_mappings.unwrap_or_default().into_iter().filter_map(|m| m.device_name).collect();
    // Some images call their root /dev/sda1 and map it as /dev/sda.
    let root = image.root_device_name.filter(|name| mapped.is_empty() || mapped.contains(name));
    root.or_else(|| mapped.into_iter().next()).ok_or_else(|| Error::other(format!("the image {id} has no root device")))
}

async fn template_image(
    client: &Client,
    template: aws_sdk_ec2::types::LaunchTemplateSpecification,
) -> Result<Option<String>> {
    let call = client
        .ec2()
        .describe_launch_template_versions()
        .set_launch_template_id(template.launch_template_id)
        .set_launch_template_name(template.launch_template_name)
        .versions(template.version.unwrap_or_else(|| super::DEFAULT_VERSION.to_owned()));
    let version = call.send().await?.launch_template_versions.unwrap_or_default().pop();
    Ok(version.and_then(|v| v.launch_template_data).and_then(|d| d.image_id))
}
