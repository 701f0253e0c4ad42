//! `aws_default_security_group`: the group that AWS makes with a VPC, taken over and left behind.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::SecurityGroup as Live;

use super::equality::keep_equal;
use super::inline_rules::element;
use super::security_group::{SecurityGroup, name_protocols, object};
use super::tags::filter;
use crate::aws::Client;
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result};
use crate::schema::{Schema, boolean, set_of, string};

pub struct DefaultSecurityGroup;

impl ResourceType for DefaultSecurityGroup {
    type Client = Client;
    const NAME: &'static str = "aws_default_security_group";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeSecurityGroups"],
        create: &[
            "ec2:DescribeVpcs",
            "ec2:DescribeSecurityGroups",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
            "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        update: SecurityGroup::ACTIONS.update,
        delete: &[],
    };

    fn schema() -> Schema {
        Schema::new(1)
            .attr("arn", string().computed())
            .attr("description", string().computed())
            .attr("egress", set_of(element()).optional().computed())
            .attr("id", string().optional().computed())
            .attr("ingress", set_of(element()).optional().computed())
            .attr("name", string().computed())
            .attr("name_prefix", string().computed())
            .attr("owner_id", string().computed())
            .attr("revoke_rules_on_delete", boolean().optional().default(false))
            .attr("vpc_id", string().optional().computed().force_new())
            .tags()
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        SecurityGroup::read(client, ids, prior).await
    }

    fn customize_plan(change: &mut PlannedChange) {
        for name in ["ingress", "egress"] {
            name_protocols(change, name);
            keep_equal(change, name);
        }
    }

    /// Nothing is made: the object is there from the first moment, and a run that ends early has only changed it.
    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let group = default_of(cx.client, want.string("vpc_id")).await?;
        let group = group.ok_or_else(|| Error::other("there is no such VPC, or it has no default security group"))?;
        let id = RemoteId::from(group.group_id.as_deref().unwrap_or_default());
        cx.created(&id);
        // What the configuration does not name is taken away, also where it names no rules at all.
        Self::update(cx.client, &id, &object(cx.client, &group, None), want).await?;
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        SecurityGroup::update(client, id, prior, want).await
    }

    /// It lives as long as its VPC, and stays as it is.
    async fn delete(_client: &Client, _id: &RemoteId, _prior: &Object) -> Result<()> {
        Ok(())
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let vpc = want.string("vpc_id").map(|id| ("vpc_id".to_owned(), id));
        vpc.into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let group = default_of(client, intent.identity.get("vpc_id").cloned()).await?;
        Ok(group.and_then(|g| g.group_id).map(RemoteId::from))
    }
}

/// The group that a VPC has from AWS: that of the default VPC, if none is named.
async fn default_of(client: &Client, vpc: Option<String>) -> Result<Option<Live>> {
    let vpc = match vpc {
        Some(vpc) => Some(vpc),
        None => {
            let answer = client.ec2().describe_vpcs().filters(filter("isDefault", ["true"])).send().await?;
            answer.vpcs.unwrap_or_default().into_iter().find_map(|v| v.vpc_id)
        }
    };
    let Some(vpc) = vpc else { return Ok(None) };
    let call = client.ec2().describe_security_groups();
    let answer = call.filters(filter("group-name", ["default"])).filters(filter("vpc-id", [vpc])).send().await?;
    Ok(answer.security_groups.unwrap_or_default().into_iter().next())
}
