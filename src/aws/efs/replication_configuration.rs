//! `aws_efs_replication_configuration`, known by the file system that is replicated.

use std::collections::BTreeMap;

use aws_sdk_efs::config::{Builder, Region};
use aws_sdk_efs::types::{DestinationToCreate, ReplicationConfigurationDescription as Live};
use jiff::Timestamp;

use crate::aws::Client;
use crate::aws::error::deleted;
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, PlannedChange, Readiness, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Block, Schema, list_block, string};

pub struct ReplicationConfiguration;

impl ResourceType for ReplicationConfiguration {
    type Client = Client;
    const NAME: &'static str = "aws_efs_replication_configuration";
    const READ_BATCH: usize = 1000;
    const DELETION: Deletion = Deletion::Polled;
    const UNIQUE: &'static [&'static str] = &["source_file_system_id"];
    const ACTIONS: Actions = Actions {
        read: &["elasticfilesystem:DescribeReplicationConfigurations"],
        create: &["elasticfilesystem:CreateReplicationConfiguration"],
        update: &[],
        delete: &["elasticfilesystem:DeleteReplicationConfiguration"],
    };

    fn schema() -> Schema {
        let destination = Block::new()
            .attr("availability_zone_name", string().optional().force_new())
            .attr("file_system_id", string().optional().computed().force_new())
            .attr("kms_key_id", string().optional().force_new())
            .attr("region", string().optional().computed().force_new())
            .attr("status", string().computed());
        Schema::new(0)
            .attr("creation_time", string().computed())
            .attr("id", string().optional().computed())
            .attr("original_source_file_system_arn", string().computed())
            .attr("source_file_system_arn", string().computed())
            .attr("source_file_system_id", string().required().force_new())
            .attr("source_file_system_region", string().computed())
            .block("destination", list_block(destination).min(1).max(1).force_new())
            .timeouts(&["create", "delete"])
    }

    fn customize_plan(change: &mut PlannedChange) {
        let Some(destination) = change.config.object("destination") else { return };
        let given = |name: &str| destination.get(name).is_some_and(|v| !v.is_null());
        if !given("availability_zone_name") && !given("region") {
            change.error("destination", "A destination needs availability_zone_name or region.");
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let live = describe(client, ids).await?;
        let mut found: BTreeMap<RemoteId, Found> = ids.iter().map(|id| (id.clone(), Found::Gone)).collect();
        for one in live.iter() {
            if let Some(answer) = found.get_mut(&RemoteId::from(one.source_file_system_id.as_str())) {
                *answer = Found::Object(object(one));
            }
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("source_file_system_id").unwrap_or_default());
        let destinations = want.objects("destination").iter().map(request).collect();
        let call = cx.client.efs().create_replication_configuration().source_file_system_id(id.as_str());
        call.set_destinations(Some(destinations)).send().await?;
        cx.created(&id);
        Ok(id)
    }

    /// A replication is deleted in the region that it leads to.
    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let region = prior.object("destination").and_then(|d| d.string("region"));
        let there = Builder::new().region(region.map(Region::new));
        let call = client.efs().delete_replication_configuration().source_file_system_id(id.as_str());
        deleted(call.customize().config_override(there).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.object("destination").as_ref().and_then(|d| d.str("status")) {
            Some(status @ ("ENABLING" | "DELETING")) => Readiness::Pending(status.to_owned()),
            Some("ERROR") => Readiness::Failed("the replication is in state \"ERROR\"".into()),
            _ => Readiness::Ready,
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(20, 20, 20)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("source_file_system_id").map(|id| ("source_file_system_id".to_owned(), id)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(source) = intent.identity.get("source_file_system_id") else { return Ok(None) };
        let id = RemoteId::from(source.as_str());
        let found = describe(client, std::slice::from_ref(&id)).await?;
        Ok((!found.is_empty()).then_some(id))
    }
}

/// One replication is asked for by its file system, several come from the list of all.
async fn describe(client: &Client, ids: &[RemoteId]) -> Result<Vec<Live>> {
    if let [id] = ids {
        let call = client.efs().describe_replication_configurations().file_system_id(id.as_str());
        return match call.send().await {
            Ok(answer) => {
                let all = answer.replications.unwrap_or_default();
                Ok(all.into_iter().filter(|r| r.source_file_system_id == id.as_str()).collect())
            }
            Err(e) => Error::from(e).unless_not_found().map(|()| Vec::new()),
        };
    }
    let all = client.once("efs replications", || async {
        let (mut all, mut next) = (Vec::new(), None);
        loop {
            let call = client.efs().describe_replication_configurations().set_next_token(next);
            let answer = call.send().await?;
            all.extend(answer.replications.unwrap_or_default());
            next = answer.next_token;
            if next.is_none() {
                return Ok(all);
            }
        }
    });
    Ok(all.await?.to_vec())
}

fn request(block: &Object) -> DestinationToCreate {
    DestinationToCreate::builder()
        .set_availability_zone_name(block.string("availability_zone_name"))
        .set_file_system_id(block.string("file_system_id"))
        .set_kms_key_id(block.string("kms_key_id"))
        .set_region(block.string("region"))
        .build()
}

/// AWS does not tell the zone and the key of the destination: they stay as they are in the state.
fn object(live: &Live) -> Object {
    let destinations = live.destinations.iter().map(|d| {
        Object::new()
            .with("file_system_id", d.file_system_id.as_str())
            .with("region", d.region.as_str())
            .with("status", d.status.as_str())
    });
    Object::new()
        .with("creation_time", time(live.creation_time.secs(), live.creation_time.subsec_nanos()))
        .with("destination", destinations.collect::<Vec<_>>())
        .with("id", live.source_file_system_id.as_str())
        .with("original_source_file_system_arn", live.original_source_file_system_arn.as_str())
        .with("source_file_system_arn", live.source_file_system_arn.as_str())
        .with("source_file_system_id", live.source_file_system_id.as_str())
        .with("source_file_system_region", live.source_file_system_region.as_str())
}

/// A time as the provider stores it: `2030-01-02 03:04:05.6 +0000 UTC`.
fn time(seconds: i64, nanoseconds: u32) -> Option<String> {
    let nanoseconds = i32::try_from(nanoseconds).ok()?;
    let time = Timestamp::new(seconds, nanoseconds).ok()?;
    Some(time.strftime("%Y-%m-%d %H:%M:%S%.f +0000 UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spelled_as_the_provider_does() {
        assert_eq!(time(0, 0).as_deref(), Some("1970-01-01 00:00:00 +0000 UTC"));
        assert_eq!(time(1, 500_000_000).as_deref(), Some("1970-01-01 00:00:01.5 +0000 UTC"));
    }
}
