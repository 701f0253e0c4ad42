//! Data sources that tell of one object what its resource type reads of it.
//!
//! Knows nothing of any service.

use std::collections::BTreeMap;

use super::Client;
use crate::provider::{Error, Found, Object, RemoteId, ResourceType, Result};
use crate::value::Value;

/// The object as its resource type reads it, its tags as data sources have them. An error where there is none.
pub async fn existing<T: ResourceType<Client = Client>>(client: &Client, id: &str) -> Result<Object> {
    let id = RemoteId::from(id);
    let found = T::read(client, std::slice::from_ref(&id), &BTreeMap::new()).await?.remove(&id);
    let Some(Found::Object(mut object)) = found else {
        let what = T::NAME.trim_start_matches("aws_");
        return Err(Error::not_found(format!("there is no {what} \"{id}\" in region {}", client.region()))
            .hint("Check the name, and the region and the account of the provider."));
    };
    let tags = object.string_map("tags_all");
    object.set("tags", tags_of(client, tags));
    Ok(object)
}

/// Live tags as data sources show them: without those of AWS and those that the provider block ignores.
pub fn tags_of(client: &Client, live: impl IntoIterator<Item = (String, String)>) -> Value {
    let shown = live.into_iter().filter(|(k, _)| !k.starts_with("aws:") && !client.tags().ignores(k));
    Value::from(shown.map(|(k, v)| (k, Value::from(v))).collect::<BTreeMap<_, _>>())
}
