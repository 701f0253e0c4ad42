//! Ephemeral `aws_ssm_parameter`: the value of a parameter, for one run.

use aws_sdk_ssm::types::ParameterType;

use crate::aws::Client;
use crate::provider::{EphemeralResource, Error, Object, Opened, Result};
use crate::schema::{Schema, boolean, number, string};

pub struct EphemeralParameter;

impl EphemeralResource for EphemeralParameter {
    type Client = Client;
    const NAME: &'static str = "aws_ssm_parameter";
    const ACTIONS: &'static [&'static str] = &["kms:Decrypt", "ssm:GetParameter"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().required())
            .attr("name", string().computed())
            .attr("type", string().computed())
            .attr("value", string().computed().sensitive())
            .attr("version", number().computed())
            .attr("with_decryption", boolean().optional().computed())
    }

    async fn open(client: &Client, config: &Object) -> Result<Opened> {
        let arn = config.string("arn").unwrap_or_default();
        let decrypt = config.bool("with_decryption").unwrap_or(true);
        let answer = client.ssm().get_parameter().name(&arn).with_decryption(decrypt).send().await?;
        let live = answer.parameter.ok_or_else(|| Error::not_found(format!("there is no parameter \"{arn}\"")))?;
        let object = config
            .clone()
            .with("arn", live.arn)
            .with("name", live.name)
            .with("type", live.r#type.as_ref().map(ParameterType::as_str))
            .with("value", live.value)
            .with("version", live.version)
            .with("with_decryption", decrypt);
        Ok(object.into())
    }
}
