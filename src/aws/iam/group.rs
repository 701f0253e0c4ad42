//! `aws_iam_group`. Its id is its name, which changes in place.

use std::collections::BTreeMap;

use aws_sdk_iam::types::GroupDetail;

use super::people::{self, Named, People};
use super::{naming, read};
use crate::aws::Client;
use crate::aws::error::deleted;
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, string};

pub struct Group;

impl ResourceType for Group {
    type Client = Client;
    const NAME: &'static str = "aws_iam_group";
    const READ_BATCH: usize = 10_000;
    const UNIQUE: &'static [&'static str] = &["name"];
    const ACTIONS: Actions = Actions {
        read: &["iam:GetGroup", "iam:GetAccountAuthorizationDetails"],
        create: &["iam:CreateGroup"],
        update: &["iam:UpdateGroup"],
        delete: &["iam:DeleteGroup"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("name", string().required().check(naming::valid))
            .attr("path", string().optional().default("/").check(naming::valid_path))
            .attr("unique_id", string().computed())
    }

    fn customize_plan(change: &mut PlannedChange) {
        if !change.is_create() && (change.changes("name") || change.changes("path")) {
            change.set_unknown("arn");
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        people::read::<Self>(client, ids, prior).await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let name = want.string("name").unwrap_or_default();
        cx.client.iam().create_group().group_name(&name).set_path(want.string("path")).send().await?;
        let id = RemoteId::from(name);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        let call = client.iam().update_group().group_name(id.as_str()).set_new_path(want.string("path"));
        call.set_new_group_name(want.string("name").filter(|new| new != id.as_str())).send().await?;
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.iam().delete_group().group_name(id.as_str()).send().await)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        naming::retries(operation, error)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(name) = intent.identity.get("name") else { return Ok(None) };
        Ok(Self::single(client, name).await?.map(|_| name.as_str().into()))
    }
}

impl Named for Group {
    async fn single(client: &Client, name: &str) -> Result<Option<Object>> {
        let answer = read::unless_gone(client.iam().get_group().group_name(name).send().await)?;
        Ok(answer.and_then(|a| a.group).map(|g| of(&g.group_name, &g.path, &g.arn, &g.group_id)))
    }

    fn listed(people: &People, name: &str) -> Option<Object> {
        people.groups.get(name).map(listed)
    }

    fn all(people: &People) -> impl Iterator<Item = Object> {
        people.groups.values().map(listed)
    }
}

fn listed(group: &GroupDetail) -> Object {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    of(&text(&group.group_name), &text(&group.path), &text(&group.arn), &text(&group.group_id))
}

fn of(name: &str, path: &str, arn: &str, unique_id: &str) -> Object {
    Object::new().with("arn", arn).with("id", name).with("name", name).with("path", path).with("unique_id", unique_id)
}
