//! `aws_efs_mount_target`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::Filter;
use aws_sdk_efs::types::{LifeCycleState, MountTargetDescription};

use super::dns_suffix;
use crate::aws::Client;
use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, Readiness, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, set_of, string};
use crate::value::Type;

/// Most values of one filter.
const FILTER_VALUES: usize = 200;

/// Security groups by network interface.
type Groups = BTreeMap<String, BTreeSet<String>>;

pub struct MountTarget;

impl ResourceType for MountTarget {
    type Client = Client;
    const NAME: &'static str = "aws_efs_mount_target";
    const READ_BATCH: usize = 1000;
    const UNIQUE: &'static [&'static str] = &["subnet_id", "file_system_id"];
    const DELETION: Deletion = Deletion::Polled;
    const ACTIONS: Actions = Actions {
        read: &[
            "ec2:DescribeNetworkInterfaces",
            "elasticfilesystem:DescribeMountTargets",
            "elasticfilesystem:DescribeMountTargetSecurityGroups",
        ],
        create: &[
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "elasticfilesystem:CreateMountTarget",
        ],
        update: &["ec2:ModifyNetworkInterfaceAttribute", "elasticfilesystem:ModifyMountTargetSecurityGroups"],
        delete: &["ec2:DeleteNetworkInterface", "elasticfilesystem:DeleteMountTarget"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("availability_zone_id", string().computed())
            .attr("availability_zone_name", string().computed())
            .attr("dns_name", string().computed())
            .attr("file_system_arn", string().computed())
            .attr("file_system_id", string().required().force_new())
            .attr("id", string().optional().computed())
            .attr("ip_address", string().optional().computed().force_new())
            .attr("mount_target_dns_name", string().computed())
            .attr("network_interface_id", string().computed())
            .attr("owner_id", string().computed())
            .attr("security_groups", set_of(Type::String).optional().computed())
            .attr("subnet_id", string().required().force_new())
            .timeouts(&["create", "delete"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found: BTreeMap<RemoteId, Found> = ids.iter().map(|id| (id.clone(), Found::Gone)).collect();
        let mut targets = describe(client, ids, prior).await?;
        targets.retain(|t| t.life_cycle_state != LifeCycleState::Deleted);
        let groups = interface_groups(client, &targets).await?;
        let none = Object::new();
        let reads = targets.iter().map(|t| {
            let prior = prior.get(&RemoteId::from(t.mount_target_id.as_str())).unwrap_or(&none);
            object(client, t, prior, &groups)
        });
        for (id, object) in gather(reads.collect()).await? {
            found.insert(id, object);
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let groups = want.strings("security_groups");
        let answer = cx
            .client
            .efs()
            .create_mount_target()
            .set_file_system_id(want.string("file_system_id"))
            .set_subnet_id(want.string("subnet_id"))
            .set_ip_address(want.string("ip_address"))
            .set_security_groups((!groups.is_empty()).then_some(groups))
            .send()
            .await?;
        let id = RemoteId::from(answer.mount_target_id);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let set = |o: &Object| BTreeSet::from_iter(o.strings("security_groups"));
        let groups = set(want);
        if groups != set(prior) && !groups.is_empty() {
            let call = client.efs().modify_mount_target_security_groups().mount_target_id(id.as_str());
            call.set_security_groups(Some(groups.into_iter().collect())).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.efs().delete_mount_target().mount_target_id(id.as_str()).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("_status") {
            Some("available") | None => Readiness::Ready,
            Some("error") => Readiness::Failed("the mount target is in state \"error\"".into()),
            Some(state) => Readiness::Pending(state.to_owned()),
        }
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let keys = ["file_system_id", "subnet_id"];
        keys.into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    /// A file system has at most one mount target in a subnet.
    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(system) = intent.identity.get("file_system_id") else { return Ok(None) };
        let subnet = intent.identity.get("subnet_id");
        let (_, targets) = of_file_system(client, system.clone()).await?;
        let ours =
            |t: &&MountTargetDescription| Some(&t.subnet_id) == subnet && t.life_cycle_state != LifeCycleState::Deleted;
        Ok(targets.iter().find(ours).map(|t| t.mount_target_id.as_str().into()))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(30, 10, 10)
    }
}

/// Mount targets come from one list a file system; those whose file system is not known, one by one.
async fn describe(
    client: &Client,
    ids: &[RemoteId],
    prior: &BTreeMap<RemoteId, Object>,
) -> Result<Vec<MountTargetDescription>> {
    let mut systems = BTreeSet::new();
    let mut single = Vec::new();
    for id in ids {
        match prior.get(id).and_then(|o| o.string("file_system_id")) {
            Some(system) if ids.len() > 1 => {
                systems.insert(system);
            }
            _ => single.push(by_id(client, id)),
        }
    }
    let systems: Vec<String> = systems.into_iter().collect();
    let fetch = |systems: Vec<String>| async move {
        let lists = systems.into_iter().map(|id| of_file_system(client, id)).collect();
        Ok(gather(lists).await?.into_iter().collect())
    };
    let lists = client.load("efs mount targets", &systems, fetch).await?;
    let mut all: Vec<MountTargetDescription> = lists.values().flat_map(|l| l.iter().cloned()).collect();
    all.extend(gather(single).await?.into_iter().flatten());
    all.retain(|t| ids.iter().any(|id| id.as_str() == t.mount_target_id));
    Ok(all)
}

async fn by_id(client: &Client, id: &RemoteId) -> Result<Vec<MountTargetDescription>> {
    match client.efs().describe_mount_targets().mount_target_id(id.as_str()).send().await {
        Ok(answer) => Ok(answer.mount_targets.unwrap_or_default()),
        Err(e) => Error::from(e).unless_not_found().map(|()| Vec::new()),
    }
}

async fn of_file_system(client: &Client, system: String) -> Result<(String, Vec<MountTargetDescription>)> {
    let mut all = Vec::new();
    let mut pages =
        client.efs().describe_mount_targets().file_system_id(&system).max_items(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => all.extend(page.mount_targets.unwrap_or_default()),
            Err(e) => {
                Error::from(e).unless_not_found()?;
                break;
            }
        }
    }
    Ok((system, all))
}

/// Security groups of many mount targets in one call: those of their network interfaces.
async fn interface_groups(client: &Client, targets: &[MountTargetDescription]) -> Result<Groups> {
    let interfaces: Vec<String> = targets.iter().filter_map(|t| t.network_interface_id.clone()).collect();
    let mut groups = Groups::new();
    for some in interfaces.chunks(FILTER_VALUES) {
        let filter = Filter::builder().name("network-interface-id").set_values(Some(some.to_vec())).build();
        let mut pages = client.ec2().describe_network_interfaces().filters(filter).into_paginator().send();
        while let Some(page) = pages.next().await {
            for interface in page?.network_interfaces.unwrap_or_default() {
                let ids = interface.groups.unwrap_or_default().into_iter().filter_map(|g| g.group_id).collect();
                groups.insert(interface.network_interface_id.unwrap_or_default(), ids);
            }
        }
    }
    Ok(groups)
}

async fn object(
    client: &Client,
    target: &MountTargetDescription,
    prior: &Object,
    groups: &Groups,
) -> Result<(RemoteId, Found)> {
    let id = target.mount_target_id.as_str();
    let system = target.file_system_id.as_str();
    let seen = target.network_interface_id.as_ref().and_then(|i| groups.get(i));
    let known = prior.has("security_groups").then(|| BTreeSet::from_iter(prior.strings("security_groups")));
    let groups = match (seen, known) {
        // The interface says what is expected.
        (Some(seen), Some(known)) if *seen == known => known,
        (Some(seen), None) => seen.clone(),
        // EFS has the last word.
        _ => match client.efs().describe_mount_target_security_groups().mount_target_id(id).send().await {
            Ok(answer) => answer.security_groups.into_iter().collect(),
            // While a mount target comes or goes, EFS does not tell.
            Err(e) => match Error::from(e) {
                e if e.is_not_found() => return Ok((id.into(), Found::Gone)),
                e if e.has_code("IncorrectMountTargetState") => seen.cloned().unwrap_or_default(),
                e => return Err(e),
            },
        },
    };
    let zone = target.availability_zone_name.as_deref().unwrap_or_default();
    let host = format!("{system}.efs.{}.{}", client.region(), dns_suffix(client));
    let object = Object::new()
        .with("availability_zone_id", target.availability_zone_id.clone().unwrap_or_default())
        .with("availability_zone_name", zone)
        .with("dns_name", host.as_str())
        .with("file_system_arn", client.arn("elasticfilesystem", &format!("file-system/{system}")).await?)
        .with("file_system_id", system)
        .with("id", id)
        .with("ip_address", target.ip_address.clone().unwrap_or_default())
        .with("mount_target_dns_name", format!("{zone}.{host}"))
        .with("network_interface_id", target.network_interface_id.clone().unwrap_or_default())
        .with("owner_id", target.owner_id.clone().unwrap_or_default())
        .with("security_groups", groups.into_iter().collect::<Vec<_>>())
        .with("subnet_id", target.subnet_id.as_str())
        .with("_status", target.life_cycle_state.as_str());
    Ok((id.into(), Found::Object(object)))
}
