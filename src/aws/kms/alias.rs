//! `aws_kms_alias`

use std::collections::BTreeMap;

use aws_sdk_kms::types::AliasListEntry;

use crate::aws::error::deleted;
use crate::aws::{Client, name};
use crate::provider::{
    Actions, CreateCx, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, string};
use crate::value::Value;

/// What names of aliases begin with.
const PREFIX: &str = "alias/";

pub struct Alias;

impl ResourceType for Alias {
    type Client = Client;
    const NAME: &'static str = "aws_kms_alias";
    const READ_BATCH: usize = 1000;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &["kms:ListAliases"],
        create: &["kms:CreateAlias"],
        update: &["kms:UpdateAlias"],
        delete: &["kms:DeleteAlias"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("name", string().optional().computed().force_new().check(valid_name))
            .attr("name_prefix", string().optional().computed().force_new().check(valid_name))
            .attr("target_key_arn", string().computed())
            .attr("target_key_id", string().required())
    }

    fn customize_plan(change: &mut PlannedChange) {
        if change.configured("name") && change.configured("name_prefix") {
            change.error("name_prefix", "name and name_prefix exclude each other.");
        }
        let Some(prior) = change.prior.as_ref().and_then(|p| p.str("target_key_id")) else { return };
        // ARN and id of a key mean the same. The provider plans no new target_key_arn with a new key.
        if change.planned.str("target_key_id").is_some_and(|planned| key_id(planned) == key_id(prior)) {
            let prior = prior.to_owned();
            change.planned.set("target_key_id", prior);
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let aliases = client.once("kms aliases", || list(client)).await?;
        let mut found: BTreeMap<RemoteId, Found> = ids.iter().map(|id| (id.clone(), Found::Gone)).collect();
        for alias in aliases.iter() {
            let id = RemoteId::from(alias.alias_name.as_deref().unwrap_or_default());
            // An alias of a service may have no key yet.
            let Some(key) = alias.target_key_id.as_deref() else { continue };
            if found.contains_key(&id) {
                let configured = prior.get(&id).and_then(|o| o.string("target_key_id"));
                found.insert(id, Found::Object(object(alias, key, configured)));
            }
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = name::of(want, cx.token, PREFIX);
        let call = cx.client.kms().create_alias().alias_name(&name);
        call.set_target_key_id(want.string("target_key_id")).send().await?;
        let id = RemoteId::from(name);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let key = want.string("target_key_id");
        if key != prior.string("target_key_id") {
            client.kms().update_alias().alias_name(id.as_str()).set_target_key_id(key).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.kms().delete_alias().alias_name(id.as_str()).send().await)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        name::identity(want)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let name = name::of_intent(intent, PREFIX);
        let found = list(client).await?.into_iter().filter_map(|a| a.alias_name).find(|n| *n == name);
        Ok(found.map(RemoteId::from))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }
}

/// All aliases of the account in the region.
pub async fn list(client: &Client) -> Result<Vec<AliasListEntry>> {
    let mut all = Vec::new();
    let mut pages = client.kms().list_aliases().limit(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        all.extend(page?.aliases.unwrap_or_default());
    }
    Ok(all)
}

/// The id of a key that is given by its id or its ARN.
pub fn key_id(key: &str) -> &str {
    match key.split_once(":key/") {
        Some((arn, id)) if arn.starts_with("arn:") => id,
        _ => key,
    }
}

fn object(alias: &AliasListEntry, key: &str, configured: Option<String>) -> Object {
    let name = alias.alias_name.as_deref().unwrap_or_default();
    let arn = alias.alias_arn.as_deref().unwrap_or_default();
    let key_arn = arn.strip_suffix(name).map(|account| format!("{account}key/{key}"));
    let target = configured.filter(|c| key_id(c) == key).unwrap_or_else(|| key.to_owned());
    Object::new()
        .with("arn", arn)
        .with("id", name)
        .with("name", name)
        .with("name_prefix", name::prefix(name))
        .with("target_key_arn", key_arn)
        .with("target_key_id", target)
}

/// A name that an alias of anybody may have, of AWS too.
pub fn valid_name_of_any(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some(text) if !text.starts_with(PREFIX) => Err(format!("\"{text}\" must begin with \"alias/\".")),
        _ => Ok(()),
    }
}

fn valid_name(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let rest = text.strip_prefix(PREFIX).unwrap_or_default();
    if !text.starts_with(PREFIX) {
        Err(format!("\"{text}\" must begin with \"alias/\"."))
    } else if rest.starts_with("aws/") {
        Err("Names that begin with \"alias/aws/\" are those of AWS itself.".into())
    } else if rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_-".contains(&b)) {
        Ok(())
    } else {
        Err(format!("\"{text}\" may hold letters, digits and / _ - only."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arn_and_id_of_a_key_are_the_same_key() {
        let entry = AliasListEntry::builder()
            .alias_name("alias/app")
            .alias_arn("arn:aws:kms:eu-west-1:1:alias/app")
            .target_key_id("k-1")
            .build();
        let configured = "arn:aws:kms:eu-west-1:1:key/k-1";
        let live = object(&entry, "k-1", Some(configured.into()));
        assert_eq!(live.str("target_key_id"), Some(configured));
        assert_eq!(live.str("target_key_arn"), Some(configured));
        assert_eq!(object(&entry, "k-1", Some("k-2".into())).str("target_key_id"), Some("k-1"));
    }

    #[test]
    fn names_are_checked() {
        assert!(valid_name(&"alias/app_1".into()).is_ok());
        assert!(valid_name(&"app".into()).is_err());
        assert!(valid_name(&"alias/aws/ebs".into()).is_err());
        assert!(valid_name(&"alias/a b".into()).is_err());
    }
}
