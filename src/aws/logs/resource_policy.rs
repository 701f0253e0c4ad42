//! `aws_cloudwatch_log_resource_policy`. Its id is its name.

use std::collections::BTreeMap;

use crate::aws::error::deleted;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Normal, Schema, string};
use crate::value::Value;

/// Documents by name.
type Policies = BTreeMap<String, String>;

pub struct ResourcePolicy;

impl ResourceType for ResourcePolicy {
    type Client = Client;
    const NAME: &'static str = "aws_cloudwatch_log_resource_policy";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["logs:DescribeResourcePolicies"],
        create: &["logs:PutResourcePolicy"],
        update: &["logs:PutResourcePolicy"],
        delete: &["logs:DeleteResourcePolicy"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("policy_document", string().required().normal(Normal::Policy).check(document))
            .attr("policy_name", string().required().force_new())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let policies = client.once("logs resource policies", || list(client)).await?;
        let found = ids.iter().map(|id| {
            let object = policies.get(id.as_str()).map(|document| {
                Object::new().with("id", id.as_str()).with("policy_document", document).with("policy_name", id.as_str())
            });
            (id.clone(), object.map_or(Found::Gone, Found::Object))
        });
        Ok(found.collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("policy_name").unwrap_or_default());
        put(cx.client, &id, want).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        put(client, id, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.logs().delete_resource_policy().policy_name(id.as_str()).send().await)
    }

    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet) || error.has_code("OperationAbortedException")
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("policy_name").map(|n| ("policy_name".to_owned(), n)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(name) = intent.identity.get("policy_name") else { return Ok(None) };
        Ok(list(client).await?.contains_key(name).then(|| name.as_str().into()))
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }
}

async fn list(client: &Client) -> Result<Policies> {
    let mut all = Policies::new();
    let mut next = None;
    loop {
        let answer = client.logs().describe_resource_policies().set_next_token(next).send().await?;
        let policies = answer.resource_policies.unwrap_or_default().into_iter();
        all.extend(policies.filter_map(|p| Some((p.policy_name?, p.policy_document.unwrap_or_default()))));
        next = answer.next_token;
        if next.is_none() {
            return Ok(all);
        }
    }
}

async fn put(client: &Client, id: &RemoteId, want: &Object) -> Result<()> {
    let call = client.logs().put_resource_policy().policy_name(id.as_str());
    call.set_policy_document(want.string("policy_document")).send().await?;
    Ok(())
}

fn document(value: &Value) -> Result<(), String> {
    validate::json(value)?;
    match value.as_str().unwrap_or_default().len() {
        0..=5120 => Ok(()),
        n => Err(format!("A resource policy may have 5120 characters, this one has {n}.")),
    }
}
