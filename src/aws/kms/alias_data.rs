//! `data "aws_kms_alias"`

use super::alias;
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, string};

pub struct AliasData;

impl DataSource for AliasData {
    type Client = Client;
    const NAME: &'static str = "aws_kms_alias";
    const ACTIONS: &'static [&'static str] = &["kms:DescribeKey", "kms:ListAliases"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("name", string().required().check(alias::valid_name_of_any))
            .attr("target_key_arn", string().computed())
            .attr("target_key_id", string().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let name = config.string("name").unwrap_or_default();
        let aliases = client.once("kms aliases", || alias::list(client)).await?;
        let found = aliases.iter().find(|a| a.alias_name.as_deref() == Some(name.as_str()));
        let found = found
            .ok_or_else(|| Error::not_found(format!("there is no alias \"{name}\" in region {}", client.region())))?;
        let arn = found.alias_arn.clone().unwrap_or_default();
        // The alias of a service that has made no key yet names none: KMS makes it when it is asked for.
        let (key, key_arn) = match (&found.target_key_id, arn.strip_suffix(&name)) {
            (Some(key), Some(account)) => (key.clone(), format!("{account}key/{key}")),
            _ => {
                let key = client.kms().describe_key().key_id(&name).send().await?.key_metadata;
                let key = key.ok_or_else(|| Error::not_found(format!("the alias \"{name}\" has no key")))?;
                (key.key_id.clone(), key.arn.unwrap_or_default())
            }
        };
        Ok(Object::new()
            .with("arn", arn.as_str())
            .with("id", arn)
            .with("name", name)
            .with("target_key_arn", key_arn)
            .with("target_key_id", key))
    }
}
