//! Attributes of queues: read, set, and seen to have arrived.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::QueueAttributeName;

use crate::aws::Client;
use crate::provider::{Error, ErrorKind, Operation, Result};
use crate::schema::{Normal, normal};
use crate::value::Value;

pub type Attributes = BTreeMap<String, String>;

/// All attributes of a queue, or those named; `None` where there is no such queue.
pub async fn read(client: &Client, url: &str, name: QueueAttributeName) -> Result<Option<Attributes>> {
    match client.sqs().get_queue_attributes().queue_url(url).attribute_names(name).send().await {
        Ok(answer) => {
            let pairs = answer.attributes.unwrap_or_default().into_iter();
            Ok(Some(pairs.map(|(name, value)| (name.as_str().to_owned(), value)).collect()))
        }
        Err(e) => Error::from(e).unless_not_found().map(|()| None),
    }
}

/// Sets attributes, and asks to be tried again until the queue shows them: that takes up to a minute.
pub async fn set(client: &Client, url: &str, wanted: Attributes) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let pairs = wanted.iter().map(|(k, v)| (QueueAttributeName::from(k.as_str()), v.clone())).collect();
    client.sqs().set_queue_attributes().queue_url(url).set_attributes(Some(pairs)).send().await?;
    let live = read(client, url, QueueAttributeName::All).await?.unwrap_or_default();
    arrived(&live, &wanted)
}

/// An error that is tried again, unless the queue shows the attributes as they are wanted.
pub fn arrived(live: &Attributes, wanted: &Attributes) -> Result<()> {
    let late = wanted.iter().find(|(name, value)| !same(name, live.get(*name).map_or("", String::as_str), value));
    match late {
        Some((name, _)) => Err(Error::new(ErrorKind::NotYet, format!("the queue does not show its new {name} yet"))),
        None => Ok(()),
    }
}

/// A queue whose name was in use a moment ago, and a policy whose principal was just made.
pub fn retries(_operation: Operation, error: &Error) -> bool {
    matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
        || error.code.as_deref().is_some_and(|c| c.ends_with("QueueDeletedRecently"))
        || error.message.contains("Invalid value for the parameter Policy")
}

fn same(name: &str, live: &str, wanted: &str) -> bool {
    let normal = match name {
        "Policy" => Normal::Policy,
        "RedriveAllowPolicy" | "RedrivePolicy" => Normal::Json,
        // What is at its default need not be shown.
        _ => return live == wanted || live.is_empty(),
    };
    normal::equivalent(normal, &Value::from(live), &Value::from(wanted))
}
