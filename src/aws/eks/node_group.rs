//! `aws_eks_node_group`. Its id is `cluster:name`.

use std::collections::BTreeMap;

use aws_sdk_eks::types::{
    AmiTypes, CapacityTypes, LaunchTemplateSpecification, NodeRepairConfig, Nodegroup, NodegroupScalingConfig,
    NodegroupUpdateConfig, RemoteAccessConfig, Taint, TaintEffect, UpdateLabelsPayload, UpdateTaintsPayload,
};

use super::updates::{Subject, finished};
use super::{node_group_schema, read, tags};
use crate::aws::Client;
use crate::aws::gather::gather;
use crate::aws::iam::naming;
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, Operation, PlannedChange, Readiness, RemoteId,
    ResourceType, Result, Timeouts,
};
use crate::schema::Schema;

pub struct NodeGroup;

impl ResourceType for NodeGroup {
    type Client = Client;
    const NAME: &'static str = "aws_eks_node_group";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["node_group_name", "cluster_name"];
    const DELETION: Deletion = Deletion::Polled;
    const ACTIONS: Actions = Actions {
        read: &["eks:DescribeNodegroup"],
        create: &[
            "eks:CreateNodegroup",
            "eks:TagResource",
            "iam:PassRole",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:RunInstances",
        ],
        update: &[
            "eks:UpdateNodegroupConfig",
            "eks:UpdateNodegroupVersion",
            "eks:DescribeUpdate",
            "eks:TagResource",
            "eks:UntagResource",
            "ec2:RunInstances",
        ],
        delete: &["eks:DeleteNodegroup"],
    };

    fn schema() -> Schema {
        node_group_schema::schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        node_group_schema::check(change);
        node_group_schema::complete_taints(change);
        if change.is_create() {
            return;
        }
        // A release is one of a version.
        let released = change.changes("release_version") && !change.planned.is_unknown("release_version");
        if released && !change.changes("version") {
            change.set_unknown("version");
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut calls = Vec::new();
        for id in ids {
            let (cluster, name) = id.pair(':')?;
            calls.push(async move {
                let live = describe(client, cluster, name).await?;
                Ok((id.clone(), live.map_or(Found::Gone, |g| Found::Object(object(id, g)))))
            });
        }
        Ok(gather(calls).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let cluster = want.string("cluster_name").unwrap_or_default();
        let name = naming::name(&names(want), cx.token);
        let labels: std::collections::HashMap<_, _> = want.string_map("labels").into_iter().collect();
        let types = want.strings("instance_types");
        let taints = taints(want);
        cx.client
            .eks()
            .create_nodegroup()
            .cluster_name(&cluster)
            .nodegroup_name(&name)
            .set_node_role(want.string("node_role_arn"))
            .set_subnets(Some(want.strings("subnet_ids")))
            .set_ami_type(want.str("ami_type").map(AmiTypes::from))
            .set_capacity_type(want.str("capacity_type").map(CapacityTypes::from))
            .set_disk_size(want.i32("disk_size").filter(|n| *n != 0))
            .set_instance_types((!types.is_empty()).then_some(types))
            .set_labels((!labels.is_empty()).then_some(labels))
            .set_launch_template(template(want))
            .set_node_repair_config(repair(want))
            .set_release_version(want.string("release_version"))
            .set_remote_access(remote_access(want))
            .set_scaling_config(sizes(want))
            .set_taints((!taints.is_empty()).then_some(taints))
            .set_update_config(update_config(want))
            .set_version(want.string("version"))
            .set_tags(tags::wanted(want))
            .client_request_token(cx.token)
            .send()
            .await?;
        let id = RemoteId::from(format!("{cluster}:{name}"));
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (cluster, name) = id.pair(':')?;
        // What an interrupted update has done already is not done again.
        let live = describe(client, cluster, name).await?;
        let live = object(id, live.ok_or_else(|| Error::not_found(format!("there is no node group \"{id}\"")))?);
        update_version(client, cluster, name, &live, prior, want).await?;
        update_settings(client, cluster, name, &live, want).await?;
        tags::update(client, live.str("arn").unwrap_or_default(), &live, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (cluster, name) = id.pair(':')?;
        read::unless_gone(client.eks().delete_nodegroup().cluster_name(cluster).nodegroup_name(name).send().await)?;
        Ok(())
    }

    fn readiness(object: &Object) -> Readiness {
        let (status, health) = (object.str("status").unwrap_or_default(), object.str("_health").unwrap_or_default());
        match status {
            "ACTIVE" => Readiness::Ready,
            "CREATE_FAILED" | "DELETE_FAILED" | "DEGRADED" => Readiness::Failed(format!("{status}: {health}")),
            _ => Readiness::Pending(format!("the node group is {}", status.to_ascii_lowercase())),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(60, 60, 60)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        read::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let mut identity = naming::identity(&names(want), &[]);
        identity.extend(want.string("cluster_name").map(|cluster| ("cluster_name".to_owned(), cluster)));
        identity
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(cluster) = intent.identity.get("cluster_name") else { return Ok(None) };
        let name = naming::intended(intent);
        Ok(describe(client, cluster, &name).await?.map(|_| format!("{cluster}:{name}").into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once(':') {
            Some((cluster, name)) if !cluster.is_empty() && !name.is_empty() => Ok(text.into()),
            _ => Err(Error::other(format!("unexpected id \"{text}\": expected cluster-name:node-group-name"))),
        }
    }
}

/// Name and prefix under the keys that other types have them under.
fn names(want: &Object) -> Object {
    Object::new()
        .with("name", want.string("node_group_name"))
        .with("name_prefix", want.string("node_group_name_prefix"))
}

async fn describe(client: &Client, cluster: &str, name: &str) -> Result<Option<Nodegroup>> {
    let call = client.eks().describe_nodegroup().cluster_name(cluster).nodegroup_name(name);
    Ok(read::unless_gone(call.send().await)?.and_then(|a| a.nodegroup))
}

fn object(id: &RemoteId, group: Nodegroup) -> Object {
    let block = |b: Option<Object>| b.into_iter().collect::<Vec<_>>();
    let name = group.nodegroup_name.unwrap_or_default();
    let health = group.health.iter().flat_map(|h| h.issues.iter().flatten());
    let health =
        health.map(|i| read::issue(i.code.as_ref().map(|c| c.as_str()), i.message.as_deref(), i.resource_ids.as_ref()));
    let health = health.collect::<Vec<_>>().join("; ");
    let resources = group.resources.map(|r| {
        let groups = r.auto_scaling_groups.unwrap_or_default();
        let groups = groups.into_iter().map(|g| Object::new().with("name", g.name.unwrap_or_default()));
        Object::new()
            .with("autoscaling_groups", groups.collect::<Vec<_>>())
            .with("remote_access_security_group_id", r.remote_access_security_group.unwrap_or_default())
    });
    let template =
        group.launch_template.map(|t| Object::new().with("id", t.id).with("name", t.name).with("version", t.version));
    let remote = group.remote_access.map(|r| {
        Object::new()
            .with("ec2_ssh_key", r.ec2_ssh_key.unwrap_or_default())
            .with("source_security_group_ids", r.source_security_groups.unwrap_or_default())
    });
    let scaling = group.scaling_config.map(|s| {
        Object::new().with("desired_size", s.desired_size).with("max_size", s.max_size).with("min_size", s.min_size)
    });
    let taints = group.taints.unwrap_or_default().into_iter().map(|t| {
        Object::new()
            .with("effect", t.effect.as_ref().map(|e| e.as_str()))
            .with("key", t.key)
            .with("value", t.value.unwrap_or_default())
    });
    let update = group.update_config.map(|u| {
        Object::new()
            .with("max_unavailable", u.max_unavailable.unwrap_or_default())
            .with("max_unavailable_percentage", u.max_unavailable_percentage.unwrap_or_default())
    });
    let repair = group.node_repair_config.map(|r| Object::new().with("enabled", r.enabled.unwrap_or_default()));
    let labels: BTreeMap<String, String> = group.labels.unwrap_or_default().into_iter().collect();
    let mut object = Object::new()
        .with("_health", health)
        .with("ami_type", group.ami_type.as_ref().map(|t| t.as_str()))
        .with("arn", group.nodegroup_arn)
        .with("capacity_type", group.capacity_type.as_ref().map(|t| t.as_str()))
        .with("cluster_name", group.cluster_name)
        .with("disk_size", group.disk_size.unwrap_or_default())
        .with("id", id.as_str())
        .with("instance_types", group.instance_types.unwrap_or_default())
        .with("labels", labels)
        .with("launch_template", block(template))
        .with("node_group_name_prefix", naming::prefix(&name))
        .with("node_group_name", name)
        .with("node_repair_config", block(repair))
        .with("node_role_arn", group.node_role)
        .with("release_version", group.release_version)
        .with("remote_access", block(remote))
        .with("resources", block(resources))
        .with("scaling_config", block(scaling))
        .with("status", group.status.as_ref().map(|s| s.as_str()))
        .with("subnet_ids", group.subnets.unwrap_or_default())
        .with("taint", taints.collect::<Vec<_>>())
        .with("update_config", block(update))
        .with("version", group.version);
    tags::set(&mut object, group.tags);
    object
}

/// The launch template as the configuration names it: EKS refuses id and name together.
fn template(want: &Object) -> Option<LaunchTemplateSpecification> {
    let block = want.object("launch_template")?;
    let id = block.string("id");
    let name = block.string("name").filter(|_| id.is_none());
    let version = block.string("version");
    Some(LaunchTemplateSpecification::builder().set_id(id).set_name(name).set_version(version).build())
}

fn repair(want: &Object) -> Option<NodeRepairConfig> {
    let block = want.object("node_repair_config")?;
    Some(NodeRepairConfig::builder().set_enabled(block.bool("enabled")).build())
}

fn remote_access(want: &Object) -> Option<RemoteAccessConfig> {
    let block = want.object("remote_access")?;
    let groups = block.strings("source_security_group_ids");
    let access = RemoteAccessConfig::builder()
        .set_ec2_ssh_key(block.string("ec2_ssh_key"))
        .set_source_security_groups((!groups.is_empty()).then_some(groups));
    Some(access.build())
}

fn sizes(want: &Object) -> Option<NodegroupScalingConfig> {
    let block = want.object("scaling_config")?;
    let sizes = NodegroupScalingConfig::builder()
        .set_desired_size(block.i32("desired_size"))
        .set_max_size(block.i32("max_size"))
        .set_min_size(block.i32("min_size"));
    Some(sizes.build())
}

fn update_config(want: &Object) -> Option<NodegroupUpdateConfig> {
    let block = want.object("update_config")?;
    let limits = NodegroupUpdateConfig::builder()
        .set_max_unavailable(block.i32("max_unavailable").filter(|n| *n != 0))
        .set_max_unavailable_percentage(block.i32("max_unavailable_percentage").filter(|n| *n != 0));
    Some(limits.build())
}

fn taints(want: &Object) -> Vec<Taint> {
    let taint = |t: &Object| {
        Taint::builder()
            .set_effect(t.str("effect").map(TaintEffect::from))
            .set_key(t.string("key"))
            .value(t.str("value").unwrap_or_default())
            .build()
    };
    want.objects("taint").iter().map(taint).collect()
}

async fn update_version(
    client: &Client,
    cluster: &str,
    name: &str,
    live: &Object,
    prior: &Object,
    want: &Object,
) -> Result<()> {
    // Live values count where the plan meant a change: nodes may have moved on since.
    let differs = |key: &str| prior.string(key) != want.string(key) && live.string(key) != want.string(key);
    let template_version = |o: &Object| o.object("launch_template").and_then(|t| t.string("version"));
    let (version, release) = (differs("version"), differs("release_version"));
    let (version, release) =
        (want.string("version").filter(|_| version), want.string("release_version").filter(|_| release));
    let template = template(want).filter(|_| template_version(live) != template_version(want));
    if version.is_none() && release.is_none() && template.is_none() {
        return Ok(());
    }
    let call = client
        .eks()
        .update_nodegroup_version()
        .cluster_name(cluster)
        .nodegroup_name(name)
        .force(want.bool("force_update_version").unwrap_or_default())
        .set_launch_template(template)
        .set_release_version(release)
        .set_version(version);
    finished(client, &Subject::node_group(cluster, name), call.send().await?.update).await
}

async fn update_settings(client: &Client, cluster: &str, name: &str, live: &Object, want: &Object) -> Result<()> {
    let (labels, taints) = (label_changes(live, want), taint_changes(live, want));
    let scaling = sizes(want).filter(|new| sizes(live).as_ref() != Some(new));
    let limits = update_config(want).filter(|new| update_config(live).as_ref() != Some(new));
    let repair = repair(want)
        .filter(|new| new.enabled.unwrap_or_default() != repair(live).and_then(|r| r.enabled).unwrap_or_default());
    if labels.is_none() && taints.is_none() && scaling.is_none() && limits.is_none() && repair.is_none() {
        return Ok(());
    }
    let call = client
        .eks()
        .update_nodegroup_config()
        .cluster_name(cluster)
        .nodegroup_name(name)
        .set_labels(labels)
        .set_taints(taints)
        .set_scaling_config(scaling)
        .set_update_config(limits)
        .set_node_repair_config(repair);
    finished(client, &Subject::node_group(cluster, name), call.send().await?.update).await
}

fn label_changes(live: &Object, want: &Object) -> Option<UpdateLabelsPayload> {
    let (old, new) = (live.string_map("labels"), want.string_map("labels"));
    let removed: Vec<String> = old.keys().filter(|k| !new.contains_key(*k)).cloned().collect();
    let set: std::collections::HashMap<_, _> = new.into_iter().filter(|(k, v)| old.get(k) != Some(v)).collect();
    if removed.is_empty() && set.is_empty() {
        return None;
    }
    let changes = UpdateLabelsPayload::builder()
        .set_remove_labels((!removed.is_empty()).then_some(removed))
        .set_add_or_update_labels((!set.is_empty()).then_some(set));
    Some(changes.build())
}

/// A taint is known by its key and its effect; its value may change.
fn taint_changes(live: &Object, want: &Object) -> Option<UpdateTaintsPayload> {
    let (old, new) = (taints(live), taints(want));
    let same = |a: &Taint, b: &Taint| a.key == b.key && a.effect == b.effect;
    let removed: Vec<Taint> = old.iter().filter(|o| !new.iter().any(|n| same(o, n))).cloned().collect();
    let set: Vec<Taint> = new.iter().filter(|n| !old.contains(n)).cloned().collect();
    if removed.is_empty() && set.is_empty() {
        return None;
    }
    let changes = UpdateTaintsPayload::builder()
        .set_remove_taints((!removed.is_empty()).then_some(removed))
        .set_add_or_update_taints((!set.is_empty()).then_some(set));
    Some(changes.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tainted(taints: &[(&str, &str, &str)]) -> Object {
        let block = |(key, value, effect): &(&str, &str, &str)| {
            Object::new().with("key", *key).with("value", *value).with("effect", *effect)
        };
        Object::new().with("taint", taints.iter().map(block).collect::<Vec<_>>())
    }

    #[test]
    fn taints_change_by_key_and_effect() {
        let old = tainted(&[("a", "1", "NO_SCHEDULE"), ("b", "1", "NO_EXECUTE")]);
        assert!(taint_changes(&old, &old).is_none());
        let new = tainted(&[("a", "2", "NO_SCHEDULE"), ("b", "1", "NO_SCHEDULE")]);
        let changes = taint_changes(&old, &new).expect("changes");
        let keys = |t: &[Taint]| t.iter().filter_map(|t| t.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(changes.remove_taints()), ["b"]);
        assert_eq!(keys(changes.add_or_update_taints()), ["a", "b"]);
    }

    /// As the provider plans it: the release follows a new version only in the apply.
    #[test]
    fn a_release_is_one_of_a_version() {
        let object =
            |version: &str, release: &str| Object::new().with("version", version).with("release_version", release);
        let plan = |config: Object, planned: Object| {
            let mut change = PlannedChange {
                prior: Some(object("1.32", "1.32.1-1")),
                config,
                planned,
                replace: Default::default(),
                diagnostics: Default::default(),
            };
            NodeGroup::customize_plan(&mut change);
            change.planned
        };
        let newer = plan(Object::new().with("version", "1.33"), object("1.33", "1.32.1-1"));
        assert_eq!((newer.str("version"), newer.str("release_version")), (Some("1.33"), Some("1.32.1-1")));
        let released = plan(Object::new().with("release_version", "1.33.1-1"), object("1.32", "1.33.1-1"));
        assert!(released.is_unknown("version") && !released.is_unknown("release_version"));
    }
}
