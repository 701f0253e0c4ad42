//! What a group lacks before its creation or change counts as done.

use std::collections::BTreeSet;

use aws_sdk_autoscaling::types::{AutoScalingGroup, ScalingActivityStatusCode};
use aws_sdk_elasticloadbalancingv2::types::TargetHealthStateEnum;

use super::group_object::in_service;
use crate::aws::Client;
use crate::aws::gather::gather;
use crate::provider::{Object, Result, parse_duration};

/// Why the group is not what was asked for yet: too few instances in service, or behind its load balancers.
pub async fn lacking(client: &Client, group: &AutoScalingGroup, want: &Object) -> Result<Option<String>> {
    if !waits(want) {
        return Ok(None);
    }
    let least = want.i64("desired_capacity").filter(|n| *n > 0).or_else(|| want.i64("min_size")).unwrap_or_default();
    let there = in_service(group);
    if there < least {
        let why = failure(client, group).await?.map(|why| format!("; the last activity failed: {why}"));
        return Ok(Some(format!("{there} of {least} instances are in service{}", why.unwrap_or_default())));
    }
    let behind = want.i64("wait_for_elb_capacity").filter(|n| *n > 0).or_else(|| want.i64("min_elb_capacity"));
    let Some(behind) = behind.filter(|n| *n > 0) else { return Ok(None) };
    let healthy = healthy(client, group).await?;
    Ok((healthy < behind).then(|| format!("{healthy} of {behind} instances are healthy behind the load balancers")))
}

fn waits(want: &Object) -> bool {
    let limit = want.string("wait_for_capacity_timeout");
    limit.is_some_and(|text| parse_duration(&text).is_some_and(|limit| !limit.is_zero()))
}

async fn failure(client: &Client, group: &AutoScalingGroup) -> Result<Option<String>> {
    let call = client.autoscaling().describe_scaling_activities().max_records(1);
    let answer = call.set_auto_scaling_group_name(group.auto_scaling_group_name.clone()).send().await?;
    let last = answer.activities.unwrap_or_default().into_iter().next();
    let failed = last.filter(|a| a.status_code == Some(ScalingActivityStatusCode::Failed));
    Ok(failed.and_then(|a| a.status_message))
}

/// Instances that all target groups take for healthy.
async fn healthy(client: &Client, group: &AutoScalingGroup) -> Result<i64> {
    let reads = group.target_group_arns().iter().map(|arn| async move {
        let answer = client.elbv2().describe_target_health().target_group_arn(arn).send().await?;
        let all = answer.target_health_descriptions.unwrap_or_default().into_iter();
        let well = all.filter(|d| {
            d.target_health.as_ref().and_then(|h| h.state.as_ref()) == Some(&TargetHealthStateEnum::Healthy)
        });
        Ok(well.filter_map(|d| d.target?.id).collect::<BTreeSet<String>>())
    });
    let everywhere = gather(reads.collect()).await?.into_iter().reduce(|a, b| a.intersection(&b).cloned().collect());
    Ok(everywhere.map_or(0, |ids| i64::try_from(ids.len()).unwrap_or(i64::MAX)))
}
