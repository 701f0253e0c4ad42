//! `aws_ssm_parameter`. Its id is its name.

use std::collections::BTreeMap;

use aws_sdk_ssm::types::{
    Parameter as Live, ParameterMetadata, ParameterStringFilter, ParameterTier, ParameterType, ResourceTypeForTagging,
    Tag,
};

use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Schema, boolean, number, string};
use crate::value::{Type, Value};

/// Most names of one call that reads values.
const NAMES: usize = 10;

/// Most names of one filter.
const FILTER_VALUES: usize = 50;

const BOTH: &str = "value_wo and value_wo_version must be set together.";

pub struct Parameter;

impl ResourceType for Parameter {
    type Client = Client;
    const NAME: &'static str = "aws_ssm_parameter";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &["kms:Decrypt", "ssm:DescribeParameters", "ssm:GetParameters", "ssm:ListTagsForResource"],
        create: &["kms:Encrypt", "ssm:AddTagsToResource", "ssm:PutParameter"],
        update: &["kms:Encrypt", "ssm:AddTagsToResource", "ssm:PutParameter", "ssm:RemoveTagsFromResource"],
        delete: &["ssm:DeleteParameter"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("allowed_pattern", string().optional().check(at_most_1024))
            .attr("arn", string().optional().computed())
            .attr("data_type", string().optional().computed().force_new().check(data_type))
            .attr("description", string().optional().check(at_most_1024))
            .attr("has_value_wo", boolean().computed())
            .attr("id", string().optional().computed())
            .attr("insecure_value", string().optional().computed())
            .attr("key_id", string().optional().computed())
            .attr("name", string().required().force_new().check(name))
            .attr("overwrite", boolean().optional())
            .attr("tier", string().optional().computed().check(tier))
            .attr("type", string().required().check(kind))
            .attr("value", string().optional().computed().sensitive())
            .attr("value_wo", string().optional().sensitive().write_only())
            .attr("value_wo_version", number().optional())
            .attr("version", number().computed())
            .tags()
    }

    fn customize_plan(change: &mut PlannedChange) {
        check(change);
        let Some(prior) = change.prior.clone() else { return };
        // AWS chooses one of the two tiers.
        if change.planned.str("tier") == Some("Intelligent-Tiering") && prior.has("tier") {
            change.planned.set("tier", prior.get("tier").cloned().unwrap_or(Value::null(Type::String)));
        }
        if prior.str("tier") == Some("Advanced") && change.planned.str("tier") == Some("Standard") {
            change.force_new("tier");
        }
        let (value, open) = (change.changes("value"), change.changes("insecure_value"));
        if change.changes("value_wo_version") {
            change.set_unknown("has_value_wo");
        }
        if open {
            change.set_unknown("value");
        }
        if value {
            change.set_unknown("version");
            change.set_unknown("insecure_value");
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let (values, details) = futures::try_join!(values(client, ids), details(client, ids))?;
        let none = &Object::new();
        let reads = ids.iter().map(|id| {
            let live = values.get(id.as_str()).zip(details.get(id.as_str()));
            async move {
                let Some((value, detail)) = live else { return Ok((id.clone(), Found::Gone)) };
                let Some(tags) = tags(client, id.as_str()).await? else { return Ok((id.clone(), Found::Gone)) };
                let mut object = object(value, detail, prior.get(id).unwrap_or(none));
                all_tags::set(&mut object, tags);
                Ok((id.clone(), Found::Object(object)))
            }
        });
        Ok(gather(reads.collect()).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("name").unwrap_or_default());
        let overwrite = want.bool("overwrite") == Some(true);
        let tags = list(&all_tags::wanted(want));
        // The call takes no tags where it overwrites.
        let own = (!tags.is_empty() && !overwrite).then(|| tags.clone());
        put(cx.client, &id, want, overwrite, own).await?;
        cx.created(&id);
        if overwrite && !tags.is_empty() {
            add_tags(cx.client, &id, tags).await?;
        }
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        const PARTS: [&str; 9] = [
            "allowed_pattern",
            "data_type",
            "description",
            "insecure_value",
            "key_id",
            "tier",
            "type",
            "value",
            "value_wo_version",
        ];
        // What is not known here is what AWS chooses.
        let differs = |name: &&str| {
            want.get(name).is_some_and(|w| w.is_known() && prior.get(name).is_none_or(|p| !p.same_content(w)))
                && !(want.get(name).is_none_or(Value::is_zero) && prior.get(name).is_none_or(Value::is_zero))
        };
        if PARTS.iter().any(differs) {
            put(client, id, want, true, None).await?;
        }
        let (removed, changed) = all_tags::difference(prior, want);
        if !removed.is_empty() {
            let call = client.ssm().remove_tags_from_resource().resource_type(ResourceTypeForTagging::Parameter);
            call.resource_id(id.as_str()).set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            add_tags(client, id, list(&changed)).await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.ssm().delete_parameter().name(id.as_str()).send().await)
    }

    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet) || error.has_code("TooManyUpdates")
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("name").map(|n| RemoteId::from(n.as_str())) else { return Ok(None) };
        Ok(details(client, std::slice::from_ref(&id)).await?.contains_key(id.as_str()).then_some(id))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }
}

fn check(change: &mut PlannedChange) {
    let set: Vec<&str> = ["insecure_value", "value", "value_wo"].into_iter().filter(|n| change.configured(n)).collect();
    match set.as_slice() {
        [] => change.error("value", "One of value, insecure_value and value_wo must be set."),
        [_] => {}
        [_, second, ..] => change.error(second, "Only one of value, insecure_value and value_wo may be set."),
    }
    if change.configured("insecure_value") && change.config.str("type") == Some("SecureString") {
        change.error("insecure_value", "A SecureString has its value in value or value_wo.");
    }
    // A value that is not stored shows a change by its version alone.
    match (change.configured("value_wo"), change.configured("value_wo_version")) {
        (true, false) => change.error("value_wo", BOTH),
        (false, true) => change.error("value_wo_version", BOTH),
        _ => {}
    }
}

/// Parameters with their values, decrypted.
async fn values(client: &Client, ids: &[RemoteId]) -> Result<BTreeMap<String, Live>> {
    let calls = ids.chunks(NAMES).map(|some| {
        let names = some.iter().map(RemoteId::to_string).collect();
        let call = client.ssm().get_parameters().set_names(Some(names)).with_decryption(true);
        async move { Ok(call.send().await?.parameters.unwrap_or_default()) }
    });
    let all = gather(calls.collect()).await?.into_iter().flatten();
    Ok(all.filter_map(|p| Some((p.name.clone()?, p))).collect())
}

/// What the value does not tell.
async fn details(client: &Client, ids: &[RemoteId]) -> Result<BTreeMap<String, ParameterMetadata>> {
    let calls = ids.chunks(FILTER_VALUES).map(|some| async move {
        let names = some.iter().map(RemoteId::to_string).collect();
        let filter = ParameterStringFilter::builder().key("Name").option("Equals").set_values(Some(names)).build();
        let filter = filter.map_err(|e| Error::other(e.to_string()))?;
        let mut all = Vec::new();
        let call = client.ssm().describe_parameters().parameter_filters(filter).max_results(50);
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            all.extend(page?.parameters.unwrap_or_default());
        }
        Ok(all)
    });
    let all = gather(calls.collect()).await?.into_iter().flatten();
    Ok(all.filter_map(|p| Some((p.name.clone()?, p))).collect())
}

async fn tags(client: &Client, name: &str) -> Result<Option<all_tags::Tags>> {
    let call = client.ssm().list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter);
    match call.resource_id(name).send().await.map_err(Error::from) {
        Ok(answer) => {
            let tags = answer.tag_list.unwrap_or_default();
            Ok(Some(tags.into_iter().map(|t| (t.key, t.value)).collect()))
        }
        Err(e) if e.has_code("InvalidResourceId") => Ok(None),
        Err(e) => e.unless_not_found().map(|()| None),
    }
}

async fn put(client: &Client, id: &RemoteId, want: &Object, overwrite: bool, tags: Option<Vec<Tag>>) -> Result<()> {
    let value = ["value_wo", "value", "insecure_value"].into_iter().find_map(|name| want.string(name));
    client
        .ssm()
        .put_parameter()
        .name(id.as_str())
        .set_type(want.str("type").map(ParameterType::from))
        .set_value(value)
        .set_allowed_pattern(want.str("allowed_pattern").map(str::to_owned))
        .set_data_type(want.string("data_type"))
        .set_description(want.str("description").map(str::to_owned).or(overwrite.then(String::new)))
        .set_key_id(want.string("key_id").filter(|_| want.str("type") == Some("SecureString")))
        .set_tier(want.str("tier").filter(|t| !t.is_empty()).map(ParameterTier::from))
        .set_tags(tags)
        .overwrite(overwrite)
        .send()
        .await?;
    Ok(())
}

async fn add_tags(client: &Client, id: &RemoteId, tags: Vec<Tag>) -> Result<()> {
    let call = client.ssm().add_tags_to_resource().resource_type(ResourceTypeForTagging::Parameter);
    call.resource_id(id.as_str()).set_tags(Some(tags)).send().await?;
    Ok(())
}

fn list(tags: &all_tags::Tags) -> Vec<Tag> {
    tags.iter().filter_map(|(k, v)| Tag::builder().key(k).value(v).build().ok()).collect()
}

fn object(live: &Live, detail: &ParameterMetadata, prior: &Object) -> Object {
    let mut object = Object::new()
        .with("allowed_pattern", detail.allowed_pattern.clone().unwrap_or_default())
        .with("arn", live.arn.clone())
        .with("data_type", live.data_type.clone().or(detail.data_type.clone()))
        .with("description", detail.description.clone().unwrap_or_default())
        .with("id", live.name.clone())
        .with("key_id", detail.key_id.clone().unwrap_or_default())
        .with("name", live.name.clone())
        .with("tier", detail.tier.as_ref().map(ParameterTier::as_str))
        .with("type", live.r#type.as_ref().map(ParameterType::as_str))
        .with("version", live.version);
    // What was written before may be configured openly now.
    let given = prior.has("value") || prior.has("insecure_value");
    let hidden = prior.has("value_wo") || prior.bool("has_value_wo") == Some(true) && !given;
    let open = prior.has("insecure_value") && live.r#type != Some(ParameterType::SecureString);
    let (value, insecure) = match (&live.value, hidden, open) {
        (_, true, _) => (None, None),
        (value, _, true) => (None, value.clone()),
        (value, ..) => (value.clone(), None),
    };
    object.set("value", value);
    object.set("insecure_value", insecure);
    object.set("has_value_wo", if hidden { true.into() } else { Value::null(Type::Bool) });
    object
}

fn at_most_1024(value: &Value) -> Result<(), String> {
    match value.as_str().unwrap_or_default().chars().count() {
        0..=1024 => Ok(()),
        n => Err(format!("The text may have 1024 characters, this one has {n}.")),
    }
}

fn name(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if (1..=2048).contains(&text.len()) { Ok(()) } else { Err("A name has 1 to 2048 characters.".into()) }
}

fn data_type(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["aws:ec2:image", "aws:ssm:integration", "text"])
}

fn tier(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["Standard", "Advanced", "Intelligent-Tiering"])
}

fn kind(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["String", "StringList", "SecureString"])
}
