//! `data "aws_efs_file_system"`: a file system by id, creation token, or tags.

use super::file_system::{FileSystem, list};
use crate::aws::{Client, data, tags as all_tags};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, list_of, map_of, number, string};
use crate::value::Type;

pub struct FileSystemData;

impl DataSource for FileSystemData {
    type Client = Client;
    const NAME: &'static str = "aws_efs_file_system";
    const ACTIONS: &'static [&'static str] =
        &["elasticfilesystem:DescribeFileSystems", "elasticfilesystem:DescribeLifecycleConfiguration"];

    fn schema() -> Schema {
        let lifecycle = Type::object([
            ("transition_to_archive", Type::String),
            ("transition_to_ia", Type::String),
            ("transition_to_primary_storage_class", Type::String),
        ]);
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("availability_zone_id", string().computed())
            .attr("availability_zone_name", string().computed())
            .attr("creation_token", string().optional().computed())
            .attr("dns_name", string().computed())
            .attr("encrypted", boolean().computed())
            .attr("file_system_id", string().optional().computed())
            .attr("id", string().optional().computed())
            .attr("kms_key_id", string().computed())
            .attr("lifecycle_policy", list_of(lifecycle).computed())
            .attr("name", string().computed())
            .attr("performance_mode", string().computed())
            .attr("protection", list_of(Type::object([("replication_overwrite", Type::String)])).computed())
            .attr("provisioned_throughput_in_mibps", number().computed())
            .attr("size_in_bytes", number().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("throughput_mode", string().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let id = chosen(client, config).await?;
        let mut object = data::existing::<FileSystem>(client, &id).await?;
        let size = object.object("size_in_bytes").and_then(|s| s.i64("value"));
        object.set("file_system_id", id);
        object.set("size_in_bytes", size.unwrap_or_default());
        Ok(object)
    }
}

/// Id of the one file system that is as described.
async fn chosen(client: &Client, config: &Object) -> Result<String> {
    let (id, token, tags) =
        (config.string("file_system_id"), config.string("creation_token"), config.string_map("tags"));
    if let Some(id) = id.as_ref().filter(|_| token.is_none() && tags.is_empty()) {
        return Ok(id.clone());
    }
    let all = client.once("efs file systems", || list(client)).await?;
    let found: Vec<&str> = all
        .iter()
        .filter(|f| id.as_ref().is_none_or(|id| *id == f.file_system_id))
        .filter(|f| token.as_ref().is_none_or(|token| *token == f.creation_token))
        .filter(|f| {
            let live: all_tags::Tags = super::tags::pairs(&f.tags).collect();
            tags.iter().all(|(k, v)| live.get(k) == Some(v))
        })
        .map(|f| f.file_system_id.as_str())
        .collect();
    match found.as_slice() {
        [id] => Ok((*id).to_owned()),
        [] => Err(Error::not_found("there is no file system as described")),
        many => Err(Error::other(format!("{} file systems are as described", many.len()))
            .hint("Say more: file_system_id, creation_token, or tags.")),
    }
}
