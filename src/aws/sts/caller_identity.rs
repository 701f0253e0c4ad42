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
        let identity = client
            .once("sts/caller", || async {
                let answer = client.sts().get_caller_identity().send().await?;
                Ok(Object::new()
                    .with("account_id", answer.account.clone())
                    .with("arn", answer.arn)
                    .with("id", answer.account)
                    .with("user_id", answer.user_id))
            })
            .await?;
        Ok((*identity).clone())
    }
}
