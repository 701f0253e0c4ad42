//! Keys, projections and throughput of tables and indexes, for requests.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, GlobalSecondaryIndex, KeySchemaElement, KeyType, LocalSecondaryIndex, OnDemandThroughput,
    Projection, ProjectionType, ProvisionedThroughput, ScalarAttributeType,
};
use aws_smithy_types::error::operation::BuildError;

use crate::provider::{Error, Object, Result};

/// Whether capacity is paid for as provisioned.
pub fn provisioned(want: &Object) -> bool {
    want.str("billing_mode") != Some("PAY_PER_REQUEST")
}

pub fn definitions(want: &Object) -> Result<Vec<AttributeDefinition>> {
    let all = want.objects("attribute").into_iter().map(|a| {
        AttributeDefinition::builder()
            .attribute_name(a.string("name").unwrap_or_default())
            .attribute_type(ScalarAttributeType::from(a.str("type").unwrap_or_default()))
            .build()
    });
    all.collect::<Result<_, _>>().map_err(broken)
}

pub fn keys(hash: Option<String>, range: Option<String>) -> Result<Vec<KeySchemaElement>> {
    let named = [(hash, KeyType::Hash), (range, KeyType::Range)].into_iter();
    let all = named.filter_map(|(name, kind)| Some((name?, kind)));
    all.map(|(name, kind)| KeySchemaElement::builder().attribute_name(name).key_type(kind).build())
        .collect::<Result<_, _>>()
        .map_err(broken)
}

pub fn throughput(block: &Object) -> Result<ProvisionedThroughput> {
    ProvisionedThroughput::builder()
        .read_capacity_units(block.i64("read_capacity").unwrap_or_default())
        .write_capacity_units(block.i64("write_capacity").unwrap_or_default())
        .build()
        .map_err(broken)
}

pub fn on_demand(block: &Object) -> Option<OnDemandThroughput> {
    let limits = block.object("on_demand_throughput")?;
    let units = |name: &str| limits.i64(name).filter(|n| *n != 0);
    Some(
        OnDemandThroughput::builder()
            .set_max_read_request_units(units("max_read_request_units"))
            .set_max_write_request_units(units("max_write_request_units"))
            .build(),
    )
}

pub fn projection(index: &Object) -> Projection {
    let others = index.strings("non_key_attributes");
    Projection::builder()
        .set_projection_type(index.str("projection_type").map(ProjectionType::from))
        .set_non_key_attributes((!others.is_empty()).then_some(others))
        .build()
}

pub fn global(index: &Object, provisioned: bool) -> Result<GlobalSecondaryIndex> {
    GlobalSecondaryIndex::builder()
        .index_name(index.string("name").unwrap_or_default())
        .set_key_schema(Some(keys(index.string("hash_key"), index.string("range_key"))?))
        .projection(projection(index))
        .set_provisioned_throughput(provisioned.then(|| throughput(index)).transpose()?)
        .set_on_demand_throughput(on_demand(index))
        .build()
        .map_err(broken)
}

pub fn local(index: &Object, hash: Option<String>) -> Result<LocalSecondaryIndex> {
    LocalSecondaryIndex::builder()
        .index_name(index.string("name").unwrap_or_default())
        .set_key_schema(Some(keys(hash, index.string("range_key"))?))
        .projection(projection(index))
        .build()
        .map_err(broken)
}

pub fn broken(error: BuildError) -> Error {
    Error::other(error.to_string())
}
