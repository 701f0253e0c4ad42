//! `aws_vpc_dhcp_options_association`

use std::collections::BTreeMap;

use super::read::{gone, texts, visible};
use super::tags;
use super::vpc_dhcp_options::DEFAULT;
use crate::aws::Client;
use crate::aws::error::deleted;
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, RemoteId, ResourceType, Result};
use crate::schema::{Schema, string};

pub struct VpcDhcpOptionsAssociation;

impl ResourceType for VpcDhcpOptionsAssociation {
    type Client = Client;
    const NAME: &'static str = "aws_vpc_dhcp_options_association";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeVpcs"],
        create: &["ec2:AssociateDhcpOptions"],
        update: &["ec2:AssociateDhcpOptions"],
        delete: &["ec2:AssociateDhcpOptions"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("dhcp_options_id", string().required())
            .attr("id", string().optional().computed())
            .attr("vpc_id", string().required().force_new())
    }

    /// The VPC, which has one set of options at any moment.
    fn remote_id(object: &Object) -> Option<RemoteId> {
        object.string("vpc_id").map(RemoteId::from)
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found = gone(ids);
        for (vpc, options) in options_of(client, texts(ids)).await? {
            let id = RemoteId::from(vpc.as_str());
            // A VPC with other options has lost this association.
            let known = prior.get(&id).and_then(|p| p.string("dhcp_options_id"));
            if known.is_none_or(|known| known == options) {
                let object = Object::new()
                    .with("dhcp_options_id", options.as_str())
                    .with("id", format!("{options}-{vpc}"))
                    .with("vpc_id", vpc);
                found.insert(id, Found::Object(object));
            }
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = Self::remote_id(want).ok_or_else(|| Error::other("the association has no VPC"))?;
        associate(cx.client, &id, want).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        associate(client, id, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let call = client.ec2().associate_dhcp_options().dhcp_options_id(DEFAULT).vpc_id(id.as_str());
        deleted(call.send().await)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let names = ["vpc_id", "dhcp_options_id"];
        names.into_iter().filter_map(|name| Some((name.to_owned(), want.string(name)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(vpc) = intent.identity.get("vpc_id") else { return Ok(None) };
        let options = options_of(client, vec![vpc.clone()]).await?;
        let exists = options.get(vpc).is_some_and(|o| intent.identity.get("dhcp_options_id") == Some(o));
        Ok(exists.then(|| vpc.as_str().into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        if text.starts_with("vpc-") {
            return Ok(text.into());
        }
        Err(Error::other(format!("\"{text}\" is not the id of a VPC, such as vpc-1")))
    }
}

async fn associate(client: &Client, vpc: &RemoteId, want: &Object) -> Result<()> {
    visible(|| async {
        let call = client.ec2().associate_dhcp_options().vpc_id(vpc.as_str());
        call.set_dhcp_options_id(want.string("dhcp_options_id")).send().await.map_err(Error::from)
    })
    .await?;
    Ok(())
}

/// The options of VPCs, by VPC.
async fn options_of(client: &Client, vpcs: Vec<String>) -> Result<BTreeMap<String, String>> {
    let pages = client.ec2().describe_vpcs().filters(tags::filter("vpc-id", vpcs)).into_paginator().items().send();
    let live: Vec<aws_sdk_ec2::types::Vpc> = pages.try_collect().await?;
    Ok(live.into_iter().filter_map(|v| Some((v.vpc_id?, v.dhcp_options_id?))).collect())
}
