//! `aws_efs_access_point`

use std::collections::BTreeMap;

use aws_sdk_efs::types::{AccessPointDescription, CreationInfo, LifeCycleState, PosixUser, RootDirectory};

use super::tags;
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, Readiness, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Block, Schema, list_block, number, set_of, string};
use crate::value::{Type, Value};

pub struct AccessPoint;

impl ResourceType for AccessPoint {
    type Client = Client;
    const NAME: &'static str = "aws_efs_access_point";
    const READ_BATCH: usize = 1000;
    const DELETION: Deletion = Deletion::Polled;
    const ACTIONS: Actions = Actions {
        read: &["elasticfilesystem:DescribeAccessPoints"],
        create: &["elasticfilesystem:CreateAccessPoint", "elasticfilesystem:TagResource"],
        update: &["elasticfilesystem:TagResource", "elasticfilesystem:UntagResource"],
        delete: &["elasticfilesystem:DeleteAccessPoint"],
    };

    fn schema() -> Schema {
        let owner = Block::new()
            .attr("owner_gid", number().required().force_new())
            .attr("owner_uid", number().required().force_new())
            .attr("permissions", string().required().force_new());
        let user = Block::new()
            .attr("gid", number().required().force_new())
            .attr("secondary_gids", set_of(Type::Number).optional().force_new())
            .attr("uid", number().required().force_new());
        let root = Block::new()
            .attr("path", string().optional().computed().force_new())
            .block("creation_info", list_block(owner).max(1).force_new().computed());
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("file_system_arn", string().computed())
            .attr("file_system_id", string().required().force_new())
            .attr("id", string().optional().computed())
            .attr("owner_id", string().computed())
            .block("posix_user", list_block(user).max(1).force_new())
            .block("root_directory", list_block(root).max(1).force_new().computed())
            .tags()
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found: BTreeMap<RemoteId, Found> = ids.iter().map(|id| (id.clone(), Found::Gone)).collect();
        for point in describe(client, ids).await? {
            let id = RemoteId::from(point.access_point_id.clone().unwrap_or_default());
            if found.contains_key(&id) && point.life_cycle_state != Some(LifeCycleState::Deleted) {
                let object = object(client, &point).await?;
                found.insert(id, Found::Object(object));
            }
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let call = cx.client.efs().create_access_point().client_token(cx.token);
        let answer = call
            .set_file_system_id(want.string("file_system_id"))
            .set_posix_user(want.object("posix_user").map(posix_user).transpose()?)
            .set_root_directory(want.object("root_directory").map(root_directory).transpose()?)
            .set_tags(Some(tags::wanted(want, None)?))
            .send()
            .await;
        let id = match answer {
            Ok(made) => made.access_point_id,
            // The token is of this creation alone: an earlier attempt has made it.
            Err(e) => match e.as_service_error() {
                Some(s) if s.is_access_point_already_exists() => by_token(cx.client, cx.token).await?,
                _ => return Err(e.into()),
            },
        };
        let id = RemoteId::from(id.ok_or_else(|| Error::other("the answer names no access point"))?);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.efs().delete_access_point().access_point_id(id.as_str()).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("_status") {
            Some("available") | None => Readiness::Ready,
            Some("error") => Readiness::Failed("the access point is in state \"error\"".into()),
            Some(state) => Readiness::Pending(state.to_owned()),
        }
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("file_system_id").map(|id| ("file_system_id".to_owned(), id)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        Ok(by_token(client, &intent.token).await?.map(RemoteId::from))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 10)
    }
}

/// One access point is asked for by its id, several come from the list of all.
async fn describe(client: &Client, ids: &[RemoteId]) -> Result<Vec<AccessPointDescription>> {
    if let [id] = ids {
        return match client.efs().describe_access_points().access_point_id(id.as_str()).send().await {
            Ok(answer) => Ok(answer.access_points.unwrap_or_default()),
            Err(e) => Error::from(e).unless_not_found().map(|()| Vec::new()),
        };
    }
    let all = client.once("efs access points", || list(client)).await?;
    Ok(all.to_vec())
}

pub async fn list(client: &Client) -> Result<Vec<AccessPointDescription>> {
    let mut all = Vec::new();
    let mut pages = client.efs().describe_access_points().max_results(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        all.extend(page?.access_points.unwrap_or_default());
    }
    Ok(all)
}

async fn by_token(client: &Client, token: &str) -> Result<Option<String>> {
    let ours = |p: &AccessPointDescription| {
        p.client_token.as_deref() == Some(token) && p.life_cycle_state != Some(LifeCycleState::Deleted)
    };
    Ok(list(client).await?.into_iter().find(ours).and_then(|p| p.access_point_id))
}

async fn object(client: &Client, point: &AccessPointDescription) -> Result<Object> {
    let system = point.file_system_id.as_deref().unwrap_or_default();
    let user = point.posix_user.as_ref().map(|u| {
        let groups: Vec<Value> = u.secondary_gids().iter().map(|&g| Value::from(g)).collect();
        Object::new().with("gid", u.gid).with("secondary_gids", groups).with("uid", u.uid)
    });
    let root = point.root_directory.as_ref().map(|r| {
        let owner = r.creation_info.as_ref().map(|c| {
            Object::new()
                .with("owner_gid", c.owner_gid)
                .with("owner_uid", c.owner_uid)
                .with("permissions", c.permissions.as_str())
        });
        Object::new().with("creation_info", Vec::from_iter(owner)).with("path", r.path.clone().unwrap_or_default())
    });
    let mut object = Object::new()
        .with("arn", point.access_point_arn.clone())
        .with("file_system_arn", client.arn("elasticfilesystem", &format!("file-system/{system}")).await?)
        .with("file_system_id", system)
        .with("id", point.access_point_id.clone())
        .with("owner_id", point.owner_id.clone())
        .with("posix_user", Vec::from_iter(user))
        .with("root_directory", Vec::from_iter(root))
        .with("_status", point.life_cycle_state.as_ref().map(LifeCycleState::as_str));
    all_tags::set(&mut object, tags::pairs(point.tags()));
    Ok(object)
}

fn posix_user(block: Object) -> Result<PosixUser> {
    let groups = block.get("secondary_gids").and_then(Value::as_slice).unwrap_or_default();
    let groups: Vec<i64> = groups.iter().filter_map(Value::as_i64).collect();
    PosixUser::builder()
        .set_uid(block.i64("uid"))
        .set_gid(block.i64("gid"))
        .set_secondary_gids((!groups.is_empty()).then_some(groups))
        .build()
        .map_err(|e| Error::other(e.to_string()))
}

fn root_directory(block: Object) -> Result<RootDirectory> {
    let owner = block.object("creation_info").map(|c| {
        CreationInfo::builder()
            .set_owner_uid(c.i64("owner_uid"))
            .set_owner_gid(c.i64("owner_gid"))
            .set_permissions(c.string("permissions"))
            .build()
    });
    let owner = owner.transpose().map_err(|e| Error::other(e.to_string()))?;
    Ok(RootDirectory::builder().set_path(block.string("path")).set_creation_info(owner).build())
}
