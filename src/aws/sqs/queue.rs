//! `aws_sqs_queue`. Its id is its URL.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_sqs::types::QueueAttributeName;

use super::attributes::{self, Attributes};
use super::queue_name;
use crate::aws::error::deleted;
use crate::aws::gather::one_by_one;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Normal, Schema, boolean, number, string};
use crate::value::{Type, Value};

/// Attributes by the names of the API.
const NAMES: [(&str, &str); 15] = [
    ("content_based_deduplication", "ContentBasedDeduplication"),
    ("deduplication_scope", "DeduplicationScope"),
    ("delay_seconds", "DelaySeconds"),
    ("fifo_queue", "FifoQueue"),
    ("fifo_throughput_limit", "FifoThroughputLimit"),
    ("kms_data_key_reuse_period_seconds", "KmsDataKeyReusePeriodSeconds"),
    ("kms_master_key_id", "KmsMasterKeyId"),
    ("max_message_size", "MaximumMessageSize"),
    ("message_retention_seconds", "MessageRetentionPeriod"),
    ("policy", "Policy"),
    ("receive_wait_time_seconds", "ReceiveMessageWaitTimeSeconds"),
    ("redrive_allow_policy", "RedriveAllowPolicy"),
    ("redrive_policy", "RedrivePolicy"),
    ("sqs_managed_sse_enabled", "SqsManagedSseEnabled"),
    ("visibility_timeout_seconds", "VisibilityTimeout"),
];

/// Seconds for which a data key serves, where nothing is configured.
const KEY_REUSE: i64 = 300;

pub struct Queue;

/// Attributes that an empty text takes from a queue.
const REMOVABLE: [&str; 4] = ["KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "RedrivePolicy"];

impl ResourceType for Queue {
    type Client = Client;
    const NAME: &'static str = "aws_sqs_queue";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["name"];
    const DELETION: Deletion = Deletion::Polled;
    const ACTIONS: Actions = Actions {
        read: &["sqs:GetQueueAttributes", "sqs:ListQueueTags"],
        create: &["sqs:CreateQueue", "sqs:GetQueueUrl", "sqs:SetQueueAttributes", "sqs:TagQueue"],
        update: &["sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"],
        delete: &["sqs:DeleteQueue"],
    };

    fn schema() -> Schema {
        let json = || string().optional().computed().check(validate::json);
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("content_based_deduplication", boolean().optional().default(false))
            .attr("deduplication_scope", string().optional().computed().check(scope))
            .attr("delay_seconds", number().optional().default(0).check(|v| validate::between(v, 0, 900)))
            .attr("fifo_queue", boolean().optional().default(false).force_new())
            .attr("fifo_throughput_limit", string().optional().computed().check(throughput))
            .attr("id", string().optional().computed())
            .attr(
                "kms_data_key_reuse_period_seconds",
                number().optional().computed().check(|v| validate::between(v, 60, 86_400)),
            )
            .attr("kms_master_key_id", string().optional())
            .attr(
                "max_message_size",
                number().optional().default(262_144).check(|v| validate::between(v, 1024, 262_144)),
            )
            .attr(
                "message_retention_seconds",
                number().optional().default(345_600).check(|v| validate::between(v, 60, 1_209_600)),
            )
            .attr("name", string().optional().computed().force_new().check(queue_name::not_empty))
            .attr("name_prefix", string().optional().computed().force_new())
            .attr("policy", json().normal(Normal::Policy))
            .attr("receive_wait_time_seconds", number().optional().default(0).check(|v| validate::between(v, 0, 20)))
            .attr("redrive_allow_policy", json().normal(Normal::Json))
            .attr("redrive_policy", json().normal(Normal::Json))
            .attr("sqs_managed_sse_enabled", boolean().optional().computed())
            .attr("url", string().computed())
            .attr(
                "visibility_timeout_seconds",
                number().optional().default(30).check(|v| validate::between(v, 0, 43_200)),
            )
            .tags()
            .timeouts(&["create", "delete", "update"])
    }

    fn customize_plan(change: &mut PlannedChange) {
        for (one, other) in [("name_prefix", "name"), ("sqs_managed_sse_enabled", "kms_master_key_id")] {
            if change.configured(one) && change.configured(other) {
                change.error(one, format!("{one} and {other} exclude each other."));
            }
        }
        let config = &change.config;
        if config.is_unknown("fifo_queue") {
            return;
        }
        let fifo = config.bool("fifo_queue") == Some(true);
        // A chosen name is longer by its suffix, which is made of what a name may have.
        let wrong = match (config.string("name"), config.string("name_prefix")) {
            (Some(name), _) => queue_name::valid(&name, fifo).err().map(|why| ("name", why)),
            (None, Some(prefix)) if change.is_create() => {
                let name = format!("{prefix}{}{}", "0".repeat(26), if fifo { ".fifo" } else { "" });
                queue_name::valid(&name, fifo).err().map(|why| ("name_prefix", why))
            }
            _ => None,
        };
        let deduplicates = config.bool("content_based_deduplication") == Some(true);
        if let Some((attribute, why)) = wrong {
            change.error(attribute, why);
        }
        if deduplicates && !fifo {
            change.error("content_based_deduplication", "Only a FIFO queue deduplicates by content.");
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
        let mut wanted = wanted(want);
        // AWS takes it for FIFO queues only, and for them only as true.
        if want.bool("fifo_queue") != Some(true) {
            wanted.remove("FifoQueue");
            wanted.remove("ContentBasedDeduplication");
        }
        let pairs = wanted.iter().map(|(k, v)| (QueueAttributeName::from(k.as_str()), v.clone()));
        let tags: HashMap<String, String> = all_tags::wanted(want).into_iter().collect();
        let answer = cx
            .client
            .sqs()
            .create_queue()
            .queue_name(queue_name::of(want, cx.token))
            .set_attributes(Some(pairs.collect()))
            .set_tags((!tags.is_empty()).then_some(tags))
            .send()
            .await?;
        let url = answer.queue_url.ok_or_else(|| Error::other("the answer names no queue"))?;
        cx.created(&url.as_str().into());
        let live = attributes::read(cx.client, &url, QueueAttributeName::All).await?;
        attributes::arrived(&live.unwrap_or_default(), &wanted)?;
        Ok(url.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (url, old, mut new) = (id.as_str(), wanted(prior), wanted(want));
        // Texts are taken away by empty ones; of what counts, AWS's own value stays.
        for name in REMOVABLE.into_iter().filter(|name| old.contains_key(*name)) {
            new.entry(name.to_owned()).or_default();
        }
        new.retain(|name, value| old.get(name) != Some(value) && name != "FifoQueue");
        // The key of the service and the managed one exclude each other.
        if new.get("KmsMasterKeyId").is_some_and(|key| !key.is_empty()) {
            new.remove("SqsManagedSseEnabled");
        }
        attributes::set(client, url, new).await?;
        let (removed, changed) = all_tags::difference(prior, want);
        if !removed.is_empty() {
            client.sqs().untag_queue().queue_url(url).set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            let tags = changed.into_iter().collect();
            client.sqs().tag_queue().queue_url(url).set_tags(Some(tags)).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.sqs().delete_queue().queue_url(id.as_str()).send().await)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        attributes::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let fifo = (want.bool("fifo_queue") == Some(true)).then(|| ("fifo_queue".to_owned(), "true".to_owned()));
        crate::aws::name::identity(want).into_iter().chain(fifo).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        match client.sqs().get_queue_url().queue_name(queue_name::of_intent(intent)).send().await {
            Ok(answer) => Ok(answer.queue_url.map(RemoteId::from)),
            Err(e) => Error::from(e).unless_not_found().map(|()| None),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(3, 3, 3)
    }
}

async fn read_one(client: &Client, url: &str) -> Result<Found> {
    let tags = async {
        match client.sqs().list_queue_tags().queue_url(url).send().await {
            Ok(answer) => Ok(Some(answer.tags.unwrap_or_default())),
            Err(e) => Error::from(e).unless_not_found().map(|()| None),
        }
    };
    let (live, tags) = futures::try_join!(attributes::read(client, url, QueueAttributeName::All), tags)?;
    let (Some(live), Some(tags)) = (live, tags) else { return Ok(Found::Gone) };
    let name = url.rsplit('/').next().unwrap_or_default();
    let mut object = Object::new()
        .with("arn", live.get("QueueArn").cloned())
        .with("id", url)
        .with("name", name)
        .with("name_prefix", queue_name::prefix(name))
        .with("url", url);
    let schema = Queue::schema();
    for (attribute, api) in NAMES {
        let text = live.get(api).map_or("", String::as_str);
        let ty = schema.block.attributes.get(attribute).map(|a| a.ty.clone());
        let value = match ty {
            Some(Type::Number) => Value::from(text.parse::<i64>().unwrap_or_default()),
            Some(Type::Bool) => Value::from(text == "true"),
            _ => Value::from(text),
        };
        object.set(attribute, value);
    }
    if object.i64("kms_data_key_reuse_period_seconds") == Some(0) {
        object.set("kms_data_key_reuse_period_seconds", KEY_REUSE);
    }
    all_tags::set(&mut object, tags);
    Ok(Found::Object(object))
}

/// What the object says of the attributes, in the words of the API.
fn wanted(object: &Object) -> Attributes {
    let said = NAMES.iter().filter_map(|(attribute, api)| {
        let value = object.get(attribute).filter(|v| v.is_known() && !v.is_null())?;
        let text = match (value.as_bool(), value.as_i64()) {
            (Some(on), _) => on.to_string(),
            (_, Some(n)) => n.to_string(),
            _ => value.as_str().filter(|t| !t.is_empty())?.to_owned(),
        };
        Some(((*api).to_owned(), text))
    });
    said.collect()
}

fn scope(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["messageGroup", "queue"])
}

fn throughput(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["perMessageGroupId", "perQueue"])
}
