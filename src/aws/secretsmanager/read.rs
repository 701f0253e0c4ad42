//! Secrets as the service describes them, without their values.
//!
//! A list may lag minutes behind the truth. So it is believed only where it agrees with what is known already;
//! whatever differs, or is missing, is described one by one.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, ReplicationStatusType, SecretListEntry, Tag};

use crate::aws::gather::gather;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{Error, ErrorKind, Object, RemoteId, Result};

/// Most values of one filter.
const FILTER_VALUES: usize = 10;

/// Most entries of one page.
const PAGE: i32 = 100;

/// Characters that the service puts behind a name in an ARN.
const ARN_SUFFIX: usize = "-AbCdEf".len();

pub struct Described {
    pub arn: String,
    pub name: String,
    pub description: String,
    pub kms_key_id: String,
    pub tags: all_tags::Tags,
    pub replicas: Vec<ReplicationStatusType>,
}

/// Secrets by ARN; those that do not exist or wait for their deletion are left out.
pub async fn describe(
    client: &Client,
    ids: &[RemoteId],
    prior: &BTreeMap<RemoteId, Object>,
) -> Result<BTreeMap<RemoteId, Described>> {
    let mut listed = match list(client, ids).await {
        Ok(listed) => listed,
        // The permission to list is worth having, not necessary.
        Err(e) if e.kind == ErrorKind::Denied => BTreeMap::new(),
        Err(e) => return Err(e),
    };
    let mut found = BTreeMap::new();
    let mut open = Vec::new();
    for id in ids {
        match listed.remove(id).filter(|entry| prior.get(id).is_some_and(|p| agrees(entry, p))) {
            Some(entry) => drop(found.insert(id.clone(), entry.into())),
            None => open.push(async move { Ok((id.clone(), one(client, id.as_str()).await?)) }),
        }
    }
    let described = gather(open).await?;
    found.extend(described.into_iter().filter_map(|(id, secret)| Some((id, secret?))));
    Ok(found)
}

/// One secret by ARN or name.
pub async fn one(client: &Client, id: &str) -> Result<Option<Described>> {
    match client.secretsmanager().describe_secret().secret_id(id).send().await {
        Ok(answer) => Ok(answer.deleted_date.is_none().then(|| answer.into())),
        Err(e) => Error::from(e).unless_not_found().map(|()| None),
    }
}

/// A few secrets are listed by name; of many, a page of all mostly holds them.
async fn list(client: &Client, ids: &[RemoteId]) -> Result<BTreeMap<RemoteId, SecretListEntry>> {
    let mut found = BTreeMap::new();
    if ids.len() < 2 {
        return Ok(found);
    }
    if ids.len() > FILTER_VALUES {
        let answer = client.secretsmanager().list_secrets().max_results(PAGE).send().await?;
        collect(&mut found, answer.secret_list, ids);
        if answer.next_token.is_none() {
            return Ok(found);
        }
    }
    let names: Vec<&str> = ids.iter().filter(|id| !found.contains_key(id)).filter_map(name_of).collect();
    for some in names.chunks(FILTER_VALUES) {
        let values = some.iter().map(|n| (*n).to_owned()).collect();
        let filter = Filter::builder().key(FilterNameStringType::Name).set_values(Some(values)).build();
        let call = client.secretsmanager().list_secrets().max_results(PAGE).filters(filter);
        collect(&mut found, call.send().await?.secret_list, ids);
    }
    Ok(found)
}

fn collect(found: &mut BTreeMap<RemoteId, SecretListEntry>, list: Option<Vec<SecretListEntry>>, ids: &[RemoteId]) {
    for entry in list.unwrap_or_default() {
        let arn = RemoteId::from(entry.arn.clone().unwrap_or_default());
        if ids.contains(&arn) {
            found.insert(arn, entry);
        }
    }
}

/// The name within an ARN.
fn name_of(arn: &RemoteId) -> Option<&str> {
    let resource = arn.as_str().split(':').nth(6)?;
    resource.get(..resource.len().checked_sub(ARN_SUFFIX)?)
}

/// Names that are kept by secrets pending deletion, with the day of the deletion.
pub async fn pending_deletion(client: &Client, names: &[String]) -> Result<BTreeMap<String, String>> {
    let mut pending = BTreeMap::new();
    for some in names.chunks(FILTER_VALUES) {
        let filter = Filter::builder().key(FilterNameStringType::Name).set_values(Some(some.to_vec())).build();
        let call = client.secretsmanager().list_secrets().include_planned_deletion(true).filters(filter);
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            for entry in page?.secret_list.unwrap_or_default() {
                if let (Some(name), Some(time)) = (entry.name.filter(|n| some.contains(n)), entry.deleted_date) {
                    pending.insert(name, time.to_string().chars().take_while(|c| *c != 'T').collect());
                }
            }
        }
    }
    Ok(pending)
}

/// Whether an entry of a list says what is known of the secret. Lists do not tell of replicas.
fn agrees(entry: &SecretListEntry, prior: &Object) -> bool {
    let same =
        |live: &Option<String>, name: &str| live.as_deref().unwrap_or_default() == prior.str(name).unwrap_or_default();
    let mut live = Object::new();
    all_tags::set(&mut live, tags(entry.tags()));
    entry.deleted_date.is_none()
        && entry.primary_region.is_none()
        && prior.objects("replica").is_empty()
        && same(&entry.name, "name")
        && same(&entry.description, "description")
        && same(&entry.kms_key_id, "kms_key_id")
        && all_tags::wanted(&live) == all_tags::wanted(prior)
        && entry.tags().iter().all(|t| t.key() != Some(all_tags::TOKEN))
}

fn tags(tags: &[Tag]) -> all_tags::Tags {
    tags.iter().filter_map(|t| Some((t.key.clone()?, t.value.clone().unwrap_or_default()))).collect()
}

impl From<SecretListEntry> for Described {
    fn from(entry: SecretListEntry) -> Self {
        Self {
            tags: tags(entry.tags()),
            arn: entry.arn.unwrap_or_default(),
            name: entry.name.unwrap_or_default(),
            description: entry.description.unwrap_or_default(),
            kms_key_id: entry.kms_key_id.unwrap_or_default(),
            replicas: Vec::new(),
        }
    }
}

impl From<DescribeSecretOutput> for Described {
    fn from(answer: DescribeSecretOutput) -> Self {
        Self {
            tags: tags(answer.tags()),
            arn: answer.arn.unwrap_or_default(),
            name: answer.name.unwrap_or_default(),
            description: answer.description.unwrap_or_default(),
            kms_key_id: answer.kms_key_id.unwrap_or_default(),
            replicas: answer.replication_status.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_within_arns() {
        let name = |arn: &str| name_of(&arn.into()).map(str::to_owned);
        assert_eq!(name("arn:aws:secretsmanager:eu-west-1:1:secret:team/app-AbCdEf").as_deref(), Some("team/app"));
        assert_eq!(name("arn:aws:secretsmanager:eu-west-1:1:secret:x"), None);
        assert_eq!(name("app"), None);
    }

    #[test]
    fn lists_are_believed_where_they_agree() {
        let tag = Tag::builder().key("a").value("1").build();
        let entry = SecretListEntry::builder().name("app").tags(tag).build();
        let prior = Object::new().with("name", "app").with("tags_all", BTreeMap::from([("a", "1")]));
        assert!(agrees(&entry, &prior));
        assert!(!agrees(&entry, &prior.clone().with("description", "new")));
        assert!(!agrees(&entry, &prior.with("tags_all", BTreeMap::from([("a", "2")]))));
    }
}
