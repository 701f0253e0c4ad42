//! `aws_sqs_queue_policy`. Its id is the URL of the queue.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::QueueAttributeName;

use super::attributes::{self, Attributes};
use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, Operation, RemoteId, ResourceType, Result};
use crate::schema::{Normal, Schema, string};

const POLICY: &str = "Policy";

pub struct QueuePolicy;

impl ResourceType for QueuePolicy {
    type Client = Client;
    const NAME: &'static str = "aws_sqs_queue_policy";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["sqs:GetQueueAttributes"],
        create: &["sqs:GetQueueAttributes", "sqs:SetQueueAttributes"],
        update: &["sqs:GetQueueAttributes", "sqs:SetQueueAttributes"],
        delete: &["sqs:GetQueueAttributes", "sqs:SetQueueAttributes"],
    };

    fn schema() -> Schema {
        Schema::new(1)
            .attr("id", string().optional().computed())
            .attr("policy", string().required().normal(Normal::Policy).check(validate::json))
            .attr("queue_url", string().required().force_new())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| read_one(client, id)).await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("queue_url").unwrap_or_default());
        put(cx.client, &id, want.string("policy").unwrap_or_default()).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        put(client, id, want.string("policy").unwrap_or_default()).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        match put(client, id, String::new()).await {
            Err(e) => e.unless_not_found(),
            ok => ok,
        }
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        attributes::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("queue_url").map(|url| ("queue_url".to_owned(), url)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("queue_url").map(|url| RemoteId::from(url.as_str())) else {
            return Ok(None);
        };
        Ok(matches!(read_one(client, &id).await?, Found::Object(_)).then_some(id))
    }
}

async fn read_one(client: &Client, id: &RemoteId) -> Result<Found> {
    let live = attributes::read(client, id.as_str(), QueueAttributeName::Policy).await?.unwrap_or_default();
    Ok(match live.get(POLICY).filter(|p| !p.is_empty()) {
        Some(policy) => Found::Object(
            Object::new().with("id", id.as_str()).with("policy", policy.as_str()).with("queue_url", id.as_str()),
        ),
        None => Found::Gone,
    })
}

async fn put(client: &Client, id: &RemoteId, policy: String) -> Result<()> {
    attributes::set(client, id.as_str(), Attributes::from([(POLICY.to_owned(), policy)])).await
}
