//! `aws_internet_gateway`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{InternetGateway as Gateway, ResourceType as Kind};

use super::read::{arn, gone, texts, visible};
use super::tags;
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, RemoteId, ResourceType, Result, Timeouts};
use crate::schema::{Schema, string};

pub struct InternetGateway;

impl ResourceType for InternetGateway {
    type Client = Client;
    const NAME: &'static str = "aws_internet_gateway";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeInternetGateways"],
        create: &["ec2:CreateInternetGateway", "ec2:AttachInternetGateway", "ec2:CreateTags", "ec2:DeleteTags"],
        update: &["ec2:AttachInternetGateway", "ec2:DetachInternetGateway", "ec2:CreateTags", "ec2:DeleteTags"],
        delete: &["ec2:DetachInternetGateway", "ec2:DeleteInternetGateway"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("owner_id", string().computed())
            .attr("vpc_id", string().optional().computed())
            .tags()
            .timeouts(&["create", "delete", "update"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        // A filter, unlike the list of ids, does not fail the call for one that is gone.
        let filter = tags::filter("internet-gateway-id", texts(ids));
        let pages = client.ec2().describe_internet_gateways().filters(filter).into_paginator().items().send();
        let live: Vec<Gateway> = pages.try_collect().await?;
        let mut found = gone(ids);
        for gateway in live {
            let object = object(client, &gateway);
            found.insert(gateway.internet_gateway_id.unwrap_or_default().into(), Found::Object(object));
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let answer = cx
            .client
            .ec2()
            .create_internet_gateway()
            .tag_specifications(tags::with_token(Kind::InternetGateway, want, cx.token))
            .send()
            .await?;
        let id = answer.internet_gateway.and_then(|g| g.internet_gateway_id).ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        if let Some(vpc) = want.string("vpc_id") {
            attach(cx.client, &id, &vpc).await?;
        }
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (old, new) = (prior.string("vpc_id"), want.string("vpc_id"));
        if old != new {
            if let Some(vpc) = old {
                detach(client, id.as_str(), &vpc).await?;
            }
            if let Some(vpc) = new {
                attach(client, id.as_str(), &vpc).await?;
            }
        }
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        if let Some(vpc) = prior.string("vpc_id") {
            detach(client, id.as_str(), &vpc).await?;
        }
        deleted(client.ec2().delete_internet_gateway().internet_gateway_id(id.as_str()).send().await)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(20, 20, 20)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let answer = client.ec2().describe_internet_gateways().filters(tags::token_filter(intent)).send().await?;
        let mut live = answer.internet_gateways.unwrap_or_default().into_iter();
        Ok(live
            .find(|g| tags::has_token(g.tags.as_ref(), intent))
            .and_then(|g| g.internet_gateway_id)
            .map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

fn object(client: &Client, gateway: &Gateway) -> Object {
    let id = gateway.internet_gateway_id.as_deref().unwrap_or_default();
    let attached = gateway.attachments.as_ref().and_then(|a| a.first()).and_then(|a| a.vpc_id.clone());
    let mut object = Object::new()
        .with("arn", arn(client, gateway.owner_id.as_deref(), &format!("internet-gateway/{id}")))
        .with("id", id)
        .with("owner_id", gateway.owner_id.clone())
        .with("vpc_id", attached.unwrap_or_default());
    all_tags::set(&mut object, tags::pairs(gateway.tags.as_ref()));
    object
}

async fn attach(client: &Client, id: &str, vpc: &str) -> Result<()> {
    let call = || async {
        let call = client.ec2().attach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
        call.send().await.map_err(Error::from)
    };
    match visible(call).await {
        Err(e) if !e.has_code("Resource.AlreadyAssociated") => Err(e),
        _ => Ok(()),
    }
}

async fn detach(client: &Client, id: &str, vpc: &str) -> Result<()> {
    match client.ec2().detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc).send().await {
        Ok(_) => Ok(()),
        Err(e) => Error::from(e).unless_not_found(),
    }
}
