//! `aws_kms_grant`. Its id is that of the key, as it is configured, and that of the grant: `key:grant`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_kms::types::{GrantConstraints, GrantListEntry, GrantOperation};

use crate::aws::gather::gather;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Block, Schema, boolean, map_of, set_block, set_of, string};
use crate::value::{Type, Value};

const EQUALS: &str = "encryption_context_equals";
const SUBSET: &str = "encryption_context_subset";

pub struct Grant;

impl ResourceType for Grant {
    type Client = Client;
    const NAME: &'static str = "aws_kms_grant";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["kms:ListGrants"],
        create: &["kms:CreateGrant", "kms:ListGrants"],
        update: &[],
        delete: &["kms:RetireGrant", "kms:RevokeGrant"],
    };

    fn schema() -> Schema {
        let context = || map_of(Type::String).optional().force_new();
        let constraints = Block::new().attr(EQUALS, context()).attr(SUBSET, context());
        Schema::new(0)
            .attr("grant_creation_tokens", set_of(Type::String).optional().force_new())
            .attr("grant_id", string().computed())
            .attr("grant_token", string().computed().sensitive())
            .attr("grantee_principal", string().required().force_new().check(principal))
            .attr("id", string().optional().computed())
            .attr("key_id", string().required().force_new())
            .attr("name", string().optional().force_new().check(name))
            .attr("operations", set_of(Type::String).required().force_new().check(operation))
            .attr("retire_on_delete", boolean().optional().default(false).force_new())
            .attr("retiring_principal", string().optional().force_new().check(principal))
            .block("constraints", set_block(constraints).force_new())
    }

    fn customize_plan(change: &mut PlannedChange) {
        let set = |c: &Object, name: &str| c.get(name).is_some_and(|v| v.is_known() && !v.is_zero());
        let both = |c: &Object| set(c, EQUALS) && set(c, SUBSET);
        if change.config.objects("constraints").iter().any(both) {
            change.error("constraints", format!("{EQUALS} and {SUBSET} exclude each other."));
        }
    }

    /// One list a key.
    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut keys = BTreeSet::new();
        for id in ids {
            keys.insert(parts(id)?.0);
        }
        let lists = keys.into_iter().map(|key| async move { Ok((key, list(client, key).await?)) });
        let lists: BTreeMap<_, _> = gather(lists.collect()).await?.into_iter().collect();
        let mut found = BTreeMap::new();
        for id in ids {
            let (key, grant) = parts(id)?;
            let live = lists.get(key).into_iter().flatten().find(|g| g.grant_id.as_deref() == Some(grant));
            let object = live.map(|live| object(live, key, client.told().of(id.as_str())).with("id", id.as_str()));
            found.insert(id.clone(), object.map_or(Found::Gone, Found::Object));
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let key = want.string("key_id").unwrap_or_default();
        if !want.has("name") {
            // A call that is repeated without a name makes another grant: what there was before tells them apart.
            let before = list(cx.client, &key).await?.into_iter().filter_map(|g| g.grant_id);
            cx.client.told().keep(cx.token, Object::new().with("before", before.collect::<Vec<_>>()));
        }
        let tokens = want.strings("grant_creation_tokens");
        let operations = want.strings("operations");
        let answer = cx
            .client
            .kms()
            .create_grant()
            .key_id(&key)
            .set_constraints(constraints(want))
            .set_grant_tokens((!tokens.is_empty()).then_some(tokens))
            .set_grantee_principal(want.string("grantee_principal"))
            .set_name(want.string("name"))
            .set_operations(Some(operations.iter().map(|o| GrantOperation::from(o.as_str())).collect()))
            .set_retiring_principal(want.string("retiring_principal"))
            .send()
            .await?;
        let grant = answer.grant_id.ok_or_else(|| Error::other("the answer names no grant"))?;
        let id = RemoteId::from(format!("{key}:{grant}"));
        cx.client.told().keep(id.as_str(), Object::new().with("grant_token", answer.grant_token));
        cx.created(&id);
        Ok(id)
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let (key, grant) = parts(id)?;
        if prior.bool("retire_on_delete") == Some(true) {
            // Only an ARN tells a key where it is retired.
            let key = match list(client, key).await?.into_iter().find(|g| g.grant_id.as_deref() == Some(grant)) {
                Some(live) => live.key_id.unwrap_or_default(),
                None => return Ok(()),
            };
            let answer = client.kms().retire_grant().key_id(key).grant_id(grant).send().await;
            return answer.map(drop).map_err(Error::from).or_else(Error::unless_not_found);
        }
        let answer = client.kms().revoke_grant().key_id(key).grant_id(grant).send().await;
        answer.map(drop).map_err(Error::from).or_else(Error::unless_not_found)
    }

    /// A principal that was made a moment ago is not known everywhere.
    fn retries(operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
            || (operation == Operation::Create
                && ["InvalidArnException", "KMSInvalidStateException", "DependencyTimeoutException"]
                    .iter()
                    .any(|c| error.has_code(c)))
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let keys = ["grantee_principal", "key_id", "name"];
        keys.into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(key) = intent.identity.get("key_id") else { return Ok(None) };
        let (name, grantee) = (intent.identity.get("name"), intent.identity.get("grantee_principal"));
        let before = client.told().of(&intent.token).map(|o| o.strings("before"));
        if name.is_none() && before.is_none() {
            // A run that ended before the answer came leaves nothing that tells its grant from those of others.
            return Ok(None);
        }
        let new = |id: &String| !before.as_ref().is_some_and(|b| b.contains(id)) && !kept(client, key, id);
        let grants = list(client, key).await?.into_iter();
        let ours = grants.filter(|g| g.name.as_ref().filter(|n| !n.is_empty()) == name);
        let mut ours = ours.filter(|g| g.grantee_principal.as_ref() == grantee).filter_map(|g| g.grant_id).filter(new);
        Ok(ours.next().map(|grant| RemoteId::from(format!("{key}:{grant}"))))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        let id = RemoteId::from(text);
        parts(&id)?;
        Ok(id)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(3, 3, 3)
    }
}

/// Whether a grant is one whose creation was answered in this run.
fn kept(client: &Client, key: &str, grant: &str) -> bool {
    client.told().of(&format!("{key}:{grant}")).is_some()
}

/// Key and grant. The key may be an ARN.
fn parts(id: &RemoteId) -> Result<(&str, &str)> {
    id.as_str()
        .rsplit_once(':')
        .filter(|(key, grant)| !key.is_empty() && !grant.is_empty())
        .ok_or_else(|| Error::other(format!("unexpected id \"{id}\": expected key-id:grant-id or key-arn:grant-id")))
}

/// The grants of a key; none where the key is gone.
async fn list(client: &Client, key: &str) -> Result<Vec<GrantListEntry>> {
    let mut all = Vec::new();
    let mut pages = client.kms().list_grants().key_id(key).limit(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        match page.map_err(Error::from) {
            Ok(page) => all.extend(page.grants.unwrap_or_default()),
            // A key that waits for its deletion tells no grants any more.
            Err(e) if e.has_code("KMSInvalidStateException") => return Ok(Vec::new()),
            Err(e) => return e.unless_not_found().map(|()| Vec::new()),
        }
    }
    Ok(all)
}

fn constraints(want: &Object) -> Option<GrantConstraints> {
    let said = want.objects("constraints").into_iter().next()?;
    let context = |name: &str| {
        let pairs: HashMap<String, String> = said.string_map(name).into_iter().collect();
        (!pairs.is_empty()).then_some(pairs)
    };
    let made = GrantConstraints::builder().set_encryption_context_equals(context(EQUALS));
    Some(made.set_encryption_context_subset(context(SUBSET)).build())
}

fn object(live: &GrantListEntry, key: &str, told: Option<Object>) -> Object {
    let constraints = live.constraints.as_ref().and_then(|c| {
        let context = |pairs: &Option<HashMap<String, String>>| {
            let pairs = pairs.iter().flatten().map(|(k, v)| (k.as_str().into(), Value::from(v.as_str())));
            Value::map(Type::String, pairs.collect())
        };
        let (equals, subset) = (context(&c.encryption_context_equals), context(&c.encryption_context_subset));
        (!equals.is_zero() || !subset.is_zero()).then(|| Object::new().with(EQUALS, equals).with(SUBSET, subset))
    });
    let mut object = told
        .unwrap_or_default()
        .with("constraints", constraints.into_iter().collect::<Vec<_>>())
        .with("grant_id", live.grant_id.clone())
        .with("grantee_principal", live.grantee_principal.clone())
        .with("key_id", key)
        .with("operations", live.operations().iter().map(|o| o.as_str().to_owned()).collect::<Vec<_>>());
    if let Some(name) = live.name.as_deref().filter(|n| !n.is_empty()) {
        object.set("name", name);
    }
    if let Some(principal) = live.retiring_principal.as_deref() {
        object.set("retiring_principal", principal);
    }
    object
}

/// An ARN, or a service such as `ec2.amazonaws.com`.
fn principal(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    let labels = text.split('.').all(|l| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let service = labels && (text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn"));
    if service { Ok(()) } else { validate::arn(value) }
}

fn name(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.len() > 256 {
        Err("The name of a grant has at most 256 characters.".into())
    } else if text.bytes().all(|b| b.is_ascii_alphanumeric() || b":/_-".contains(&b)) {
        Ok(())
    } else {
        Err(format!("\"{text}\" may hold letters, digits and : / _ - only."))
    }
}

fn operation(value: &Value) -> Result<(), String> {
    let all: Vec<&str> = GrantOperation::values().to_vec();
    value.as_slice().unwrap_or_default().iter().filter(|v| v.is_known()).try_for_each(|v| validate::one_of(v, &all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_may_be_an_arn() {
        let id = RemoteId::from("arn:aws:kms:eu-west-1:1:key/k-1:g-1");
        assert_eq!(parts(&id).ok(), Some(("arn:aws:kms:eu-west-1:1:key/k-1", "g-1")));
        assert!(parts(&RemoteId::from("g-1")).is_err());
    }

    #[test]
    fn principals_are_arns_or_services() {
        assert!(principal(&"ec2.amazonaws.com".into()).is_ok());
        assert!(principal(&"arn:aws:iam::1:role/r".into()).is_ok());
        assert!(principal(&"r".into()).is_err());
    }
}
