//! Elastic Load Balancing: application, network and gateway load balancers.

mod attributes;
mod listener;
mod listener_actions;
mod listener_schema;
mod load_balancer;
mod load_balancer_data;
mod load_balancer_object;
mod load_balancer_plan;
mod load_balancer_schema;
mod load_balancers_data;
mod naming;
mod read;
mod tags;
mod target_group;
mod target_group_attachment;
mod target_group_parts;
mod target_group_plan;
mod target_group_schema;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<listener::Listener>()
        .resource::<load_balancer::LoadBalancer>()
        .resource::<target_group::TargetGroup>()
        .resource::<target_group_attachment::TargetGroupAttachment>()
        .data::<load_balancer_data::LoadBalancerData>()
        .data::<load_balancers_data::LoadBalancersData>()
}
