//! `aws_sqs_queue` as a data source: a queue by its name.

use aws_sdk_sqs::types::QueueAttributeName;

use super::attributes;
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, map_of, string};
use crate::value::{Type, Value};

pub struct QueueData;

impl DataSource for QueueData {
    type Client = Client;
    const NAME: &'static str = "aws_sqs_queue";
    const ACTIONS: &'static [&'static str] = &["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("name", string().required())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("url", string().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let name = config.string("name").unwrap_or_default();
        let gone = || Error::not_found(format!("there is no queue \"{name}\" in region {}", client.region()));
        let url = match client.sqs().get_queue_url().queue_name(&name).send().await.map_err(Error::from) {
            Ok(answer) => answer.queue_url.ok_or_else(gone)?,
            Err(e) if e.is_not_found() => return Err(gone()),
            Err(e) => return Err(e),
        };
        let live = attributes::read(client, &url, QueueAttributeName::QueueArn).await?.ok_or_else(gone)?;
        let tags = client.sqs().list_queue_tags().queue_url(&url).send().await?.tags.unwrap_or_default();
        let own = tags.into_iter().filter(|(k, _)| !k.starts_with("aws:"));
        let own = own.map(|(k, v)| (k.into(), Value::from(v))).collect();
        Ok(config
            .clone()
            .with("arn", live.get("QueueArn").cloned())
            .with("id", url.as_str())
            .with("tags", Value::map(Type::String, own))
            .with("url", url.as_str()))
    }
}
