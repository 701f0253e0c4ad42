//! `aws_ecr_lifecycle_policy`

use std::collections::BTreeMap;

use super::lifecycle_text;
use crate::aws::error::deleted;
use crate::aws::gather::one_by_one;
use crate::aws::{Client, validate};
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result};
use crate::schema::{Normal, Schema, string};

pub struct LifecyclePolicy;

impl ResourceType for LifecyclePolicy {
    type Client = Client;
    const NAME: &'static str = "aws_ecr_lifecycle_policy";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["ecr:GetLifecyclePolicy"],
        create: &["ecr:PutLifecyclePolicy"],
        update: &["ecr:PutLifecyclePolicy"],
        delete: &["ecr:DeleteLifecyclePolicy"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("policy", string().required().force_new().normal(Normal::Json).check(validate::json))
            .attr("registry_id", string().computed())
            .attr("repository", string().required().force_new())
    }

    fn customize_plan(change: &mut PlannedChange) {
        let held = change.prior.as_ref().and_then(|p| p.string("policy"));
        let said = change.planned.string("policy");
        if let (Some(held), Some(said)) = (held, said)
            && lifecycle_text::same(&held, &said)
        {
            change.planned.set("policy", held);
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| read_one(client, id.as_str())).await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = RemoteId::from(want.string("repository").unwrap_or_default());
        put(cx.client, &id, want).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        put(client, id, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.ecr().delete_lifecycle_policy().repository_name(id.as_str()).send().await)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("repository").map(|name| ("repository".to_owned(), name)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(name) = intent.identity.get("repository") else { return Ok(None) };
        Ok(matches!(read_one(client, name).await?, Found::Object(_)).then(|| name.as_str().into()))
    }
}

async fn read_one(client: &Client, name: &str) -> Result<Found> {
    match client.ecr().get_lifecycle_policy().repository_name(name).send().await {
        Ok(answer) => Ok(Found::Object(
            Object::new()
                .with("id", name)
                .with("policy", answer.lifecycle_policy_text)
                .with("registry_id", answer.registry_id)
                .with("repository", name),
        )),
        Err(e) => Error::from(e).unless_not_found().map(|()| Found::Gone),
    }
}

async fn put(client: &Client, id: &RemoteId, want: &Object) -> Result<()> {
    let policy = want.string("policy").unwrap_or_default();
    client.ecr().put_lifecycle_policy().repository_name(id.as_str()).lifecycle_policy_text(policy).send().await?;
    Ok(())
}
