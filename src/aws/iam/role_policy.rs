//! `aws_iam_role_policy`: an inline policy of a role. Its id is `role:name`.

use std::collections::BTreeMap;

use super::{naming, read};
use crate::aws::error::deleted;
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Normal, Schema, string};

pub struct RolePolicy;

impl ResourceType for RolePolicy {
    type Client = Client;
    const NAME: &'static str = "aws_iam_role_policy";
    const READ_BATCH: usize = 10_000;
    const ACTIONS: Actions = Actions {
        read: &["iam:GetRolePolicy", "iam:GetAccountAuthorizationDetails"],
        create: &["iam:PutRolePolicy"],
        update: &["iam:PutRolePolicy"],
        delete: &["iam:DeleteRolePolicy"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("name", string().optional().computed().force_new().check(naming::valid))
            .attr("name_prefix", string().optional().computed().force_new())
            .attr("policy", string().required().normal(Normal::Policy).check(validate::json))
            .attr("role", string().required().force_new().check(naming::valid_role))
    }

    fn customize_plan(change: &mut PlannedChange) {
        naming::check_conflict(change);
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found = BTreeMap::new();
        if ids.len() > read::SINGLE_READS {
            let account = read::account(client).await?;
            for id in ids {
                let (role, name) = id.pair(':')?;
                let policy = account.roles.get(role).and_then(|r| read::inline_policies(r).remove(name));
                found.insert(id.clone(), object(role, name, policy));
            }
            return Ok(found);
        }
        for id in ids {
            let (role, name) = id.pair(':')?;
            let policy = read::inline_policy(client, role, name).await?;
            found.insert(id.clone(), object(role, name, policy));
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let (role, name) = (want.string("role").unwrap_or_default(), naming::name(want, cx.token));
        put(cx.client, &role, &name, want).await?;
        let id = RemoteId::from(format!("{role}:{name}"));
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        let (role, name) = id.pair(':')?;
        put(client, role, name, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (role, name) = id.pair(':')?;
        deleted(client.iam().delete_role_policy().role_name(role).policy_name(name).send().await)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        naming::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        naming::identity(want, &["role"])
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let (role, name) = (intent.identity.get("role").cloned().unwrap_or_default(), naming::intended(intent));
        let policy = read::inline_policy(client, &role, &name).await?;
        Ok(policy.map(|_| format!("{role}:{name}").into()))
    }
}

fn object(role: &str, name: &str, policy: Option<String>) -> Found {
    let Some(policy) = policy else { return Found::Gone };
    Found::Object(
        Object::new()
            .with("id", format!("{role}:{name}"))
            .with("name", name)
            .with("name_prefix", naming::prefix(name))
            .with("policy", policy)
            .with("role", role),
    )
}

async fn put(client: &Client, role: &str, name: &str, want: &Object) -> Result<()> {
    let policy = want.string("policy").unwrap_or_default();
    client.iam().put_role_policy().role_name(role).policy_name(name).policy_document(policy).send().await?;
    Ok(())
}
