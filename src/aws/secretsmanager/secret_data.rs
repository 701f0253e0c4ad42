//! `data "aws_secretsmanager_secret"`: a secret by ARN or name, without its value.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::aws::{Client, data, validate};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, map_of, string};
use crate::value::{Type, Value};

pub struct SecretData;

impl DataSource for SecretData {
    type Client = Client;
    const NAME: &'static str = "aws_secretsmanager_secret";
    const ACTIONS: &'static [&'static str] = &["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().optional().computed().check(validate::arn))
            .attr("created_date", string().computed())
            .attr("description", string().computed())
            .attr("id", string().optional().computed())
            .attr("kms_key_id", string().computed())
            .attr("last_changed_date", string().computed())
            .attr("name", string().optional().computed())
            .attr("policy", string().computed())
            .attr("tags", map_of(Type::String).optional().computed())
    }

    fn validate(config: &Value) -> Vec<String> {
        let set = |name: &str| config.get(name).is_some_and(|v| !v.is_null());
        if set("arn") == set("name") { vec!["Exactly one of arn and name must be set.".into()] } else { Vec::new() }
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let id = match (config.string("arn"), config.string("name")) {
            (Some(id), None) | (None, Some(id)) => id,
            _ => return Err(Error::other("exactly one of arn and name must be set")),
        };
        let missing = || Error::not_found(format!("there is no secret \"{id}\" in region {}", client.region()));
        let answer = client.secretsmanager().describe_secret().secret_id(&id).send().await.map_err(Error::from);
        let secret = match answer {
            Ok(secret) if secret.deleted_date.is_none() => secret,
            Err(e) if !e.is_not_found() => return Err(e),
            _ => return Err(missing()),
        };
        let arn = secret.arn.clone().unwrap_or_default();
        let policy = client.secretsmanager().get_resource_policy().secret_id(&arn).send().await?.resource_policy;
        let tags = secret.tags.unwrap_or_default().into_iter();
        let tags = tags.filter_map(|t| Some((t.key?, t.value.unwrap_or_default())));
        Ok(Object::new()
            .with("arn", arn.as_str())
            .with("created_date", time(secret.created_date.as_ref()))
            .with("description", secret.description.unwrap_or_default())
            .with("id", arn)
            .with("kms_key_id", secret.kms_key_id.unwrap_or_default())
            .with("last_changed_date", time(secret.last_changed_date.as_ref()))
            .with("name", secret.name.unwrap_or_default())
            .with("policy", policy.unwrap_or_default())
            .with("tags", data::tags_of(client, tags)))
    }
}

/// A time to the second; empty where there is none.
pub fn time(time: Option<&DateTime>) -> String {
    let whole = time.map(|t| DateTime::from_secs(t.secs()));
    whole.and_then(|t| t.fmt(Format::DateTime).ok()).unwrap_or_default()
}
