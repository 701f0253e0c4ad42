//! `data.aws_sns_topic`: a topic by its name.

use super::topic;
use crate::aws::Client;
use crate::aws::data::tags_of;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, map_of, string};
use crate::value::Type;

pub struct TopicData;

impl DataSource for TopicData {
    type Client = Client;
    const NAME: &'static str = "aws_sns_topic";
    const ACTIONS: &'static [&'static str] = &["sns:GetTopicAttributes", "sns:ListTagsForResource"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("name", string().required())
            .attr("tags", map_of(Type::String).optional().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let name = config.string("name").unwrap_or_default();
        let arn = client.arn("sns", &name).await?;
        let (live, tags) = futures::try_join!(topic::live(client, &arn), topic::tags(client, &arn))?;
        let (Some(_), Some(tags)) = (live, tags) else {
            return Err(Error::not_found(format!("there is no topic \"{name}\" in region {}", client.region()))
                .hint("Check the name, and the region and the account of the provider."));
        };
        Ok(config.clone().with("arn", arn.as_str()).with("id", arn).with("tags", tags_of(client, tags)))
    }
}
