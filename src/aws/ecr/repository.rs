//! `aws_ecr_repository`

use std::collections::BTreeMap;

use aws_sdk_ecr::types::{
    EncryptionConfiguration, EncryptionType, ImageScanningConfiguration, ImageTagMutability, Repository as Live, Tag,
};

use crate::aws::gather::gather;
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Block, Schema, boolean, list_block, string};
use crate::value::{Type, Value};

/// Reads of single repositories that are cheaper than listing those of the account.
const SINGLE_READS: usize = 10;

/// The most that one page of a list holds.
const PAGE: i32 = 1000;

pub struct Repository;

impl ResourceType for Repository {
    type Client = Client;
    const NAME: &'static str = "aws_ecr_repository";
    const READ_BATCH: usize = 1000;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &["ecr:DescribeRepositories", "ecr:ListTagsForResource"],
        create: &["ecr:CreateRepository", "ecr:TagResource"],
        update: &[
            "ecr:PutImageScanningConfiguration",
            "ecr:PutImageTagMutability",
            "ecr:TagResource",
            "ecr:UntagResource",
        ],
        delete: &["ecr:DeleteRepository"],
    };

    fn schema() -> Schema {
        let encryption = Block::new()
            .attr("encryption_type", string().optional().default("AES256").force_new().check(encryption_type))
            .attr("kms_key", string().optional().computed().force_new());
        let scanning = Block::new().attr("scan_on_push", boolean().required());
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("force_delete", boolean().optional())
            .attr("id", string().optional().computed())
            .attr("image_tag_mutability", string().optional().default("MUTABLE").check(mutability))
            .attr("name", string().required().force_new().check(name))
            .attr("registry_id", string().computed())
            .attr("repository_url", string().computed())
            .block("encryption_configuration", list_block(encryption).force_new())
            .block("image_scanning_configuration", list_block(scanning).max(1))
            .tags()
            .timeouts(&["delete"])
    }

    /// A block that is not configured is as AWS makes it, and stays so; what was configured before goes back to that.
    fn customize_plan(change: &mut PlannedChange) {
        let Some(prior) = &change.prior else { return };
        let unset = |name: &str| change.config.get(name).is_some_and(Value::is_zero);
        let held = |name: &str| prior.get(name).filter(|_| unset(name)).cloned();
        let encryption = prior.object("encryption_configuration").unwrap_or_default();
        let plain = encryption.str("encryption_type") == Some("AES256");
        let kept = held("encryption_configuration").filter(|_| plain);
        let scanning = held("image_scanning_configuration").map(|held| {
            let mut block = prior.object("image_scanning_configuration").unwrap_or_default();
            if block.bool("scan_on_push") != Some(true) {
                return held;
            }
            block.set("scan_on_push", Value::null(Type::Bool));
            Value::list(Type::object([("scan_on_push", Type::Bool)]), vec![block.into_value()])
        });
        for (name, value) in [("encryption_configuration", kept), ("image_scanning_configuration", scanning)] {
            if let Some(value) = value {
                change.planned.set(name, value);
            }
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let listed = match ids.len() > SINGLE_READS {
            true => Some(client.once("ecr repositories", || list(client)).await?),
            false => None,
        };
        let listed = listed.as_deref();
        let reads = ids.iter().map(|id| async move {
            let live = match listed {
                Some(all) => all.get(id.as_str()).cloned(),
                None => one(client, id.as_str(), None).await?,
            };
            Ok(match live {
                Some(live) => (id.clone(), with_tags(client, live).await?),
                None => (id.clone(), Found::Gone),
            })
        });
        Ok(gather(reads.collect()).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = want.string("name").unwrap_or_default();
        let encryption = want.object("encryption_configuration").map(|e| {
            EncryptionConfiguration::builder()
                .encryption_type(EncryptionType::from(e.str("encryption_type").unwrap_or("AES256")))
                .set_kms_key(e.string("kms_key"))
                .build()
        });
        let tags = all_tags::wanted(want);
        cx.client
            .ecr()
            .create_repository()
            .repository_name(&name)
            .set_encryption_configuration(encryption.transpose().map_err(|e| Error::other(e.to_string()))?)
            .set_image_scanning_configuration(want.object("image_scanning_configuration").map(|s| scanning(&s)))
            .set_image_tag_mutability(want.str("image_tag_mutability").map(ImageTagMutability::from))
            .set_tags((!tags.is_empty()).then(|| pairs(&tags)).transpose()?)
            .send()
            .await?;
        let id = RemoteId::from(name);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (name, ecr) = (id.as_str(), client.ecr());
        if prior.str("image_tag_mutability") != want.str("image_tag_mutability") {
            let mutability = want.str("image_tag_mutability").map(ImageTagMutability::from);
            let call = ecr.put_image_tag_mutability().repository_name(name);
            call.set_image_tag_mutability(mutability).send().await?;
        }
        let scans = |o: &Object| o.object("image_scanning_configuration").and_then(|s| s.bool("scan_on_push"));
        if scans(prior).unwrap_or_default() != scans(want).unwrap_or_default() {
            let wanted = scanning(&want.object("image_scanning_configuration").unwrap_or_default());
            let call = ecr.put_image_scanning_configuration().repository_name(name);
            call.image_scanning_configuration(wanted).send().await?;
        }
        let arn = prior.string("arn");
        let (removed, changed) = all_tags::difference(prior, want);
        if !removed.is_empty() {
            ecr.untag_resource().set_resource_arn(arn.clone()).set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            ecr.tag_resource().set_resource_arn(arn).set_tags(Some(pairs(&changed)?)).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let call = client.ecr().delete_repository().repository_name(id.as_str());
        let force = prior.bool("force_delete").filter(|force| *force);
        match call.set_force(force).send().await.map_err(Error::from) {
            Ok(_) => Ok(()),
            Err(e) if e.has_code("RepositoryNotEmptyException") => {
                Err(e.hint("The repository holds images. Delete them, or set force_delete to true and apply first."))
            }
            Err(e) => e.unless_not_found(),
        }
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(name) = intent.identity.get("name") else { return Ok(None) };
        Ok(one(client, name, None).await?.map(|_| name.as_str().into()))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 20)
    }
}

/// All repositories of the registry, by name.
async fn list(client: &Client) -> Result<BTreeMap<String, Live>> {
    let pages = client.ecr().describe_repositories().max_results(PAGE).into_paginator().items().send();
    let all: Vec<Live> = pages.try_collect().await?;
    Ok(all.into_iter().filter_map(|r| Some((r.repository_name.clone()?, r))).collect())
}

/// A repository by its name; `None` where there is none.
pub async fn one(client: &Client, name: &str, registry: Option<String>) -> Result<Option<Live>> {
    match client.ecr().describe_repositories().repository_names(name).set_registry_id(registry).send().await {
        Ok(answer) => Ok(answer.repositories.unwrap_or_default().into_iter().next()),
        Err(e) => Error::from(e).unless_not_found().map(|()| None),
    }
}

async fn with_tags(client: &Client, live: Live) -> Result<Found> {
    let tags = match client.ecr().list_tags_for_resource().set_resource_arn(live.repository_arn.clone()).send().await {
        Ok(answer) => answer.tags.unwrap_or_default(),
        Err(e) => return Error::from(e).unless_not_found().map(|()| Found::Gone),
    };
    let encryption = live.encryption_configuration.map(|e| {
        Object::new().with("encryption_type", e.encryption_type.as_str()).with("kms_key", e.kms_key.unwrap_or_default())
    });
    let scanning = live.image_scanning_configuration.map(|s| Object::new().with("scan_on_push", s.scan_on_push));
    let mut object = Object::new()
        .with("arn", live.repository_arn)
        .with("encryption_configuration", encryption.into_iter().collect::<Vec<_>>())
        .with("id", live.repository_name.clone())
        .with("image_scanning_configuration", scanning.into_iter().collect::<Vec<_>>())
        .with("image_tag_mutability", live.image_tag_mutability.as_ref().map(ImageTagMutability::as_str))
        .with("name", live.repository_name)
        .with("registry_id", live.registry_id)
        .with("repository_url", live.repository_uri);
    all_tags::set(&mut object, tags.into_iter().map(|t| (t.key, t.value)));
    Ok(Found::Object(object))
}

fn scanning(block: &Object) -> ImageScanningConfiguration {
    ImageScanningConfiguration::builder().scan_on_push(block.bool("scan_on_push").unwrap_or_default()).build()
}

fn pairs(tags: &all_tags::Tags) -> Result<Vec<Tag>> {
    let made = tags.iter().map(|(k, v)| Tag::builder().key(k).value(v).build());
    made.collect::<Result<_, _>>().map_err(|e| Error::other(e.to_string()))
}

fn encryption_type(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["AES256", "KMS", "KMS_DSSE"])
}

fn mutability(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["IMMUTABLE", "MUTABLE"])
}

/// "CreateRepository" in the API reference: words in lower case, joined by one of `.`, `_`, `__`, dashes and slashes.
fn name(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/".contains(c);
    let outer = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let parts = text.split('/').all(|part| outer(part.chars().next()) && outer(part.chars().last()));
    if (2..=256).contains(&text.len()) && text.chars().all(allowed) && parts {
        Ok(())
    } else {
        Err(format!("\"{text}\" must have 2 to 256 lower-case letters, digits and ._-/ between them."))
    }
}
