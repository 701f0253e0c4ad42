//! `aws_eip`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Address, AddressAttribute, AddressAttributeName, DomainType, ResourceType as Kind};

use super::equality::is_set;
use super::read::{gone, texts, visible};
use super::tags;
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, boolean, string};

pub struct Eip;

impl ResourceType for Eip {
    type Client = Client;
    const NAME: &'static str = "aws_eip";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeAddresses", "ec2:DescribeAddressesAttribute"],
        create: &["ec2:AllocateAddress", "ec2:AssociateAddress", "ec2:CreateTags", "ec2:DeleteTags"],
        update: &["ec2:AssociateAddress", "ec2:DisassociateAddress", "ec2:CreateTags", "ec2:DeleteTags"],
        delete: &["ec2:DisassociateAddress", "ec2:ReleaseAddress"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("address", string().optional().force_new())
            .attr("allocation_id", string().computed())
            .attr("arn", string().computed())
            .attr("associate_with_private_ip", string().optional())
            .attr("association_id", string().computed())
            .attr("carrier_ip", string().computed())
            .attr("customer_owned_ip", string().computed())
            .attr("customer_owned_ipv4_pool", string().optional())
            .attr("domain", string().optional().computed().force_new())
            .attr("id", string().optional().computed())
            .attr("instance", string().optional().computed())
            .attr("ipam_pool_id", string().optional().computed().force_new())
            .attr("network_border_group", string().optional().computed().force_new())
            .attr("network_interface", string().optional().computed())
            .attr("private_dns", string().computed())
            .attr("private_ip", string().computed())
            .attr("ptr_record", string().computed())
            .attr("public_dns", string().computed())
            .attr("public_ip", string().computed())
            .attr("public_ipv4_pool", string().optional().computed().force_new())
            .attr("vpc", boolean().optional().computed().force_new().deprecated("use domain attribute instead"))
            .tags()
            .timeouts(&["delete", "read", "update"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let filter = tags::filter("allocation-id", texts(ids));
        let answer = client.ec2().describe_addresses().filters(filter).send().await?;
        let live = answer.addresses.unwrap_or_default();
        let mut found = gone(ids);
        if live.is_empty() {
            return Ok(found);
        }
        let names = client.once("ec2:address-names", || names(client)).await?;
        for address in live {
            let id = address.allocation_id.clone().unwrap_or_default();
            let mut object = object(client, &address).await?;
            object.set("ptr_record", names.get(&id).map(String::as_str).unwrap_or_default());
            found.insert(id.into(), Found::Object(object));
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        if is_set(change, "vpc") && is_set(change, "domain") {
            change.error("vpc", "\"vpc\" is the old word for domain = \"vpc\": set \"domain\" alone.");
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let domain = want.string("domain").or_else(|| want.bool("vpc").filter(|yes| *yes).map(|_| "vpc".into()));
        let answer = cx
            .client
            .ec2()
            .allocate_address()
            .set_address(want.string("address"))
            .set_customer_owned_ipv4_pool(want.string("customer_owned_ipv4_pool"))
            .set_domain(domain.as_deref().map(DomainType::from))
            .set_ipam_pool_id(want.string("ipam_pool_id"))
            .set_network_border_group(want.string("network_border_group"))
            .set_public_ipv4_pool(want.string("public_ipv4_pool"))
            .tag_specifications(tags::with_token(Kind::ElasticIp, want, cx.token))
            .send()
            .await?;
        let id = answer.allocation_id.ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        associate(cx.client, &id, want).await?;
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let differs = |name| !want.is_unknown(name) && prior.string(name) != want.string(name);
        if ["associate_with_private_ip", "instance", "network_interface"].into_iter().any(differs) {
            disassociate(client, prior).await?;
            let mut target = want.clone();
            // What AWS told of the other belongs to where the address was.
            match (differs("instance"), differs("network_interface")) {
                (true, false) => drop(target.set("network_interface", "")),
                (false, true) => drop(target.set("instance", "")),
                _ => {}
            }
            associate(client, id.as_str(), &target).await?;
        }
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        disassociate(client, prior).await?;
        let group = prior.string("network_border_group");
        let call = client.ec2().release_address().allocation_id(id.as_str()).set_network_border_group(group);
        deleted(call.send().await)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(15, 5, 3)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let answer = client.ec2().describe_addresses().filters(tags::token_filter(intent)).send().await?;
        let mut live = answer.addresses.unwrap_or_default().into_iter();
        Ok(live.find(|a| tags::has_token(a.tags.as_ref(), intent)).and_then(|a| a.allocation_id).map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

/// Reverse DNS names by address. The call takes no filter and fails for ids that are gone, so it asks for all.
pub(super) async fn names(client: &Client) -> Result<BTreeMap<String, String>> {
    let call = client.ec2().describe_addresses_attribute().attribute(AddressAttributeName::DomainName);
    let all: Vec<AddressAttribute> = match call.into_paginator().items().send().try_collect().await.map_err(Error::from)
    {
        // Some regions do not have the call.
        Err(e) if e.has_code("InvalidAction") => Vec::new(),
        other => other?,
    };
    let name = |a: AddressAttribute| Some((a.allocation_id?, a.ptr_record?.trim_end_matches('.').to_owned()));
    Ok(all.into_iter().filter_map(name).collect())
}

async fn associate(client: &Client, id: &str, want: &Object) -> Result<()> {
    let (instance, interface) = (want.string("instance"), want.string("network_interface"));
    if instance.is_none() && interface.is_none() {
        return Ok(());
    }
    visible(|| async {
        let call = client
            .ec2()
            .associate_address()
            .allocation_id(id)
            .set_instance_id(instance.clone())
            .set_network_interface_id(interface.clone())
            .set_private_ip_address(want.string("associate_with_private_ip"));
        call.send().await.map_err(Error::from)
    })
    .await?;
    Ok(())
}

async fn disassociate(client: &Client, prior: &Object) -> Result<()> {
    let Some(association) = prior.string("association_id") else { return Ok(()) };
    match client.ec2().disassociate_address().association_id(association).send().await {
        Ok(_) => Ok(()),
        Err(e) => Error::from(e).unless_not_found(),
    }
}

pub(super) async fn object(client: &Client, address: &Address) -> Result<Object> {
    let id = address.allocation_id.as_deref().unwrap_or_default();
    let text = |v: &Option<String>| v.clone().unwrap_or_default();
    let domain = address.domain.as_ref().map_or("", DomainType::as_str);
    let (region, suffix) = (client.region(), dns_suffix(client.partition()));
    let mut object = Object::new()
        .with("allocation_id", id)
        .with("arn", client.arn("ec2", &format!("elastic-ip/{id}")).await?)
        .with("association_id", text(&address.association_id))
        .with("carrier_ip", text(&address.carrier_ip))
        .with("customer_owned_ip", text(&address.customer_owned_ip))
        .with("customer_owned_ipv4_pool", text(&address.customer_owned_ipv4_pool))
        .with("domain", domain)
        .with("id", id)
        .with("instance", text(&address.instance_id))
        .with("network_border_group", text(&address.network_border_group))
        .with("network_interface", text(&address.network_interface_id))
        .with("private_dns", address.private_ip_address.as_deref().map(|ip| private_name(ip, region)))
        .with("private_ip", text(&address.private_ip_address))
        .with("public_dns", address.public_ip.as_deref().map(|ip| public_name(ip, region, suffix)))
        .with("public_ip", text(&address.public_ip))
        .with("public_ipv4_pool", text(&address.public_ipv4_pool))
        .with("vpc", domain == "vpc");
    let pool = address.public_ipv4_pool.as_deref().filter(|p| p.starts_with("ipam-pool-"));
    object.set("ipam_pool_id", pool);
    all_tags::set(&mut object, tags::pairs(address.tags.as_ref()));
    Ok(object)
}

fn dns_suffix(partition: &str) -> &'static str {
    if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
}

/// The name that the VPC's resolver has for a private address.
fn private_name(ip: &str, region: &str) -> String {
    let domain = if region == "us-east-1" { "ec2".to_owned() } else { format!("{region}.compute") };
    format!("ip-{}.{domain}.internal", ip.replace('.', "-"))
}

fn public_name(ip: &str, region: &str, suffix: &str) -> String {
    let domain = if region == "us-east-1" { "compute-1".to_owned() } else { format!("{region}.compute") };
    format!("ec2-{}.{domain}.{suffix}", ip.replace('.', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_address_and_region() {
        assert_eq!(private_name("10.0.1.2", "us-east-1"), "ip-10-0-1-2.ec2.internal");
        assert_eq!(private_name("10.0.1.2", "eu-west-1"), "ip-10-0-1-2.eu-west-1.compute.internal");
        let name = public_name("3.4.5.6", "eu-west-1", dns_suffix("aws"));
        assert_eq!(name, "ec2-3-4-5-6.eu-west-1.compute.amazonaws.com");
        assert_eq!(public_name("3.4.5.6", "us-east-1", "amazonaws.com"), "ec2-3-4-5-6.compute-1.amazonaws.com");
    }
}
