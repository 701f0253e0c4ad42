//! `aws_sns_topic_policy`. Its id is the ARN of the topic, which always has a policy: without one of its own, the usual one.

use std::collections::BTreeMap;

use super::topic;
use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, RemoteId, ResourceType, Result,
};
use crate::schema::{Normal, Schema, string};

const POLICY: &str = "Policy";

pub struct TopicPolicy;

impl ResourceType for TopicPolicy {
    type Client = Client;
    const NAME: &'static str = "aws_sns_topic_policy";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["sns:GetTopicAttributes"],
        create: &["sns:GetTopicAttributes", "sns:SetTopicAttributes"],
        update: &["sns:SetTopicAttributes"],
        delete: &["sns:SetTopicAttributes"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().required().force_new().check(validate::arn))
            .attr("id", string().optional().computed())
            .attr("owner", string().computed())
            .attr("policy", string().required().normal(Normal::Policy).check(validate::json))
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| read_one(client, id)).await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("arn").unwrap_or_default());
        topic::put(cx.client, id.as_str(), POLICY, want.string("policy").unwrap_or_default()).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        topic::put(client, id.as_str(), POLICY, want.string("policy").unwrap_or_default()).await
    }

    /// A topic cannot be without a policy: it gets the one that new topics have.
    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let owner = prior.string("owner").unwrap_or_default();
        match topic::put(client, id.as_str(), POLICY, usual(id.as_str(), &owner)).await {
            Err(e) => e.unless_not_found(),
            ok => ok,
        }
    }

    /// A policy whose principal was just made.
    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet) || error.message.contains("PrincipalNotFound")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("arn").map(|arn| ("arn".to_owned(), arn)).into_iter().collect()
    }

    /// A topic has a policy in any case: one that is not the usual one is the one that was set.
    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("arn").map(|arn| RemoteId::from(arn.as_str())) else { return Ok(None) };
        Ok(match read_one(client, &id).await? {
            Found::Object(object) if !object.str("policy").unwrap_or_default().contains(USUAL) => Some(id),
            _ => None,
        })
    }
}

/// Names the policy that AWS gives a new topic.
const USUAL: &str = "__default_policy_ID";

async fn read_one(client: &Client, id: &RemoteId) -> Result<Found> {
    let live = topic::live(client, id.as_str()).await?.unwrap_or_default();
    Ok(match live.get(POLICY).filter(|p| !p.is_empty()) {
        Some(policy) => Found::Object(
            Object::new()
                .with("arn", id.as_str())
                .with("id", id.as_str())
                .with("owner", live.get("Owner").cloned())
                .with("policy", policy.as_str()),
        ),
        None => Found::Gone,
    })
}

fn usual(arn: &str, owner: &str) -> String {
    let actions = [
        "SNS:GetTopicAttributes",
        "SNS:SetTopicAttributes",
        "SNS:AddPermission",
        "SNS:RemovePermission",
        "SNS:DeleteTopic",
        "SNS:Subscribe",
        "SNS:ListSubscriptionsByTopic",
        "SNS:Publish",
        "SNS:Receive",
    ];
    serde_json::json!({
        "Version": "2008-10-17",
        "Id": USUAL,
        "Statement": [{
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": { "AWS": "*" },
            "Action": actions,
            "Resource": arn,
            "Condition": { "StringEquals": { "AWS:SourceOwner": owner } },
        }],
    })
    .to_string()
}
