//! `aws_ecr_repository` as a data source.

use aws_sdk_ecr::types::{DescribeImagesFilter, ImageDetail, ImageTagMutability, TagStatus};

use super::repository;
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, list_of, map_of, string};
use crate::value::{Type, Value};

pub struct RepositoryData;

impl DataSource for RepositoryData {
    type Client = Client;
    const NAME: &'static str = "aws_ecr_repository";
    const ACTIONS: &'static [&'static str] =
        &["ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:ListTagsForResource"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("encryption_configuration", list_of(encryption()).computed())
            .attr("id", string().optional().computed())
            .attr("image_scanning_configuration", list_of(scanning()).computed())
            .attr("image_tag_mutability", string().computed())
            .attr("most_recent_image_tags", list_of(Type::String).computed())
            .attr("name", string().required())
            .attr("registry_id", string().optional().computed())
            .attr("repository_url", string().computed())
            .attr("tags", map_of(Type::String).optional().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let name = config.string("name").unwrap_or_default();
        let live = repository::one(client, &name, config.string("registry_id")).await?;
        let live = live.ok_or_else(|| {
            Error::not_found(format!("there is no repository \"{name}\" in region {}", client.region()))
        })?;
        let call = client.ecr().list_tags_for_resource().set_resource_arn(live.repository_arn.clone());
        let tags = call.send().await?.tags.unwrap_or_default().into_iter();
        let tags = tags.map(|t| (t.key.into(), Value::from(t.value))).collect();
        let block = live.encryption_configuration.map(|e| {
            Object::new()
                .with("encryption_type", e.encryption_type.as_str())
                .with("kms_key", e.kms_key.unwrap_or_default())
                .into_value()
        });
        let scans = live.image_scanning_configuration;
        let scans = scans.map(|s| Object::new().with("scan_on_push", s.scan_on_push).into_value());
        Ok(config
            .clone()
            .with("arn", live.repository_arn)
            .with("encryption_configuration", Value::list(encryption(), block.into_iter().collect()))
            .with("id", name.as_str())
            .with("image_scanning_configuration", Value::list(scanning(), scans.into_iter().collect()))
            .with("image_tag_mutability", live.image_tag_mutability.as_ref().map(ImageTagMutability::as_str))
            .with("most_recent_image_tags", newest(client, &name, live.registry_id.clone()).await?)
            .with("registry_id", live.registry_id)
            .with("repository_url", live.repository_uri)
            .with("tags", Value::map(Type::String, tags)))
    }
}

/// Tags of the tagged image that was pushed last.
async fn newest(client: &Client, name: &str, registry: Option<String>) -> Result<Vec<String>> {
    let filter = DescribeImagesFilter::builder().tag_status(TagStatus::Tagged).build();
    let call = client.ecr().describe_images().repository_name(name).set_registry_id(registry).filter(filter);
    let images: Vec<ImageDetail> = call.into_paginator().items().send().try_collect().await?;
    let newest = images.into_iter().max_by_key(|image| image.image_pushed_at.map(|at| at.secs()));
    Ok(newest.and_then(|image| image.image_tags).unwrap_or_default())
}

fn encryption() -> Type {
    Type::object([("encryption_type", Type::String), ("kms_key", Type::String)])
}

fn scanning() -> Type {
    Type::object([("scan_on_push", Type::Bool)])
}
