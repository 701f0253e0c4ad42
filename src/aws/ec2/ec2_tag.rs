//! `aws_ec2_tag`: one tag of an object that somebody else manages.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{Tag, TagDescription};

use super::read::{FILTER_VALUES, gone, visible};
use super::tags::filter;
use crate::aws::Client;
use crate::aws::error::deleted;
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, RemoteId, ResourceType, Result};
use crate::schema::{Schema, string};

pub struct Ec2Tag;

impl ResourceType for Ec2Tag {
    type Client = Client;
    const NAME: &'static str = "aws_ec2_tag";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeTags"],
        create: &["ec2:CreateTags"],
        update: &["ec2:CreateTags"],
        delete: &["ec2:DeleteTags"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("key", string().required().force_new())
            .attr("resource_id", string().required().force_new())
            .attr("value", string().required())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let of = ids.iter().map(|id| Ok(id.pair(',')?.0.to_owned())).collect::<Result<BTreeSet<_>>>()?;
        let of: Vec<String> = of.into_iter().collect();
        let mut found = gone(ids);
        for some in of.chunks(FILTER_VALUES) {
            for tag in describe(client, some).await? {
                let (Some(resource), Some(key)) = (&tag.resource_id, &tag.key) else { continue };
                let id = RemoteId::from(format!("{resource},{key}"));
                if let Some(answer) = found.get_mut(&id) {
                    let object = Object::new()
                        .with("id", id.as_str())
                        .with("key", key.as_str())
                        .with("resource_id", resource.as_str())
                        .with("value", tag.value.unwrap_or_default());
                    *answer = Found::Object(object);
                }
            }
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = format!("{},{}", want.str("resource_id").unwrap_or_default(), want.str("key").unwrap_or_default());
        let id = RemoteId::from(id);
        set(cx.client, want).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, _id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        set(client, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (resource, key) = id.pair(',')?;
        let call = client.ec2().delete_tags().resources(resource).tags(Tag::builder().key(key).build());
        deleted(call.send().await)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let names = ["resource_id", "key", "value"];
        names.into_iter().filter_map(|name| Some((name.to_owned(), want.str(name)?.to_owned()))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let of = |name: &str| intent.identity.get(name);
        let (Some(resource), Some(key)) = (of("resource_id"), of("key")) else { return Ok(None) };
        let live = describe(client, std::slice::from_ref(resource)).await?;
        let exists = live.iter().any(|t| t.key.as_ref() == Some(key) && t.value.as_ref() == of("value"));
        Ok(exists.then(|| format!("{resource},{key}").into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once(',') {
            Some((resource, key)) if !resource.is_empty() && !key.is_empty() => Ok(text.into()),
            _ => Err(Error::other(format!("\"{text}\" is not OBJECT,KEY, such as vpc-1,Name"))),
        }
    }
}

async fn describe(client: &Client, resources: &[String]) -> Result<Vec<TagDescription>> {
    let call = client.ec2().describe_tags().filters(filter("resource-id", resources));
    Ok(call.into_paginator().items().send().try_collect().await?)
}

async fn set(client: &Client, want: &Object) -> Result<()> {
    let tag = Tag::builder().key(want.str("key").unwrap_or_default()).value(want.str("value").unwrap_or_default());
    let tag = tag.build();
    visible(|| async {
        let call = client.ec2().create_tags().set_resources(want.string("resource_id").map(|id| vec![id]));
        call.tags(tag.clone()).send().await.map_err(Error::from)
    })
    .await?;
    Ok(())
}
