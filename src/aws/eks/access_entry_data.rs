//! `data "aws_eks_access_entry"`

use super::access_entry::AccessEntry;
use super::read;
use crate::aws::{Client, data, validate};
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, set_of, string};
use crate::value::Type;

pub struct AccessEntryData;

impl DataSource for AccessEntryData {
    type Client = Client;
    const NAME: &'static str = "aws_eks_access_entry";
    const ACTIONS: &'static [&'static str] = &["eks:DescribeAccessEntry"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("access_entry_arn", string().computed())
            .attr("cluster_name", string().required().check(read::cluster_name))
            .attr("created_at", string().computed())
            .attr("id", string().optional().computed())
            .attr("kubernetes_groups", set_of(Type::String).computed())
            .attr("modified_at", string().computed())
            .attr("principal_arn", string().required().check(validate::arn))
            .attr("type", string().computed())
            .attr("user_name", string().computed())
            .tags()
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let part = |name: &str| config.string(name).unwrap_or_default();
        let id = format!("{}:{}", part("cluster_name"), part("principal_arn"));
        let mut object = data::existing::<AccessEntry>(client, &id).await?;
        // What is shown stands in tags_all here; tags are those of the configuration.
        let shown = object.get("tags").cloned();
        object.0.remove("tags");
        if let Some(shown) = shown {
            object.set("tags_all", shown);
        }
        Ok(object)
    }
}
