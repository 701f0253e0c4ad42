//! `aws_sns_topic_subscription`. Its id is its ARN.

use std::collections::{BTreeMap, HashMap};

use super::attributes::{self, Names};
use crate::aws::error::deleted;
use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType,
    Result,
};
use crate::schema::{Normal, Schema, boolean, number, string};
use crate::value::Value;

/// Attributes that can be set.
const SET: &Names = &[
    ("delivery_policy", "DeliveryPolicy"),
    // Before the policy that it is about.
    ("filter_policy_scope", "FilterPolicyScope"),
    ("filter_policy", "FilterPolicy"),
    ("raw_message_delivery", "RawMessageDelivery"),
    ("redrive_policy", "RedrivePolicy"),
    ("replay_policy", "ReplayPolicy"),
    ("subscription_role_arn", "SubscriptionRoleArn"),
];

/// Attributes that are told only.
const TOLD: &Names = &[
    ("arn", "SubscriptionArn"),
    ("confirmation_was_authenticated", "ConfirmationWasAuthenticated"),
    ("endpoint", "Endpoint"),
    ("owner_id", "Owner"),
    ("pending_confirmation", "PendingConfirmation"),
    ("protocol", "Protocol"),
    ("topic_arn", "TopicArn"),
];

const PROTOCOLS: [&str; 9] =
    ["application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"];

pub struct Subscription;

impl ResourceType for Subscription {
    type Client = Client;
    const NAME: &'static str = "aws_sns_topic_subscription";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["sns:GetSubscriptionAttributes"],
        create: &["sns:Subscribe"],
        update: &["sns:SetSubscriptionAttributes"],
        delete: &["sns:Unsubscribe"],
    };

    fn schema() -> Schema {
        let text = || string().optional();
        let json = || text().normal(Normal::Json).check(validate::json);
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("confirmation_timeout_in_minutes", number().optional().default(1))
            .attr("confirmation_was_authenticated", boolean().computed())
            .attr("delivery_policy", json())
            .attr("endpoint", string().required().force_new())
            .attr("endpoint_auto_confirms", boolean().optional().default(false))
            .attr("filter_policy", json())
            .attr("filter_policy_scope", text().computed().check(scope))
            .attr("id", text().computed())
            .attr("owner_id", string().computed())
            .attr("pending_confirmation", boolean().computed())
            .attr("protocol", string().required().force_new().check(protocol))
            .attr("raw_message_delivery", boolean().optional().default(false))
            .attr("redrive_policy", json())
            .attr("replay_policy", json())
            .attr("subscription_role_arn", text().check(validate::arn))
            .attr("topic_arn", string().required().force_new().check(validate::arn))
    }

    fn customize_plan(change: &mut PlannedChange) {
        let Some(protocol) = change.config.string("protocol") else { return };
        let role = change.configured("subscription_role_arn");
        if protocol == "firehose" && !role {
            change
                .error("subscription_role_arn", "A delivery stream is written with a role: set subscription_role_arn.");
        }
        if protocol != "firehose" && role {
            change.error("subscription_role_arn", "Only the protocol firehose takes a role.");
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| read_one(client, id.as_str())).await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let said = attributes::said(want, SET).into_iter().map(|(k, v)| (k.to_owned(), v));
        let said: HashMap<String, String> = said.collect();
        let answer = cx
            .client
            .sns()
            .subscribe()
            .set_topic_arn(want.string("topic_arn"))
            .set_protocol(want.string("protocol"))
            .set_endpoint(want.string("endpoint"))
            .set_attributes((!said.is_empty()).then_some(said))
            // Else one that waits for its confirmation has no ARN yet.
            .return_subscription_arn(true)
            .send()
            .await?;
        let arn = answer.subscription_arn.ok_or_else(|| Error::other("the answer names no subscription"))?;
        let id = RemoteId::from(arn);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        for (name, value) in attributes::changed(prior, want, SET) {
            // Policies are taken away by empty ones.
            let value = if value.is_empty() && name.ends_with("Policy") { "{}".to_owned() } else { value };
            let call = client.sns().set_subscription_attributes().subscription_arn(id.as_str());
            call.attribute_name(name).attribute_value(value).send().await?;
        }
        Ok(())
    }

    /// One that waits for its confirmation cannot be ended: AWS forgets it after three days.
    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        match deleted(client.sns().unsubscribe().subscription_arn(id.as_str()).send().await) {
            Err(error) if error.has_code("InvalidParameter") && prior.bool("pending_confirmation") == Some(true) => {
                Ok(())
            }
            other => other,
        }
    }

    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let keys = ["topic_arn", "protocol", "endpoint"];
        keys.into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    /// A topic has one subscription of a protocol and an endpoint.
    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let of = |name: &str| intent.identity.get(name).cloned();
        let call = client.sns().list_subscriptions_by_topic().set_topic_arn(of("topic_arn"));
        let pages: std::result::Result<Vec<_>, _> = call.into_paginator().items().send().try_collect().await;
        let all = match pages.map_err(Error::from) {
            Ok(all) => all,
            Err(e) => return e.unless_not_found().map(|()| None),
        };
        let same = all.into_iter().find(|s| s.protocol == of("protocol") && s.endpoint == of("endpoint"));
        let arn = same.and_then(|s| s.subscription_arn).filter(|arn| arn.starts_with("arn:"));
        Ok(arn.map(RemoteId::from))
    }
}

async fn read_one(client: &Client, arn: &str) -> Result<Found> {
    let live = match client.sns().get_subscription_attributes().subscription_arn(arn).send().await {
        Ok(answer) => answer.attributes.unwrap_or_default(),
        Err(e) => return Error::from(e).unless_not_found().map(|()| Found::Gone),
    };
    let mut object = Object::new().with("id", arn);
    let schema = Subscription::schema();
    for names in [SET, TOLD] {
        attributes::set(&mut object, &schema, &live, names);
    }
    Ok(Found::Object(object))
}

fn protocol(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &PROTOCOLS)
}

fn scope(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &["MessageAttributes", "MessageBody"])
}
