//! Users and groups, as `GetAccountAuthorizationDetails` tells all of them at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_iam::types::{EntityType, GroupDetail, UserDetail};

use super::read::SINGLE_READS;
use crate::aws::Client;
use crate::aws::gather::gather;
use crate::provider::{Found, Object, RemoteId, Result};

/// All users and groups of the account, by name.
#[derive(Default)]
pub struct People {
    pub users: BTreeMap<String, UserDetail>,
    pub groups: BTreeMap<String, GroupDetail>,
}

/// Read once a run.
pub async fn people(client: &Client) -> Result<Arc<People>> {
    let read = || async {
        let mut people = People::default();
        let call = client.iam().get_account_authorization_details();
        let call = call.filter(EntityType::User).filter(EntityType::Group).max_items(1000);
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page?;
            let users = page.user_detail_list.unwrap_or_default().into_iter();
            people.users.extend(users.filter_map(|u| Some((u.user_name.clone()?, u))));
            let groups = page.group_detail_list.unwrap_or_default().into_iter();
            people.groups.extend(groups.filter_map(|g| Some((g.group_name.clone()?, g))));
        }
        Ok(people)
    };
    client.once("iam/people", read).await
}

/// Users, or groups: what is known by a name that changes in place.
pub trait Named {
    fn single(client: &Client, name: &str) -> impl Future<Output = Result<Option<Object>>> + Send;
    fn listed(people: &People, name: &str) -> Option<Object>;
    fn all(people: &People) -> impl Iterator<Item = Object>;
}

/// Reads by name, and by identity what bears another name by now.
pub async fn read<N: Named>(
    client: &Client,
    ids: &[RemoteId],
    prior: &BTreeMap<RemoteId, Object>,
) -> Result<BTreeMap<RemoteId, Found>> {
    let all = if ids.len() > SINGLE_READS { Some(people(client).await?) } else { None };
    let all = all.as_deref();
    let reads = ids.iter().map(|id| async move {
        let found = match all {
            Some(people) => N::listed(people, id.as_str()),
            None => N::single(client, id.as_str()).await?,
        };
        let found = match found {
            Some(object) => Some(object),
            None => renamed::<N>(client, prior.get(id)).await?,
        };
        Ok((id.clone(), found.map_or(Found::Gone, Found::Object)))
    });
    Ok(gather(reads.collect()).await?.into_iter().collect())
}

/// One under another name: an update has just renamed it, or it was renamed when a run ended.
async fn renamed<N: Named>(client: &Client, known: Option<&Object>) -> Result<Option<Object>> {
    let Some(known) = known else { return Ok(None) };
    let (Some(unique), Some(name)) = (known.string("unique_id"), known.string("name")) else { return Ok(None) };
    let same = |object: &Object| object.str("unique_id") == Some(&unique);
    if let Some(object) = N::single(client, &name).await?.filter(same) {
        return Ok(Some(object));
    }
    Ok(N::all(&*people(client).await?).find(same))
}
