//! Tables as they are live.

use aws_sdk_dynamodb::types::{
    BillingMode, GlobalSecondaryIndexDescription, IndexStatus, KeySchemaElement, KeyType,
    LocalSecondaryIndexDescription, OnDemandThroughput, PointInTimeRecoveryStatus, Projection, SseStatus,
    TableDescription, TableStatus, TimeToLiveStatus,
};

use crate::aws::{Client, tags};
use crate::provider::{Error, Object, Result};

/// Attribute and whether it is on.
pub type Ttl = (String, bool);

/// Whether recovery to a point in time is on, and for how many days.
pub type Recovery = (bool, Option<i32>);

pub async fn describe(client: &Client, name: &str) -> Result<Option<TableDescription>> {
    match client.dynamodb().describe_table().table_name(name).send().await {
        Ok(answer) => Ok(answer.table),
        Err(e) => Error::from(e).unless_not_found().map(|()| None),
    }
}

pub async fn ttl(client: &Client, name: &str) -> Result<Ttl> {
    match client.dynamodb().describe_time_to_live().table_name(name).send().await {
        Ok(answer) => {
            let live = answer.time_to_live_description;
            let status = live.as_ref().and_then(|t| t.time_to_live_status.clone());
            let on = matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
            Ok((live.and_then(|t| t.attribute_name).unwrap_or_default(), on))
        }
        Err(e) => Error::from(e).unless_not_found().map(|()| Ttl::default()),
    }
}

pub async fn recovery(client: &Client, name: &str) -> Result<Recovery> {
    match client.dynamodb().describe_continuous_backups().table_name(name).send().await.map_err(Error::from) {
        Ok(answer) => {
            let live = answer.continuous_backups_description.and_then(|c| c.point_in_time_recovery_description);
            let on = live.as_ref().and_then(|p| p.point_in_time_recovery_status.clone());
            let on = on == Some(PointInTimeRecoveryStatus::Enabled);
            Ok((on, live.and_then(|p| p.recovery_period_in_days)))
        }
        Err(e) if e.has_code("TableNotFoundException") || e.has_code("UnknownOperationException") => {
            Ok(Recovery::default())
        }
        Err(e) => e.unless_not_found().map(|()| Recovery::default()),
    }
}

pub async fn live_tags(client: &Client, arn: &str) -> Result<tags::Tags> {
    let mut all = tags::Tags::new();
    let mut next = None;
    loop {
        let call = client.dynamodb().list_tags_of_resource().resource_arn(arn).set_next_token(next);
        let answer = match call.send().await {
            Ok(answer) => answer,
            Err(e) => return Error::from(e).unless_not_found().map(|()| all),
        };
        all.extend(answer.tags.unwrap_or_default().into_iter().map(|t| (t.key, t.value)));
        next = answer.next_token;
        if next.is_none() {
            return Ok(all);
        }
    }
}

/// Why a table cannot be used or changed yet.
pub fn busy(table: &TableDescription) -> Option<String> {
    match &table.table_status {
        Some(TableStatus::Active) | None => {}
        Some(status) => return Some(format!("the table is in status {status}")),
    }
    let indexes = table.global_secondary_indexes().iter();
    let busy = indexes.filter_map(|i| Some((i.index_name()?, i.index_status.as_ref()?)));
    let mut busy = busy.filter(|(_, status)| **status != IndexStatus::Active);
    if let Some((index, status)) = busy.next() {
        return Some(format!("the index {index} is in status {status}"));
    }
    let changing =
        |status: &&SseStatus| matches!(status, SseStatus::Enabling | SseStatus::Disabling | SseStatus::Updating);
    let encryption = table.sse_description.as_ref().and_then(|s| s.status.as_ref()).filter(changing);
    encryption.map(|status| format!("the encryption of the table is in status {status}"))
}

pub fn object(table: TableDescription, ttl: Ttl, recovery: Recovery, live: tags::Tags) -> Object {
    let provisioned = table.billing_mode_summary.as_ref().and_then(|b| b.billing_mode.clone());
    let provisioned = provisioned.unwrap_or(BillingMode::Provisioned);
    let stream = table.stream_specification.as_ref();
    let class = table.table_class_summary.as_ref().and_then(|c| c.table_class.clone());
    let encryption = table.sse_description.as_ref().map(|s| {
        Object::new()
            .with("enabled", matches!(s.status, Some(SseStatus::Enabled | SseStatus::Enabling | SseStatus::Updating)))
            .with("kms_key_arn", s.kms_master_key_arn.clone().unwrap_or_default())
    });
    let capacity = table.provisioned_throughput.as_ref();
    let attributes = table
        .attribute_definitions()
        .iter()
        .map(|a| Object::new().with("name", a.attribute_name.as_str()).with("type", a.attribute_type.as_str()));
    let (ttl_attribute, ttl_on) = ttl;
    let (recovers, days) = recovery;
    let name = table.table_name.clone().unwrap_or_default();
    let mut object = Object::new()
        .with("arn", table.table_arn.clone())
        .with("attribute", attributes.collect::<Vec<_>>())
        .with("billing_mode", provisioned.as_str())
        .with("deletion_protection_enabled", table.deletion_protection_enabled.unwrap_or_default())
        .with("global_secondary_index", table.global_secondary_indexes().iter().map(global).collect::<Vec<_>>())
        .with("hash_key", key(table.key_schema(), &KeyType::Hash))
        .with("id", name.as_str())
        .with("local_secondary_index", table.local_secondary_indexes().iter().map(local).collect::<Vec<_>>())
        .with("name", name)
        .with("on_demand_throughput", on_demand(table.on_demand_throughput.as_ref()))
        .with(
            "point_in_time_recovery",
            vec![Object::new().with("enabled", recovers).with("recovery_period_in_days", days.unwrap_or_default())],
        )
        .with("range_key", key(table.key_schema(), &KeyType::Range))
        .with("read_capacity", capacity.and_then(|c| c.read_capacity_units).unwrap_or_default())
        .with("server_side_encryption", encryption.into_iter().collect::<Vec<_>>())
        .with("stream_arn", table.latest_stream_arn.clone().unwrap_or_default())
        .with("stream_enabled", stream.is_some_and(|s| s.stream_enabled))
        .with("stream_label", table.latest_stream_label.clone().unwrap_or_default())
        .with("stream_view_type", stream.and_then(|s| s.stream_view_type.as_ref()).map_or("", |v| v.as_str()))
        .with("table_class", class.as_ref().map_or("STANDARD", |c| c.as_str()))
        .with("ttl", vec![Object::new().with("attribute_name", ttl_attribute).with("enabled", ttl_on)])
        .with("write_capacity", capacity.and_then(|c| c.write_capacity_units).unwrap_or_default())
        .with("_busy", busy(&table));
    tags::set(&mut object, live);
    object
}

fn key(schema: &[KeySchemaElement], kind: &KeyType) -> String {
    schema.iter().find(|k| k.key_type == *kind).map(|k| k.attribute_name.clone()).unwrap_or_default()
}

fn others(projection: Option<&Projection>) -> Vec<String> {
    projection.map(|p| p.non_key_attributes().to_vec()).unwrap_or_default()
}

fn projected(projection: Option<&Projection>) -> String {
    projection.and_then(|p| p.projection_type.as_ref()).map(|t| t.as_str().to_owned()).unwrap_or_default()
}

fn global(index: &GlobalSecondaryIndexDescription) -> Object {
    let capacity = index.provisioned_throughput.as_ref();
    Object::new()
        .with("hash_key", key(index.key_schema(), &KeyType::Hash))
        .with("name", index.index_name.clone())
        .with("non_key_attributes", others(index.projection.as_ref()))
        .with("on_demand_throughput", on_demand(index.on_demand_throughput.as_ref()))
        .with("projection_type", projected(index.projection.as_ref()))
        .with("range_key", key(index.key_schema(), &KeyType::Range))
        .with("read_capacity", capacity.and_then(|c| c.read_capacity_units).unwrap_or_default())
        .with("write_capacity", capacity.and_then(|c| c.write_capacity_units).unwrap_or_default())
}

fn local(index: &LocalSecondaryIndexDescription) -> Object {
    Object::new()
        .with("name", index.index_name.clone())
        .with("non_key_attributes", others(index.projection.as_ref()))
        .with("projection_type", projected(index.projection.as_ref()))
        .with("range_key", key(index.key_schema(), &KeyType::Range))
}

fn on_demand(live: Option<&OnDemandThroughput>) -> Vec<Object> {
    let block = live.map(|t| {
        Object::new()
            .with("max_read_request_units", t.max_read_request_units.unwrap_or_default())
            .with("max_write_request_units", t.max_write_request_units.unwrap_or_default())
    });
    block.into_iter().collect()
}
