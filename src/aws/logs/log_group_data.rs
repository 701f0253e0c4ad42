//! `data "aws_cloudwatch_log_group"`

use aws_sdk_cloudwatchlogs::types::LogGroupClass;

use super::log_group::{LogGroup, described};
use crate::aws::{Client, data};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, map_of, number, string};
use crate::value::Type;

pub struct LogGroupData;

impl DataSource for LogGroupData {
    type Client = Client;
    const NAME: &'static str = "aws_cloudwatch_log_group";
    const ACTIONS: &'static [&'static str] = &["logs:DescribeLogGroups", "logs:ListTagsForResource"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("creation_time", number().computed())
            .attr("id", string().optional().computed())
            .attr("kms_key_id", string().computed())
            .attr("log_group_class", string().computed())
            .attr("name", string().required())
            .attr("retention_in_days", number().computed())
            .attr("tags", map_of(Type::String).optional().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let name = config.string("name").unwrap_or_default();
        let group = described(client, &name).await?;
        let group = group.ok_or_else(|| Error::not_found(format!("there is no log group \"{name}\"")))?;
        let mut object = data::existing::<LogGroup>(client, &name).await?;
        object.set("creation_time", group.creation_time);
        object.set("log_group_class", group.log_group_class.as_ref().map_or("", LogGroupClass::as_str));
        Ok(object)
    }
}
