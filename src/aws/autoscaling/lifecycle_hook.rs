//! `aws_autoscaling_lifecycle_hook`. Its id is its name, which is unique within its group only.

use std::collections::BTreeMap;

use aws_sdk_autoscaling::types::LifecycleHook as Live;

use super::{group_schema, read};
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, RemoteId, ResourceType, Result,
};
use crate::schema::{Schema, number, string};

pub struct LifecycleHook;

impl ResourceType for LifecycleHook {
    type Client = Client;
    const NAME: &'static str = "aws_autoscaling_lifecycle_hook";
    const READ_BATCH: usize = 1000;
    const UNIQUE: &'static [&'static str] = &["name", "autoscaling_group_name"];
    const ACTIONS: Actions = Actions {
        read: &["autoscaling:DescribeLifecycleHooks"],
        create: &["autoscaling:PutLifecycleHook", "iam:PassRole"],
        update: &["autoscaling:PutLifecycleHook", "iam:PassRole"],
        delete: &["autoscaling:DeleteLifecycleHook"],
    };

    fn schema() -> Schema {
        let text = || string().optional();
        Schema::new(0)
            .attr("autoscaling_group_name", string().required().force_new())
            .attr("default_result", text().computed().check(group_schema::result))
            .attr("heartbeat_timeout", number().optional())
            .attr("id", text().computed())
            .attr("lifecycle_transition", string().required().check(group_schema::transition))
            .attr("name", string().required().force_new())
            .attr("notification_metadata", text())
            .attr("notification_target_arn", text().check(validate::arn))
            .attr("role_arn", text().check(validate::arn))
    }

    /// Group and name: the name alone does not find it.
    fn remote_id(object: &Object) -> Option<RemoteId> {
        key(&object.string("autoscaling_group_name")?, &object.string("name")?)
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
        let call = client.autoscaling().delete_lifecycle_hook();
        let answer = call.auto_scaling_group_name(group).lifecycle_hook_name(name).send().await;
        match answer.map_err(Error::from) {
            Err(error) if error.message.contains("No Lifecycle Hook found") => Ok(()),
            other => read::deleted(other),
        }
    }

    /// The role, or what it may do, is not visible everywhere yet.
    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || read::passes(error)
            || error.message.contains("Unable to publish test message to notification target")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let keys = ["autoscaling_group_name", "name"];
        keys.into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let of = |name: &str| intent.identity.get(name).cloned().unwrap_or_default();
        let Some(id) = key(&of("autoscaling_group_name"), &of("name")) else { return Ok(None) };
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

/// The hooks of one group: AWS tells all of them at once.
async fn of_group(client: &Client, group: &str, names: Vec<&str>) -> Result<Vec<(RemoteId, Object)>> {
    let answer = client.autoscaling().describe_lifecycle_hooks().auto_scaling_group_name(group).send().await;
    let all = match answer.map_err(Error::from) {
        Ok(answer) => answer.lifecycle_hooks.unwrap_or_default(),
        Err(error) if read::is_gone(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let wanted = all.iter().filter(|h| names.contains(&h.lifecycle_hook_name().unwrap_or_default()));
    Ok(wanted.filter_map(|h| Some((key(group, h.lifecycle_hook_name()?)?, object(h)))).collect())
}

async fn put(client: &Client, want: &Object) -> Result<()> {
    client
        .autoscaling()
        .put_lifecycle_hook()
        .set_auto_scaling_group_name(want.string("autoscaling_group_name"))
        .set_default_result(want.string("default_result"))
        .set_heartbeat_timeout(want.i32("heartbeat_timeout").filter(|n| *n != 0))
        .set_lifecycle_hook_name(want.string("name"))
        .set_lifecycle_transition(want.string("lifecycle_transition"))
        .set_notification_metadata(want.string("notification_metadata"))
        .set_notification_target_arn(want.string("notification_target_arn"))
        .set_role_arn(want.string("role_arn"))
        .send()
        .await?;
    Ok(())
}

fn object(hook: &Live) -> Object {
    Object::new()
        .with("autoscaling_group_name", hook.auto_scaling_group_name())
        .with("default_result", hook.default_result())
        .with("heartbeat_timeout", hook.heartbeat_timeout)
        .with("id", hook.lifecycle_hook_name())
        .with("lifecycle_transition", hook.lifecycle_transition())
        .with("name", hook.lifecycle_hook_name())
        .with("notification_metadata", hook.notification_metadata().unwrap_or_default())
        .with("notification_target_arn", hook.notification_target_arn().unwrap_or_default())
        .with("role_arn", hook.role_arn().unwrap_or_default())
}
