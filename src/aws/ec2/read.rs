//! How EC2 objects are read: by filter, since a list of ids fails for one that is gone.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use crate::aws::Client;
use crate::provider::{Found, RemoteId, Result};

/// Most values of one filter.
pub const FILTER_VALUES: usize = 200;

/// Times that a call is tried on an object that is not visible everywhere yet.
const ATTEMPTS: u32 = 7;

/// The answer before AWS has named what exists.
pub fn gone(ids: &[RemoteId]) -> BTreeMap<RemoteId, Found> {
    ids.iter().map(|id| (id.clone(), Found::Gone)).collect()
}

pub fn texts(ids: &[RemoteId]) -> Vec<String> {
    ids.iter().map(|id| id.as_str().to_owned()).collect()
}

/// Repeats a call on an object made a moment ago: EC2 may answer for some seconds that there is no such object.
pub async fn visible<T, F: Future<Output = Result<T>>>(call: impl Fn() -> F) -> Result<T> {
    let mut attempt = 1;
    loop {
        match call().await {
            Err(e) if e.is_not_found() && attempt < ATTEMPTS => {
                tokio::time::timeout(Duration::from_millis(100 << attempt), std::future::pending::<()>()).await.ok();
                attempt += 1;
            }
            other => return other,
        }
    }
}

/// The ARN of an object, by the account that owns it.
pub fn arn(client: &Client, owner: Option<&str>, resource: &str) -> String {
    let (partition, region) = (client.partition(), client.region());
    format!("arn:{partition}:ec2:{region}:{}:{resource}", owner.unwrap_or_default())
}
