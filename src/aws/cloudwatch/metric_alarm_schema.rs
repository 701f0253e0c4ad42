//! Schema of `aws_cloudwatch_metric_alarm`, and what it refuses.

use aws_sdk_cloudwatch::types::{ComparisonOperator, StandardUnit, Statistic};

use crate::aws::validate;
use crate::provider::PlannedChange;
use crate::schema::{Attribute, Block, Schema, boolean, list_block, map_of, number, set_block, set_of, string};
use crate::value::{Type, Value};

/// What an alarm on one metric says of it, and one on queries does not.
const OF_ONE_METRIC: [&str; 6] =
    ["dimensions", "extended_statistic", "metric_name", "namespace", "period", "statistic"];

const METRIC: &str = "metric";

pub fn schema() -> Schema {
    let text = || string().optional();
    let actions = || set_of(Type::String).optional();
    let at_least_one = || number().check(positive);
    Schema::new(1)
        .attr("actions_enabled", boolean().optional().default(true))
        .attr("alarm_actions", actions().check(arns))
        .attr("alarm_description", text().check(description))
        .attr("alarm_name", string().required().force_new().check(name))
        .attr("arn", string().computed())
        .attr("comparison_operator", string().required().check(operator))
        .attr("datapoints_to_alarm", at_least_one().optional())
        .attr("dimensions", map_of(Type::String).optional())
        .attr("evaluate_low_sample_count_percentiles", text().computed().check(low_samples))
        .attr("evaluation_periods", at_least_one().required())
        .attr("extended_statistic", text().check(extended_statistic))
        .attr("id", text().computed())
        .attr("insufficient_data_actions", actions().check(arns))
        .attr("metric_name", text().check(name))
        .attr("namespace", text().check(namespace))
        .attr("ok_actions", actions().check(arns))
        .attr("period", period().optional())
        .attr("statistic", text().check(statistic))
        .attr("threshold", number().optional())
        .attr("threshold_metric_id", text().check(name))
        .attr("treat_missing_data", text().default("missing").check(missing_data))
        .attr("unit", text().check(unit))
        .block("metric_query", set_block(query()))
        .tags()
}

fn query() -> Block {
    let metric = Block::new()
        .attr("dimensions", map_of(Type::String).optional())
        .attr("metric_name", string().required().check(name))
        .attr("namespace", string().optional().check(namespace))
        .attr("period", period().required())
        .attr("stat", string().required().check(any_statistic))
        .attr("unit", string().optional().check(unit));
    Block::new()
        .attr("account_id", string().optional().check(name))
        .attr("expression", string().optional().check(description))
        .attr("id", string().required().check(name))
        .attr("label", string().optional())
        .attr("period", period().optional())
        .attr("return_data", boolean().optional().default(false))
        .block(METRIC, list_block(metric).max(1))
}

/// What excludes each other.
pub fn check(change: &mut PlannedChange) {
    let queries = change.config.objects("metric_query");
    if !queries.is_empty() {
        for name in OF_ONE_METRIC.into_iter().filter(|n| change.configured(n)).collect::<Vec<_>>() {
            change.error(name, format!("{name} is of an alarm on one metric: it and metric_query exclude each other."));
        }
    }
    // What an import writes of an alarm on a band has a threshold of 0.
    let threshold = change.configured("threshold") && change.config.f64("threshold") != Some(0.0);
    if threshold && change.configured("threshold_metric_id") {
        change.error("threshold", "threshold and threshold_metric_id exclude each other.");
    }
    if change.configured("extended_statistic") && change.configured("statistic") {
        change.error("extended_statistic", "extended_statistic and statistic exclude each other.");
    }
    if change.configured("metric_name") && !change.configured("statistic") && !change.configured("extended_statistic") {
        change.error("metric_name", "An alarm on one metric needs statistic or extended_statistic.");
    }
    if queries.iter().any(|q| q.has("expression") && !q.objects(METRIC).is_empty()) {
        change.error("metric_query", "A query has an expression or a metric, not both.");
    }
}

fn period() -> Attribute {
    number().check(seconds)
}

fn seconds(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(1 | 5 | 10 | 20 | 30) => Ok(()),
        Some(n) if n > 0 && n % 60 == 0 => Ok(()),
        _ => Err("A period has 10, 20 or 30 seconds, or a multiple of 60.".into()),
    }
}

fn positive(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(1..) => Ok(()),
        _ => Err("The value must be an integer, at least 1.".into()),
    }
}

fn name(value: &Value) -> Result<(), String> {
    match value.as_str().unwrap_or_default().chars().count() {
        1..=255 => Ok(()),
        n => Err(format!("The text must have 1 to 255 characters; it has {n}.")),
    }
}

fn namespace(value: &Value) -> Result<(), String> {
    name(value)?;
    if value.as_str().is_some_and(|text| text.contains(':')) {
        return Err("A namespace has no colon.".into());
    }
    Ok(())
}

fn description(value: &Value) -> Result<(), String> {
    match value.as_str().unwrap_or_default().chars().count() {
        0..=1024 => Ok(()),
        n => Err(format!("The text must have at most 1024 characters; it has {n}.")),
    }
}

fn operator(value: &Value) -> Result<(), String> {
    validate::one_of(value, ComparisonOperator::values())
}

fn statistic(value: &Value) -> Result<(), String> {
    validate::one_of(value, Statistic::values())
}

fn unit(value: &Value) -> Result<(), String> {
    validate::one_of(value, StandardUnit::values())
}

fn low_samples(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["evaluate", "ignore"])
}

fn missing_data(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["breaching", "ignore", "missing", "notBreaching"])
}

fn arns(value: &Value) -> Result<(), String> {
    value.as_slice().unwrap_or_default().iter().filter(|v| v.is_known()).try_for_each(validate::arn)
}

fn any_statistic(value: &Value) -> Result<(), String> {
    statistic(value).or_else(|_| extended_statistic(value))
}

/// A percentile (`p99.9`), a trimmed mean (`tm90`, `TM(10%:90%)`), or one of its relatives.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html>
fn extended_statistic(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let bound = |text: &str| text.is_empty() || text.trim_end_matches('%').parse::<f64>().is_ok_and(|n| n >= 0.0);
    let lower = ["p", "tm", "wm", "tc", "ts"].iter().any(|kind| {
        text.strip_prefix(kind).is_some_and(|n| n.parse::<f64>().is_ok_and(|n| (0.0..=100.0).contains(&n)))
    });
    let between = ["TM", "WM", "TC", "TS", "PR"].iter().any(|kind| {
        let range = text.strip_prefix(kind).and_then(|t| t.strip_prefix('(')).and_then(|t| t.strip_suffix(')'));
        range.and_then(|r| r.split_once(':')).is_some_and(|(from, to)| bound(from) && bound(to))
    });
    if lower || between || text == "IQM" {
        return Ok(());
    }
    Err(format!("\"{text}\" is not a statistic such as p99.9, tm90, IQM or PR(100:2000)."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_told_from_other_texts() {
        for text in
            ["p0", "p99.9", "p100", "tm90", "wm98", "tc5", "ts80", "IQM", "TM(10%:90%)", "PR(:300)", "PR(100:2000)"]
        {
            assert!(extended_statistic(&text.into()).is_ok(), "{text}");
        }
        for text in ["", "p", "p101", "Average", "99", "TM(10%)", "PR"] {
            assert!(extended_statistic(&text.into()).is_err(), "{text}");
        }
        assert!(any_statistic(&"Average".into()).is_ok());
    }
}
