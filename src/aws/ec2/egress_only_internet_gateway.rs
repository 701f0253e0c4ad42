//! `aws_egress_only_internet_gateway`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{EgressOnlyInternetGateway as Live, ResourceType as Kind};

use super::read::gone;
use super::tags;
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, RemoteId, ResourceType, Result};
use crate::schema::{Schema, string};

pub struct EgressOnlyInternetGateway;

impl ResourceType for EgressOnlyInternetGateway {
    type Client = Client;
    const NAME: &'static str = "aws_egress_only_internet_gateway";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeEgressOnlyInternetGateways"],
        create: &["ec2:CreateEgressOnlyInternetGateway", "ec2:CreateTags", "ec2:DeleteTags"],
        update: &["ec2:CreateTags", "ec2:DeleteTags"],
        delete: &["ec2:DeleteEgressOnlyInternetGateway"],
    };

    fn schema() -> Schema {
        Schema::new(0).attr("id", string().optional().computed()).attr("vpc_id", string().required().force_new()).tags()
    }

    /// There is no filter by id, and a list of ids fails for one that is gone: all are read, of which there are few.
    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let all = client
            .once("ec2:egress-only-internet-gateways", || async {
                let pages = client.ec2().describe_egress_only_internet_gateways().into_paginator().items().send();
                let live: Vec<Live> = pages.try_collect().await?;
                Ok(live)
            })
            .await?;
        let mut found = gone(ids);
        for gateway in all.iter() {
            let id = RemoteId::from(gateway.egress_only_internet_gateway_id.as_deref().unwrap_or_default());
            if ids.contains(&id) {
                found.insert(id, Found::Object(object(gateway)));
            }
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let call = cx.client.ec2().create_egress_only_internet_gateway().client_token(cx.token);
        let call = call.set_vpc_id(want.string("vpc_id"));
        let tags = tags::with_token(Kind::EgressOnlyInternetGateway, want, cx.token);
        let answer = call.tag_specifications(tags).send().await?;
        let gateway = answer.egress_only_internet_gateway;
        let id = gateway.and_then(|g| g.egress_only_internet_gateway_id).ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let call = client.ec2().delete_egress_only_internet_gateway();
        deleted(call.egress_only_internet_gateway_id(id.as_str()).send().await)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let call = client.ec2().describe_egress_only_internet_gateways().filters(tags::token_filter(intent));
        let answer = call.send().await?;
        let mut live = answer.egress_only_internet_gateways.unwrap_or_default().into_iter();
        let found = live.find(|g| tags::has_token(g.tags.as_ref(), intent));
        Ok(found.and_then(|g| g.egress_only_internet_gateway_id).map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

fn object(gateway: &Live) -> Object {
    let attached = gateway.attachments.iter().flatten().find_map(|a| a.vpc_id.clone());
    let mut object = Object::new()
        .with("id", gateway.egress_only_internet_gateway_id.clone())
        .with("vpc_id", attached.unwrap_or_default());
    all_tags::set(&mut object, tags::pairs(gateway.tags.as_ref()));
    object
}
