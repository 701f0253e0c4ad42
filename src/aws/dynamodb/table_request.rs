//! Creation of a table.

use aws_sdk_dynamodb::types::{
    BillingMode, SseSpecification, SseType, StreamSpecification, StreamViewType, TableClass, Tag,
};

use super::table_index;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{Object, Result};

pub async fn create(client: &Client, name: &str, want: &Object) -> Result<()> {
    let provisioned = table_index::provisioned(want);
    let globals: Result<Vec<_>> =
        want.objects("global_secondary_index").iter().map(|i| table_index::global(i, provisioned)).collect();
    let hash = want.string("hash_key");
    let locals: Result<Vec<_>> =
        want.objects("local_secondary_index").iter().map(|i| table_index::local(i, hash.clone())).collect();
    let tags = all_tags::wanted(want);
    client
        .dynamodb()
        .create_table()
        .table_name(name)
        .set_attribute_definitions(Some(table_index::definitions(want)?))
        .set_key_schema(Some(table_index::keys(hash.clone(), want.string("range_key"))?))
        .billing_mode(want.str("billing_mode").map_or(BillingMode::Provisioned, BillingMode::from))
        .set_provisioned_throughput(provisioned.then(|| table_index::throughput(want)).transpose()?)
        .set_on_demand_throughput(table_index::on_demand(want))
        .set_global_secondary_indexes(some(globals?))
        .set_local_secondary_indexes(some(locals?))
        .set_stream_specification(streams(want).then(|| stream(want)).transpose()?)
        .set_sse_specification(encrypted(want).map(|key| encryption(true, key)))
        .set_table_class(want.str("table_class").map(TableClass::from))
        .set_deletion_protection_enabled(want.bool("deletion_protection_enabled"))
        .set_tags((!tags.is_empty()).then(|| list(&tags)).transpose()?)
        .send()
        .await?;
    Ok(())
}

pub fn streams(want: &Object) -> bool {
    want.bool("stream_enabled") == Some(true)
}

pub fn stream(want: &Object) -> Result<StreamSpecification> {
    let view = want.string("stream_view_type").filter(|_| streams(want));
    StreamSpecification::builder()
        .stream_enabled(streams(want))
        .set_stream_view_type(view.map(|v| StreamViewType::from(v.as_str())))
        .build()
        .map_err(table_index::broken)
}

/// The key that a table is encrypted with, inside that it is encrypted with one at all.
#[expect(clippy::option_option, reason = "a table can be encrypted with the key of the service, which has no name")]
pub fn encrypted(want: &Object) -> Option<Option<String>> {
    let block = want.object("server_side_encryption")?;
    (block.bool("enabled") == Some(true)).then(|| block.string("kms_key_arn"))
}

pub fn encryption(enabled: bool, key: Option<String>) -> SseSpecification {
    SseSpecification::builder()
        .enabled(enabled)
        .set_sse_type(enabled.then_some(SseType::Kms))
        .set_kms_master_key_id(key)
        .build()
}

pub fn list(tags: &all_tags::Tags) -> Result<Vec<Tag>> {
    let made = tags.iter().map(|(k, v)| Tag::builder().key(k).value(v).build());
    made.collect::<Result<_, _>>().map_err(table_index::broken)
}

fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}
