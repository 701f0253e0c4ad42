//! `aws_route53_delegation_set`: name servers that several zones share.

use std::collections::BTreeMap;

use aws_sdk_route53::types::DelegationSet as Live;

use super::health_check::reference;
use crate::aws::Client;
use crate::aws::error::deleted;
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, RemoteId, ResourceType, Result};
use crate::schema::{Schema, list_of, string};
use crate::value::{Type, Value};

/// What answers put before the id of a set.
const PATH: &str = "/delegationset/";

pub struct DelegationSet;

impl ResourceType for DelegationSet {
    type Client = Client;
    const NAME: &'static str = "aws_route53_delegation_set";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["route53:ListReusableDelegationSets"],
        create: &["route53:CreateReusableDelegationSet", "route53:ListReusableDelegationSets"],
        update: &[],
        delete: &["route53:DeleteReusableDelegationSet"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("name_servers", list_of(Type::String).computed())
            .attr("reference_name", string().optional().force_new().check(name))
    }

    /// An account has few sets: one list has them all.
    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let all = client.once("route53 delegation sets", || list(client)).await?;
        let read = |id: &RemoteId| {
            let live = all.iter().find(|set| id_of(set) == id.as_str());
            (id.clone(), live.map_or(Found::Gone, |live| Found::Object(object(client, live))))
        };
        Ok(ids.iter().map(read).collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let reference = reference(want.string("reference_name"), cx.token);
        let call = cx.client.route53().create_reusable_delegation_set().caller_reference(&reference);
        let id = match call.send().await.map_err(Error::from) {
            Ok(made) => made.delegation_set.map(|set| id_of(&set).to_owned()),
            // The reference is of this creation alone: an earlier attempt has made the set.
            Err(e) if e.has_code("DelegationSetAlreadyCreated") => by_reference(cx.client, &reference).await?,
            Err(e) => return Err(e),
        };
        let id = RemoteId::from(id.ok_or_else(|| Error::other("the answer names no delegation set"))?);
        cx.created(&id);
        Ok(id)
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.route53().delete_reusable_delegation_set().id(id.as_str()).send().await)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("reference_name").map(|name| ("reference_name".to_owned(), name)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let reference = reference(intent.identity.get("reference_name").cloned(), &intent.token);
        Ok(by_reference(client, &reference).await?.map(RemoteId::from))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        Ok(text.strip_prefix(PATH).unwrap_or(text).into())
    }
}

/// All reusable delegation sets of the account.
async fn list(client: &Client) -> Result<Vec<Live>> {
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        let answer = client.route53().list_reusable_delegation_sets().set_marker(next).send().await?;
        all.extend(answer.delegation_sets);
        if !answer.is_truncated || answer.next_marker.is_none() {
            return Ok(all);
        }
        next = answer.next_marker;
    }
}

async fn by_reference(client: &Client, reference: &str) -> Result<Option<String>> {
    let sets = list(client).await?;
    let found = sets.iter().find(|set| set.caller_reference.as_deref() == Some(reference));
    Ok(found.map(|set| id_of(set).to_owned()))
}

fn id_of(set: &Live) -> &str {
    let id = set.id.as_deref().unwrap_or_default();
    id.strip_prefix(PATH).unwrap_or(id)
}

fn object(client: &Client, live: &Live) -> Object {
    let id = id_of(live);
    Object::new()
        .with("arn", format!("arn:{}:route53:::delegationset/{id}", client.partition()))
        .with("id", id)
        .with("name_servers", live.name_servers.clone())
}

fn name(value: &Value) -> std::result::Result<(), String> {
    let length = value.as_str().unwrap_or_default().chars().count();
    if length <= 128 { Ok(()) } else { Err(format!("The text has {length} characters; 128 are allowed.")) }
}
