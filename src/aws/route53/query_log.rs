//! `aws_route53_query_log`: where the queries of a zone are logged. A zone has one such configuration at most.

use std::collections::BTreeMap;

use aws_sdk_route53::types::QueryLoggingConfig as Live;

use super::dns;
use crate::aws::error::deleted;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, RemoteId, ResourceType, Result,
};
use crate::schema::{Schema, string};

const GROUP: &str = "cloudwatch_log_group_arn";

pub struct QueryLog;

impl ResourceType for QueryLog {
    type Client = Client;
    const NAME: &'static str = "aws_route53_query_log";
    const READ_BATCH: usize = 1000;
    const UNIQUE: &'static [&'static str] = &["zone_id"];
    const ACTIONS: Actions = Actions {
        read: &["route53:ListQueryLoggingConfigs"],
        create: &[
            "logs:CreateLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:PutResourcePolicy",
            "route53:CreateQueryLoggingConfig",
            "route53:ListQueryLoggingConfigs",
        ],
        update: &[],
        delete: &["logs:DeleteLogDelivery", "route53:DeleteQueryLoggingConfig"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr(GROUP, string().required().force_new().check(validate::arn))
            .attr("id", string().optional().computed())
            .attr("zone_id", string().required().force_new())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let all = client.once("route53 query logs", || list(client, None)).await?;
        let read = |id: &RemoteId| {
            let live = all.iter().find(|log| log.id == id.as_str());
            (id.clone(), live.map_or(Found::Gone, |live| Found::Object(object(client, live))))
        };
        Ok(ids.iter().map(read).collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let call = cx.client.route53().create_query_logging_config().set_hosted_zone_id(want.string("zone_id"));
        let answer = call.set_cloud_watch_logs_log_group_arn(want.string(GROUP)).send().await?;
        let made = answer.query_logging_config.ok_or_else(|| Error::other("the answer names no query log"))?;
        let id = RemoteId::from(made.id);
        cx.created(&id);
        Ok(id)
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        match deleted(client.route53().delete_query_logging_config().id(id.as_str()).send().await) {
            Err(e) if e.has_code("NoSuchQueryLoggingConfig") => Ok(()),
            other => other,
        }
    }

    /// The policy that lets Route 53 write to the group may have been made a moment ago.
    fn retries(operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || (operation == Operation::Create && error.has_code("InsufficientCloudWatchLogsResourcePolicy"))
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        [GROUP, "zone_id"].into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let (Some(zone), group) = (intent.identity.get("zone_id"), intent.identity.get(GROUP)) else {
            return Ok(None);
        };
        let logs = match list(client, Some(dns::zone_id(zone).to_owned())).await {
            Ok(logs) => logs,
            Err(e) => return e.unless_not_found().map(|()| None),
        };
        let found = logs.into_iter().find(|log| Some(&log.cloud_watch_logs_log_group_arn) == group);
        Ok(found.map(|log| RemoteId::from(log.id)))
    }
}

/// The configurations of a zone, or of all zones of the account.
async fn list(client: &Client, zone: Option<String>) -> Result<Vec<Live>> {
    let mut all = Vec::new();
    let mut pages = client.route53().list_query_logging_configs().set_hosted_zone_id(zone).into_paginator().send();
    while let Some(page) = pages.next().await {
        all.extend(page?.query_logging_configs);
    }
    Ok(all)
}

fn object(client: &Client, live: &Live) -> Object {
    Object::new()
        .with("arn", format!("arn:{}:route53:::queryloggingconfig/{}", client.partition(), live.id))
        .with(GROUP, live.cloud_watch_logs_log_group_arn.as_str())
        .with("id", live.id.as_str())
        .with("zone_id", live.hosted_zone_id.as_str())
}
