//! `data.aws_launch_template`

use aws_sdk_ec2::types::LaunchTemplate as Live;

use super::{Filters, filter_block, like_the_resource, listed, none, one, or_none};
use crate::addr::Name;
use crate::aws::Client;
use crate::aws::ec2::launch_template::{object, versions};
use crate::aws::ec2::launch_template_schema;
use crate::provider::{DataSource, Error, Object, RemoteId, Result};
use crate::schema::{Attribute, Schema, map_of, string};
use crate::value::Type;

pub struct LaunchTemplate;

const WHAT: &str = "EC2 launch template";

/// What only the resource has.
const RESOURCE_ONLY: [&str; 3] = ["name_prefix", "tags_all", "update_default_version"];

impl DataSource for LaunchTemplate {
    type Client = Client;
    const NAME: &'static str = "aws_launch_template";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions"];

    /// The resource's attributes, all computed; its blocks are lists of objects here.
    fn schema() -> Schema {
        let resource = launch_template_schema::schema().block;
        let attributes = resource.attributes.iter().map(|(name, a)| (name.clone(), a.ty.clone(), a.deprecated));
        let blocks = resource.blocks.iter().map(|(name, b)| (name.clone(), b.ty(), b.deprecated));
        let kept = attributes.chain(blocks).filter(|(name, ..)| !RESOURCE_ONLY.contains(&&**name));
        let attribute = |name: &Name, ty, deprecated| {
            let mut attribute = Attribute::new(shown(name, ty)).computed();
            attribute.deprecated = deprecated;
            attribute
        };
        kept.fold(Schema::new(0), |schema, (name, ty, old)| schema.attr(&name, attribute(&name, ty, old)))
            .attr("id", string().optional().computed())
            .attr("name", string().optional().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let call = client.ec2().describe_launch_templates().set_filters(Filters::of(config, "tags").list());
        let call = call.set_launch_template_ids(listed(config, "id"));
        let call = call.set_launch_template_names(listed(config, "name"));
        let found: Result<Vec<Live>> = call.into_paginator().items().send().try_collect().await.map_err(Error::from);
        let template = one(or_none(found)?, WHAT)?;
        let id = template.launch_template_id.clone().unwrap_or_default();
        let templates = [(RemoteId::from(id.as_str()), template)].into();
        let versions = versions(client, &templates).await?;
        let (Some(template), Some(version)) = (templates.values().next(), versions.get(&id)) else {
            return Err(none(WHAT));
        };
        let live = object(client, template, version).await?;
        Ok(like_the_resource(client, config, live))
    }
}

/// The type of an attribute here: interfaces are shown without ENA Express, and licences in order.
fn shown(name: &Name, ty: Type) -> Type {
    match ty {
        Type::List(element) if &**name == "network_interfaces" => {
            Type::list(without(&element, "ena_srd_specification"))
        }
        Type::Set(element) if &**name == "license_specification" => Type::List(element),
        other => other,
    }
}

fn without(ty: &Type, name: &str) -> Type {
    match ty {
        Type::Object(fields) => Type::object(
            fields
                .attributes
                .iter()
                .filter(|(field, _)| &***field != name)
                .map(|(field, ty)| (field.clone(), ty.clone())),
        ),
        other => other.clone(),
    }
}
