//! Schema of `aws_eks_cluster`.

use super::read::{cluster_name, kubernetes_version, one_of};
use crate::aws::validate;
use crate::schema::{Block, Schema, boolean, list_block, list_of, set_of, string};
use crate::value::{Type, Value};

pub fn schema() -> Schema {
    let oidc = Type::list(Type::object([("issuer", Type::String)]));
    Schema::new(1)
        .attr("arn", string().computed())
        .attr("bootstrap_self_managed_addons", boolean().optional().default(true).force_new())
        .attr("certificate_authority", list_of(Type::object([("data", Type::String)])).computed())
        .attr("cluster_id", string().computed())
        .attr("created_at", string().computed())
        .attr("enabled_cluster_log_types", set_of(Type::String).optional().check(log_types))
        .attr("endpoint", string().computed())
        .attr("force_update_version", boolean().optional())
        .attr("id", string().optional().computed())
        .attr("identity", list_of(Type::object([("oidc", oidc)])).computed())
        .attr("name", string().required().force_new().check(cluster_name))
        .attr("platform_version", string().computed())
        .attr("role_arn", string().required().force_new().check(validate::arn))
        .attr("status", string().computed())
        .attr("version", string().optional().computed().check(kubernetes_version))
        .block("access_config", list_block(access_config()).max(1).computed())
        .block("compute_config", list_block(compute_config()).max(1))
        .block("encryption_config", list_block(encryption_config()).max(1))
        .block("kubernetes_network_config", list_block(kubernetes_network_config()).max(1).computed())
        .block("outpost_config", list_block(outpost_config()).max(1).force_new())
        .block("remote_network_config", list_block(remote_network_config()).max(1).force_new())
        .block("storage_config", list_block(Block::new().block("block_storage", list_block(enabled()).max(1))).max(1))
        .block("upgrade_policy", list_block(upgrade_policy()).max(1).computed())
        .block("vpc_config", list_block(vpc_config()).min(1).max(1))
        .block("zonal_shift_config", list_block(enabled()).max(1))
        .tags()
        .timeouts(&["create", "delete", "update"])
}

fn enabled() -> Block {
    Block::new().attr("enabled", boolean().optional())
}

fn access_config() -> Block {
    Block::new()
        .attr("authentication_mode", string().optional().computed().check(authentication_mode))
        .attr("bootstrap_cluster_creator_admin_permissions", boolean().optional().force_new())
}

fn compute_config() -> Block {
    enabled()
        .attr("node_pools", set_of(Type::String).optional().check(node_pools))
        .attr("node_role_arn", string().optional().check(validate::arn))
}

fn encryption_config() -> Block {
    let provider = Block::new().attr("key_arn", string().required().check(validate::arn));
    Block::new()
        .attr("resources", set_of(Type::String).required().check(encrypted_resources))
        .block("provider", list_block(provider).min(1).max(1))
}

fn kubernetes_network_config() -> Block {
    Block::new()
        .attr("ip_family", string().optional().computed().force_new().check(ip_family))
        .attr("service_ipv4_cidr", string().optional().computed().force_new().check(service_cidr))
        .attr("service_ipv6_cidr", string().computed())
        .block("elastic_load_balancing", list_block(enabled()).max(1).computed())
}

fn outpost_config() -> Block {
    let placement = Block::new().attr("group_name", string().required().force_new());
    Block::new()
        .attr("control_plane_instance_type", string().required().force_new())
        .attr("outpost_arns", set_of(Type::String).required())
        .block("control_plane_placement", list_block(placement).max(1).force_new())
}

fn remote_network_config() -> Block {
    let networks = || Block::new().attr("cidrs", set_of(Type::String).optional().force_new());
    Block::new()
        .block("remote_node_networks", list_block(networks()).min(1).max(1).force_new())
        .block("remote_pod_networks", list_block(networks()).max(1).computed().force_new())
}

fn upgrade_policy() -> Block {
    Block::new().attr("support_type", string().optional().computed().check(support_type))
}

fn vpc_config() -> Block {
    Block::new()
        .attr("cluster_security_group_id", string().computed())
        .attr("endpoint_private_access", boolean().optional().default(false))
        .attr("endpoint_public_access", boolean().optional().default(true))
        .attr("public_access_cidrs", set_of(Type::String).optional().computed().check(networks))
        .attr("security_group_ids", set_of(Type::String).optional())
        .attr("subnet_ids", set_of(Type::String).required())
        .attr("vpc_id", string().computed())
}

fn authentication_mode(value: &Value) -> Result<(), String> {
    one_of("authentication_mode", value, &["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"])
}

fn support_type(value: &Value) -> Result<(), String> {
    one_of("support_type", value, &["STANDARD", "EXTENDED"])
}

fn ip_family(value: &Value) -> Result<(), String> {
    one_of("ip_family", value, &["ipv4", "ipv6"])
}

fn node_pools(value: &Value) -> Result<(), String> {
    known(value).try_for_each(|v| one_of("node_pools", v, &["general-purpose", "system"]))
}

fn encrypted_resources(value: &Value) -> Result<(), String> {
    known(value).try_for_each(|v| one_of("resources", v, &["secrets"]))
}

fn log_types(value: &Value) -> Result<(), String> {
    known(value).try_for_each(|v| one_of("enabled_cluster_log_types", v, super::cluster_blocks::LOG_TYPES))
}

fn networks(value: &Value) -> Result<(), String> {
    known(value).try_for_each(validate::cidr)
}

fn known(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_slice().unwrap_or_default().iter().filter(|v| v.as_str().is_some())
}

/// Services live in a private network of 12 to 24 bits.
fn service_cidr(value: &Value) -> Result<(), String> {
    validate::cidr(value)?;
    let text = value.as_str().unwrap_or_default();
    let private: [ipnet::Ipv4Net; 3] = PRIVATE.map(|(a, bits)| ipnet::Ipv4Net::new(a.into(), bits).unwrap_or_default());
    match text.parse::<ipnet::Ipv4Net>() {
        Ok(net) if (12..=24).contains(&net.prefix_len()) && private.iter().any(|p| p.contains(&net)) => Ok(()),
        _ => Err(format!(
            "service_ipv4_cidr \"{text}\" must have 12 to 24 bits and lie within 10.0.0.0/8, 172.16.0.0/12 or \
             192.168.0.0/16."
        )),
    }
}

const PRIVATE: [([u8; 4], u8); 3] = [([10, 0, 0, 0], 8), ([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16)];
