//! `aws_iam_service_linked_role`. Its id is its ARN.

use std::collections::BTreeMap;

use aws_sdk_iam::types::{DeletionTaskStatusType, Role, Tag};

use super::{naming, read, tags};
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Schema, string};
use crate::value::Value;

pub struct ServiceLinkedRole;

impl ResourceType for ServiceLinkedRole {
    type Client = Client;
    const NAME: &'static str = "aws_iam_service_linked_role";
    const READ_BATCH: usize = 10_000;
    const ACTIONS: Actions = Actions {
        read: &["iam:GetRole", "iam:GetAccountAuthorizationDetails", "iam:ListRoles"],
        create: &["iam:CreateServiceLinkedRole", "iam:TagRole"],
        update: &["iam:UpdateRole", "iam:TagRole", "iam:UntagRole"],
        delete: &["iam:DeleteServiceLinkedRole", "iam:GetServiceLinkedRoleDeletionStatus"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("aws_service_name", string().required().force_new().check(service))
            .attr("create_date", string().computed())
            .attr("custom_suffix", string().optional().force_new())
            .attr("description", string().optional())
            .attr("id", string().optional().computed())
            .attr("name", string().computed())
            .attr("path", string().computed())
            .attr("unique_id", string().computed())
            .tags()
    }

    /// Application Auto Scaling chooses a suffix itself.
    fn customize_plan(change: &mut PlannedChange) {
        let Some(prior) = change.prior.as_ref().and_then(|p| p.string("custom_suffix")) else { return };
        let scaling = |o: &Object| o.str("aws_service_name").is_some_and(|s| s.contains(".application-autoscaling."));
        if !change.configured("custom_suffix") && scaling(&change.planned) {
            change.planned.set("custom_suffix", prior);
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found = BTreeMap::new();
        if ids.len() > read::SINGLE_READS {
            let (account, roles) = tokio::try_join!(read::account(client), read::listed_roles(client))?;
            for id in ids {
                let name = parts(id.as_str())?.name;
                let object = account.roles.get(name).zip(roles.get(name)).map(|(detail, role)| {
                    let tags = detail.tags.as_deref().unwrap_or_default();
                    object(id.as_str(), role, tags)
                });
                found.insert(id.clone(), object.transpose()?.map_or(Found::Gone, Found::Object));
            }
            return Ok(found);
        }
        for id in ids {
            let role = get(client, parts(id.as_str())?.name).await?;
            let object = role.map(|r| object(id.as_str(), &r, r.tags.as_deref().unwrap_or_default()));
            found.insert(id.clone(), object.transpose()?.map_or(Found::Gone, Found::Object));
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let answer = cx
            .client
            .iam()
            .create_service_linked_role()
            .set_aws_service_name(want.string("aws_service_name"))
            .set_custom_suffix(want.string("custom_suffix"))
            .set_description(want.string("description"))
            .send()
            .await?;
        let role = answer.role.ok_or_else(|| Error::other("CreateServiceLinkedRole answered no role"))?;
        let id = RemoteId::from(role.arn);
        cx.created(&id);
        if let Some(tags) = tags::wanted(want)? {
            cx.client.iam().tag_role().role_name(role.role_name).set_tags(Some(tags)).send().await?;
        }
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (iam, name) = (client.iam(), parts(id.as_str())?.name);
        if prior.string("description") != want.string("description") {
            let text = want.str("description").unwrap_or_default();
            iam.update_role().role_name(name).description(text).send().await?;
        }
        let (removed, changed) = tags::difference(prior, want)?;
        if !removed.is_empty() {
            iam.untag_role().role_name(name).set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            iam.tag_role().role_name(name).set_tags(Some(changed)).send().await?;
        }
        Ok(())
    }

    /// The service is asked whether it still needs the role. To ask again while it thinks gives the same task.
    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let iam = client.iam();
        let call = iam.delete_service_linked_role().role_name(parts(id.as_str())?.name);
        let Some(answer) = read::unless_gone(call.send().await)? else { return Ok(()) };
        let call = iam.get_service_linked_role_deletion_status().deletion_task_id(answer.deletion_task_id);
        let Some(task) = read::unless_gone(call.send().await)? else { return Ok(()) };
        match task.status {
            DeletionTaskStatusType::Succeeded => Ok(()),
            DeletionTaskStatusType::Failed => {
                let reason = task.reason.as_ref();
                let why = reason.and_then(|r| r.reason.as_deref()).unwrap_or("the service gives no reason");
                let usage = reason.and_then(|r| r.role_usage_list.as_ref()).into_iter().flatten();
                let used: Vec<String> = usage.flat_map(|u| u.resources.iter().flatten().cloned()).collect();
                let used = if used.is_empty() { String::new() } else { format!(" (used by {})", used.join(", ")) };
                Err(Error::other(format!("the role cannot be deleted: {why}{used}")))
            }
            _ => Err(Error::new(ErrorKind::InUse, "the service still looks whether it needs the role")),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 10)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        naming::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let keys = ["aws_service_name", "custom_suffix"];
        keys.into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(service) = intent.identity.get("aws_service_name") else { return Ok(None) };
        let suffix = intent.identity.get("custom_suffix").map(String::as_str).unwrap_or_default();
        let path = format!("/aws-service-role/{service}/");
        let mut pages = client.iam().list_roles().path_prefix(path).into_paginator().send();
        while let Some(page) = pages.next().await {
            let ours = |r: &Role| parts(&r.arn).is_ok_and(|p| p.suffix == suffix);
            if let Some(role) = page?.roles.into_iter().find(ours) {
                return Ok(Some(role.arn.into()));
            }
        }
        Ok(None)
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        parts(text).map(|_| text.into())
    }
}

/// What an ARN tells of the role.
struct Parts<'a> {
    service: &'a str,
    name: &'a str,
    suffix: &'a str,
}

/// `arn:aws:iam::1:role/aws-service-role/SERVICE/NAME_SUFFIX`
fn parts(arn: &str) -> Result<Parts<'_>> {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    match resource.split('/').collect::<Vec<_>>().as_slice() {
        ["role", "aws-service-role", service, name] => {
            let suffix = name.split_once('_').map_or("", |(_, suffix)| suffix);
            Ok(Parts { service, name, suffix })
        }
        _ => Err(Error::other(format!("\"{arn}\" is not the ARN of a service-linked role"))),
    }
}

async fn get(client: &Client, name: &str) -> Result<Option<Role>> {
    Ok(read::unless_gone(client.iam().get_role().role_name(name).send().await)?.and_then(|a| a.role))
}

fn object(id: &str, role: &Role, tags: &[Tag]) -> Result<Object> {
    let parts = parts(id)?;
    let mut object = Object::new()
        .with("arn", &role.arn)
        .with("aws_service_name", parts.service)
        .with("create_date", read::timestamp(&role.create_date))
        .with("custom_suffix", parts.suffix)
        .with("description", role.description.clone().unwrap_or_default())
        .with("id", id)
        .with("name", &role.role_name)
        .with("path", &role.path)
        .with("unique_id", &role.role_id);
    all_tags::set(&mut object, tags::pairs(tags));
    Ok(object)
}

fn service(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.contains('.') {
        return Ok(());
    }
    Err(format!("\"{text}\" is not the full name of a service, such as elasticbeanstalk.amazonaws.com."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_service_name_and_suffix() {
        let arn = "arn:aws:iam::1:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_team_a";
        let told = parts(arn).expect("is one");
        let name = "AWSServiceRoleForAutoScaling_team_a";
        assert_eq!((told.service, told.name, told.suffix), ("autoscaling.amazonaws.com", name, "team_a"));
        assert!(parts("arn:aws:iam::1:role/plain").is_err());
    }
}
