//! `aws_cloudwatch_metric_alarm`. Its id is its name.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{ComparisonOperator, MetricAlarm as Live, StandardUnit, Statistic, Tag};

use super::{metric_alarm_schema, metric_query};
use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result};
use crate::schema::Schema;

pub struct MetricAlarm;

impl ResourceType for MetricAlarm {
    type Client = Client;
    const NAME: &'static str = "aws_cloudwatch_metric_alarm";
    /// What one call of DescribeAlarms takes.
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["alarm_name"];
    const ACTIONS: Actions = Actions {
        read: &["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
        create: &["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"],
        update: &["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"],
        delete: &["cloudwatch:DeleteAlarms"],
    };

    fn schema() -> Schema {
        metric_alarm_schema::schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        metric_alarm_schema::check(change);
        metric_query::complete(change);
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let names = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let live = describe(client, names).await?;
        let mut found: BTreeMap<RemoteId, Found> = ids.iter().map(|id| (id.clone(), Found::Gone)).collect();
        let reads = live.into_iter().map(|alarm| with_tags(client, alarm)).collect();
        found.extend(gather(reads).await?);
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("alarm_name").unwrap_or_default());
        // Tags go along with a creation only: of an alarm that is there AWS ignores them.
        put(cx.client, want, &all_tags::wanted(want)).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, _id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let schema = metric_alarm_schema::schema().block;
        let without_tags = |object: &Object| {
            let mut object = object.clone();
            object.0.retain(|name, _| !["tags", "tags_all"].contains(&&**name));
            object.into_value()
        };
        if !schema.same(&without_tags(prior), &without_tags(want)) {
            put(client, want, &all_tags::Tags::new()).await?;
        }
        let (removed, changed) = all_tags::difference(prior, want);
        let arn = prior.string("arn");
        if !removed.is_empty() {
            let call = client.cloudwatch().untag_resource().set_resource_arn(arn.clone());
            call.set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            let call = client.cloudwatch().tag_resource().set_resource_arn(arn);
            call.set_tags(Some(list(&changed))).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.cloudwatch().delete_alarms().alarm_names(id.as_str()).send().await)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("alarm_name").map(|name| ("alarm_name".to_owned(), name)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(name) = intent.identity.get("alarm_name") else { return Ok(None) };
        let found = describe(client, vec![name.clone()]).await?;
        Ok(found.into_iter().find_map(|a| a.alarm_name.filter(|n| n == name)).map(RemoteId::from))
    }
}

async fn describe(client: &Client, names: Vec<String>) -> Result<Vec<Live>> {
    let mut all = Vec::new();
    let call = client.cloudwatch().describe_alarms().set_alarm_names(Some(names)).max_records(100);
    let mut pages = call.into_paginator().send();
    while let Some(page) = pages.next().await {
        all.extend(page?.metric_alarms.unwrap_or_default());
    }
    Ok(all)
}

async fn with_tags(client: &Client, alarm: Live) -> Result<(RemoteId, Found)> {
    let id = RemoteId::from(alarm.alarm_name.clone().unwrap_or_default());
    let call = client.cloudwatch().list_tags_for_resource().set_resource_arn(alarm.alarm_arn.clone());
    let tags = match call.send().await {
        Ok(answer) => answer.tags.unwrap_or_default(),
        Err(e) => return Error::from(e).unless_not_found().map(|()| (id, Found::Gone)),
    };
    let mut object = object(alarm);
    let pair = |t: Tag| Some((t.key?, t.value.unwrap_or_default()));
    all_tags::set(&mut object, tags.into_iter().filter_map(pair));
    Ok((id, Found::Object(object)))
}

fn object(alarm: Live) -> Object {
    let text = |text: Option<String>| text.unwrap_or_default();
    Object::new()
        .with("actions_enabled", alarm.actions_enabled.unwrap_or_default())
        .with("alarm_actions", alarm.alarm_actions.unwrap_or_default())
        .with("alarm_description", text(alarm.alarm_description))
        .with("arn", alarm.alarm_arn)
        .with("comparison_operator", alarm.comparison_operator.as_ref().map(ComparisonOperator::as_str))
        .with("datapoints_to_alarm", alarm.datapoints_to_alarm.unwrap_or_default())
        .with("dimensions", metric_query::of_answer(alarm.dimensions.as_deref().unwrap_or_default()))
        .with("evaluate_low_sample_count_percentiles", text(alarm.evaluate_low_sample_count_percentile))
        .with("evaluation_periods", alarm.evaluation_periods)
        .with("extended_statistic", text(alarm.extended_statistic))
        .with("id", alarm.alarm_name.clone())
        .with("alarm_name", alarm.alarm_name)
        .with("insufficient_data_actions", alarm.insufficient_data_actions.unwrap_or_default())
        .with("metric_name", text(alarm.metric_name))
        .with("metric_query", metric_query::objects(alarm.metrics.as_deref().unwrap_or_default()))
        .with("namespace", text(alarm.namespace))
        .with("ok_actions", alarm.ok_actions.unwrap_or_default())
        .with("period", alarm.period.unwrap_or_default())
        .with("statistic", alarm.statistic.as_ref().map_or("", Statistic::as_str))
        .with("threshold", alarm.threshold.unwrap_or_default())
        .with("threshold_metric_id", text(alarm.threshold_metric_id))
        .with("treat_missing_data", alarm.treat_missing_data.unwrap_or_else(|| "missing".into()))
        .with("unit", alarm.unit.as_ref().map_or("", StandardUnit::as_str))
}

/// Makes an alarm, or all of one that is there anew.
async fn put(client: &Client, want: &Object, tags: &all_tags::Tags) -> Result<()> {
    let band = want.string("threshold_metric_id");
    let threshold = band.is_none().then(|| want.f64("threshold").unwrap_or_default());
    let (dimensions, queries) = (metric_query::dimensions(want), metric_query::requests(want));
    let known = |name: &str| want.str(name).filter(|text| !text.is_empty());
    client
        .cloudwatch()
        .put_metric_alarm()
        .set_actions_enabled(want.bool("actions_enabled"))
        .set_alarm_actions(Some(want.strings("alarm_actions")))
        .set_alarm_description(want.string("alarm_description"))
        .set_alarm_name(want.string("alarm_name"))
        .set_comparison_operator(known("comparison_operator").map(ComparisonOperator::from))
        .set_datapoints_to_alarm(want.i32("datapoints_to_alarm").filter(|n| *n > 0))
        .set_dimensions((!dimensions.is_empty()).then_some(dimensions))
        .set_evaluate_low_sample_count_percentile(want.string("evaluate_low_sample_count_percentiles"))
        .set_evaluation_periods(want.i32("evaluation_periods"))
        .set_extended_statistic(want.string("extended_statistic"))
        .set_insufficient_data_actions(Some(want.strings("insufficient_data_actions")))
        .set_metric_name(want.string("metric_name"))
        .set_metrics((!queries.is_empty()).then_some(queries))
        .set_namespace(want.string("namespace"))
        .set_ok_actions(Some(want.strings("ok_actions")))
        .set_period(want.i32("period").filter(|n| *n > 0))
        .set_statistic(known("statistic").map(Statistic::from))
        .set_tags((!tags.is_empty()).then(|| list(tags)))
        .set_threshold(threshold)
        .set_threshold_metric_id(band)
        .set_treat_missing_data(want.string("treat_missing_data"))
        .set_unit(known("unit").map(StandardUnit::from))
        .send()
        .await?;
    Ok(())
}

fn list(tags: &all_tags::Tags) -> Vec<Tag> {
    tags.iter().map(|(k, v)| Tag::builder().key(k).value(v).build()).collect()
}
