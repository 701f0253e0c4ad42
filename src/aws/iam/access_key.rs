//! `aws_iam_access_key`: AWS tells its secret once, when it is made.
//!
//! A key whose secret nobody has is of use to nobody: where the answer to a creation was lost, the key is deleted, and another is
//! made. The secret is in the state alone, marked as sensitive.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::{AccessKeyMetadata, StatusType};

use super::{naming, read, smtp_password};
use crate::aws::error::deleted;
use crate::aws::gather::gather;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, string};
use crate::value::Value;

pub struct AccessKey;

impl ResourceType for AccessKey {
    type Client = Client;
    const NAME: &'static str = "aws_iam_access_key";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"],
        create: &["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:ListAccessKeys", "iam:UpdateAccessKey"],
        update: &["iam:UpdateAccessKey"],
        delete: &["iam:DeleteAccessKey"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("create_date", string().computed())
            .attr("encrypted_secret", string().computed())
            .attr("encrypted_ses_smtp_password_v4", string().computed())
            .attr("id", string().optional().computed())
            .attr("key_fingerprint", string().computed())
            .attr("pgp_key", string().optional().force_new())
            .attr("secret", string().computed().sensitive())
            .attr("ses_smtp_password_v4", string().computed().sensitive())
            .attr("status", string().optional().default(StatusType::Active.as_str()).check(status))
            .attr("user", string().required().force_new())
    }

    fn customize_plan(change: &mut PlannedChange) {
        if change.configured("pgp_key") && (change.is_create() || change.changes("pgp_key")) {
            change.error(
                "pgp_key",
                "kiban does not encrypt secrets with OpenPGP. Without pgp_key the secret is in the state, marked as sensitive.",
            );
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let owners = ids.iter().map(|id| async move {
            let user = match prior.get(id).and_then(|p| p.string("user")) {
                Some(user) => Some(user),
                None => owner(client, id.as_str()).await?,
            };
            Ok((id, user))
        });
        let owners = gather(owners.collect()).await?;
        let users: BTreeSet<&String> = owners.iter().filter_map(|(_, user)| user.as_ref()).collect();
        let lists = users.into_iter().map(|user| async move { Ok((user, keys(client, user).await?)) });
        let keys: BTreeMap<&String, Vec<AccessKeyMetadata>> = gather(lists.collect()).await?.into_iter().collect();
        let found = owners.iter().map(|(id, user)| {
            let mut keys = user.iter().flat_map(|user| keys.get(user)).flatten();
            let key = keys.find(|k| k.access_key_id.as_deref() == Some(id.as_str()));
            ((*id).clone(), key.map_or(Found::Gone, |key| Found::Object(object(client, key))))
        });
        Ok(found.collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let user = want.string("user").unwrap_or_default();
        // What was there before tells which key was made, should the answer be lost.
        let before: BTreeSet<String> =
            keys(cx.client, &user).await?.into_iter().filter_map(|k| k.access_key_id).collect();
        cx.client.told().keep(cx.token, Object::new().with("before", before.into_iter().collect::<Vec<_>>()));
        let answer = cx.client.iam().create_access_key().user_name(&user).send().await?;
        let key = answer.access_key.ok_or_else(|| Error::other("the answer holds no access key"))?;
        let id = RemoteId::from(key.access_key_id);
        let secret = Object::new()
            .with("ses_smtp_password_v4", smtp_password::of(&key.secret_access_key, cx.client.region()))
            .with("secret", key.secret_access_key);
        cx.client.told().keep(id.as_str(), secret);
        cx.created(&id);
        if want.str("status") == Some(StatusType::Inactive.as_str()) {
            switch(cx.client, &id, want).await?;
        }
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        switch(client, id, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        remove(client, prior.string("user"), id.as_str()).await
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        naming::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("user").map(|user| ("user".to_owned(), user)).into_iter().collect()
    }

    /// Finds a key only to delete it, unless this run has its secret.
    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(user) = intent.identity.get("user") else { return Ok(None) };
        if let Some(id) = &intent.id {
            if client.told().of(id.as_str()).is_some() {
                return Ok(Some(id.clone()));
            }
            remove(client, Some(user.clone()), id.as_str()).await?;
            return Ok(None);
        }
        // A run that ended before the answer came leaves nothing that tells its key from those of others.
        let Some(before) = client.told().of(&intent.token).map(|o| o.strings("before")) else { return Ok(None) };
        for id in keys(client, user).await?.into_iter().filter_map(|k| k.access_key_id) {
            if !before.contains(&id) && client.told().of(&id).is_none() {
                remove(client, Some(user.clone()), &id).await?;
            }
        }
        Ok(None)
    }
}

/// The user of a key; `None` where there is no such key.
async fn owner(client: &Client, id: &str) -> Result<Option<String>> {
    match client.iam().get_access_key_last_used().access_key_id(id).send().await {
        Ok(answer) => Ok(answer.user_name),
        // Of a key that is not of this account AWS denies to tell.
        Err(e) => Error::from(e).unless_not_found().map(|()| None),
    }
}

/// Keys of a user; none of one that is gone.
async fn keys(client: &Client, user: &str) -> Result<Vec<AccessKeyMetadata>> {
    let mut keys = Vec::new();
    let mut pages = client.iam().list_access_keys().user_name(user).into_paginator().send();
    while let Some(page) = pages.next().await {
        let Some(page) = read::unless_gone(page)? else { return Ok(Vec::new()) };
        keys.extend(page.access_key_metadata);
    }
    Ok(keys)
}

/// The secret is known to the run that has made the key; in any other it stays as it is in the state.
fn object(client: &Client, key: &AccessKeyMetadata) -> Object {
    let id = key.access_key_id.clone().unwrap_or_default();
    client
        .told()
        .of(&id)
        .unwrap_or_default()
        .with("create_date", key.create_date.as_ref().and_then(read::timestamp))
        .with("id", id)
        .with("status", key.status.as_ref().map_or("", StatusType::as_str))
        .with("user", key.user_name.clone())
}

async fn switch(client: &Client, id: &RemoteId, want: &Object) -> Result<()> {
    let call = client.iam().update_access_key().set_user_name(want.string("user")).access_key_id(id.as_str());
    call.status(StatusType::from(want.str("status").unwrap_or_default())).send().await?;
    Ok(())
}

async fn remove(client: &Client, user: Option<String>, id: &str) -> Result<()> {
    deleted(client.iam().delete_access_key().set_user_name(user).access_key_id(id).send().await)
}

fn status(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &[StatusType::Active.as_str(), StatusType::Inactive.as_str()])
}
