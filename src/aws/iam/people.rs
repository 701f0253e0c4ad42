//! Users and groups, as `GetAccountAuthorizationDetails` tells all of them at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_iam::types::{EntityType, GroupDetail, UserDetail};

use crate::aws::Client;
use crate::provider::Result;

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
