//! `aws_flow_log`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    DestinationFileFormat, DestinationOptionsRequest, FlowLog as Live, FlowLogsResourceType, LogDestinationType,
    ResourceType as Kind, TrafficType, UnsuccessfulItem,
};

use super::equality::is_set;
use super::read::{gone, texts, visible};
use super::tags;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType,
    Result,
};
use crate::schema::{Block, Schema, boolean, list_block, number, string};
use crate::value::Value;

pub struct FlowLog;

/// What a flow log may be about, with the beginning of its ids.
const SUBJECTS: [(&str, &str, FlowLogsResourceType); 5] = [
    ("transit_gateway_attachment_id", "tgw-attach-", FlowLogsResourceType::TransitGatewayAttachment),
    ("transit_gateway_id", "tgw-", FlowLogsResourceType::TransitGateway),
    ("eni_id", "eni-", FlowLogsResourceType::NetworkInterface),
    ("subnet_id", "subnet-", FlowLogsResourceType::Subnet),
    ("vpc_id", "vpc-", FlowLogsResourceType::Vpc),
];

const DESTINATIONS: [&str; 3] = ["cloud-watch-logs", "s3", "kinesis-data-firehose"];

impl ResourceType for FlowLog {
    type Client = Client;
    const NAME: &'static str = "aws_flow_log";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeFlowLogs"],
        create: &[
            "ec2:CreateFlowLogs",
            "ec2:CreateTags",
            "ec2:DeleteTags",
            "iam:PassRole",
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
        ],
        update: &["ec2:CreateTags", "ec2:DeleteTags"],
        delete: &["ec2:DeleteFlowLogs", "logs:DeleteLogDelivery"],
    };

    fn schema() -> Schema {
        let subject = || string().optional().force_new();
        let options = Block::new()
            .attr("file_format", string().optional().force_new().default("plain-text").check(file_format))
            .attr("hive_compatible_partitions", boolean().optional().force_new().default(false))
            .attr("per_hour_partition", boolean().optional().force_new().default(false));
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("deliver_cross_account_role", string().optional().force_new().check(validate::arn))
            .attr("eni_id", subject())
            .attr("iam_role_arn", string().optional().force_new().check(validate::arn))
            .attr("id", string().optional().computed())
            .attr("log_destination", string().optional().computed().force_new().check(validate::arn))
            .attr(
                "log_destination_type",
                string().optional().force_new().default("cloud-watch-logs").check(destination_type),
            )
            .attr("log_format", string().optional().computed().force_new())
            .attr(
                "log_group_name",
                string().optional().computed().force_new().deprecated("Use \"log_destination\" instead."),
            )
            .attr("max_aggregation_interval", number().optional().force_new().default(600).check(interval))
            .attr("subnet_id", subject())
            .attr("traffic_type", string().optional().force_new().check(traffic))
            .attr("transit_gateway_attachment_id", subject())
            .attr("transit_gateway_id", subject())
            .attr("vpc_id", subject())
            .block("destination_options", list_block(options).max(1).force_new())
            .tags()
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let filter = tags::filter("flow-log-id", texts(ids));
        let pages = client.ec2().describe_flow_logs().filter(filter).into_paginator().items().send();
        let live: Vec<Live> = pages.try_collect().await?;
        let mut found = gone(ids);
        for log in live {
            let id = log.flow_log_id.clone().unwrap_or_default();
            let arn = client.arn("ec2", &format!("vpc-flow-log/{id}")).await?;
            found.insert(id.into(), Found::Object(object(&log).with("arn", arn)));
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        // AWS fills the options in, and their block may be left out.
        let prior = change.prior.as_ref().and_then(|p| p.get("destination_options"));
        if change.config.get("destination_options").is_some_and(|v| v.as_slice().is_some_and(<[Value]>::is_empty))
            && let Some(prior) = prior.cloned()
        {
            change.planned.set("destination_options", prior);
        }
        let names = SUBJECTS.map(|(name, ..)| name);
        let set: Vec<&str> = names.into_iter().filter(|name| change.configured(name)).collect();
        if let [first, second, ..] = set[..] {
            change.error(second, format!("A flow log is about one thing: \"{first}\" is set already."));
        } else if set.is_empty() {
            let all = names.join("\", \"");
            change.error("vpc_id", format!("A flow log needs what it is about: set one of \"{all}\"."));
        }
        if is_set(change, "log_group_name") && is_set(change, "log_destination") {
            change.error("log_group_name", "Only one of \"log_destination\" and \"log_group_name\" may be set.");
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let subject = SUBJECTS.iter().find_map(|(name, _, kind)| Some((want.string(name)?, kind.clone())));
        let (subject, kind) = subject.ok_or_else(|| Error::other("the flow log is about nothing"))?;
        let answer = visible(|| async {
            let call = cx
                .client
                .ec2()
                .create_flow_logs()
                .client_token(cx.token)
                .set_deliver_cross_account_role(want.string("deliver_cross_account_role"))
                .set_deliver_logs_permission_arn(want.string("iam_role_arn"))
                .set_destination_options(destination_options(want))
                // Log groups show their ARN with this ending, which flow logs do not take.
                .set_log_destination(want.string("log_destination").map(|d| d.trim_end_matches(":*").to_owned()))
                .set_log_destination_type(want.str("log_destination_type").map(LogDestinationType::from))
                .set_log_format(want.string("log_format"))
                .set_log_group_name(want.string("log_group_name"))
                .set_max_aggregation_interval(want.i32("max_aggregation_interval"))
                .resource_ids(subject.as_str())
                .resource_type(kind.clone())
                .set_traffic_type(want.str("traffic_type").map(TrafficType::from))
                .tag_specifications(tags::with_token(Kind::VpcFlowLog, want, cx.token));
            call.send().await.map_err(Error::from)
        })
        .await?;
        refused("ec2:CreateFlowLogs", answer.unsuccessful)?;
        let id = answer.flow_log_ids.unwrap_or_default().into_iter().next().ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let done = match client.ec2().delete_flow_logs().flow_log_ids(id.as_str()).send().await {
            Ok(answer) => refused("ec2:DeleteFlowLogs", answer.unsuccessful),
            Err(e) => Err(e.into()),
        };
        done.or_else(Error::unless_not_found)
    }

    /// A role made a moment ago is not known everywhere yet.
    fn retries(operation: Operation, error: &Error) -> bool {
        let role = operation == Operation::Create && error.message.contains("Unable to assume given IAM role");
        role || matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let answer = client.ec2().describe_flow_logs().filter(tags::token_filter(intent)).send().await?;
        let mut live = answer.flow_logs.unwrap_or_default().into_iter();
        Ok(live.find(|l| tags::has_token(l.tags.as_ref(), intent)).and_then(|l| l.flow_log_id).map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

fn file_format(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &["plain-text", "parquet"])
}

fn destination_type(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &DESTINATIONS)
}

fn traffic(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &["ACCEPT", "REJECT", "ALL"])
}

fn interval(value: &Value) -> std::result::Result<(), String> {
    match value.as_i64() {
        Some(60 | 600) => Ok(()),
        _ => Err("The longest time of an aggregation is 60 or 600 seconds.".into()),
    }
}

/// The calls succeed also where they do nothing.
fn refused(operation: &str, unsuccessful: Option<Vec<UnsuccessfulItem>>) -> Result<()> {
    let Some(why) = unsuccessful.unwrap_or_default().into_iter().find_map(|u| u.error) else { return Ok(()) };
    let code = why.code.unwrap_or_default();
    let kind = if code.ends_with(".NotFound") { ErrorKind::NotFound } else { ErrorKind::Other };
    let mut error = Error::new(kind, why.message.unwrap_or_default());
    error.operation = Some(operation.to_owned());
    error.code = Some(code);
    Err(error)
}

fn destination_options(want: &Object) -> Option<DestinationOptionsRequest> {
    let options = want.object("destination_options")?;
    Some(
        DestinationOptionsRequest::builder()
            .set_file_format(options.str("file_format").map(DestinationFileFormat::from))
            .set_hive_compatible_partitions(options.bool("hive_compatible_partitions"))
            .set_per_hour_partition(options.bool("per_hour_partition"))
            .build(),
    )
}

fn object(log: &Live) -> Object {
    let subject = log.resource_id.as_deref().unwrap_or_default();
    let text = |v: &Option<String>| v.clone().unwrap_or_default();
    let options = log.destination_options.as_ref().map(|o| {
        Object::new()
            .with("file_format", o.file_format.as_ref().map_or("plain-text", DestinationFileFormat::as_str))
            .with("hive_compatible_partitions", o.hive_compatible_partitions.unwrap_or_default())
            .with("per_hour_partition", o.per_hour_partition.unwrap_or_default())
    });
    let mut object = Object::new()
        .with("deliver_cross_account_role", text(&log.deliver_cross_account_role))
        .with("destination_options", options.into_iter().collect::<Vec<_>>())
        .with("iam_role_arn", text(&log.deliver_logs_permission_arn))
        .with("id", text(&log.flow_log_id))
        .with("log_destination", text(&log.log_destination))
        .with("log_destination_type", log.log_destination_type.as_ref().map_or("", LogDestinationType::as_str))
        .with("log_format", text(&log.log_format))
        .with("log_group_name", text(&log.log_group_name))
        .with("max_aggregation_interval", log.max_aggregation_interval);
    if let Some((name, ..)) = SUBJECTS.iter().find(|(_, prefix, _)| subject.starts_with(prefix)) {
        object.set(name, subject);
    }
    if !subject.starts_with("tgw-") {
        object.set("traffic_type", log.traffic_type.as_ref().map_or("", TrafficType::as_str));
    }
    all_tags::set(&mut object, tags::pairs(log.tags.as_ref()));
    object
}
