//! `aws_lb`: a load balancer, known by its ARN.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum as Enforce, IpAddressType, IpamPools,
    LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerTypeEnum, MinimumLoadBalancerCapacity,
    RemoveIpamPoolEnum, SubnetMapping,
};

use super::attributes::{self, differs};
use super::load_balancer_schema::{LOGS, SETTINGS, schema};
use super::{load_balancer_object, load_balancer_plan, naming, read, tags};
use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::aws::{Client, name};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, Readiness, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::Schema;

/// Before the suffix of a name that is chosen.
const PREFIX: &str = "tf-lb-";
const ENFORCE: &str = "enforce_security_group_inbound_rules_on_private_link_traffic";

pub struct LoadBalancer;

impl ResourceType for LoadBalancer {
    type Client = Client;
    const NAME: &'static str = "aws_lb";
    const READ_BATCH: usize = 400;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &[
            "elasticloadbalancing:DescribeCapacityReservation",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeTags",
        ],
        create: &[
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:CreateLoadBalancer",
            "elasticloadbalancing:ModifyCapacityReservation",
            "elasticloadbalancing:ModifyLoadBalancerAttributes",
            "elasticloadbalancing:SetSecurityGroups",
        ],
        update: &[
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:ModifyCapacityReservation",
            "elasticloadbalancing:ModifyIpPools",
            "elasticloadbalancing:ModifyLoadBalancerAttributes",
            "elasticloadbalancing:RemoveTags",
            "elasticloadbalancing:SetIpAddressType",
            "elasticloadbalancing:SetSecurityGroups",
            "elasticloadbalancing:SetSubnets",
        ],
        delete: &["elasticloadbalancing:DeleteLoadBalancer"],
    };

    fn schema() -> Schema {
        schema()
    }

    fn customize_plan(change: &mut PlannedChange) {
        load_balancer_plan::customize(change);
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let live = read::balancers(client, ids).await?;
        let arns: Vec<String> = live.iter().filter_map(|b| b.load_balancer_arn.clone()).collect();
        let mut tags = read::tags(client, &arns).await?;
        let objects = live.into_iter().map(|balancer| {
            let tags = balancer.load_balancer_arn().and_then(|arn| tags.remove(arn)).unwrap_or_default();
            load_balancer_object::whole(client, balancer, tags)
        });
        let mut found: BTreeMap<RemoteId, Found> = ids.iter().map(|id| (id.clone(), Found::Gone)).collect();
        for object in gather(objects.collect()).await?.into_iter().flatten() {
            if let Some(id) = Self::remote_id(&object) {
                found.insert(id, Found::Object(object));
            }
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let called = name::of(want, cx.token, PREFIX);
        let kind = want.str("load_balancer_type").unwrap_or("application");
        if read::balancer_by_name(cx.client, &called).await?.is_some() {
            return Err(naming::taken("load balancer", &called));
        }
        let internal = want.bool("internal").unwrap_or_default().then_some(LoadBalancerSchemeEnum::Internal);
        let answer = cx
            .client
            .elbv2()
            .create_load_balancer()
            .name(&called)
            .r#type(LoadBalancerTypeEnum::from(kind))
            .set_customer_owned_ipv4_pool(want.string("customer_owned_ipv4_pool"))
            .set_ip_address_type(want.string("ip_address_type").map(|t| IpAddressType::from(t.as_str())))
            .set_ipam_pools(pools(want))
            .set_scheme(internal)
            .set_security_groups(some(want.strings("security_groups")))
            .set_subnet_mappings(some(mappings(want)))
            .set_subnets(some(want.strings("subnets")))
            .set_tags(tags::wanted(want))
            .send()
            .await?;
        let made = answer.load_balancers.unwrap_or_default().into_iter().next();
        let arn = made.and_then(|b| b.load_balancer_arn).ok_or_else(|| Error::other("the answer names nothing"))?;
        cx.created(&arn.as_str().into());
        let mut told = attributes::first(&schema(), SETTINGS, kind, want);
        for (name, _) in LOGS.iter().filter(|(name, kinds)| kinds.contains(&kind) && logged(want, name).is_some()) {
            told.extend(logs(want, name).into_iter().filter(|(_, value)| !value.is_empty()));
        }
        modify(cx.client, &arn, told).await?;
        if capacity(want).is_some() {
            reserve(cx.client, &arn, want).await?;
        }
        if kind == "network" && want.string(ENFORCE).is_some() {
            guard(cx.client, &arn, want).await?;
        }
        Ok(arn.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (arn, api) = (id.as_str(), client.elbv2());
        let kind = want.str("load_balancer_type").unwrap_or("application");
        let mut told = attributes::changed(SETTINGS, kind, prior, want);
        for (name, _) in LOGS.iter().filter(|(name, kinds)| kinds.contains(&kind) && differs(prior, want, name)) {
            told.extend(logs(want, name));
        }
        modify(client, arn, told).await?;
        if differs(prior, want, ENFORCE) || differs(prior, want, "security_groups") {
            guard(client, arn, want).await?;
        }
        if differs(prior, want, "subnet_mapping") && !mappings(want).is_empty() {
            api.set_subnets().load_balancer_arn(arn).set_subnet_mappings(some(mappings(want))).send().await?;
        } else if differs(prior, want, "subnets") {
            api.set_subnets().load_balancer_arn(arn).set_subnets(some(want.strings("subnets"))).send().await?;
        }
        if let Some(wanted) = want.string("ip_address_type").filter(|_| differs(prior, want, "ip_address_type")) {
            let call = api.set_ip_address_type().load_balancer_arn(arn);
            call.ip_address_type(IpAddressType::from(wanted.as_str())).send().await?;
        }
        if kind == "application" && differs(prior, want, "ipam_pools") {
            let call = api.modify_ip_pools().load_balancer_arn(arn).set_ipam_pools(pools(want));
            let none = pools(want).is_none().then(|| vec![RemoveIpamPoolEnum::Ipv4]);
            call.set_remove_ipam_pools(none).send().await?;
        }
        if kind != "gateway" && differs(prior, want, "minimum_load_balancer_capacity") {
            reserve(client, arn, want).await?;
        }
        tags::update(client, arn, prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.elbv2().delete_load_balancer().load_balancer_arn(id.as_str()).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("_status") {
            Some("active") | None => Readiness::Ready,
            Some("failed") => Readiness::Failed(object.string("_why").unwrap_or_else(|| "failed".into())),
            Some(other) => Readiness::Pending(other.to_owned()),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 10)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        name::identity(want)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let live = read::balancer_by_name(client, &name::of_intent(intent, PREFIX)).await?;
        Ok(live.and_then(|b| b.load_balancer_arn).map(RemoteId::from))
    }
}

fn some<T>(all: Vec<T>) -> Option<Vec<T>> {
    (!all.is_empty()).then_some(all)
}

fn mappings(want: &Object) -> Vec<SubnetMapping> {
    let mapping = |m: Object| {
        SubnetMapping::builder()
            .set_allocation_id(m.string("allocation_id"))
            .set_ipv6_address(m.string("ipv6_address"))
            .set_private_ipv4_address(m.string("private_ipv4_address"))
            .set_subnet_id(m.string("subnet_id"))
            .build()
    };
    want.objects("subnet_mapping").into_iter().map(mapping).collect()
}

fn pools(want: &Object) -> Option<IpamPools> {
    let pool = want.object("ipam_pools")?.string("ipv4_ipam_pool_id");
    Some(IpamPools::builder().set_ipv4_ipam_pool_id(pool).build())
}

/// What AWS is to be told of logs; where they are off, only that.
fn logs(want: &Object, name: &str) -> Vec<(String, String)> {
    let key = |part: &str| format!("{name}.s3.{part}");
    match logged(want, name) {
        None => vec![(key("enabled"), "false".into())],
        Some(logs) => vec![
            (key("enabled"), "true".into()),
            (key("bucket"), logs.string("bucket").unwrap_or_default()),
            (key("prefix"), logs.string("prefix").unwrap_or_default()),
        ],
    }
}

/// Logs that are on.
fn logged(want: &Object, name: &str) -> Option<Object> {
    want.object(name).filter(|logs| logs.bool("enabled") == Some(true))
}

async fn modify(client: &Client, arn: &str, told: Vec<(String, String)>) -> Result<()> {
    if told.is_empty() {
        return Ok(());
    }
    let attribute = |(key, value)| LoadBalancerAttribute::builder().key(key).value(value).build();
    let all = told.into_iter().map(attribute).collect();
    client.elbv2().modify_load_balancer_attributes().load_balancer_arn(arn).set_attributes(Some(all)).send().await?;
    Ok(())
}

fn capacity(want: &Object) -> Option<i32> {
    want.object("minimum_load_balancer_capacity")?.i32("capacity_units").filter(|units| *units > 0)
}

async fn reserve(client: &Client, arn: &str, want: &Object) -> Result<()> {
    let units = capacity(want);
    let wanted = units.map(|units| MinimumLoadBalancerCapacity::builder().capacity_units(units).build());
    let call = client.elbv2().modify_capacity_reservation().load_balancer_arn(arn);
    call.set_minimum_load_balancer_capacity(wanted).reset_capacity_reservation(units.is_none()).send().await?;
    Ok(())
}

/// Sets the security groups, and whether they are for traffic of PrivateLink too.
async fn guard(client: &Client, arn: &str, want: &Object) -> Result<()> {
    let network = want.str("load_balancer_type") == Some("network");
    let enforce = want.string(ENFORCE).filter(|_| network).map(|on| Enforce::from(on.as_str()));
    client
        .elbv2()
        .set_security_groups()
        .load_balancer_arn(arn)
        .set_security_groups(Some(want.strings("security_groups")))
        .set_enforce_security_group_inbound_rules_on_private_link_traffic(enforce)
        .send()
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_that_are_off_tell_nothing_else() {
        let block = Object::new().with("bucket", "b").with("enabled", false).with("prefix", "p");
        let want = Object::new().with("access_logs", vec![block.clone()]);
        assert_eq!(logs(&want, "access_logs"), [("access_logs.s3.enabled".into(), "false".into())]);
        let want = Object::new().with("access_logs", vec![block.with("enabled", true)]);
        assert_eq!(logs(&want, "access_logs").len(), 3);
    }

    #[test]
    fn a_load_balancer_waits_until_it_is_active() {
        let in_state = |state: &str| LoadBalancer::readiness(&Object::new().with("_status", state).with("_why", "x"));
        assert_eq!(in_state("active"), Readiness::Ready);
        assert_eq!(in_state("provisioning"), Readiness::Pending("provisioning".into()));
        assert_eq!(in_state("failed"), Readiness::Failed("x".into()));
    }
}
