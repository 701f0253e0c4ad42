//! `aws_route53_health_check`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_route53::types::{
    AlarmIdentifier, CloudWatchRegion, HealthCheck as Live, HealthCheckConfig, HealthCheckRegion, HealthCheckType,
    InsufficientDataHealthStatus, ResettableElementName, TagResourceType,
};

use super::{health_check_schema, tags};
use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::aws::{Client, name, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType,
    Result,
};
use crate::schema::Schema;

const KIND: TagResourceType = TagResourceType::Healthcheck;

pub struct HealthCheck;

impl ResourceType for HealthCheck {
    type Client = Client;
    const NAME: &'static str = "aws_route53_health_check";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["route53:GetHealthCheck", "route53:ListTagsForResources"],
        create: &["route53:ChangeTagsForResource", "route53:CreateHealthCheck", "route53:ListHealthChecks"],
        update: &["route53:ChangeTagsForResource", "route53:UpdateHealthCheck"],
        delete: &["route53:DeleteHealthCheck"],
    };

    fn schema() -> Schema {
        health_check_schema::schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        health_check_schema::check(change);
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let reads = ids.iter().map(|id| async move {
            match client.route53().get_health_check().health_check_id(id.as_str()).send().await {
                Ok(answer) => Ok((id, answer.health_check)),
                Err(e) => Error::from(e).unless_not_found().map(|()| (id, None)),
            }
        });
        let checks = gather(reads.collect()).await?;
        let there: Vec<String> = checks.iter().filter(|(_, c)| c.is_some()).map(|(id, _)| id.to_string()).collect();
        let batches = there.chunks(tags::BATCH).map(|ids| tags::of(client, KIND, ids.to_vec()));
        let mut found: BTreeMap<String, all_tags::Tags> =
            gather(batches.collect()).await?.into_iter().flatten().collect();
        let objects = checks.into_iter().map(|(id, check)| {
            let tags = found.remove(id.as_str()).unwrap_or_default();
            let object = check.map(|check| object(client, &check, tags));
            (id.clone(), object.map_or(Found::Gone, Found::Object))
        });
        Ok(objects.collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let reference = reference(want.string("reference_name"), cx.token);
        let call = cx.client.route53().create_health_check().caller_reference(&reference);
        let id = match call.health_check_config(config(want)?).send().await.map_err(Error::from) {
            Ok(made) => made.health_check.map(|c| c.id),
            // The reference is of this creation alone: an earlier attempt has made the check.
            Err(e) if e.has_code("HealthCheckAlreadyExists") => by_reference(cx.client, &reference).await?,
            Err(e) => return Err(e),
        };
        let id = RemoteId::from(id.ok_or_else(|| Error::other("the answer names no health check"))?);
        cx.created(&id);
        tags::change(cx.client, KIND, id.as_str(), Vec::new(), all_tags::wanted(want)).await?;
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let config = config(want)?;
        // What an empty value cannot take away is reset.
        let dropped = |name: &str| prior.has(name) && held(prior, name) && !held(want, name);
        let resets = [
            ("child_healthchecks", ResettableElementName::ChildHealthChecks),
            ("fqdn", ResettableElementName::FullyQualifiedDomainName),
            ("regions", ResettableElementName::Regions),
            ("resource_path", ResettableElementName::ResourcePath),
        ];
        let resets: Vec<_> = resets.into_iter().filter(|(name, _)| dropped(name)).map(|(_, element)| element).collect();
        client
            .route53()
            .update_health_check()
            .health_check_id(id.as_str())
            .set_alarm_identifier(config.alarm_identifier)
            .set_child_health_checks(config.child_health_checks)
            .set_disabled(config.disabled)
            .set_enable_sni(config.enable_sni)
            .set_failure_threshold(config.failure_threshold)
            .set_fully_qualified_domain_name(config.fully_qualified_domain_name)
            .set_health_threshold(config.health_threshold)
            .set_insufficient_data_health_status(config.insufficient_data_health_status)
            .set_inverted(config.inverted)
            .set_ip_address(config.ip_address)
            .set_port(config.port)
            .set_regions(config.regions)
            .set_reset_elements((!resets.is_empty()).then_some(resets))
            .set_resource_path(config.resource_path)
            .set_search_string(config.search_string)
            .send()
            .await?;
        let (removed, changed) = all_tags::difference(prior, want);
        tags::change(client, KIND, id.as_str(), removed, changed).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.route53().delete_health_check().health_check_id(id.as_str()).send().await)
    }

    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet) || error.has_code("HealthCheckInUse")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("reference_name").map(|name| ("reference_name".to_owned(), name)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let reference = reference(intent.identity.get("reference_name").cloned(), &intent.token);
        Ok(by_reference(client, &reference).await?.map(RemoteId::from))
    }
}

/// The caller reference: the name that people look for, and what follows from the token.
pub fn reference(name: Option<String>, token: &str) -> String {
    name::behind(&name.map(|name| format!("{name}-")).unwrap_or_default(), token)
}

/// The health check made with a caller reference.
async fn by_reference(client: &Client, reference: &str) -> Result<Option<String>> {
    let mut next = None;
    loop {
        let answer = client.route53().list_health_checks().set_marker(next).send().await?;
        if let Some(check) = answer.health_checks.into_iter().find(|c| c.caller_reference == reference) {
            return Ok(Some(check.id));
        }
        if !answer.is_truncated || answer.next_marker.is_none() {
            return Ok(None);
        }
        next = answer.next_marker;
    }
}

/// Something that is not empty, off or zero.
fn held(object: &Object, name: &str) -> bool {
    object.get(name).is_some_and(|v| v.is_known() && !v.is_zero())
}

fn config(want: &Object) -> Result<HealthCheckConfig> {
    let kind = HealthCheckType::from(want.string("type").unwrap_or_default().to_ascii_uppercase().as_str());
    let number = |name: &str| want.i32(name).filter(|n| *n != 0);
    let listed = |name: &str| Some(want.strings(name)).filter(|all| !all.is_empty());
    let config = HealthCheckConfig::builder()
        .r#type(kind.clone())
        .set_disabled(want.bool("disabled"))
        .set_inverted(Some(want.bool("invert_healthcheck").unwrap_or_default()));
    let config = match kind {
        HealthCheckType::Calculated => config
            .set_child_health_checks(listed("child_healthchecks"))
            .health_threshold(want.i32("child_health_threshold").unwrap_or_default()),
        HealthCheckType::CloudwatchMetric => {
            let region = CloudWatchRegion::from(want.str("cloudwatch_alarm_region").unwrap_or_default());
            let alarm = AlarmIdentifier::builder().region(region);
            let alarm = alarm.name(want.str("cloudwatch_alarm_name").unwrap_or_default()).build();
            let status = want.string("insufficient_data_health_status");
            config
                .alarm_identifier(alarm.map_err(|e| Error::other(e.to_string()))?)
                .set_insufficient_data_health_status(status.map(|s| InsufficientDataHealthStatus::from(s.as_str())))
        }
        HealthCheckType::RecoveryControl => config.set_routing_control_arn(want.string("routing_control_arn")),
        _ => {
            let regions = listed("regions");
            let regions = regions.map(|all| all.iter().map(|r| HealthCheckRegion::from(r.as_str())).collect());
            config
                .set_enable_sni(want.bool("enable_sni"))
                .set_failure_threshold(number("failure_threshold"))
                .set_fully_qualified_domain_name(want.string("fqdn"))
                .set_ip_address(want.string("ip_address"))
                .set_measure_latency(want.bool("measure_latency"))
                .set_port(number("port"))
                .set_regions(regions)
                .set_request_interval(number("request_interval"))
                .set_resource_path(want.string("resource_path"))
                .set_search_string(want.string("search_string"))
        }
    };
    config.build().map_err(|e| Error::other(e.to_string()))
}

fn object(client: &Client, check: &Live, live: all_tags::Tags) -> Object {
    let mut object = Object::new()
        .with("arn", format!("arn:{}:route53:::healthcheck/{}", client.partition(), check.id))
        .with("id", check.id.as_str());
    if let Some(config) = &check.health_check_config {
        let regions: BTreeSet<String> = config.regions().iter().map(|r| r.as_str().to_owned()).collect();
        let status = config.insufficient_data_health_status().map_or("", InsufficientDataHealthStatus::as_str);
        object
            .set("child_health_threshold", config.health_threshold.unwrap_or_default())
            .set("child_healthchecks", config.child_health_checks().to_vec())
            .set("cloudwatch_alarm_name", config.alarm_identifier().map(|a| a.name.clone()))
            .set("cloudwatch_alarm_region", config.alarm_identifier().map(|a| a.region.as_str().to_owned()))
            .set("disabled", config.disabled.unwrap_or_default())
            .set("enable_sni", config.enable_sni.unwrap_or_default())
            .set("failure_threshold", config.failure_threshold.unwrap_or_default())
            .set("fqdn", config.fully_qualified_domain_name().unwrap_or_default())
            .set("insufficient_data_health_status", status)
            .set("invert_healthcheck", config.inverted.unwrap_or_default())
            .set("ip_address", config.ip_address().unwrap_or_default())
            .set("measure_latency", config.measure_latency.unwrap_or_default())
            .set("port", config.port.unwrap_or_default())
            .set("regions", regions.into_iter().collect::<Vec<_>>())
            .set("request_interval", config.request_interval.unwrap_or_default())
            .set("resource_path", config.resource_path().unwrap_or_default())
            .set("routing_control_arn", config.routing_control_arn().unwrap_or_default())
            .set("search_string", config.search_string().unwrap_or_default())
            .set("type", config.r#type.as_str());
    }
    all_tags::set(&mut object, live);
    object
}
