//! `aws_placement_group`. Its id is its name.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    PlacementGroup as Live, PlacementGroupState as State, PlacementStrategy, ResourceType as Kind, SpreadLevel,
};

use super::equality::is_set;
use super::read::{gone, texts};
use super::tags;
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, Readiness,
    RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, number, string};
use crate::value::Value;

pub struct PlacementGroup;

impl ResourceType for PlacementGroup {
    type Client = Client;
    const NAME: &'static str = "aws_placement_group";
    const READ_BATCH: usize = 200;
    const UNIQUE: &'static [&'static str] = &["name"];
    const DELETION: Deletion = Deletion::Polled;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribePlacementGroups"],
        create: &["ec2:CreatePlacementGroup", "ec2:CreateTags"],
        update: &["ec2:CreateTags", "ec2:DeleteTags"],
        delete: &["ec2:DeletePlacementGroup"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("name", string().required().force_new())
            .attr("partition_count", number().optional().computed().force_new().check(|v| validate::between(v, 0, 7)))
            .attr("placement_group_id", string().computed())
            .attr("spread_level", string().optional().computed().force_new().check(level))
            .attr("strategy", string().required().force_new().check(strategy))
            .tags()
    }

    fn customize_plan(change: &mut PlannedChange) {
        // The provider looks at new groups only.
        let Some(strategy) = change.config.string("strategy").filter(|_| change.is_create()) else { return };
        for (name, of) in [("partition_count", "partition"), ("spread_level", "spread")] {
            if is_set(change, name) && strategy != of {
                change.error(name, format!("Only a group with strategy \"{of}\" has a {name}."));
            }
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found = gone(ids);
        for group in named(client, texts(ids)).await? {
            if group.state == Some(State::Deleted) {
                continue;
            }
            let id = RemoteId::from(group.group_name.as_deref().unwrap_or_default());
            found.insert(id, Found::Object(object(&group)));
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = want.string("name").unwrap_or_default();
        let call = cx.client.ec2().create_placement_group().group_name(&name);
        call.set_partition_count(want.i32("partition_count").filter(|n| *n != 0))
            .set_spread_level(want.str("spread_level").filter(|s| !s.is_empty()).map(SpreadLevel::from))
            .set_strategy(want.str("strategy").map(PlacementStrategy::from))
            .set_tag_specifications(tags::specification(Kind::PlacementGroup, want).map(|t| vec![t]))
            .send()
            .await?;
        let id = RemoteId::from(name);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, _id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let Some(id) = prior.string("placement_group_id") else { return Ok(()) };
        tags::update(client, &id, prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        match deleted(client.ec2().delete_placement_group().group_name(id.as_str()).send().await) {
            Err(e) if e.has_code("InvalidPlacementGroup.Unknown") => Ok(()),
            other => other,
        }
    }

    fn readiness(object: &Object) -> Readiness {
        match object.string("_state") {
            Some(state) => Readiness::Pending(format!("the placement group is {state}")),
            None => Readiness::Ready,
        }
    }

    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet) || error.has_code("InvalidPlacementGroup.InUse")
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(name) = intent.identity.get("name") else { return Ok(None) };
        let found = named(client, vec![name.clone()]).await?.into_iter().find(|g| {
            g.group_name.as_ref() == Some(name) && !matches!(g.state, Some(State::Deleted | State::Deleting))
        });
        Ok(found.and_then(|g| g.group_name).map(RemoteId::from))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 5, 5)
    }
}

async fn named(client: &Client, names: Vec<String>) -> Result<Vec<Live>> {
    let answer = client.ec2().describe_placement_groups().filters(tags::filter("group-name", names)).send().await?;
    Ok(answer.placement_groups.unwrap_or_default())
}

fn object(group: &Live) -> Object {
    let state = group.state.as_ref().filter(|s| **s != State::Available);
    let mut object = Object::new()
        .with("arn", group.group_arn.clone())
        .with("id", group.group_name.clone())
        .with("name", group.group_name.clone())
        .with("partition_count", group.partition_count.unwrap_or_default())
        .with("placement_group_id", group.group_id.clone())
        .with("spread_level", group.spread_level.as_ref().map_or("", SpreadLevel::as_str))
        .with("strategy", group.strategy.as_ref().map_or("", PlacementStrategy::as_str))
        .with("_state", state.map(|s| s.as_str().to_owned()));
    all_tags::set(&mut object, tags::pairs(group.tags.as_ref()));
    object
}

fn level(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &["host", "rack"])
}

fn strategy(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &["cluster", "partition", "spread"])
}
