//! `ecs_target` of an event target, to and from the API.

use aws_sdk_eventbridge::types::{
    AssignPublicIp, AwsVpcConfiguration, CapacityProviderStrategyItem, EcsParameters, LaunchType, NetworkConfiguration,
    PlacementConstraint, PlacementConstraintType, PlacementStrategy, PlacementStrategyType, PropagateTags, Tag,
};
use aws_smithy_types::error::operation::BuildError;

use crate::provider::Object;
use crate::value::{Type, Value};

pub fn request(o: &Object) -> Result<EcsParameters, BuildError> {
    let network = o.object("network_configuration").map(|n| network(&n)).transpose()?;
    let providers = o.objects("capacity_provider_strategy");
    let providers = providers.iter().map(|p| {
        CapacityProviderStrategyItem::builder()
            .capacity_provider(p.string("capacity_provider").unwrap_or_default())
            .base(p.i32("base").unwrap_or_default())
            .weight(p.i32("weight").unwrap_or_default())
            .build()
    });
    let providers = providers.collect::<Result<Vec<_>, _>>()?;
    let constraints = o.objects("placement_constraint").into_iter().map(|c| {
        PlacementConstraint::builder()
            .set_type(c.str("type").map(PlacementConstraintType::from))
            .set_expression(c.string("expression"))
            .build()
    });
    let strategies = o.objects("ordered_placement_strategy").into_iter().map(|s| {
        PlacementStrategy::builder()
            .set_type(s.str("type").map(PlacementStrategyType::from))
            .set_field(s.string("field"))
            .build()
    });
    let tags = o.string_map("tags");
    let tags = tags.iter().map(|(k, v)| Tag::builder().key(k).value(v).build()).collect::<Result<Vec<_>, _>>()?;
    EcsParameters::builder()
        .task_definition_arn(o.string("task_definition_arn").unwrap_or_default())
        .set_task_count(o.i32("task_count"))
        .set_launch_type(o.string("launch_type").map(|t| LaunchType::from(t.as_str())))
        .set_network_configuration(network)
        .set_platform_version(o.string("platform_version"))
        .set_group(o.string("group"))
        .set_capacity_provider_strategy((!providers.is_empty()).then_some(providers))
        .enable_ecs_managed_tags(o.bool("enable_ecs_managed_tags").unwrap_or_default())
        .enable_execute_command(o.bool("enable_execute_command").unwrap_or_default())
        .set_placement_constraints(some(constraints.collect()))
        .set_placement_strategy(some(strategies.collect()))
        .set_propagate_tags(o.string("propagate_tags").map(|t| PropagateTags::from(t.as_str())))
        .set_tags(some(tags))
        .build()
}

fn network(o: &Object) -> Result<NetworkConfiguration, BuildError> {
    let public = o.bool("assign_public_ip").unwrap_or_default();
    let groups = o.strings("security_groups");
    let vpc = AwsVpcConfiguration::builder()
        .set_subnets(Some(o.strings("subnets")))
        .set_security_groups((!groups.is_empty()).then_some(groups))
        .assign_public_ip(if public { AssignPublicIp::Enabled } else { AssignPublicIp::Disabled })
        .build()?;
    Ok(NetworkConfiguration::builder().awsvpc_configuration(vpc).build())
}

fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

pub fn object(live: &EcsParameters) -> Object {
    let providers = live.capacity_provider_strategy().iter().map(|p| {
        Object::new()
            .with("base", p.base)
            .with("capacity_provider", p.capacity_provider.as_str())
            .with("weight", p.weight)
    });
    let vpc = live.network_configuration.as_ref().and_then(|n| n.awsvpc_configuration.as_ref());
    let network = vpc.map(|vpc| {
        Object::new()
            .with("assign_public_ip", vpc.assign_public_ip == Some(AssignPublicIp::Enabled))
            .with("security_groups", vpc.security_groups().to_vec())
            .with("subnets", vpc.subnets.clone())
    });
    let strategies = live
        .placement_strategy()
        .iter()
        .map(|s| Object::new().with("field", s.field.clone()).with("type", s.r#type.as_ref().map(|t| t.as_str())));
    let constraints = live.placement_constraints().iter().map(|c| {
        Object::new().with("expression", c.expression.clone()).with("type", c.r#type.as_ref().map(|t| t.as_str()))
    });
    let tags = live.tags().iter().map(|t| (t.key.as_str().into(), Value::from(t.value.as_str())));
    Object::new()
        .with("capacity_provider_strategy", providers.collect::<Vec<_>>())
        .with("enable_ecs_managed_tags", live.enable_ecs_managed_tags)
        .with("enable_execute_command", live.enable_execute_command)
        .with("group", live.group.clone())
        .with("launch_type", live.launch_type.as_ref().map(|t| t.as_str()))
        .with("network_configuration", network.into_iter().collect::<Vec<_>>())
        .with("ordered_placement_strategy", strategies.collect::<Vec<_>>())
        .with("placement_constraint", constraints.collect::<Vec<_>>())
        .with("platform_version", live.platform_version.clone())
        .with("propagate_tags", live.propagate_tags.as_ref().map(|t| t.as_str()))
        .with("tags", Value::map(Type::String, tags.collect()))
        .with("task_count", live.task_count)
        .with("task_definition_arn", live.task_definition_arn.as_str())
}
