//! Names of zones by id, asked for once in the life of the process: ids are unique and a zone never changes its name.
//!
//! Without this, each of hundreds of records would ask for its zone; the API allows five calls a second.

use std::collections::BTreeMap;

use tokio::sync::Mutex;

use super::dns;
use crate::aws::Client;
use crate::provider::{Error, Result};

static NAMES: Mutex<BTreeMap<String, String>> = Mutex::const_new(BTreeMap::new());

/// The name of a zone, normalised.
pub async fn get(client: &Client, zone: &str) -> Result<String> {
    // The lock is held over the call: others who ask meanwhile wait for its answer.
    let mut names = NAMES.lock().await;
    if let Some(name) = names.get(zone) {
        return Ok(name.clone());
    }
    let answer = client.route53().get_hosted_zone().id(zone).send().await?;
    let name = answer.hosted_zone.map(|z| z.name).ok_or_else(|| Error::other("the answer names no zone"))?;
    let name = dns::normal(&name);
    names.insert(zone.to_owned(), name.clone());
    Ok(name)
}
