//! Nested blocks of a cluster, to and from what EKS calls them.

use aws_sdk_eks::types::{
    BlockStorage, Cluster, ComputeConfigRequest, ControlPlanePlacementRequest, ElasticLoadBalancing, EncryptionConfig,
    IpFamily, KubernetesNetworkConfigRequest, LogSetup, LogType, Logging, OutpostConfigRequest, Provider,
    RemoteNetworkConfigRequest, RemoteNodeNetwork, RemotePodNetwork, StorageConfigRequest, VpcConfigRequest,
};

use crate::provider::{Error, Object, Result};

pub const LOG_TYPES: &[&str] = &["api", "audit", "authenticator", "controllerManager", "scheduler"];

/// Logging with exactly these types: the others are switched off.
pub fn logging(enabled: &[String]) -> Logging {
    let (on, off): (Vec<&str>, Vec<&str>) = LOG_TYPES.iter().partition(|t| enabled.iter().any(|e| e == *t));
    let setup = |enabled: bool, types: Vec<&str>| {
        let types = types.into_iter().map(LogType::from).collect::<Vec<_>>();
        (!types.is_empty()).then(|| LogSetup::builder().enabled(enabled).set_types(Some(types)).build())
    };
    let setups = [setup(true, on), setup(false, off)].into_iter().flatten().collect();
    Logging::builder().set_cluster_logging(Some(setups)).build()
}

pub fn vpc_config(want: &Object) -> VpcConfigRequest {
    let block = want.object("vpc_config").unwrap_or_default();
    VpcConfigRequest::builder()
        .set_endpoint_private_access(block.bool("endpoint_private_access"))
        .set_endpoint_public_access(block.bool("endpoint_public_access"))
        .set_security_group_ids(some(block.strings("security_group_ids")))
        .set_subnet_ids(some(block.strings("subnet_ids")))
        .set_public_access_cidrs(some(block.strings("public_access_cidrs")))
        .build()
}

pub fn compute_config(want: &Object) -> Option<ComputeConfigRequest> {
    let block = want.object("compute_config")?;
    let request = ComputeConfigRequest::builder()
        .set_enabled(block.bool("enabled"))
        .set_node_pools(some(block.strings("node_pools")))
        .set_node_role_arn(block.string("node_role_arn"));
    Some(request.build())
}

pub fn storage_config(want: &Object) -> Option<StorageConfigRequest> {
    let block = want.object("storage_config")?.object("block_storage");
    let storage = block.map(|b| BlockStorage::builder().set_enabled(b.bool("enabled")).build());
    Some(StorageConfigRequest::builder().set_block_storage(storage).build())
}

pub fn kubernetes_network_config(want: &Object) -> Option<KubernetesNetworkConfigRequest> {
    let block = want.object("kubernetes_network_config")?;
    let balancing = block.object("elastic_load_balancing");
    let request = KubernetesNetworkConfigRequest::builder()
        .set_elastic_load_balancing(
            balancing.map(|b| ElasticLoadBalancing::builder().set_enabled(b.bool("enabled")).build()),
        )
        .set_ip_family(block.str("ip_family").map(IpFamily::from))
        .set_service_ipv4_cidr(block.string("service_ipv4_cidr"));
    Some(request.build())
}

#[expect(deprecated, reason = "configurations and states still hold the resources")]
pub fn encryption_config(want: &Object) -> Option<Vec<EncryptionConfig>> {
    let block = want.object("encryption_config")?;
    let key = block.object("provider").and_then(|p| p.string("key_arn"));
    let config = EncryptionConfig::builder()
        .set_resources(some(block.strings("resources")))
        .provider(Provider::builder().set_key_arn(key).build());
    Some(vec![config.build()])
}

pub fn outpost_config(want: &Object) -> Result<Option<OutpostConfigRequest>> {
    let Some(block) = want.object("outpost_config") else { return Ok(None) };
    let placement = block
        .object("control_plane_placement")
        .map(|p| ControlPlanePlacementRequest::builder().set_group_name(p.string("group_name")).build());
    let request = OutpostConfigRequest::builder()
        .set_outpost_arns(Some(block.strings("outpost_arns")))
        .set_control_plane_instance_type(block.string("control_plane_instance_type"))
        .set_control_plane_placement(placement)
        .build();
    request.map(Some).map_err(|e| Error::other(e.to_string()))
}

pub fn remote_network_config(want: &Object) -> Option<RemoteNetworkConfigRequest> {
    let block = want.object("remote_network_config")?;
    let nodes = block.objects("remote_node_networks");
    let nodes = nodes.iter().map(|n| RemoteNodeNetwork::builder().set_cidrs(some(n.strings("cidrs"))).build());
    let pods = block.objects("remote_pod_networks");
    let pods = pods.iter().map(|n| RemotePodNetwork::builder().set_cidrs(some(n.strings("cidrs"))).build());
    let request = RemoteNetworkConfigRequest::builder()
        .set_remote_node_networks(some(nodes.collect()))
        .set_remote_pod_networks(some(pods.collect()));
    Some(request.build())
}

fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// Sets the nested blocks of an object from a live cluster. A block that AWS does not tell of is empty.
#[expect(deprecated, reason = "configurations and states still hold the resources")]
pub fn set_blocks(object: &mut Object, cluster: &Cluster, prior: Option<&Object>) {
    let access = cluster.access_config.as_ref().map(|a| {
        // EKS does not tell it; its default is true, and that of the block in the configuration is false.
        let bootstrap = prior
            .and_then(|p| p.object("access_config"))
            .map(|b| b.bool("bootstrap_cluster_creator_admin_permissions").unwrap_or_default())
            .unwrap_or(true);
        Object::new()
            .with("authentication_mode", a.authentication_mode.as_ref().map(|m| m.as_str()))
            .with("bootstrap_cluster_creator_admin_permissions", bootstrap)
    });
    set(object, "access_config", access);
    let compute = cluster.compute_config.as_ref().map(|c| {
        Object::new()
            .with("enabled", c.enabled.unwrap_or_default())
            .with("node_pools", c.node_pools.clone().unwrap_or_default())
            .with("node_role_arn", c.node_role_arn.clone().unwrap_or_default())
    });
    set(object, "compute_config", compute);
    let encryption = cluster.encryption_config.iter().flatten().map(|e| {
        let key = e.provider.as_ref().and_then(|p| p.key_arn.clone());
        Object::new()
            .with("provider", Object::new().with("key_arn", key.unwrap_or_default()))
            .with("resources", e.resources.clone().unwrap_or_default())
    });
    object.set("encryption_config", encryption.collect::<Vec<_>>());
    let network = cluster.kubernetes_network_config.as_ref().map(|n| {
        let mut block = Object::new()
            .with("ip_family", n.ip_family.as_ref().map(|f| f.as_str()))
            .with("service_ipv4_cidr", n.service_ipv4_cidr.clone().unwrap_or_default())
            .with("service_ipv6_cidr", n.service_ipv6_cidr.clone().unwrap_or_default());
        let balancing = n.elastic_load_balancing.as_ref();
        set(&mut block, "elastic_load_balancing", balancing.map(|b| enabled(b.enabled)));
        block
    });
    set(object, "kubernetes_network_config", network);
    let outpost = cluster.outpost_config.as_ref().map(|o| {
        let mut block = Object::new()
            .with("control_plane_instance_type", &o.control_plane_instance_type)
            .with("outpost_arns", o.outpost_arns.clone());
        let placement = o.control_plane_placement.as_ref();
        let placement = placement.map(|p| Object::new().with("group_name", p.group_name.clone().unwrap_or_default()));
        set(&mut block, "control_plane_placement", placement);
        block
    });
    set(object, "outpost_config", outpost);
    let remote = cluster.remote_network_config.as_ref().map(|r| {
        let networks = |cidrs: Option<&Vec<String>>| Object::new().with("cidrs", cidrs.cloned().unwrap_or_default());
        let nodes = r.remote_node_networks.iter().flatten().map(|n| networks(n.cidrs.as_ref()));
        let pods = r.remote_pod_networks.iter().flatten().map(|n| networks(n.cidrs.as_ref()));
        Object::new()
            .with("remote_node_networks", nodes.collect::<Vec<_>>())
            .with("remote_pod_networks", pods.collect::<Vec<_>>())
    });
    set(object, "remote_network_config", remote);
    let storage = cluster.storage_config.as_ref().map(|s| {
        let mut block = Object::new();
        set(&mut block, "block_storage", s.block_storage.as_ref().map(|b| enabled(b.enabled)));
        block
    });
    set(object, "storage_config", storage);
    let upgrade = cluster.upgrade_policy.as_ref();
    let upgrade = upgrade.map(|u| Object::new().with("support_type", u.support_type.as_ref().map(|s| s.as_str())));
    set(object, "upgrade_policy", upgrade);
    let vpc = cluster.resources_vpc_config.as_ref().map(|v| {
        Object::new()
            .with("cluster_security_group_id", v.cluster_security_group_id.clone().unwrap_or_default())
            .with("endpoint_private_access", v.endpoint_private_access)
            .with("endpoint_public_access", v.endpoint_public_access)
            .with("public_access_cidrs", v.public_access_cidrs.clone().unwrap_or_default())
            .with("security_group_ids", v.security_group_ids.clone().unwrap_or_default())
            .with("subnet_ids", v.subnet_ids.clone().unwrap_or_default())
            .with("vpc_id", v.vpc_id.clone().unwrap_or_default())
    });
    set(object, "vpc_config", vpc);
    let shift = cluster.zonal_shift_config.as_ref();
    set(object, "zonal_shift_config", shift.map(|z| enabled(z.enabled)));
}

fn enabled(value: Option<bool>) -> Object {
    Object::new().with("enabled", value.unwrap_or_default())
}

fn set(object: &mut Object, name: &str, block: Option<Object>) {
    object.set(name, block.into_iter().collect::<Vec<_>>());
}
