//! `data "aws_default_tags"`: what the provider block adds to all tags.

use crate::aws::Client;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, map_of, string};
use crate::value::Type;

pub struct DefaultTags;

impl DataSource for DefaultTags {
    type Client = Client;
    const NAME: &'static str = "aws_default_tags";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        Schema::new(0).attr("id", string().optional().computed()).attr("tags", map_of(Type::String).computed())
    }

    async fn read(client: &Client, _config: &Object) -> Result<Object> {
        let tags = client.tags().default_tags.clone();
        Ok(Object::new().with("id", client.partition()).with("tags", tags))
    }
}
