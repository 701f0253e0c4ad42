//! `data "aws_arn"`: the parts of an ARN.

use crate::aws::{Client, validate};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, string};

pub struct Arn;

impl DataSource for Arn {
    type Client = Client;
    const NAME: &'static str = "aws_arn";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("account", string().computed())
            .attr("arn", string().required().check(validate::arn))
            .attr("id", string().optional().computed())
            .attr("partition", string().computed())
            .attr("region", string().computed())
            .attr("resource", string().computed())
            .attr("service", string().computed())
    }

    async fn read(_client: &Client, config: &Object) -> Result<Object> {
        let arn = config.string("arn").unwrap_or_default();
        match arn.splitn(6, ':').collect::<Vec<_>>().as_slice() {
            ["arn", partition, service, region, account, resource] => Ok(Object::new()
                .with("account", *account)
                .with("arn", arn.as_str())
                .with("id", arn.as_str())
                .with("partition", *partition)
                .with("region", *region)
                .with("resource", *resource)
                .with("service", *service)),
            _ => Err(Error::other(format!("\"{arn}\" is not an ARN (arn:partition:service:region:account:resource)"))),
        }
    }
}
