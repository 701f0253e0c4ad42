//! `aws_sns_topic`. Its id is its ARN.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_sns::types::Tag;

use super::attributes::{self, Names};
use crate::aws::error::deleted;
use crate::aws::gather::one_by_one;
use crate::aws::sqs::queue_name;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType,
    Result,
};
use crate::schema::{Attribute, Normal, Schema, boolean, number, string};
use crate::value::Value;

/// Attributes that a topic may be made with.
const FIRST: &Names = &[
    ("archive_policy", "ArchivePolicy"),
    ("content_based_deduplication", "ContentBasedDeduplication"),
    ("delivery_policy", "DeliveryPolicy"),
    ("display_name", "DisplayName"),
    ("fifo_throughput_scope", "FifoThroughputScope"),
    ("fifo_topic", "FifoTopic"),
    ("kms_master_key_id", "KmsMasterKeyId"),
    ("policy", "Policy"),
    ("signature_version", "SignatureVersion"),
    ("tracing_config", "TracingConfig"),
];

/// Attributes that are set afterwards: where deliveries are reported.
const LATER: &Names = &[
    ("application_failure_feedback_role_arn", "ApplicationFailureFeedbackRoleArn"),
    ("application_success_feedback_role_arn", "ApplicationSuccessFeedbackRoleArn"),
    ("application_success_feedback_sample_rate", "ApplicationSuccessFeedbackSampleRate"),
    ("firehose_failure_feedback_role_arn", "FirehoseFailureFeedbackRoleArn"),
    ("firehose_success_feedback_role_arn", "FirehoseSuccessFeedbackRoleArn"),
    ("firehose_success_feedback_sample_rate", "FirehoseSuccessFeedbackSampleRate"),
    ("http_failure_feedback_role_arn", "HTTPFailureFeedbackRoleArn"),
    ("http_success_feedback_role_arn", "HTTPSuccessFeedbackRoleArn"),
    ("http_success_feedback_sample_rate", "HTTPSuccessFeedbackSampleRate"),
    ("lambda_failure_feedback_role_arn", "LambdaFailureFeedbackRoleArn"),
    ("lambda_success_feedback_role_arn", "LambdaSuccessFeedbackRoleArn"),
    ("lambda_success_feedback_sample_rate", "LambdaSuccessFeedbackSampleRate"),
    ("sqs_failure_feedback_role_arn", "SQSFailureFeedbackRoleArn"),
    ("sqs_success_feedback_role_arn", "SQSSuccessFeedbackRoleArn"),
    ("sqs_success_feedback_sample_rate", "SQSSuccessFeedbackSampleRate"),
];

/// Attributes that are told only.
const TOLD: &Names = &[("arn", "TopicArn"), ("beginning_archive_time", "BeginningArchiveTime"), ("owner", "Owner")];

pub struct Topic;

impl ResourceType for Topic {
    type Client = Client;
    const NAME: &'static str = "aws_sns_topic";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &["sns:GetTopicAttributes", "sns:ListTagsForResource"],
        create: &["sns:CreateTopic", "sns:SetTopicAttributes", "sns:TagResource"],
        update: &["sns:SetTopicAttributes", "sns:TagResource", "sns:UntagResource"],
        delete: &["sns:DeleteTopic", "sns:SetTopicAttributes"],
    };

    fn schema() -> Schema {
        let text = || string().optional();
        let json = || text().normal(Normal::Json).check(validate::json);
        let schema = Schema::new(0)
            .attr("archive_policy", json())
            .attr("arn", string().computed())
            .attr("beginning_archive_time", string().computed())
            .attr("content_based_deduplication", boolean().optional().default(false))
            .attr("delivery_policy", json())
            .attr("display_name", text())
            .attr("fifo_throughput_scope", text().computed().check(scope))
            .attr("fifo_topic", boolean().optional().default(false).force_new())
            .attr("id", text().computed())
            .attr("kms_master_key_id", text())
            .attr("name", text().computed().force_new())
            .attr("name_prefix", text().computed().force_new())
            .attr("owner", string().computed())
            .attr("policy", text().computed().normal(Normal::Policy).check(validate::json))
            .attr("signature_version", number().optional().computed().check(|v| validate::between(v, 1, 2)))
            .attr("tracing_config", text().computed().check(tracing))
            .tags();
        LATER.iter().fold(schema, |schema, (name, _)| schema.attr(name, feedback(name)))
    }

    fn customize_plan(change: &mut PlannedChange) {
        if change.configured("name") && change.configured("name_prefix") {
            change.error("name_prefix", "name_prefix and name exclude each other.");
        }
        if change.config.is_unknown("fifo_topic") {
            return;
        }
        let fifo = change.config.bool("fifo_topic") == Some(true);
        if let Some(why) = change.config.string("name").and_then(|name| valid(&name, fifo).err()) {
            change.error("name", why);
        }
        if change.config.bool("content_based_deduplication") == Some(true) && !fifo {
            change.error("content_based_deduplication", "Only a FIFO topic deduplicates by content.");
        }
        if change.configured("archive_policy") && !fifo {
            change.error("archive_policy", "Only a FIFO topic keeps an archive.");
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
        let first = attributes::said(want, FIRST);
        let tags = list(&all_tags::wanted(want))?;
        let answer = cx
            .client
            .sns()
            .create_topic()
            .name(name(want, cx.token))
            .set_attributes(Some(first.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()))
            .set_tags((!tags.is_empty()).then_some(tags))
            .send()
            .await?;
        let arn = answer.topic_arn.ok_or_else(|| Error::other("the answer names no topic"))?;
        cx.created(&arn.as_str().into());
        for (name, value) in attributes::said(want, LATER) {
            put(cx.client, &arn, name, value).await?;
        }
        Ok(arn.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let arn = id.as_str();
        for (name, value) in [FIRST, LATER].iter().flat_map(|names| attributes::changed(prior, want, names)) {
            // An archive is ended by an empty policy.
            let value = if name == "ArchivePolicy" && value.is_empty() { "{}".to_owned() } else { value };
            put(client, arn, name, value).await?;
        }
        let (removed, changed) = all_tags::difference(prior, want);
        if !removed.is_empty() {
            client.sns().untag_resource().resource_arn(arn).set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            client.sns().tag_resource().resource_arn(arn).set_tags(Some(list(&changed)?)).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        // A topic with an archive cannot be deleted.
        if prior.string("archive_policy").is_some()
            && let Err(error) = put(client, id.as_str(), "ArchivePolicy", "{}".into()).await
        {
            return error.unless_not_found();
        }
        deleted(client.sns().delete_topic().topic_arn(id.as_str()).send().await)
    }

    /// A policy whose principal was just made.
    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet) || error.message.contains("PrincipalNotFound")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let fifo = (want.bool("fifo_topic") == Some(true)).then(|| ("fifo_queue".to_owned(), "true".to_owned()));
        crate::aws::name::identity(want).into_iter().chain(fifo).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let arn = client.arn("sns", &queue_name::of_intent(intent)).await?;
        Ok(live(client, &arn).await?.map(|_| arn.into()))
    }
}

/// The configured name, or one that follows from the token of the creation.
fn name(want: &Object, token: &str) -> String {
    let named = Object::new()
        .with("fifo_queue", want.bool("fifo_topic").unwrap_or_default())
        .with("name", want.string("name"))
        .with("name_prefix", want.string("name_prefix"));
    queue_name::of(&named, token)
}

/// Attributes of a topic; `None` where there is no such topic.
pub(super) async fn live(client: &Client, arn: &str) -> Result<Option<HashMap<String, String>>> {
    match client.sns().get_topic_attributes().topic_arn(arn).send().await {
        Ok(answer) => Ok(Some(answer.attributes.unwrap_or_default())),
        Err(e) => Error::from(e).unless_not_found().map(|()| None),
    }
}

pub(super) async fn put(client: &Client, arn: &str, name: &str, value: String) -> Result<()> {
    let call = client.sns().set_topic_attributes().topic_arn(arn).attribute_name(name);
    call.attribute_value(value).send().await?;
    Ok(())
}

/// Tags of a topic; `None` where there is no such topic.
pub(super) async fn tags(client: &Client, arn: &str) -> Result<Option<all_tags::Tags>> {
    match client.sns().list_tags_for_resource().resource_arn(arn).send().await {
        Ok(answer) => {
            let all = answer.tags.unwrap_or_default().into_iter();
            Ok(Some(all.map(|t| (t.key, t.value)).collect()))
        }
        Err(e) => Error::from(e).unless_not_found().map(|()| None),
    }
}

async fn read_one(client: &Client, arn: &str) -> Result<Found> {
    let (live, tags) = futures::try_join!(live(client, arn), tags(client, arn))?;
    let (Some(live), Some(tags)) = (live, tags) else { return Ok(Found::Gone) };
    let name = arn.rsplit(':').next().unwrap_or_default();
    let mut object = Object::new().with("id", arn).with("name", name).with("name_prefix", queue_name::prefix(name));
    let schema = Topic::schema();
    for names in [FIRST, LATER, TOLD] {
        attributes::set(&mut object, &schema, &live, names);
    }
    all_tags::set(&mut object, tags);
    Ok(Found::Object(object))
}

fn list(tags: &all_tags::Tags) -> Result<Vec<Tag>> {
    let tag = |(k, v): (&String, &String)| Tag::builder().key(k).value(v).build();
    tags.iter().map(|pair| tag(pair).map_err(|e| Error::other(e.to_string()))).collect()
}

fn feedback(name: &str) -> Attribute {
    if name.ends_with("_arn") {
        string().optional().check(validate::arn)
    } else {
        number().optional().check(|v| validate::between(v, 0, 100))
    }
}

fn scope(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &["Topic", "MessageGroup"])
}

fn tracing(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &["Active", "PassThrough"])
}

fn valid(name: &str, fifo: bool) -> std::result::Result<(), String> {
    let stem = if fifo { name.strip_suffix(".fifo") } else { Some(name) };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    match stem {
        Some(stem) if (1..=256).contains(&name.len()) && !stem.is_empty() && stem.chars().all(allowed) => Ok(()),
        _ if fifo => Err(format!("\"{name}\": a FIFO topic's name has letters, digits, _ and -, and then .fifo.")),
        _ => Err(format!("\"{name}\": a topic's name has 1 to 256 letters, digits, _ and -.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_fifo_topics_end_so() {
        assert!(valid("a.fifo", true).is_ok() && valid("a", false).is_ok());
        for (name, fifo) in [("a", true), ("a.fifo", false), (".fifo", true), ("", false), ("a b", false)] {
            assert!(valid(name, fifo).is_err(), "{name}");
        }
        let want = Object::new().with("fifo_topic", true).with("name_prefix", "a-");
        assert!(valid(&name(&want, "t"), true).is_ok());
    }
}
