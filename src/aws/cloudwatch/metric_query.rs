//! The `metric_query` blocks of an alarm.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, StandardUnit};

use crate::provider::{Object, PlannedChange};
use crate::value::{Kind, Value};

/// In a set Terraform plans the empty text where nothing is said.
pub fn complete(change: &mut PlannedChange) {
    let Some(Value { kind: Kind::Set(ty, items), marks }) = change.planned.get("metric_query").cloned() else { return };
    if !change.changes("metric_query") || !items.iter().all(Value::is_known) {
        return;
    }
    let held = change.prior.as_ref().map(|prior| prior.objects("metric_query")).unwrap_or_default();
    let queries = items.iter().map(|item| {
        let mut query = Object::from_value(item);
        if !held.contains(&query) {
            fill(&mut query, &["account_id", "expression", "label"]);
            let metric = query.get("metric").cloned();
            if let Some(Value { kind: Kind::List(ty, metrics), marks }) = metric
                && metrics.iter().all(Value::is_known)
            {
                let filled = metrics.iter().map(|item| {
                    let mut metric = Object::from_value(item);
                    fill(&mut metric, &["namespace", "unit"]);
                    metric.into_value().mark(item.marks)
                });
                query.set("metric", Value::list(ty, filled.collect()).mark(marks));
            }
        }
        query.into_value().mark(item.marks)
    });
    let queries = Value::set(ty, queries.collect()).mark(marks);
    change.planned.set("metric_query", queries);
}

fn fill(object: &mut Object, names: &[&str]) {
    for name in names {
        if object.get(name).is_some_and(Value::is_null) {
            object.set(name, "");
        }
    }
}

pub fn requests(want: &Object) -> Vec<MetricDataQuery> {
    let query = |block: &Object| {
        MetricDataQuery::builder()
            .set_account_id(block.string("account_id"))
            .set_expression(block.string("expression"))
            .set_id(block.string("id"))
            .set_label(block.string("label"))
            .set_metric_stat(block.object("metric").map(|m| metric(&m)))
            .set_period(block.i32("period").filter(|n| *n > 0))
            .return_data(block.bool("return_data").unwrap_or_default())
            .build()
    };
    want.objects("metric_query").iter().map(query).collect()
}

fn metric(block: &Object) -> MetricStat {
    let metric = Metric::builder()
        .set_dimensions(Some(dimensions(block)))
        .set_metric_name(block.string("metric_name"))
        .set_namespace(block.string("namespace"))
        .build();
    MetricStat::builder()
        .metric(metric)
        .set_period(block.i32("period"))
        .set_stat(block.string("stat"))
        .set_unit(block.str("unit").filter(|u| !u.is_empty()).map(StandardUnit::from))
        .build()
}

pub fn objects(queries: &[MetricDataQuery]) -> Vec<Object> {
    let query = |q: &MetricDataQuery| {
        let metric = q.metric_stat.iter().map(stat).collect::<Vec<_>>();
        Object::new()
            .with("account_id", q.account_id.clone().unwrap_or_default())
            .with("expression", q.expression.clone().unwrap_or_default())
            .with("id", q.id.clone())
            .with("label", q.label.clone().unwrap_or_default())
            .with("metric", metric)
            .with("period", q.period.unwrap_or_default())
            .with("return_data", q.return_data.unwrap_or_default())
    };
    queries.iter().map(query).collect()
}

fn stat(stat: &MetricStat) -> Object {
    let metric = stat.metric.as_ref();
    let live = metric.and_then(|m| m.dimensions.as_deref()).unwrap_or_default();
    Object::new()
        .with("dimensions", of_answer(live))
        .with("metric_name", metric.and_then(|m| m.metric_name.clone()))
        .with("namespace", metric.and_then(|m| m.namespace.clone()).unwrap_or_default())
        .with("period", stat.period)
        .with("stat", stat.stat.clone())
        .with("unit", stat.unit.as_ref().map_or("", StandardUnit::as_str))
}

/// Dimensions of an alarm, or of one of its metrics.
pub fn dimensions(block: &Object) -> Vec<Dimension> {
    let dimension = |(name, value): (String, String)| Dimension::builder().name(name).value(value).build();
    block.string_map("dimensions").into_iter().map(dimension).collect()
}

pub fn of_answer(dimensions: &[Dimension]) -> BTreeMap<String, Value> {
    let pair = |d: &Dimension| Some((d.name.clone()?, Value::from(d.value.clone()?)));
    dimensions.iter().filter_map(pair).collect()
}
