//! `aws_default_vpc`: the VPC that AWS makes with a region, taken over, or made anew where somebody deleted it.

use std::collections::BTreeMap;

use super::tags::filter;
use super::vpc::{Vpc, shared};
use crate::aws::Client;
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Readiness, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, boolean, string};

pub struct DefaultVpc;

/// Whether the VPC was there before.
const EXISTING: &str = "existing_default_vpc";

impl ResourceType for DefaultVpc {
    type Client = Client;
    const NAME: &'static str = "aws_default_vpc";
    const READ_BATCH: usize = Vpc::READ_BATCH;
    const ACTIONS: Actions = Actions {
        read: Vpc::ACTIONS.read,
        create: &[
            "ec2:AssociateVpcCidrBlock",
            "ec2:CreateDefaultVpc",
            "ec2:CreateTags",
            "ec2:DeleteTags",
            "ec2:DisassociateVpcCidrBlock",
            "ec2:ModifyVpcAttribute",
        ],
        update: Vpc::ACTIONS.update,
        delete: Vpc::ACTIONS.delete,
    };

    fn schema() -> Schema {
        shared(Schema::new(1))
            .attr("cidr_block", string().computed())
            .attr("enable_dns_hostnames", boolean().optional().default(true))
            .attr(EXISTING, boolean().computed())
            .attr("force_destroy", boolean().optional().default(false))
            .attr("instance_tenancy", string().computed())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found = Vpc::read(client, ids, prior).await?;
        for (id, found) in &mut found {
            let Found::Object(object) = found else { continue };
            if let Some(existing) = client.told().of(id.as_str()).and_then(|told| told.bool(EXISTING)) {
                object.set(EXISTING, existing);
            }
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let existing = of_region(cx.client).await?;
        let id = match &existing {
            Some(id) => id.clone(),
            None => {
                let answer = cx.client.ec2().create_default_vpc().send().await?;
                RemoteId::from(answer.vpc.and_then(|v| v.vpc_id).ok_or_else(|| Error::other("no id"))?)
            }
        };
        cx.client.told().keep(id.as_str(), Object::new().with(EXISTING, existing.is_some()));
        cx.created(&id);
        let now = Vpc::read(cx.client, std::slice::from_ref(&id), &BTreeMap::new()).await?.remove(&id);
        let Some(Found::Object(now)) = now else { return Err(Error::other("the default VPC is gone again")) };
        // Its tenancy cannot be chosen.
        let want = want.clone().with("instance_tenancy", now.string("instance_tenancy"));
        Vpc::update(cx.client, &id, &now, &want).await?;
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        Vpc::update(client, id, prior, want).await
    }

    /// It stays as it is, unless the configuration wants it deleted.
    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        match prior.bool("force_destroy") {
            Some(true) => Vpc::delete(client, id, prior).await,
            _ => Ok(()),
        }
    }

    fn readiness(object: &Object) -> Readiness {
        Vpc::readiness(object)
    }

    fn timeouts() -> Timeouts {
        Vpc::timeouts()
    }

    async fn find(client: &Client, _intent: &Intent) -> Result<Option<RemoteId>> {
        let found = of_region(client).await?;
        if let Some(id) = found.as_ref().filter(|id| client.told().of(id.as_str()).is_none()) {
            client.told().keep(id.as_str(), Object::new().with(EXISTING, true));
        }
        Ok(found)
    }
}

/// The default VPC, of which a region has one at most.
async fn of_region(client: &Client) -> Result<Option<RemoteId>> {
    let answer = client.ec2().describe_vpcs().filters(filter("isDefault", ["true"])).send().await?;
    Ok(answer.vpcs.unwrap_or_default().into_iter().find_map(|v| v.vpc_id).map(RemoteId::from))
}
