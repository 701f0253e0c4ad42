//! `data "aws_caller_identity"`

use crate::aws::Client;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, string};

pub struct CallerIdentity;

impl DataSource for CallerIdentity {
    type Client = Client;
    const NAME: &'static str = "aws_caller_identity";
    const ACTIONS: &'static [&'static str] = &["sts:GetCallerIdentity"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("account_id", string().computed())
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("user_id", string().computed())
    }

    async fn read(client: &Client, _config: &Object) -> Result<Object> {
        let caller = client.caller().await?;
        Ok(Object::new()
            .with("account_id", caller.account.as_str())
            .with("arn", caller.arn.as_str())
            .with("id", caller.account.as_str())
            .with("user_id", caller.user_id.as_str()))
    }
}
