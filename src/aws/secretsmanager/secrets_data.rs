//! `data "aws_secretsmanager_secrets"`: secrets that filters choose.

use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType};

use crate::aws::Client;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Block, Schema, set_block, set_of, string};
use crate::value::{Type, Value};

/// Most entries of one page.
const PAGE: i32 = 100;

pub struct SecretsData;

impl DataSource for SecretsData {
    type Client = Client;
    const NAME: &'static str = "aws_secretsmanager_secrets";
    const ACTIONS: &'static [&'static str] = &["secretsmanager:ListSecrets"];

    fn schema() -> Schema {
        let filter = Block::new().attr("name", string().required()).attr("values", set_of(Type::String).required());
        Schema::new(0)
            .attr("arns", set_of(Type::String).computed())
            .attr("id", string().optional().computed())
            .attr("names", set_of(Type::String).computed())
            .block("filter", set_block(filter))
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let filters: Vec<Filter> = config.objects("filter").iter().map(filter).collect();
        let call = client.secretsmanager().list_secrets().max_results(PAGE);
        let mut pages = call.set_filters((!filters.is_empty()).then_some(filters)).into_paginator().send();
        let (mut arns, mut names) = (Vec::new(), Vec::new());
        while let Some(page) = pages.next().await {
            for secret in page?.secret_list.unwrap_or_default() {
                arns.push(Value::from(secret.arn.unwrap_or_default()));
                names.push(Value::from(secret.name.unwrap_or_default()));
            }
        }
        Ok(config.clone().with("arns", arns).with("id", client.region()).with("names", names))
    }
}

fn filter(block: &Object) -> Filter {
    let key = FilterNameStringType::from(block.str("name").unwrap_or_default());
    Filter::builder().key(key).set_values(Some(block.strings("values"))).build()
}
