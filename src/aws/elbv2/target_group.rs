//! `aws_lb_target_group`, known by its ARN.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    ProtocolEnum, TargetGroup as Live, TargetGroupAttribute, TargetGroupIpAddressTypeEnum, TargetTypeEnum,
};

use super::attributes::{self, Live as Attributes, differs};
use super::target_group_schema::{SETTINGS, schema};
use super::{naming, read, tags, target_group_parts as parts, target_group_plan};
use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::aws::{Client, name, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::Schema;

/// Before the suffix of a name that is chosen.
const PREFIX: &str = "tf-";

pub struct TargetGroup;

impl ResourceType for TargetGroup {
    type Client = Client;
    const NAME: &'static str = "aws_lb_target_group";
    const READ_BATCH: usize = 400;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &[
            "elasticloadbalancing:DescribeTags",
            "elasticloadbalancing:DescribeTargetGroupAttributes",
            "elasticloadbalancing:DescribeTargetGroups",
        ],
        create: &[
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:CreateTargetGroup",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
        ],
        update: &[
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:ModifyTargetGroup",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
            "elasticloadbalancing:RemoveTags",
        ],
        delete: &["elasticloadbalancing:DeleteTargetGroup"],
    };

    fn schema() -> Schema {
        schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        target_group_plan::customize(change);
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let live = read::target_groups(client, ids).await?;
        let arns: Vec<String> = live.iter().filter_map(|g| g.target_group_arn.clone()).collect();
        let mut tags = read::tags(client, &arns).await?;
        let objects = live.into_iter().map(|group| {
            let arn = group.target_group_arn.clone().unwrap_or_default();
            let tags = tags.remove(&arn).unwrap_or_default();
            async move {
                let attributes = read::target_group_attributes(client, &arn).await?;
                let id = RemoteId::from(arn);
                let object = attributes.map(|attributes| object(&group, &attributes, prior.get(&id), tags));
                Ok(object.map(|object| (id, Found::Object(object))))
            }
        });
        let mut found: BTreeMap<RemoteId, Found> = ids.iter().map(|id| (id.clone(), Found::Gone)).collect();
        found.extend(gather(objects.collect()).await?.into_iter().flatten());
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let called = name::of(want, cx.token, PREFIX);
        let kind = want.str("target_type").unwrap_or("instance");
        let protocol = want.string("protocol").unwrap_or_default();
        if read::target_group_by_name(cx.client, &called).await?.is_some() {
            return Err(naming::taken("target group", &called));
        }
        let call = cx.client.elbv2().create_target_group().name(&called).target_type(TargetTypeEnum::from(kind));
        let call = call.set_tags(tags::wanted(want));
        let call = if kind == "lambda" {
            call
        } else {
            let http = matches!(protocol.as_str(), "HTTP" | "HTTPS");
            let family = want.str("ip_address_type").filter(|_| kind != "alb").map(TargetGroupIpAddressTypeEnum::from);
            call.set_ip_address_type(family)
                .set_port(want.i32("port"))
                .protocol(ProtocolEnum::from(protocol.as_str()))
                .set_protocol_version(want.string("protocol_version").filter(|_| http).map(|v| v.to_uppercase()))
                .set_vpc_id(want.string("vpc_id"))
        };
        let check = want.object("health_check").map(|check| Check::of(&check, kind)).unwrap_or_default();
        let answer = call
            .set_health_check_enabled(check.enabled)
            .set_health_check_interval_seconds(check.interval)
            .set_health_check_path(check.path)
            .set_health_check_port(check.port)
            .set_health_check_protocol(check.protocol)
            .set_health_check_timeout_seconds(check.timeout)
            .set_healthy_threshold_count(check.healthy)
            .set_matcher(parts::matcher(want, check.matcher))
            .set_unhealthy_threshold_count(check.unhealthy)
            .send()
            .await?;
        let made = answer.target_groups.unwrap_or_default().into_iter().next();
        let arn = made.and_then(|g| g.target_group_arn).ok_or_else(|| Error::other("the answer names nothing"))?;
        cx.created(&arn.as_str().into());
        let mut told = attributes::first(&schema(), SETTINGS, kind, want);
        if matches!(kind, "instance" | "ip") {
            told.extend(parts::BLOCKS.iter().flat_map(|block| parts::wanted(want, block, &protocol)));
        }
        modify(cx.client, &arn, told).await?;
        Ok(arn.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let arn = id.as_str();
        let kind = want.str("target_type").unwrap_or("instance");
        let protocol = want.string("protocol").unwrap_or_default();
        if let Some(check) = want.object("health_check").filter(|_| differs(prior, want, "health_check")) {
            let check = Check::of(&check, kind);
            client
                .elbv2()
                .modify_target_group()
                .target_group_arn(arn)
                .set_health_check_enabled(check.enabled)
                .set_health_check_interval_seconds(check.interval)
                .set_health_check_path(check.path)
                .set_health_check_port(check.port)
                .set_health_check_protocol(check.protocol)
                .set_health_check_timeout_seconds(check.timeout)
                .set_healthy_threshold_count(check.healthy)
                .set_matcher(parts::matcher(want, check.matcher))
                .set_unhealthy_threshold_count(check.unhealthy)
                .send()
                .await?;
        }
        let mut told = attributes::changed(SETTINGS, kind, prior, want);
        if matches!(kind, "instance" | "ip") {
            let changed = parts::BLOCKS.iter().filter(|block| differs(prior, want, block));
            told.extend(changed.flat_map(|block| parts::wanted(want, block, &protocol)));
        }
        modify(client, arn, told).await?;
        tags::update(client, arn, prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.elbv2().delete_target_group().target_group_arn(id.as_str()).send().await)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 5, 5)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        name::identity(want)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let live = read::target_group_by_name(client, &name::of_intent(intent, PREFIX)).await?;
        Ok(live.and_then(|g| g.target_group_arn).map(RemoteId::from))
    }
}

/// A health check as the API takes it.
#[derive(Default)]
struct Check {
    enabled: Option<bool>,
    healthy: Option<i32>,
    interval: Option<i32>,
    matcher: Option<String>,
    path: Option<String>,
    port: Option<String>,
    protocol: Option<ProtocolEnum>,
    timeout: Option<i32>,
    unhealthy: Option<i32>,
}

impl Check {
    fn of(check: &Object, kind: &str) -> Self {
        let protocol = check.string("protocol").map(|p| p.to_ascii_uppercase()).unwrap_or_default();
        let (addressed, asks) = (kind != "lambda", protocol != "TCP");
        Self {
            enabled: check.bool("enabled"),
            healthy: check.i32("healthy_threshold"),
            interval: check.i32("interval"),
            matcher: check.string("matcher").filter(|_| asks),
            path: check.string("path").filter(|_| asks),
            port: check.string("port").filter(|_| addressed),
            protocol: (addressed && !protocol.is_empty()).then(|| ProtocolEnum::from(protocol.as_str())),
            timeout: check.i32("timeout").filter(|seconds| *seconds != 0),
            unhealthy: check.i32("unhealthy_threshold"),
        }
    }
}

async fn modify(client: &Client, arn: &str, told: Vec<(String, String)>) -> Result<()> {
    if told.is_empty() {
        return Ok(());
    }
    let all = told.into_iter().map(|(key, value)| TargetGroupAttribute::builder().key(key).value(value).build());
    let call = client.elbv2().modify_target_group_attributes().target_group_arn(arn);
    call.set_attributes(Some(all.collect())).send().await?;
    Ok(())
}

fn object(live: &Live, attributes: &Attributes, prior: Option<&Object>, tags: all_tags::Tags) -> Object {
    let arn = live.target_group_arn.as_deref().unwrap_or_default();
    let called = live.target_group_name.as_deref().unwrap_or_default();
    let kind = live.target_type.as_ref().map_or("instance", |t| t.as_str());
    let protocol = live.protocol.as_ref().map_or("", ProtocolEnum::as_str);
    let mut object = Object::new()
        .with("arn", arn)
        .with("arn_suffix", arn.find("targetgroup/").map_or("", |at| &arn[at..]))
        .with("health_check", vec![parts::health_check(live)])
        .with("id", arn)
        .with("ip_address_type", live.ip_address_type.as_ref().map_or("", |t| t.as_str()))
        .with("load_balancer_arns", live.load_balancer_arns.clone().unwrap_or_default())
        .with("name", called)
        .with("name_prefix", name::prefix(called))
        .with("port", live.port)
        .with("protocol", live.protocol.as_ref().map(ProtocolEnum::as_str))
        .with("protocol_version", live.protocol_version.clone())
        .with("target_type", kind)
        .with("vpc_id", live.vpc_id.clone());
    for block in parts::BLOCKS {
        object.set(block, Vec::from_iter(parts::told(attributes, block, protocol)));
    }
    let own: Attributes = SETTINGS
        .iter()
        .filter(|s| s.is_of(kind))
        .filter_map(|s| Some((s.1.to_owned(), attributes.get(s.1)?.clone())))
        .collect();
    attributes::set(&mut object, &schema(), SETTINGS, &own);
    // Of functions AWS knows no delay; the configuration always has one.
    if !object.0.contains_key("deregistration_delay") && prior.is_none_or(|p| !p.has("deregistration_delay")) {
        object.set("deregistration_delay", "300");
    }
    all_tags::set(&mut object, tags);
    object
}
