//! `aws_secretsmanager_random_password`, as an ephemeral resource and as a data source: a password that the service makes up.

use crate::aws::Client;
use crate::provider::{DataSource, EphemeralResource, Object, Opened, Result};
use crate::schema::{Attribute, Schema, boolean, number, string};

pub struct RandomPassword;

impl EphemeralResource for RandomPassword {
    type Client = Client;
    const NAME: &'static str = "aws_secretsmanager_random_password";
    const ACTIONS: &'static [&'static str] = &["secretsmanager:GetRandomPassword"];

    fn schema() -> Schema {
        schema(number().optional(), string().computed().sensitive())
    }

    async fn open(client: &Client, config: &Object) -> Result<Opened> {
        Ok(config.clone().with("random_password", password(client, config).await?).into())
    }
}

pub struct RandomPasswordData;

impl DataSource for RandomPasswordData {
    type Client = Client;
    const NAME: &'static str = "aws_secretsmanager_random_password";
    const ACTIONS: &'static [&'static str] = &["secretsmanager:GetRandomPassword"];

    fn schema() -> Schema {
        schema(number().optional().default(LENGTH), string().computed()).attr("id", string().optional().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let password = password(client, config).await?;
        Ok(config.clone().with("id", password.clone()).with("random_password", password))
    }
}

/// Characters of a password where nothing is configured.
const LENGTH: i64 = 32;

fn schema(length: Attribute, password: Attribute) -> Schema {
    let flag = || boolean().optional();
    Schema::new(0)
        .attr("exclude_characters", string().optional())
        .attr("exclude_lowercase", flag())
        .attr("exclude_numbers", flag())
        .attr("exclude_punctuation", flag())
        .attr("exclude_uppercase", flag())
        .attr("include_space", flag())
        .attr("password_length", length)
        .attr("random_password", password)
        .attr("require_each_included_type", flag())
}

async fn password(client: &Client, config: &Object) -> Result<Option<String>> {
    let answer = client
        .secretsmanager()
        .get_random_password()
        .set_exclude_characters(config.string("exclude_characters"))
        .set_exclude_lowercase(config.bool("exclude_lowercase"))
        .set_exclude_numbers(config.bool("exclude_numbers"))
        .set_exclude_punctuation(config.bool("exclude_punctuation"))
        .set_exclude_uppercase(config.bool("exclude_uppercase"))
        .set_include_space(config.bool("include_space"))
        .set_password_length(config.i64("password_length"))
        .set_require_each_included_type(config.bool("require_each_included_type"))
        .send()
        .await?;
    Ok(answer.random_password)
}
