//! `aws_autoscaling_schedule`. Its id is its name, which is unique within its group only.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_autoscaling::types::ScheduledUpdateGroupAction;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::read;
use crate::aws::Client;
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, RemoteId, ResourceType, Result,
};
use crate::schema::{Schema, number, string};
use crate::value::Value;

pub struct Schedule;

/// Stands for a size that the schedule leaves alone.
const UNCHANGED: i64 = -1;

impl ResourceType for Schedule {
    type Client = Client;
    const NAME: &'static str = "aws_autoscaling_schedule";
    const READ_BATCH: usize = 1000;
    const UNIQUE: &'static [&'static str] = &["scheduled_action_name", "autoscaling_group_name"];
    const ACTIONS: Actions = Actions {
        read: &["autoscaling:DescribeScheduledActions"],
        create: &["autoscaling:PutScheduledUpdateGroupAction"],
        update: &["autoscaling:PutScheduledUpdateGroupAction"],
        delete: &["autoscaling:DeleteScheduledAction"],
    };

    fn schema() -> Schema {
        let size = || number().optional().computed();
        let time = || string().optional().computed().check(time);
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("autoscaling_group_name", string().required().force_new())
            .attr("desired_capacity", size())
            .attr("end_time", time())
            .attr("id", string().optional().computed())
            .attr("max_size", size())
            .attr("min_size", size())
            .attr("recurrence", string().optional().computed())
            .attr("scheduled_action_name", string().required().force_new())
            .attr("start_time", time())
            .attr("time_zone", string().optional().computed())
    }

    /// Group and name: the name alone does not find it.
    fn remote_id(object: &Object) -> Option<RemoteId> {
        key(&object.string("autoscaling_group_name")?, &object.string("scheduled_action_name")?)
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        read::by_group(ids, |group, names| of_group(client, group, names)).await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = Self::remote_id(want).ok_or_else(|| Error::other("no name"))?;
        put(cx.client, want).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, _id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        put(client, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (group, name) = id.pair('/')?;
        let call = client.autoscaling().delete_scheduled_action();
        read::deleted(call.auto_scaling_group_name(group).scheduled_action_name(name).send().await)
    }

    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet) || read::passes(error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let keys = ["autoscaling_group_name", "scheduled_action_name"];
        keys.into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let of = |name: &str| intent.identity.get(name).cloned().unwrap_or_default();
        let Some(id) = key(&of("autoscaling_group_name"), &of("scheduled_action_name")) else { return Ok(None) };
        let mut found = Self::read(client, std::slice::from_ref(&id), &BTreeMap::new()).await?;
        Ok(matches!(found.remove(&id), Some(Found::Object(_))).then_some(id))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once('/') {
            Some((group, name)) if !group.is_empty() && !name.is_empty() => Ok(text.into()),
            _ => Err(Error::other(format!("\"{text}\" is not GROUP/NAME"))),
        }
    }
}

fn key(group: &str, name: &str) -> Option<RemoteId> {
    (!group.is_empty() && !name.is_empty()).then(|| format!("{group}/{name}").into())
}

/// The actions of one group: one by name, more of them with all that the group has.
async fn of_group(client: &Client, group: &str, names: Vec<&str>) -> Result<Vec<(RemoteId, Object)>> {
    let call = client.autoscaling().describe_scheduled_actions().auto_scaling_group_name(group);
    let call = match names[..] {
        [name] => call.scheduled_action_names(name),
        _ => call,
    };
    let answer: std::result::Result<Vec<ScheduledUpdateGroupAction>, _> =
        call.into_paginator().items().send().try_collect().await;
    let all = match answer.map_err(Error::from) {
        Ok(all) => all,
        Err(error) if read::is_gone(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let wanted = all.into_iter().filter(|a| names.contains(&a.scheduled_action_name().unwrap_or_default()));
    let found = wanted.filter_map(|a| Some((key(group, a.scheduled_action_name()?)?, object(&a))));
    Ok(found.collect())
}

async fn put(client: &Client, want: &Object) -> Result<()> {
    // What is not configured is zero at first, as the provider has it.
    let size = |name: &str| match want.i64(name) {
        Some(UNCHANGED) => None,
        other => Some(other.and_then(|n| n.try_into().ok()).unwrap_or_default()),
    };
    // A start that has passed cannot be said again, and recurring actions have one that moves.
    let now = DateTime::from_secs(seconds(client.now()));
    let start = moment(want, "start_time").filter(|start| *start > now);
    client
        .autoscaling()
        .put_scheduled_update_group_action()
        .set_auto_scaling_group_name(want.string("autoscaling_group_name"))
        .set_scheduled_action_name(want.string("scheduled_action_name"))
        .set_desired_capacity(size("desired_capacity"))
        .set_max_size(size("max_size"))
        .set_min_size(size("min_size"))
        .set_start_time(start)
        .set_end_time(moment(want, "end_time"))
        .set_recurrence(want.string("recurrence"))
        .set_time_zone(want.string("time_zone"))
        .send()
        .await?;
    Ok(())
}

fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}

fn moment(want: &Object, name: &str) -> Option<DateTime> {
    DateTime::from_str(&want.string(name)?, Format::DateTime).ok()
}

fn object(action: &ScheduledUpdateGroupAction) -> Object {
    let size = |n: Option<i32>| n.map_or(UNCHANGED, i64::from);
    let time = |t: Option<&DateTime>| t.and_then(|t| t.fmt(Format::DateTime).ok());
    Object::new()
        .with("arn", action.scheduled_action_arn().unwrap_or_default())
        .with("autoscaling_group_name", action.auto_scaling_group_name())
        .with("desired_capacity", size(action.desired_capacity))
        .with("end_time", time(action.end_time()))
        .with("id", action.scheduled_action_name())
        .with("max_size", size(action.max_size))
        .with("min_size", size(action.min_size))
        .with("recurrence", action.recurrence().unwrap_or_default())
        .with("scheduled_action_name", action.scheduled_action_name())
        .with("start_time", time(action.start_time()))
        .with("time_zone", action.time_zone().unwrap_or_default())
}

fn time(value: &Value) -> std::result::Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    match DateTime::from_str(text, Format::DateTime) {
        Ok(_) if text.ends_with('Z') && !text.contains('.') => Ok(()),
        _ => Err(format!("\"{text}\" is not a time such as 2030-01-02T15:04:05Z.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_stay_are_told_as_minus_one() {
        let action = ScheduledUpdateGroupAction::builder().max_size(3).scheduled_action_name("s").build();
        let object = object(&action);
        assert_eq!((object.i64("max_size"), object.i64("min_size")), (Some(3), Some(UNCHANGED)));
    }

    #[test]
    fn times_are_in_utc_without_fractions() {
        assert!(time(&"2030-01-02T15:04:05Z".into()).is_ok());
        for wrong in ["2030-01-02", "2030-01-02T15:04:05.1Z", "2030-01-02T15:04:05+01:00"] {
            assert!(time(&wrong.into()).is_err(), "{wrong}");
        }
    }
}
