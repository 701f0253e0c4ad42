//! `data "aws_secretsmanager_secret_version"`: the value of a secret.

use super::secret_data::time;
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, set_of, string};
use crate::value::Type;

pub struct SecretVersionData;

impl DataSource for SecretVersionData {
    type Client = Client;
    const NAME: &'static str = "aws_secretsmanager_secret_version";
    const ACTIONS: &'static [&'static str] = &["kms:Decrypt", "secretsmanager:GetSecretValue"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("created_date", string().computed())
            .attr("id", string().optional().computed())
            .attr("secret_binary", string().computed().sensitive())
            .attr("secret_id", string().required())
            .attr("secret_string", string().computed().sensitive())
            .attr("version_id", string().optional().computed())
            .attr("version_stage", string().optional().default("AWSCURRENT"))
            .attr("version_stages", set_of(Type::String).computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let secret = config.string("secret_id").unwrap_or_default();
        let version = config.string("version_id");
        let stage = config.string("version_stage").unwrap_or_else(|| "AWSCURRENT".into());
        let call = client.secretsmanager().get_secret_value().secret_id(&secret);
        let call = match &version {
            Some(version) => call.version_id(version),
            None => call.version_stage(&stage),
        };
        let value = call.send().await.map_err(Error::from).map_err(|e| match e.is_not_found() {
            true => e.hint("Check the secret, its region, and that it has a version with this id or stage."),
            false => e,
        })?;
        let binary = value.secret_binary.map(|blob| String::from_utf8_lossy(blob.as_ref()).into_owned());
        let id = value.version_id.unwrap_or_default();
        Ok(config
            .clone()
            .with("arn", value.arn)
            .with("created_date", time(value.created_date.as_ref()))
            .with("id", format!("{secret}|{}", version.as_deref().unwrap_or(&stage)))
            .with("secret_binary", binary.unwrap_or_default())
            .with("secret_string", value.secret_string.unwrap_or_default())
            .with("version_id", id)
            .with("version_stage", stage)
            .with("version_stages", value.version_stages.unwrap_or_default()))
    }
}
