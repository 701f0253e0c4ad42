//! `aws_autoscaling_group`. Its id is its name.

use std::collections::BTreeMap;

use super::{
    group_capacity, group_object as flat, group_plan, group_request as request, group_schema, group_update, read,
};
use crate::aws::{Client, name};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, Readiness,
    RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::Schema;
use crate::value::{Type, Value};

pub struct Group;

/// Before a name that the configuration does not choose.
pub(super) const PREFIX: &str = "terraform-";

/// The only termination policy of a group that was never given one.
const USUAL_POLICY: &str = "Default";

impl ResourceType for Group {
    type Client = Client;
    const NAME: &'static str = "aws_autoscaling_group";
    const READ_BATCH: usize = read::GROUPS;
    const DELETION: Deletion = Deletion::Polled;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &[
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeScalingActivities",
            "elasticloadbalancing:DescribeTargetHealth",
        ],
        create: &[
            "autoscaling:CreateAutoScalingGroup",
            "autoscaling:CreateOrUpdateTags",
            "autoscaling:EnableMetricsCollection",
            "autoscaling:PutWarmPool",
            "autoscaling:SuspendProcesses",
            "ec2:RunInstances",
        ],
        update: &[
            "autoscaling:AttachLoadBalancerTargetGroups",
            "autoscaling:AttachLoadBalancers",
            "autoscaling:AttachTrafficSources",
            "autoscaling:CancelInstanceRefresh",
            "autoscaling:CreateOrUpdateTags",
            "autoscaling:DeleteTags",
            "autoscaling:DeleteWarmPool",
            "autoscaling:DetachLoadBalancerTargetGroups",
            "autoscaling:DetachLoadBalancers",
            "autoscaling:DetachTrafficSources",
            "autoscaling:DisableMetricsCollection",
            "autoscaling:EnableMetricsCollection",
            "autoscaling:PutWarmPool",
            "autoscaling:ResumeProcesses",
            "autoscaling:StartInstanceRefresh",
            "autoscaling:SuspendProcesses",
            "autoscaling:UpdateAutoScalingGroup",
            "ec2:RunInstances",
        ],
        delete: &[
            "autoscaling:DeleteAutoScalingGroup",
            "autoscaling:DeleteWarmPool",
            "autoscaling:SetInstanceProtection",
            "autoscaling:UpdateAutoScalingGroup",
        ],
    };

    fn schema() -> Schema {
        group_schema::schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        group_plan::customize(change);
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let names: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let groups = read::groups(client, &names).await?;
        let mut found = BTreeMap::new();
        for id in ids {
            let answer = match groups.get(id.as_str()) {
                Some(group) => {
                    let known = prior.get(id).cloned().unwrap_or_default();
                    let mut object = object(client, group, &known);
                    if client.is_thorough()
                        && let Some(why) = group_capacity::lacking(client, group, &known).await?
                    {
                        object.set("_lacking", why);
                    }
                    Found::Object(object)
                }
                None => Found::Gone,
            };
            found.insert(id.clone(), answer);
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = name::of(want, cx.token, PREFIX);
        let text = |name: &str| want.string(name);
        let texts = |name: &str| Some(want.strings(name)).filter(|all| !all.is_empty());
        let number = |name: &str| want.i32(name).filter(|n| *n != 0);
        let sources: Vec<_> = want.objects("traffic_source").iter().map(request::source).collect();
        let tags: Vec<_> = want.objects("tag").iter().map(|tag| request::tag(&id, tag)).collect();
        let hooks = request::hooks(want);
        let maintained = want.object("instance_maintenance_policy").is_some();
        cx.client
            .autoscaling()
            .create_auto_scaling_group()
            .auto_scaling_group_name(&id)
            .set_availability_zone_distribution(request::zone_distribution(want))
            .set_availability_zones(texts("availability_zones"))
            .set_capacity_rebalance(want.bool("capacity_rebalance"))
            .set_capacity_reservation_specification(request::reservation(want))
            .set_context(text("context"))
            .set_default_cooldown(want.i32("default_cooldown"))
            .set_default_instance_warmup(number("default_instance_warmup"))
            .set_desired_capacity(want.i32("desired_capacity"))
            .set_desired_capacity_type(text("desired_capacity_type"))
            .set_health_check_grace_period(want.i32("health_check_grace_period"))
            .set_health_check_type(text("health_check_type"))
            .set_instance_maintenance_policy(maintained.then(|| request::maintenance(want)))
            .set_launch_configuration_name(text("launch_configuration"))
            .set_launch_template(request::launch_template(want))
            .set_lifecycle_hook_specification_list((!hooks.is_empty()).then_some(hooks))
            .set_load_balancer_names(texts("load_balancers"))
            .set_max_instance_lifetime(number("max_instance_lifetime"))
            .max_size(want.i32("max_size").unwrap_or_default())
            .min_size(want.i32("min_size").unwrap_or_default())
            .set_mixed_instances_policy(request::mixed_instances_policy(want))
            .set_new_instances_protected_from_scale_in(want.bool("protect_from_scale_in"))
            .set_placement_group(text("placement_group"))
            .set_service_linked_role_arn(text("service_linked_role_arn"))
            .set_tags((!tags.is_empty()).then_some(tags))
            .set_target_group_arns(texts("target_group_arns"))
            .set_termination_policies(texts("termination_policies"))
            .set_traffic_sources((!sources.is_empty()).then_some(sources))
            .set_vpc_zone_identifier(texts("vpc_zone_identifier").map(|ids| ids.join(",")))
            .send()
            .await?;
        let id = RemoteId::from(id);
        cx.created(&id);
        group_update::beside(cx.client, id.as_str(), &Object::new(), want).await?;
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        group_update::update(client, id.as_str(), prior, want).await
    }

    /// Without `force_delete` the instances end first, as their hooks and protections want it.
    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let name = id.as_str();
        let force = prior.bool("force_delete").unwrap_or_default();
        if prior.object("warm_pool").is_some() {
            let force = force || prior.bool("force_delete_warm_pool").unwrap_or_default();
            group_update::drop_pool(client, name, force).await?;
        }
        if !force {
            let empty = client.autoscaling().update_auto_scaling_group().auto_scaling_group_name(name);
            match empty.min_size(0).max_size(0).desired_capacity(0).send().await.map_err(Error::from) {
                Err(error) if read::is_gone(&error) => return Ok(()),
                other => other.map(drop)?,
            }
            group_update::unprotect(client, name).await?;
        }
        let call = client.autoscaling().delete_auto_scaling_group().auto_scaling_group_name(name);
        read::deleted(call.set_force_delete(force.then_some(true)).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.string("_lacking") {
            Some(why) => Readiness::Pending(why),
            None => Readiness::Ready,
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 10)
    }

    /// Another activity of the group, and a profile that is not visible everywhere yet.
    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || read::passes(error)
            || error.message.contains("Invalid IamInstanceProfile")
            || error.message.contains("You are not authorized to use launch template")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        name::identity(want)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let name = name::of_intent(intent, PREFIX);
        let found = read::groups(client, std::slice::from_ref(&name)).await?;
        Ok(found.contains_key(&name).then(|| name.into()))
    }
}

fn object(client: &Client, group: &aws_sdk_autoscaling::types::AutoScalingGroup, prior: &Object) -> Object {
    let mut object = flat::common(client, group);
    let name = group.auto_scaling_group_name().unwrap_or_default();
    if prior.strings("termination_policies").is_empty() && object.strings("termination_policies") == [USUAL_POLICY] {
        object.set("termination_policies", Value::list(Type::String, Vec::new()));
    }
    object
        .with("availability_zone_distribution", flat::zone_distribution(group))
        .with("capacity_rebalance", group.capacity_rebalance.unwrap_or_default())
        .with("capacity_reservation_specification", flat::reservation(group))
        .with("context", group.context().unwrap_or_default())
        .with("default_instance_warmup", group.default_instance_warmup.unwrap_or_default())
        .with("name_prefix", name::prefix(name))
        .with("protect_from_scale_in", group.new_instances_protected_from_scale_in.unwrap_or_default())
        .with("vpc_zone_identifier", flat::subnets(group))
}
