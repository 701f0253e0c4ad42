//! `aws_network_acl`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::ResourceType as Kind;

use super::network_acls::{added, associate, default_of, describe, load, object};
use super::read::{gone, texts};
use super::{network_acl_entries, tags};
use crate::aws::Client;
use crate::aws::error::deleted;
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result};
use crate::schema::{Schema, set_of, string};
use crate::value::Type;

pub struct NetworkAcl;

impl ResourceType for NetworkAcl {
    type Client = Client;
    const NAME: &'static str = "aws_network_acl";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeNetworkAcls"],
        create: &[
            "ec2:CreateNetworkAcl",
            "ec2:CreateNetworkAclEntry",
            "ec2:ReplaceNetworkAclAssociation",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        update: &[
            "ec2:CreateNetworkAclEntry",
            "ec2:ReplaceNetworkAclEntry",
            "ec2:DeleteNetworkAclEntry",
            "ec2:ReplaceNetworkAclAssociation",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:DescribeNetworkAcls", "ec2:ReplaceNetworkAclAssociation", "ec2:DeleteNetworkAcl"],
    };

    fn schema() -> Schema {
        let entries = || set_of(network_acl_entries::block().ty()).optional().computed();
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("egress", entries())
            .attr("id", string().optional().computed())
            .attr("ingress", entries())
            .attr("owner_id", string().computed())
            .attr("subnet_ids", set_of(Type::String).optional().computed())
            .attr("vpc_id", string().required().force_new())
            .tags()
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let acls = load(client, &texts(ids)).await?;
        let mut found = gone(ids);
        found.extend(acls.iter().map(|(id, acl)| (id.as_str().into(), Found::Object(object(client, acl)))));
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        for name in ["ingress", "egress"] {
            network_acl_entries::check(change, name);
            network_acl_entries::check_numbers(change, name);
            network_acl_entries::plan(change, name);
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let call = cx.client.ec2().create_network_acl().client_token(cx.token).set_vpc_id(want.string("vpc_id"));
        let answer = call.tag_specifications(tags::with_token(Kind::NetworkAcl, want, cx.token)).send().await?;
        let id = answer.network_acl.and_then(|a| a.network_acl_id).ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        let none = Object::new();
        network_acl_entries::change(cx.client, &id, false, &none, want).await?;
        network_acl_entries::change(cx.client, &id, true, &none, want).await?;
        associate(cx.client, &id, &added(&none, want)).await?;
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let id = id.as_str();
        network_acl_entries::change(client, id, false, prior, want).await?;
        network_acl_entries::change(client, id, true, prior, want).await?;
        if !want.is_unknown("subnet_ids") {
            associate(client, id, &added(prior, want)).await?;
            release(client, id, &added(want, prior)).await?;
        }
        tags::update(client, id, prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        // Subnets that came to it since would keep it.
        let live = describe(client, "network-acl-id", &[id.to_string()]).await?;
        let associations = live.into_iter().filter_map(|a| a.associations).flatten();
        release(client, id.as_str(), &associations.filter_map(|a| a.subnet_id).collect::<Vec<_>>()).await?;
        deleted(client.ec2().delete_network_acl().network_acl_id(id.as_str()).send().await)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let answer = client.ec2().describe_network_acls().filters(tags::token_filter(intent)).send().await?;
        let mut live = answer.network_acls.unwrap_or_default().into_iter();
        Ok(live.find(|a| tags::has_token(a.tags.as_ref(), intent)).and_then(|a| a.network_acl_id).map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

/// Gives subnets that have this ACL the one of their VPC.
async fn release(client: &Client, id: &str, subnets: &[String]) -> Result<()> {
    if subnets.is_empty() {
        return Ok(());
    }
    let live = describe(client, "network-acl-id", &[id.to_owned()]).await?;
    let Some(vpc) = live.iter().find_map(|a| a.vpc_id.as_deref()) else { return Ok(()) };
    let own = live.iter().flat_map(|a| a.associations.iter().flatten()).filter_map(|a| a.subnet_id.clone());
    let still: Vec<String> = own.filter(|s| subnets.contains(s)).collect();
    if still.is_empty() {
        return Ok(());
    }
    let default = default_of(client, vpc).await?;
    associate(client, &default.ok_or_else(|| Error::other(format!("{vpc} has no network ACL of its own")))?, &still)
        .await
}
