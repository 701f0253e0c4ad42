//! `data "aws_iam_policy"`: a managed policy by ARN, or by name and path.

use aws_sdk_iam::types::{Policy, PolicyScopeType};

use super::{read, tags};
use crate::aws::policy::decode_document;
use crate::aws::{Client, data, validate};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, map_of, number, string};
use crate::value::{Type, Value};

pub struct PolicyData;

impl DataSource for PolicyData {
    type Client = Client;
    const NAME: &'static str = "aws_iam_policy";
    const ACTIONS: &'static [&'static str] = &["iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicies"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().optional().computed().check(validate::arn))
            .attr("attachment_count", number().computed())
            .attr("description", string().computed())
            .attr("id", string().optional().computed())
            .attr("name", string().optional().computed())
            .attr("path", string().computed())
            .attr("path_prefix", string().optional())
            .attr("policy", string().computed())
            .attr("policy_id", string().computed())
            .attr("tags", map_of(Type::String).optional().computed())
    }

    fn validate(config: &Value) -> Vec<String> {
        let set = |name: &str| config.get(name).is_some_and(|v| !v.is_null());
        if set("arn") && (set("name") || set("path_prefix")) {
            return vec!["arn excludes name and path_prefix.".into()];
        }
        Vec::new()
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let arn = match config.string("arn") {
            Some(arn) => arn,
            None => by_name(client, config).await?,
        };
        let answer = read::unless_gone(client.iam().get_policy().policy_arn(&arn).send().await)?;
        let policy = answer.and_then(|a| a.policy);
        let policy = policy.ok_or_else(|| Error::not_found(format!("there is no policy \"{arn}\"")))?;
        let version = policy.default_version_id.clone().unwrap_or_default();
        let answer = client.iam().get_policy_version().policy_arn(&arn).version_id(version).send().await?;
        let document = answer.policy_version.and_then(|v| v.document).unwrap_or_default();
        Ok(config
            .clone()
            .with("arn", arn.as_str())
            .with("attachment_count", policy.attachment_count.unwrap_or_default())
            .with("description", policy.description.clone().unwrap_or_default())
            .with("id", arn.as_str())
            .with("name", policy.policy_name.clone())
            .with("path", policy.path.clone())
            .with("policy", decode_document(&document))
            .with("policy_id", policy.policy_id.clone())
            .with("tags", data::tags_of(client, tags::pairs(policy.tags.as_deref().unwrap_or_default()))))
    }
}

/// The policy of that name: it must be one alone.
async fn by_name(client: &Client, config: &Object) -> Result<String> {
    let (name, prefix) = (config.string("name"), config.string("path_prefix"));
    let call = client.iam().list_policies().scope(PolicyScopeType::All).set_path_prefix(prefix).max_items(1000);
    let mut pages = call.into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let named = |p: &Policy| name.is_none() || p.policy_name == name;
        found.extend(page?.policies.unwrap_or_default().into_iter().filter(named).filter_map(|p| p.arn));
    }
    match found.as_slice() {
        [arn] => Ok(arn.clone()),
        [] => Err(Error::not_found("there is no policy of this name and path")),
        many => Err(Error::other(format!("{} policies have this name and path", many.len()))
            .hint("Say more: a path_prefix, or the ARN.")),
    }
}
