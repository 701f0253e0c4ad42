//! Ephemeral `aws_secretsmanager_secret_version`: the value of a secret, for one run.

use aws_smithy_types::date_time::Format;

use crate::aws::Client;
use crate::provider::{EphemeralResource, Object, Opened, Result};
use crate::schema::{Schema, list_of, string};
use crate::value::Type;

pub struct EphemeralSecretVersion;

impl EphemeralResource for EphemeralSecretVersion {
    type Client = Client;
    const NAME: &'static str = "aws_secretsmanager_secret_version";
    const ACTIONS: &'static [&'static str] = &["kms:Decrypt", "secretsmanager:GetSecretValue"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("created_date", string().computed())
            .attr("secret_binary", string().computed().sensitive())
            .attr("secret_id", string().required())
            .attr("secret_string", string().computed().sensitive())
            .attr("version_id", string().optional().computed())
            .attr("version_stage", string().optional().computed())
            .attr("version_stages", list_of(Type::String).computed())
    }

    async fn open(client: &Client, config: &Object) -> Result<Opened> {
        let answer = client
            .secretsmanager()
            .get_secret_value()
            .set_secret_id(config.string("secret_id"))
            .set_version_id(config.string("version_id"))
            .set_version_stage(config.string("version_stage"))
            .send()
            .await?;
        let created = answer.created_date.and_then(|date| date.fmt(Format::DateTime).ok());
        let binary = answer.secret_binary.map(|blob| String::from_utf8_lossy(blob.as_ref()).into_owned());
        let object = config
            .clone()
            .with("arn", answer.arn)
            .with("created_date", created)
            .with("secret_binary", binary)
            .with("secret_string", answer.secret_string)
            .with("version_id", answer.version_id)
            .with("version_stages", answer.version_stages.unwrap_or_default());
        Ok(object.into())
    }
}
