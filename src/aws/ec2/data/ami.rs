//! `data.aws_ami`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{BlockDeviceMapping, Image};
use regex::Regex;

use super::{Filters, completed, filter_block, one, or_none, shown_tags};
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, list_of, map_of, set_of, string};
use crate::value::{Type, Value};

pub struct Ami;

impl DataSource for Ami {
    type Client = Client;
    const NAME: &'static str = "aws_ami";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeImages"];

    fn schema() -> Schema {
        let texts = [
            "architecture",
            "arn",
            "boot_mode",
            "creation_date",
            "deprecation_time",
            "description",
            "hypervisor",
            "image_id",
            "image_location",
            "image_owner_alias",
            "image_type",
            "imds_support",
            "kernel_id",
            "last_launched_time",
            "name",
            "owner_id",
            "platform",
            "platform_details",
            "ramdisk_id",
            "root_device_name",
            "root_device_type",
            "root_snapshot_id",
            "sriov_net_support",
            "state",
            "tpm_support",
            "usage_operation",
            "virtualization_type",
        ];
        let device = Type::object([
            ("device_name", Type::String),
            ("ebs", Type::map(Type::String)),
            ("no_device", Type::String),
            ("virtual_name", Type::String),
        ]);
        let code = Type::object([("product_code_id", Type::String), ("product_code_type", Type::String)]);
        texts
            .iter()
            .fold(Schema::new(0), |schema, name| schema.attr(name, string().computed()))
            .attr("block_device_mappings", set_of(device).computed())
            .attr("ena_support", boolean().computed())
            .attr("executable_users", list_of(Type::String).optional())
            .attr("id", string().optional().computed())
            .attr("include_deprecated", boolean().optional())
            .attr("most_recent", boolean().optional())
            .attr("name_regex", string().optional().check(pattern))
            .attr("owners", list_of(Type::String).optional())
            .attr("product_codes", set_of(code).computed())
            .attr("public", boolean().computed())
            .attr("state_reason", map_of(Type::String).computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("uefi_data", string().optional())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let list = |name| Some(config.strings(name)).filter(|all| !all.is_empty());
        let call = client
            .ec2()
            .describe_images()
            .set_executable_users(list("executable_users"))
            .set_filters(Filters::of(config, "tags").list())
            .set_include_deprecated(config.bool("include_deprecated"))
            .set_owners(list("owners"));
        let found: Result<Vec<Image>> = call.into_paginator().items().send().try_collect().await.map_err(Error::from);
        let mut images = or_none(found)?;
        if let Some(pattern) = config.string("name_regex") {
            let pattern = Regex::new(&pattern).map_err(|e| Error::other(e.to_string()))?;
            images.retain(|i| i.name.as_deref().is_some_and(|name| pattern.is_match(name)));
        }
        if config.bool("most_recent") == Some(true) {
            images = images.into_iter().max_by(|a, b| a.creation_date.cmp(&b.creation_date)).into_iter().collect();
        }
        let image = one(images, "AMI").map_err(|e| {
            if e.is_not_found() { e } else { e.hint("Filter more narrowly, or set most_recent = true.") }
        })?;
        Ok(completed(config, object(client, &image)))
    }
}

fn pattern(value: &Value) -> std::result::Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    Regex::new(text).map(drop).map_err(|_| format!("\"{text}\" is not a regular expression."))
}

fn object(client: &Client, image: &Image) -> Object {
    let id = image.image_id.as_deref().unwrap_or_default();
    let devices = image.block_device_mappings.as_deref().unwrap_or_default();
    let root = image.root_device_name.as_deref().unwrap_or_default();
    let root = devices.iter().find(|d| d.device_name.as_deref() == Some(root)).and_then(|d| d.ebs.as_ref());
    let codes = image.product_codes.iter().flatten().map(|code| {
        Object::new()
            .with("product_code_id", code.product_code_id.clone().unwrap_or_default())
            .with("product_code_type", code.product_code_type.as_ref().map_or("", |t| t.as_str()))
    });
    let (reason, message) = match &image.state_reason {
        Some(reason) => (reason.code.clone().unwrap_or_default(), reason.message.clone().unwrap_or_default()),
        None => ("UNSET".to_owned(), "UNSET".to_owned()),
    };
    Object::new()
        .with("architecture", image.architecture.as_ref().map_or("", |v| v.as_str()))
        // Images have no account in their ARN: they may be shared.
        .with("arn", format!("arn:{}:ec2:{}::image/{id}", client.partition(), client.region()))
        .with("block_device_mappings", devices.iter().map(device).collect::<Vec<_>>())
        .with("boot_mode", image.boot_mode.as_ref().map_or("", |v| v.as_str()))
        .with("creation_date", image.creation_date.clone())
        .with("deprecation_time", image.deprecation_time.clone())
        .with("description", image.description.clone())
        .with("ena_support", image.ena_support)
        .with("hypervisor", image.hypervisor.as_ref().map_or("", |v| v.as_str()))
        .with("id", id)
        .with("image_id", id)
        .with("image_location", image.image_location.clone())
        .with("image_owner_alias", image.image_owner_alias.clone())
        .with("image_type", image.image_type.as_ref().map_or("", |v| v.as_str()))
        .with("imds_support", image.imds_support.as_ref().map_or("", |v| v.as_str()))
        .with("kernel_id", image.kernel_id.clone())
        .with("last_launched_time", image.last_launched_time.clone())
        .with("name", image.name.clone())
        .with("owner_id", image.owner_id.clone())
        .with("platform", image.platform.as_ref().map_or("", |v| v.as_str()))
        .with("platform_details", image.platform_details.clone())
        .with("product_codes", codes.collect::<Vec<_>>())
        .with("public", image.public)
        .with("ramdisk_id", image.ramdisk_id.clone())
        .with("root_device_name", image.root_device_name.clone())
        .with("root_device_type", image.root_device_type.as_ref().map_or("", |v| v.as_str()))
        .with("root_snapshot_id", root.and_then(|e| e.snapshot_id.clone()).unwrap_or_default())
        .with("sriov_net_support", image.sriov_net_support.clone())
        .with("state", image.state.as_ref().map_or("", |v| v.as_str()))
        .with("state_reason", BTreeMap::from([("code", Value::from(reason)), ("message", Value::from(message))]))
        .with("tags", shown_tags(client, image.tags.as_ref()))
        .with("tpm_support", image.tpm_support.as_ref().map_or("", |v| v.as_str()))
        .with("usage_operation", image.usage_operation.clone())
        .with("virtualization_type", image.virtualization_type.as_ref().map_or("", |v| v.as_str()))
}

/// A device with the settings of its volume, all of them as text.
fn device(device: &BlockDeviceMapping) -> Object {
    let text = |v: &Option<String>| v.clone().unwrap_or_default();
    let mut volume: BTreeMap<&str, Value> = BTreeMap::new();
    if let Some(ebs) = &device.ebs {
        let number = |n: Option<i32>| n.unwrap_or_default().to_string();
        let on = |on: Option<bool>| on.unwrap_or_default().to_string();
        volume.insert("delete_on_termination", on(ebs.delete_on_termination).into());
        volume.insert("encrypted", on(ebs.encrypted).into());
        volume.insert("iops", number(ebs.iops).into());
        volume.insert("snapshot_id", text(&ebs.snapshot_id).into());
        volume.insert("throughput", number(ebs.throughput).into());
        volume.insert("volume_initialization_rate", number(ebs.volume_initialization_rate).into());
        volume.insert("volume_size", number(ebs.volume_size).into());
        volume.insert("volume_type", ebs.volume_type.as_ref().map_or("", |t| t.as_str()).into());
    }
    Object::new()
        .with("device_name", text(&device.device_name))
        .with("ebs", volume)
        .with("no_device", text(&device.no_device))
        .with("virtual_name", text(&device.virtual_name))
}
