//! `data "aws_region"`: no call.

use super::regions;
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, string};

pub struct Region;

impl DataSource for Region {
    type Client = Client;
    const NAME: &'static str = "aws_region";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("description", string().computed())
            .attr("endpoint", string().optional().computed())
            .attr("id", string().optional().computed())
            .attr("name", string().optional().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let (name, endpoint) = (config.string("name"), config.string("endpoint"));
        let name = match (&name, &endpoint) {
            (Some(name), _) => name.as_str(),
            (None, Some(endpoint)) => regions::by_endpoint(endpoint)
                .ok_or_else(|| Error::other(format!("no region has the EC2 endpoint \"{endpoint}\"")))?,
            (None, None) => client.region(),
        };
        // The region that the provider works in may be newer than the list.
        let description = match regions::description(name) {
            Some(text) => text,
            None if name == client.region() => "",
            None => return Err(Error::other(format!("there is no region \"{name}\""))),
        };
        if endpoint.is_some_and(|e| e != regions::endpoint(name)) {
            return Err(Error::other(format!("name and endpoint mean different regions: {name} is another one")));
        }
        Ok(Object::new()
            .with("description", description)
            .with("endpoint", regions::endpoint(name))
            .with("id", name)
            .with("name", name))
    }
}
