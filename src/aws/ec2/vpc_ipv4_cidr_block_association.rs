//! `aws_vpc_ipv4_cidr_block_association`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Vpc, VpcCidrBlockAssociation};

use super::equality::is_set;
use super::read::{gone, texts};
use super::tags::filter;
use crate::aws::error::deleted;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, PlannedChange, Readiness, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Schema, number, string};
use crate::value::Value;

pub struct VpcIpv4CidrBlockAssociation;

impl ResourceType for VpcIpv4CidrBlockAssociation {
    type Client = Client;
    const NAME: &'static str = "aws_vpc_ipv4_cidr_block_association";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeVpcs"],
        create: &["ec2:AssociateVpcCidrBlock"],
        update: &[],
        delete: &["ec2:DisassociateVpcCidrBlock"],
    };
    const DELETION: Deletion = Deletion::Polled;

    fn schema() -> Schema {
        Schema::new(0)
            .attr("cidr_block", string().optional().computed().force_new().check(validate::cidr))
            .attr("id", string().optional().computed())
            .attr("ipv4_ipam_pool_id", string().optional().force_new())
            .attr("ipv4_netmask_length", number().optional().force_new().check(length))
            .attr("vpc_id", string().required().force_new())
            .timeouts(&["create", "delete"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let filter = filter("cidr-block-association.association-id", texts(ids));
        let pages = client.ec2().describe_vpcs().filters(filter).into_paginator().items().send();
        let live: Vec<Vpc> = pages.try_collect().await?;
        let mut found = gone(ids);
        for vpc in &live {
            for association in vpc.cidr_block_association_set.iter().flatten() {
                let id = RemoteId::from(association.association_id.as_deref().unwrap_or_default());
                if state(association) != "disassociated"
                    && let Some(answer) = found.get_mut(&id)
                {
                    *answer = Found::Object(object(vpc, association));
                }
            }
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        if is_set(change, "cidr_block") && is_set(change, "ipv4_netmask_length") {
            change.error("ipv4_netmask_length", "Only one of \"cidr_block\" and \"ipv4_netmask_length\" may be set.");
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let answer = cx
            .client
            .ec2()
            .associate_vpc_cidr_block()
            .set_cidr_block(want.string("cidr_block"))
            .set_ipv4_ipam_pool_id(want.string("ipv4_ipam_pool_id"))
            .set_ipv4_netmask_length(want.i32("ipv4_netmask_length").filter(|length| *length != 0))
            .set_vpc_id(want.string("vpc_id"))
            .send()
            .await?;
        let id = answer.cidr_block_association.and_then(|a| a.association_id).ok_or_else(|| Error::other("no id"))?;
        let id = RemoteId::from(id);
        cx.created(&id);
        Ok(id)
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.ec2().disassociate_vpc_cidr_block().association_id(id.as_str()).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("_state").unwrap_or("associated") {
            "associated" => Readiness::Ready,
            "failed" => Readiness::Failed("the network could not be associated".into()),
            other => Readiness::Pending(other.to_owned()),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(10, 10, 10)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let names = ["vpc_id", "cidr_block"];
        names.into_iter().filter_map(|name| Some((name.to_owned(), want.string(name)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(vpc) = intent.identity.get("vpc_id") else { return Ok(None) };
        let answer = client.ec2().describe_vpcs().filters(filter("vpc-id", [vpc.as_str()])).send().await?;
        let Some(vpc) = answer.vpcs.unwrap_or_default().into_iter().next() else { return Ok(None) };
        let associations = vpc.cidr_block_association_set.as_deref().unwrap_or_default();
        let mut later = associations.iter().filter(|a| a.cidr_block != vpc.cidr_block && is_there(a));
        match intent.identity.get("cidr_block") {
            Some(cidr) => {
                let own = later.find(|a| a.cidr_block.as_ref() == Some(cidr));
                Ok(own.and_then(|a| a.association_id.clone()).map(RemoteId::from))
            }
            None if later.next().is_none() => Ok(None),
            // The network came from a pool, and nothing says which one it is.
            None => Err(Error::other("a network was asked of a pool, and the VPC has several: import the new one")),
        }
    }
}

fn length(value: &Value) -> std::result::Result<(), String> {
    validate::between(value, 16, 28)
}

fn state(association: &VpcCidrBlockAssociation) -> &str {
    let state = association.cidr_block_state.as_ref().and_then(|s| s.state.as_ref());
    state.map_or("associated", |s| s.as_str())
}

fn is_there(association: &VpcCidrBlockAssociation) -> bool {
    matches!(state(association), "associated" | "associating")
}

fn object(vpc: &Vpc, association: &VpcCidrBlockAssociation) -> Object {
    Object::new()
        .with("cidr_block", association.cidr_block.clone())
        .with("id", association.association_id.clone())
        .with("vpc_id", vpc.vpc_id.clone())
        .with("_state", state(association))
}
