//! `data "aws_kms_key"`

use aws_sdk_kms::types::{
    ExpirationModelType, KeyManagerType, KeySpec, KeyState, KeyUsageType, MultiRegionConfiguration, MultiRegionKey,
    MultiRegionKeyType, OriginType,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, list_of, number, string};
use crate::value::Type;

pub struct KeyData;

impl DataSource for KeyData {
    type Client = Client;
    const NAME: &'static str = "aws_kms_key";
    const ACTIONS: &'static [&'static str] = &["kms:DescribeKey"];

    fn schema() -> Schema {
        let key = || Type::list(Type::object([("arn", Type::String), ("region", Type::String)]));
        let regions =
            Type::object([("multi_region_key_type", Type::String), ("primary_key", key()), ("replica_keys", key())]);
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("aws_account_id", string().computed())
            .attr("cloud_hsm_cluster_id", string().computed())
            .attr("creation_date", string().computed())
            .attr("custom_key_store_id", string().computed())
            .attr("customer_master_key_spec", string().computed())
            .attr("deletion_date", string().computed())
            .attr("description", string().computed())
            .attr("enabled", boolean().computed())
            .attr("expiration_model", string().computed())
            .attr("grant_tokens", list_of(Type::String).optional())
            .attr("id", string().optional().computed())
            .attr("key_id", string().required())
            .attr("key_manager", string().computed())
            .attr("key_spec", string().computed())
            .attr("key_state", string().computed())
            .attr("key_usage", string().computed())
            .attr("multi_region", boolean().computed())
            .attr("multi_region_configuration", list_of(regions).computed())
            .attr("origin", string().computed())
            .attr("pending_deletion_window_in_days", number().computed())
            .attr("valid_to", string().computed())
            .attr("xks_key_configuration", list_of(Type::object([("id", Type::String)])).computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let (id, grants) = (config.string("key_id").unwrap_or_default(), config.strings("grant_tokens"));
        let call = client.kms().describe_key().key_id(&id).set_grant_tokens((!grants.is_empty()).then_some(grants));
        let key = call.send().await?.key_metadata;
        let key = key.ok_or_else(|| Error::not_found(format!("there is no key \"{id}\"")))?;
        let spec = key.key_spec.as_ref().map_or("", KeySpec::as_str).to_owned();
        let xks =
            key.xks_key_configuration.as_ref().map(|x| Object::new().with("id", x.id.clone().unwrap_or_default()));
        Ok(config
            .clone()
            .with("arn", key.arn.clone().unwrap_or_default())
            .with("aws_account_id", key.aws_account_id.clone().unwrap_or_default())
            .with("cloud_hsm_cluster_id", key.cloud_hsm_cluster_id.clone().unwrap_or_default())
            .with("creation_date", time(key.creation_date.as_ref()))
            .with("custom_key_store_id", key.custom_key_store_id.clone().unwrap_or_default())
            .with("customer_master_key_spec", spec.as_str())
            .with("deletion_date", time(key.deletion_date.as_ref()))
            .with("description", key.description.clone().unwrap_or_default())
            .with("enabled", key.enabled)
            .with("expiration_model", key.expiration_model.as_ref().map_or("", ExpirationModelType::as_str))
            .with("id", key.key_id.as_str())
            .with("key_manager", key.key_manager.as_ref().map_or("", KeyManagerType::as_str))
            .with("key_spec", spec)
            .with("key_state", key.key_state.as_ref().map_or("", KeyState::as_str))
            .with("key_usage", key.key_usage.as_ref().map_or("", KeyUsageType::as_str))
            .with("multi_region", key.multi_region.unwrap_or_default())
            .with("multi_region_configuration", Vec::from_iter(key.multi_region_configuration.as_ref().map(regions)))
            .with("origin", key.origin.as_ref().map_or("", OriginType::as_str))
            .with("pending_deletion_window_in_days", key.pending_deletion_window_in_days.unwrap_or_default())
            .with("valid_to", time(key.valid_to.as_ref()))
            .with("xks_key_configuration", Vec::from_iter(xks))
            .leaving_out(&["deletion_date", "valid_to"]))
    }
}

fn time(time: Option<&DateTime>) -> Option<String> {
    DateTime::from_secs(time?.secs()).fmt(Format::DateTime).ok()
}

fn regions(config: &MultiRegionConfiguration) -> Object {
    let replicas: Vec<Object> = config.replica_keys.iter().flatten().map(one).collect();
    Object::new()
        .with("multi_region_key_type", config.multi_region_key_type.as_ref().map_or("", MultiRegionKeyType::as_str))
        .with("primary_key", Vec::from_iter(config.primary_key.as_ref().map(one)))
        .with("replica_keys", replicas)
}

fn one(key: &MultiRegionKey) -> Object {
    Object::new()
        .with("arn", key.arn.clone().unwrap_or_default())
        .with("region", key.region.clone().unwrap_or_default())
}
