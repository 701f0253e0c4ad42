//! `aws_efs_file_system`

use std::collections::BTreeMap;

use aws_sdk_efs::types::{FileSystemDescription, FileSystemSize, LifeCycleState, PerformanceMode, ThroughputMode};

use super::{dns_suffix, lifecycle, tags};
use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, PlannedChange, Readiness, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Block, Schema, boolean, list_block, list_of, number, string};
use crate::value::{Type, Value};

pub struct FileSystem;

impl ResourceType for FileSystem {
    type Client = Client;
    const NAME: &'static str = "aws_efs_file_system";
    const READ_BATCH: usize = 500;
    const UNIQUE: &'static [&'static str] = &["creation_token"];
    const DELETION: Deletion = Deletion::Polled;
    const ACTIONS: Actions = Actions {
        read: &["elasticfilesystem:DescribeFileSystems", "elasticfilesystem:DescribeLifecycleConfiguration"],
        create: &[
            "elasticfilesystem:CreateFileSystem",
            "elasticfilesystem:PutLifecycleConfiguration",
            "elasticfilesystem:TagResource",
            "elasticfilesystem:UntagResource",
            "elasticfilesystem:UpdateFileSystemProtection",
        ],
        update: &[
            "elasticfilesystem:PutLifecycleConfiguration",
            "elasticfilesystem:TagResource",
            "elasticfilesystem:UntagResource",
            "elasticfilesystem:UpdateFileSystem",
            "elasticfilesystem:UpdateFileSystemProtection",
        ],
        delete: &["elasticfilesystem:DeleteFileSystem"],
    };

    fn schema() -> Schema {
        let size = [("value", Type::Number), ("value_in_ia", Type::Number), ("value_in_standard", Type::Number)];
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("availability_zone_id", string().computed())
            .attr("availability_zone_name", string().optional().computed().force_new())
            .attr("creation_token", string().optional().computed().force_new())
            .attr("dns_name", string().computed())
            .attr("encrypted", boolean().optional().computed().force_new())
            .attr("id", string().optional().computed())
            .attr("kms_key_id", string().optional().computed().force_new().check(validate::arn))
            .attr("name", string().computed())
            .attr("number_of_mount_targets", number().computed())
            .attr("owner_id", string().computed())
            .attr("performance_mode", string().optional().computed().force_new().check(performance_mode))
            .attr("provisioned_throughput_in_mibps", number().optional())
            .attr("size_in_bytes", list_of(Type::object(size)).computed())
            .attr("throughput_mode", string().optional().default("bursting").check(throughput_mode))
            .block(
                "lifecycle_policy",
                list_block(
                    Block::new()
                        .attr("transition_to_archive", string().optional())
                        .attr("transition_to_ia", string().optional())
                        .attr("transition_to_primary_storage_class", string().optional()),
                )
                .max(3),
            )
            .block(
                "protection",
                list_block(Block::new().attr("replication_overwrite", string().optional().computed()))
                    .max(1)
                    .computed(),
            )
            .tags()
    }

    fn customize_plan(change: &mut PlannedChange) {
        if change.planned.bool("encrypted") == Some(false) && change.configured("kms_key_id") {
            change.error("encrypted", "A file system with a kms_key_id is encrypted: set encrypted to true.");
        }
        if change.planned.str("throughput_mode") == Some("provisioned")
            && !change.configured("provisioned_throughput_in_mibps")
        {
            change.error("provisioned_throughput_in_mibps", "Throughput mode \"provisioned\" needs this value.");
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found: BTreeMap<RemoteId, Found> = ids.iter().map(|id| (id.clone(), Found::Gone)).collect();
        let mut objects = Vec::new();
        for system in describe(client, ids).await? {
            let wanted = ids.iter().any(|id| id.as_str() == system.file_system_id);
            if wanted && system.life_cycle_state != LifeCycleState::Deleted {
                objects.push(object(client, system));
            }
        }
        for (id, object) in gather(objects).await? {
            found.insert(id, object);
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let configured = want.string("creation_token");
        // A configured token does not tell a retry of this creation from a file system that was there before.
        let mark = configured.is_some().then_some(cx.token);
        let token = configured.as_deref().unwrap_or(cx.token);
        let mode = ThroughputMode::from(want.str("throughput_mode").unwrap_or("bursting"));
        let throughput = want.f64("provisioned_throughput_in_mibps").filter(|_| mode == ThroughputMode::Provisioned);
        let call = cx.client.efs().create_file_system();
        let answer = call
            .creation_token(token)
            .set_availability_zone_name(want.string("availability_zone_name"))
            .set_encrypted(want.bool("encrypted"))
            .set_kms_key_id(want.string("kms_key_id"))
            .set_performance_mode(want.str("performance_mode").map(PerformanceMode::from))
            .set_provisioned_throughput_in_mibps(throughput)
            .throughput_mode(mode)
            .set_tags(Some(tags::wanted(want, mark)?))
            .send()
            .await;
        let id = match answer {
            Ok(made) => made.file_system_id,
            Err(e) => {
                let error = Error::from(e);
                if !error.has_code("FileSystemAlreadyExists") {
                    return Err(error);
                }
                by_token(cx.client, token, mark).await?.ok_or(error)?
            }
        };
        cx.created(&id.as_str().into());
        // At once: what follows may have to wait until the file system is available.
        if mark.is_some() {
            tags::remove_token(cx.client, &id).await?;
        }
        if !want.objects("lifecycle_policy").is_empty() {
            lifecycle::write(cx.client, &id, want).await?;
        }
        if let Some(protection) = lifecycle::protection(want) {
            lifecycle::protect(cx.client, &id, &protection).await?;
        }
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let id = id.as_str();
        let differs = |name: &str| prior.get(name) != want.get(name);
        if prior.str("throughput_mode") != want.str("throughput_mode")
            || prior.f64("provisioned_throughput_in_mibps").unwrap_or_default()
                != want.f64("provisioned_throughput_in_mibps").unwrap_or_default()
        {
            let mode = ThroughputMode::from(want.str("throughput_mode").unwrap_or("bursting"));
            let throughput =
                want.f64("provisioned_throughput_in_mibps").filter(|_| mode == ThroughputMode::Provisioned);
            let call = client.efs().update_file_system().file_system_id(id).throughput_mode(mode);
            call.set_provisioned_throughput_in_mibps(throughput).send().await?;
        }
        if differs("lifecycle_policy") {
            lifecycle::write(client, id, want).await?;
        }
        let protection = lifecycle::protection(want);
        if let Some(value) = protection.as_deref().filter(|_| protection != lifecycle::protection(prior)) {
            lifecycle::protect(client, id, value).await?;
        }
        tags::update(client, id, prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.efs().delete_file_system().file_system_id(id.as_str()).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("_status") {
            Some("available") | None => Readiness::Ready,
            Some("error") => Readiness::Failed("the file system is in state \"error\"".into()),
            Some(state) => Readiness::Pending(state.to_owned()),
        }
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("creation_token").map(|t| ("creation_token".to_owned(), t)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let configured = intent.identity.get("creation_token");
        let token = configured.unwrap_or(&intent.token);
        let mark = configured.map(|_| intent.token.as_str());
        Ok(by_token(client, token, mark).await?.map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 10)
    }
}

/// One file system is asked for by its id, several come from the list of all.
async fn describe(client: &Client, ids: &[RemoteId]) -> Result<Vec<FileSystemDescription>> {
    if let [id] = ids {
        return match client.efs().describe_file_systems().file_system_id(id.as_str()).send().await {
            Ok(answer) => Ok(answer.file_systems.unwrap_or_default()),
            Err(e) => Error::from(e).unless_not_found().map(|()| Vec::new()),
        };
    }
    let all = client.once("efs file systems", || list(client)).await?;
    Ok(all.to_vec())
}

pub async fn list(client: &Client) -> Result<Vec<FileSystemDescription>> {
    let mut all = Vec::new();
    let mut pages = client.efs().describe_file_systems().max_items(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        all.extend(page?.file_systems.unwrap_or_default());
    }
    Ok(all)
}

/// The file system made with a creation token, and with the token of the creation as a tag where `mark` is given.
async fn by_token(client: &Client, token: &str, mark: Option<&str>) -> Result<Option<String>> {
    let answer = client.efs().describe_file_systems().creation_token(token).send().await?;
    let ours = |f: &FileSystemDescription| {
        f.life_cycle_state != LifeCycleState::Deleted
            && mark.is_none_or(|m| f.tags.iter().any(|t| t.key == all_tags::TOKEN && t.value == m))
    };
    Ok(answer.file_systems.unwrap_or_default().into_iter().find(ours).map(|f| f.file_system_id))
}

async fn object(client: &Client, system: FileSystemDescription) -> Result<(RemoteId, Found)> {
    let id = system.file_system_id;
    let policies = match lifecycle::read(client, &id).await {
        Err(e) if e.is_not_found() => return Ok((id.into(), Found::Gone)),
        other => other?,
    };
    let protection = system.file_system_protection.and_then(|p| p.replication_overwrite_protection);
    let protection = protection.map(|p| Object::new().with("replication_overwrite", p.as_str()));
    let mut object = Object::new()
        .with("arn", system.file_system_arn)
        .with("availability_zone_id", system.availability_zone_id.unwrap_or_default())
        .with("availability_zone_name", system.availability_zone_name.unwrap_or_default())
        .with("creation_token", system.creation_token)
        .with("dns_name", format!("{id}.efs.{}.{}", client.region(), dns_suffix(client)))
        .with("encrypted", system.encrypted.unwrap_or_default())
        .with("id", id.as_str())
        .with("kms_key_id", system.kms_key_id.unwrap_or_default())
        .with("lifecycle_policy", policies)
        .with("name", system.name.unwrap_or_default())
        .with("number_of_mount_targets", system.number_of_mount_targets)
        .with("owner_id", system.owner_id)
        .with("performance_mode", system.performance_mode.as_str())
        .with("protection", Vec::from_iter(protection))
        .with("provisioned_throughput_in_mibps", system.provisioned_throughput_in_mibps.unwrap_or_default())
        .with("size_in_bytes", Vec::from_iter(system.size_in_bytes.as_ref().map(size)))
        .with("throughput_mode", system.throughput_mode.as_ref().map(ThroughputMode::as_str))
        .with("_status", system.life_cycle_state.as_str());
    all_tags::set(&mut object, tags::pairs(&system.tags));
    Ok((id.into(), Found::Object(object)))
}

fn size(size: &FileSystemSize) -> Object {
    Object::new()
        .with("value", size.value)
        .with("value_in_ia", size.value_in_ia.unwrap_or_default())
        .with("value_in_standard", size.value_in_standard.unwrap_or_default())
}

fn performance_mode(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["generalPurpose", "maxIO"])
}

fn throughput_mode(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["bursting", "provisioned", "elastic"])
}
