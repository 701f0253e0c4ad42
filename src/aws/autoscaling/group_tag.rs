//! `aws_autoscaling_group_tag`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_autoscaling::types::{Filter, Tag, TagDescription};

use crate::aws::Client;
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, RemoteId, ResourceType, Result,
};
use crate::schema::{Block, Schema, boolean, list_block, string};

pub struct GroupTag;

/// Most values of one filter of DescribeTags.
const FILTER_VALUES: usize = 200;

const KIND: &str = "auto-scaling-group";

impl ResourceType for GroupTag {
    type Client = Client;
    const NAME: &'static str = "aws_autoscaling_group_tag";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["autoscaling:DescribeTags"],
        create: &["autoscaling:CreateOrUpdateTags"],
        update: &["autoscaling:CreateOrUpdateTags"],
        delete: &["autoscaling:DeleteTags"],
    };

    fn schema() -> Schema {
        let tag = Block::new()
            .attr("key", string().required().force_new())
            .attr("propagate_at_launch", boolean().required())
            .attr("value", string().required());
        Schema::new(0)
            .attr("autoscaling_group_name", string().required().force_new())
            .attr("id", string().optional().computed())
            .block("tag", list_block(tag).min(1).max(1).force_new())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found: BTreeMap<RemoteId, Found> = ids.iter().map(|id| (id.clone(), Found::Gone)).collect();
        let groups: BTreeSet<&str> = ids.iter().filter_map(|id| Some(id.pair(',').ok()?.0)).collect();
        let keys: BTreeSet<&str> = ids.iter().filter_map(|id| Some(id.pair(',').ok()?.1)).collect();
        let groups: Vec<&str> = groups.into_iter().collect();
        // The other filter only spares pages: too many keys go without.
        let keys = (keys.len() <= FILTER_VALUES).then(|| filter("key", keys.into_iter()));
        for some in groups.chunks(FILTER_VALUES) {
            let filters = [filter(KIND, some.iter().copied())].into_iter().chain(keys.clone()).collect();
            let pages = client.autoscaling().describe_tags().set_filters(Some(filters)).into_paginator().items().send();
            let all: Vec<TagDescription> = pages.try_collect().await?;
            for tag in all {
                let id = RemoteId::from(id(tag.resource_id().unwrap_or_default(), tag.key().unwrap_or_default()));
                if let Some(answer) = found.get_mut(&id) {
                    *answer = Found::Object(object(&id, &tag));
                }
            }
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = put(cx.client, want).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, _id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        put(client, want).await.map(drop)
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (group, key) = id.pair(',')?;
        let tag = Tag::builder().resource_id(group).resource_type(KIND).key(key).build();
        match client.autoscaling().delete_tags().tags(tag).send().await.map_err(Error::from) {
            Err(e) if !is_gone(&e) => e.unless_not_found(),
            _ => Ok(()),
        }
    }

    /// Another change of tags, or an activity of the group.
    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || error.has_code("ResourceContention")
            || error.has_code("ResourceInUse")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let key = want.object("tag").and_then(|t| t.string("key"));
        let id = want.string("autoscaling_group_name").zip(key).map(|(group, key)| id(&group, &key));
        id.map(|id| ("tag".to_owned(), id)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("tag").map(|id| RemoteId::from(id.as_str())) else { return Ok(None) };
        let mut found = Self::read(client, std::slice::from_ref(&id), &BTreeMap::new()).await?;
        Ok(matches!(found.remove(&id), Some(Found::Object(_))).then_some(id))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once(',') {
            Some((group, key)) if !group.is_empty() && !key.is_empty() => Ok(text.into()),
            _ => Err(Error::other(format!("\"{text}\" is not GROUP,KEY"))),
        }
    }
}

fn id(group: &str, key: &str) -> String {
    format!("{group},{key}")
}

fn filter<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Filter {
    Filter::builder().name(name).set_values(Some(values.map(str::to_owned).collect())).build()
}

/// The group went away with its tags: AWS calls that a validation error.
fn is_gone(error: &Error) -> bool {
    error.has_code("ValidationError") && error.message.contains("not found")
}

async fn put(client: &Client, want: &Object) -> Result<RemoteId> {
    let group = want.string("autoscaling_group_name").unwrap_or_default();
    let tag = want.object("tag").unwrap_or_default();
    let key = tag.string("key").unwrap_or_default();
    let made = Tag::builder()
        .resource_id(&group)
        .resource_type(KIND)
        .key(&key)
        .value(tag.str("value").unwrap_or_default())
        .propagate_at_launch(tag.bool("propagate_at_launch").unwrap_or_default())
        .build();
    client.autoscaling().create_or_update_tags().tags(made).send().await?;
    Ok(id(&group, &key).into())
}

fn object(id: &RemoteId, tag: &TagDescription) -> Object {
    let block = Object::new()
        .with("key", tag.key())
        .with("propagate_at_launch", tag.propagate_at_launch().unwrap_or_default())
        .with("value", tag.value().unwrap_or_default());
    Object::new().with("autoscaling_group_name", tag.resource_id()).with("id", id.as_str()).with("tag", vec![block])
}
