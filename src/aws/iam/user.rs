//! `aws_iam_user`. Its id is its name, which changes in place.

use std::collections::BTreeMap;

use aws_sdk_iam::types::{AttachedPermissionsBoundary, Tag, User as Live, UserDetail};

use super::people::{self, Named, People};
use super::{naming, read, tags, user_credentials};
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, boolean, string};
use crate::value::Value;

pub struct User;

impl ResourceType for User {
    type Client = Client;
    const NAME: &'static str = "aws_iam_user";
    const READ_BATCH: usize = 10_000;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &["iam:GetUser", "iam:GetAccountAuthorizationDetails"],
        create: &["iam:CreateUser", "iam:TagUser"],
        update: &[
            "iam:DeleteUserPermissionsBoundary",
            "iam:GetUser",
            "iam:PutUserPermissionsBoundary",
            "iam:TagUser",
            "iam:UntagUser",
            "iam:UpdateUser",
        ],
        delete: &[
            "iam:DeactivateMFADevice",
            "iam:DeleteAccessKey",
            "iam:DeleteLoginProfile",
            "iam:DeleteSSHPublicKey",
            "iam:DeleteServiceSpecificCredential",
            "iam:DeleteSigningCertificate",
            "iam:DeleteUser",
            "iam:DeleteVirtualMFADevice",
            "iam:ListAccessKeys",
            "iam:ListGroupsForUser",
            "iam:ListMFADevices",
            "iam:ListSSHPublicKeys",
            "iam:ListServiceSpecificCredentials",
            "iam:ListSigningCertificates",
            "iam:RemoveUserFromGroup",
        ],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("force_destroy", boolean().optional().default(false))
            .attr("id", string().optional().computed())
            .attr("name", string().required().check(naming::valid))
            .attr("path", string().optional().default("/").check(naming::valid_path))
            .attr("permissions_boundary", string().optional().check(boundary))
            .attr("unique_id", string().computed())
            .tags()
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        people::read::<Self>(client, ids, prior).await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = want.string("name").unwrap_or_default();
        cx.client
            .iam()
            .create_user()
            .user_name(&name)
            .set_path(want.string("path"))
            .set_permissions_boundary(want.string("permissions_boundary"))
            .set_tags(tags::wanted(want)?)
            .send()
            .await?;
        let id = RemoteId::from(name);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (iam, name) = (client.iam(), id.as_str());
        let differs = |key: &str| prior.string(key) != want.string(key);
        if differs("permissions_boundary") {
            match want.string("permissions_boundary") {
                Some(arn) => {
                    iam.put_user_permissions_boundary().user_name(name).permissions_boundary(arn).send().await?;
                }
                None => {
                    read::unless_gone(iam.delete_user_permissions_boundary().user_name(name).send().await)?;
                }
            }
        }
        let (removed, changed) = tags::difference(prior, want)?;
        if !removed.is_empty() {
            iam.untag_user().user_name(name).set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            iam.tag_user().user_name(name).set_tags(Some(changed)).send().await?;
        }
        // Last, since all else is done by the name in the id.
        if differs("name") || differs("path") {
            let call = iam.update_user().user_name(name).set_new_path(want.string("path"));
            call.set_new_user_name(want.string("name").filter(|new| new != name)).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let force = prior.bool("force_destroy") == Some(true);
        match delete(client, id.as_str(), force).await {
            Err(e) => e.unless_not_found(),
            ok => ok,
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        naming::retries(operation, error)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(name) = intent.identity.get("name") else { return Ok(None) };
        Ok(Self::single(client, name).await?.map(|_| name.as_str().into()))
    }
}

impl Named for User {
    async fn single(client: &Client, name: &str) -> Result<Option<Object>> {
        let answer = read::unless_gone(client.iam().get_user().user_name(name).send().await)?;
        Ok(answer.and_then(|a| a.user).map(object))
    }

    fn listed(people: &People, name: &str) -> Option<Object> {
        people.users.get(name).map(listed)
    }

    fn all(people: &People) -> impl Iterator<Item = Object> {
        people.users.values().map(listed)
    }
}

fn object(user: Live) -> Object {
    of(&user.user_name, &user.path, &user.arn, &user.user_id, user.permissions_boundary.as_ref(), user.tags.as_deref())
}

fn listed(user: &UserDetail) -> Object {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    of(
        &text(&user.user_name),
        &text(&user.path),
        &text(&user.arn),
        &text(&user.user_id),
        user.permissions_boundary.as_ref(),
        user.tags.as_deref(),
    )
}

fn of(
    name: &str,
    path: &str,
    arn: &str,
    unique_id: &str,
    boundary: Option<&AttachedPermissionsBoundary>,
    tags: Option<&[Tag]>,
) -> Object {
    let boundary = boundary.and_then(|b| b.permissions_boundary_arn.clone());
    let mut object = Object::new()
        .with("arn", arn)
        .with("id", name)
        .with("name", name)
        .with("path", path)
        .with("permissions_boundary", boundary.unwrap_or_default())
        .with("unique_id", unique_id);
    all_tags::set(&mut object, tags::pairs(tags.unwrap_or_default()));
    object
}

/// A user is deleted out of all groups, and with `force` together with all it logs in with.
async fn delete(client: &Client, name: &str, force: bool) -> Result<()> {
    let mut groups = client.iam().list_groups_for_user().user_name(name).into_paginator().send();
    while let Some(page) = groups.next().await {
        for group in page?.groups {
            let call = client.iam().remove_user_from_group().user_name(name).group_name(group.group_name);
            read::unless_gone(call.send().await)?;
        }
    }
    if force {
        user_credentials::delete_all(client, name).await?;
    }
    client.iam().delete_user().user_name(name).send().await?;
    Ok(())
}

fn boundary(value: &Value) -> Result<(), String> {
    match value.as_str().unwrap_or_default().len() {
        0..=2048 => Ok(()),
        n => Err(format!("The ARN of a policy has at most 2048 characters, this one {n}.")),
    }
}
