//! `aws_key_pair`

use std::collections::BTreeMap;

use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{KeyPairInfo as Live, ResourceType as Kind};

use super::equality::is_set;
use super::read::{gone, texts};
use super::{names, tags};
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result};
use crate::schema::{Schema, string};
use crate::value::{Kind as Content, Value};

pub struct KeyPair;

impl ResourceType for KeyPair {
    type Client = Client;
    const NAME: &'static str = "aws_key_pair";
    const READ_BATCH: usize = 200;
    const UNIQUE: &'static [&'static str] = &["key_name"];
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeKeyPairs"],
        create: &["ec2:ImportKeyPair", "ec2:CreateTags"],
        update: &["ec2:CreateTags", "ec2:DeleteTags"],
        delete: &["ec2:DeleteKeyPair"],
    };

    fn schema() -> Schema {
        Schema::new(1)
            .attr("arn", string().computed())
            .attr("fingerprint", string().computed())
            .attr("id", string().optional().computed())
            .attr("key_name", string().optional().computed().force_new().check(name))
            .attr("key_name_prefix", string().optional().computed().force_new().check(prefix))
            .attr("key_pair_id", string().computed())
            .attr("key_type", string().computed())
            .attr("public_key", string().required().force_new())
            .tags()
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let call = client.ec2().describe_key_pairs().include_public_key(true);
        let answer = call.filters(tags::filter("key-name", texts(ids))).send().await?;
        let mut found = gone(ids);
        for pair in answer.key_pairs.unwrap_or_default() {
            let id = RemoteId::from(pair.key_name.as_deref().unwrap_or_default());
            let arn = client.arn("ec2", &format!("key-pair/{id}")).await?;
            let object = object(&pair, prior.get(&id)).with("arn", arn);
            found.insert(id, Found::Object(object));
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        if is_set(change, "key_name") && is_set(change, "key_name_prefix") {
            change.error("key_name_prefix", "Only one of \"key_name\" and \"key_name_prefix\" may be set.");
        }
        // State holds the key without the line end of the file that it may come from.
        let Some(planned) = change.planned.get("public_key") else { return };
        if let Content::String(text) = &planned.kind {
            let trimmed = Value::from(text.trim()).mark(planned.marks);
            change.planned.set("public_key", trimmed);
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = names::name(want.string("key_name"), want.string("key_name_prefix"), cx.token);
        let tags = tags::specification(Kind::KeyPair, want);
        let call = cx.client.ec2().import_key_pair().key_name(name);
        let call = call.public_key_material(Blob::new(want.str("public_key").unwrap_or_default()));
        let answer = call.set_tag_specifications(tags.map(|t| vec![t])).send().await?;
        let id = RemoteId::from(answer.key_name.ok_or_else(|| Error::other("no name"))?);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, _id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let Some(id) = prior.string("key_pair_id") else { return Ok(()) };
        tags::update(client, &id, prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.ec2().delete_key_pair().key_name(id.as_str()).send().await)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let names = ["key_name", "key_name_prefix"];
        names.into_iter().filter_map(|name| Some((name.to_owned(), want.string(name)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let of = |name: &str| intent.identity.get(name).cloned();
        let name = names::name(of("key_name"), of("key_name_prefix"), &intent.token);
        let answer =
            client.ec2().describe_key_pairs().filters(tags::filter("key-name", [name.as_str()])).send().await?;
        let found = answer.key_pairs.unwrap_or_default().into_iter().filter_map(|p| p.key_name).find(|n| *n == name);
        Ok(found.map(RemoteId::from))
    }
}

fn name(value: &Value) -> std::result::Result<(), String> {
    at_most(value, 255)
}

fn prefix(value: &Value) -> std::result::Result<(), String> {
    at_most(value, 229)
}

fn at_most(value: &Value, most: usize) -> std::result::Result<(), String> {
    if value.as_str().unwrap_or_default().chars().count() <= most {
        return Ok(());
    }
    Err(format!("The name of a key pair has at most 255 characters, a prefix of it 229; this may have {most}."))
}

fn object(pair: &Live, prior: Option<&Object>) -> Object {
    let name = pair.key_name.as_deref().unwrap_or_default();
    let mut object = Object::new()
        .with("fingerprint", pair.key_fingerprint.clone())
        .with("id", name)
        .with("key_name", name)
        .with("key_name_prefix", names::prefix(name))
        .with("key_pair_id", pair.key_pair_id.clone())
        .with("key_type", pair.key_type.as_ref().map(|t| t.as_str().to_owned()));
    // AWS does not keep the comment of a key: what is configured stays, and only an import takes the key from AWS.
    if !prior.is_some_and(|p| p.has("public_key")) {
        object.set("public_key", pair.public_key.as_deref().map(str::trim));
    }
    all_tags::set(&mut object, tags::pairs(pair.tags.as_ref()));
    object
}
